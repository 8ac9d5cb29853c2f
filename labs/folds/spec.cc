#include "labs/folds/spec.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "labs/catalog/kinds.h"

namespace folds {
namespace {

using MetricKind = core::Metric::Kind;

// Names come from lab files, and words end at a space.
std::string escaped(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == ' ') out += "%20";
    else if (c == '%') out += "%25";
    else if (c == '\n' || c == '\r' || c == '\t') out += "%09";
    else out += c;
  }
  return out;
}

std::string unescaped(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::string_view code = word.substr(i, 3);
    const char c = code == "%20" ? ' ' : code == "%25" ? '%' : code == "%09" ? '\t' : '\0';
    out += c != '\0' ? c : word[i];
    if (c != '\0') i += 2;
  }
  return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string> states_of(std::string_view words) {
  std::vector<std::string> states;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('|'), words.size());
    states.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return states;
}

bool read_option(std::string_view word, PlotSpec& spec) {
  if (word == "log") return spec.log = true;
  if (word == "total") return spec.total = true;
  if (word == "samples") return spec.samples = true;
  if (word == "nodes=sum") return spec.nodes = PlotSpec::Nodes::sum, true;
  if (word == "nodes=max") return spec.nodes = PlotSpec::Nodes::max, true;
  if (word.starts_with("node=") && word.size() > 5) {
    spec.nodes = PlotSpec::Nodes::one, spec.node = unescaped(word.substr(5));
    return true;
  }
  if (word.starts_with("tall=")) {
    const auto number = std::from_chars(word.data() + 5, word.data() + word.size(), spec.tall);
    return number.ec == std::errc{} && number.ptr == word.data() + word.size() && spec.tall >= 1 && spec.tall <= 4;
  }
  return false;
}

}  // namespace

std::string text_of(const PlotSpec& spec) {
  std::string out = (spec.what == PlotSpec::What::roles ? "roles " : "metric ") + escaped(spec.name);
  if (spec.nodes == PlotSpec::Nodes::sum) out += " nodes=sum";
  if (spec.nodes == PlotSpec::Nodes::max) out += " nodes=max";
  if (spec.nodes == PlotSpec::Nodes::one) out += " node=" + escaped(spec.node);
  if (spec.log) out += " log";
  if (spec.total) out += " total";
  if (spec.samples) out += " samples";
  if (spec.tall != 1) out += " tall=" + std::to_string(spec.tall);
  return out;
}

std::optional<PlotSpec> read_spec(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() < 2 || (words[0] != "metric" && words[0] != "roles")) return std::nullopt;
  PlotSpec spec;
  spec.what = words[0] == "roles" ? PlotSpec::What::roles : PlotSpec::What::metric;
  spec.name = unescaped(words[1]);
  for (std::size_t i = 2; i < words.size(); ++i)
    if (!read_option(words[i], spec)) return std::nullopt;
  return spec;
}

std::vector<MetricInfo> metrics_of(const timeline::Timeline& line) {
  std::vector<MetricInfo> all;
  const auto entry = [&](std::string_view name) -> MetricInfo& {
    for (auto& info : all)
      if (info.name == name) return info;
    return all.emplace_back(MetricInfo{std::string(name), MetricKind::gauge, {}, {}, {}});
  };
  const record::Recording& run = line.recording();
  for (const auto& node : run.header().nodes) {
    const world::Kind* const kind = catalog::find_kind(node.kind);
    if (kind == nullptr) continue;
    for (const core::Metric* metric : kind->metrics) {
      MetricInfo& info = entry(metric->name);
      info.kind = metric->kind, info.unit = metric->unit, info.help = metric->help;
      if (info.nodes.empty()) info.states = states_of(metric->states);
      info.nodes.push_back(node.id);
    }
  }
  // A run of kinds that this program does not know: the names say as much as names say.
  const std::size_t declared = all.size();
  for (const auto& series : line.series()) {
    const std::string name = run.name(series->name);
    MetricInfo& info = entry(name);
    if (static_cast<std::size_t>(&info - all.data()) >= declared) {
      if (name.ends_with("_total")) info.kind = MetricKind::counter;
      if (name.ends_with("_ms")) info.kind = MetricKind::timing, info.unit = "ms";
    }
    if (std::find(info.nodes.begin(), info.nodes.end(), series->node) == info.nodes.end()) info.nodes.push_back(series->node);
  }
  return all;
}

