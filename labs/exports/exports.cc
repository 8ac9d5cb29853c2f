#include "labs/exports/exports.h"

#include "labs/exports/writers.h"

namespace exports {

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"csv", "CSV tables", "", "A folder of tables: events, messages, metrics, operations, commands. For spreadsheets, pandas, R.", write_csv},
      {"json", "JSON lines", ".jsonl", "A line an event, the first line says what the run is. For jq and scripts.", write_json},
      {"perfetto", "Perfetto trace", ".perfetto.json", "Nodes as tracks, steps as slices, messages as flows, metrics as counters. For ui.perfetto.dev.", write_perfetto},
      {"openmetrics", "OpenMetrics", ".om", "Every metric of the run, with times. For `promtool tsdb create-blocks-from openmetrics`.", write_openmetrics},
      {"prometheus", "Prometheus snapshot", ".prom", "Every metric as it stood at the end. For who reads what a server shows.", write_prometheus},
      {"shiviz", "ShiViz log", ".log", "What happened at each node, with vector clocks. For ShiViz; a few thousand events at most.", write_shiviz},
      {"dot", "Graphviz graph", ".dot", "Who spoke with whom, how often, and what was lost. For dot.", write_dot},
      {"mermaid", "Mermaid sequence", ".mmd", "A stretch of time as a sequence diagram. For Markdown pages; a few hundred messages at most.", write_mermaid},
      {"edn", "Jepsen history", ".edn", "What clients did and what they were told. For Knossos, Elle, porcupine, `faultline check`.", write_edn},
      {"pcapng", "Wireshark capture", ".pcapng", "Messages as packets. For Wireshark and tshark.", write_pcapng},
      {"svg", "Space-time diagram", ".svg", "A picture of a stretch of time: who said what to whom. For pages, slides and paper.", write_svg},
      {"plot", "Plot of metrics", ".svg", "A picture of metrics over time. Which, --metric says; else those that show most.", write_plot},
      {"html", "Report", ".html", "A page that says what was run, done and kept, with pictures. For any browser, without a network.", write_html},
  };
  return all;
}

const Format* find_format(std::string_view name) {
  for (const Format& format : formats())
    if (format.name == name) return &format;
  return nullptr;
}

Written write(const record::Recording& recording, const Request& request) {
  Output out(request.path, request.force, request.format->ending.empty());
  Export e(recording, request, out);
  request.format->write(e);
  out.finish();
  return {e.end - e.begin, std::move(e.warning)};
}

Export::Export(const record::Recording& recording, const Request& what, Output& to)
    : run(recording), request(what), out(to), begin(run.first_at_or_after(what.range.from)),
      end(what.range.to == core::Time::max() ? run.size() : run.first_at_or_after(what.range.to + core::Duration(1))) {
  if (end < begin) end = begin;
}

void Export::tell(std::size_t row) const {
  if (!request.progress) return;
  const double part = static_cast<double>(row - begin) / static_cast<double>(end - begin);
  if (!request.progress((static_cast<double>(pass_) + part) / static_cast<double>(passes_))) throw Cancelled{};
}

std::unique_ptr<timeline::Timeline> Export::index() const {
  auto line = std::make_unique<timeline::Timeline>(run);
  while (!line->catch_up(std::chrono::milliseconds(50)))
    if (request.progress && !request.progress(0.9 * static_cast<double>(line->rows()) / static_cast<double>(run.size()))) throw Cancelled{};
  return line;
}

folds::Stretch Export::shown() const {
  const core::Time to = std::max(std::min(request.range.to, run.end()), request.range.from + core::Duration(1));
  return {request.range.from, to};
}

Named::Named(const record::Recording& run, Put put) : names_(run.names()) {
  for (const auto& node : run.header().nodes) put(nodes_[node.id], node.name);
  for (std::size_t i = 0; i < names_.size(); ++i) put(names_[i], run.name(static_cast<record::NameId>(i)));
  put(nobody_, "");
}

}  // namespace exports