const MetricInfo* find_metric(const std::vector<MetricInfo>& all, std::string_view name) {
  for (const auto& info : all)
    if (info.name == name) return &info;
  return nullptr;
}

record::NameId name_id(const record::Recording& recording, std::string_view name) {
  for (std::size_t id = 1; id < recording.names(); ++id)
    if (recording.name(static_cast<record::NameId>(id)) == name) return static_cast<record::NameId>(id);
  return 0;
}

std::string title_of(const PlotSpec& spec, const std::vector<MetricInfo>& all) {
  if (spec.what == PlotSpec::What::roles) return "Roles of " + spec.name;
  std::string words = spec.name;
  const auto cut = [&](std::string_view end) {
    if (words.size() > end.size() + 2 && words.ends_with(end)) words.resize(words.size() - end.size());
  };
  cut("_total");
  if (const MetricInfo* const info = find_metric(all, spec.name); info != nullptr && !info->unit.empty()) {
    // `operations` both names a thing and is its unit: then it stays.
    const std::size_t first = words.find('_');
    if (first != std::string::npos && words.find('_', first + 1) != std::string::npos) cut("_" + info->unit);
    else if (info->unit == "ms" || info->unit == "bytes" || info->unit == "percent") cut("_" + info->unit);
  }
  // The first word is a mechanism's, which its metrics share: it goes where what is left is still one metric's name.
  const std::size_t first = spec.name.find('_');
  if (first != std::string::npos && first + 1 < words.size()) {
    const auto shares = [&](const MetricInfo& m) { return m.name != spec.name && m.name.starts_with(spec.name.substr(0, first + 1)); };
    const auto ends_alike = [&](const MetricInfo& m) { return m.name != spec.name && m.name.ends_with(spec.name.substr(first)); };
    if (std::any_of(all.begin(), all.end(), shares) && std::none_of(all.begin(), all.end(), ends_alike)) words.erase(0, first + 1);
  }
  std::replace(words.begin(), words.end(), '_', ' ');
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

namespace {

// How much a person learns from seeing it: how often it changes its mind, and whether nodes differ.
struct Worth {
  std::size_t changes = 0;             // Of some looks at it.
  bool up_and_down = false, nodes_differ = false;
};

Worth worth_of(const timeline::Timeline& line, const MetricInfo& info, record::NameId name) {
  constexpr std::size_t kLooks = 48;
  Worth worth;
  double first_last = 0;
  bool any = false;
  for (const core::NodeId node : info.nodes) {
    const timeline::Series* const series = line.find(node, name);
    if (series == nullptr || series->samples.size() == 0) continue;
    const timeline::Pyramid& samples = series->samples;
    double before = samples.value(0);
    bool rose = false, fell = false;
    for (std::size_t i = 1; i <= kLooks; ++i) {
      const double now = samples.value((samples.size() - 1) * i / kLooks);
      rose = rose || now > before, fell = fell || now < before;
      worth.changes += now != before ? 1 : 0;
      before = now;
    }
    worth.up_and_down = worth.up_and_down || (rose && fell);
    if (any && before != first_last) worth.nodes_differ = true;
    first_last = before, any = true;
  }
  return worth;
}

bool changes_roles(const timeline::Timeline& line, const std::string& group) {
  for (const auto& node : line.recording().header().nodes) {
    if (node.group != group) continue;
    std::set<record::NameId> roles;
    const auto& spells = line.spells(node.id);
    for (std::size_t i = 0; i < std::min<std::size_t>(spells.size(), 64); ++i)
      if (spells[i].role != 0) roles.insert(spells[i].role);
    if (roles.size() > 1) return true;
  }
  return false;
}

struct Candidate {
  const MetricInfo* info = nullptr;
  int rank = 0;
};

}  // namespace

// What the lab speaks of; of gauges the one of each unit that says most, then timings, then who is what, then how much is done.
std::vector<PlotSpec> default_plots(const timeline::Timeline& line, const std::vector<MetricInfo>& all,
                                    const std::vector<std::string>& told) {
  constexpr std::size_t kMostTold = 4;
  std::vector<Candidate> gauges, timings, counters;
  for (const auto& info : all) {
    const record::NameId name = name_id(line.recording(), info.name);
    const Worth worth = name == 0 ? Worth{} : worth_of(line, info, name);
    if (worth.changes == 0) continue;
    const int rank = (worth.up_and_down ? 4 : 0) + (worth.nodes_differ ? 2 : 0);
    if (info.kind == MetricKind::gauge) gauges.push_back({&info, rank});
    if (info.kind == MetricKind::timing) timings.push_back({&info, 0});
    if (info.kind == MetricKind::counter) counters.push_back({&info, info.unit.empty() ? 0 : 1});
  }
  const auto by_rank = [](const Candidate& a, const Candidate& b) { return a.rank > b.rank; };
  std::stable_sort(counters.begin(), counters.end(), by_rank);
  std::vector<PlotSpec> plots;
  const auto add = [&](const Candidate& c) {
    if (std::any_of(plots.begin(), plots.end(), [&](const PlotSpec& had) { return had.name == c.info->name; })) return;
    PlotSpec spec;
    spec.name = c.info->name;
    // More lines than that nobody can tell apart.
    if (c.info->nodes.size() > 7) spec.nodes = c.info->kind == MetricKind::counter ? PlotSpec::Nodes::sum : PlotSpec::Nodes::max;
    plots.push_back(spec);
  };
  for (const auto& name : told)
    if (const MetricInfo* const info = find_metric(all, name); info != nullptr && plots.size() < kMostTold) add({info, 0});
  const std::size_t first = plots.size();
  // A strip takes the place of no other gauge.
  for (const auto& gauge : gauges)
    if (!gauge.info->states.empty()) add(gauge);
  std::erase_if(gauges, [](const Candidate& c) { return !c.info->states.empty(); });
  std::set<std::string> units;
  for (const auto& gauge : gauges) {
    if (!units.insert(gauge.info->unit).second || plots.size() >= first + 3) continue;
    const auto best = std::max_element(gauges.begin(), gauges.end(), [&](const Candidate& a, const Candidate& b) {
      const bool mine = a.info->unit == gauge.info->unit, yours = b.info->unit == gauge.info->unit;
      return mine != yours ? yours : a.rank < b.rank;
    });
    add(*best);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(2, timings.size()); ++i) add(timings[i]);
  std::set<std::string> groups;
  for (const auto& node : line.recording().header().nodes)
    if (groups.insert(node.group).second && changes_roles(line, node.group)) {
      PlotSpec spec;
      spec.what = PlotSpec::What::roles, spec.name = node.group;
      plots.push_back(spec);
    }
  for (std::size_t i = 0; i < std::min<std::size_t>(2, counters.size()); ++i) add(counters[i]);
  return plots;
}

std::vector<std::string> metrics_told(const guide::Lab& lab) {
  std::vector<std::string> names;
  const auto tell = [&](const guide::Condition::Operand& of) {
    using Term = guide::Condition::Term;
    const bool metric = of.term == Term::sum || of.term == Term::max || of.term == Term::min || of.term == Term::of_node ||
                        of.term == Term::gained || of.term == Term::p50 || of.term == Term::p99;
    if (metric && std::find(names.begin(), names.end(), of.what) == names.end()) names.push_back(of.what);
  };
  for (const auto& step : lab.steps)
    for (const auto& condition : step.until)
      if (condition.kind == guide::Condition::Kind::compare) tell(condition.left), tell(condition.right);
  return names;
}

}  // namespace folds
