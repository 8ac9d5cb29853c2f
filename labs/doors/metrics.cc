#include "labs/doors/metrics.h"

#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "labs/exports/metrics_text.h"

namespace doors {
namespace {

using exports::MetricFormat;
using exports::MetricsText;
using MetricKind = core::Metric::Kind;

// The last value of every metric of every node.
class LastValues final : public record::Listener {
 public:
  explicit LastValues(world::LoopbackWorld& world) : world_(world) { world_.listen(this); }
  ~LastValues() override { world_.stop_listening(this); }
  LastValues(const LastValues&) = delete;
  LastValues& operator=(const LastValues&) = delete;

  void on_name(record::NameId id, std::string_view name) override { names_[id] = name; }
  void on_event(const record::Event& event, core::BytesView) override {
    if (event.kind == record::EventKind::crash)
      for (auto& [id, one] : measured_) one.values.erase(event.node), one.histograms.erase(event.node);
    if (event.kind != record::EventKind::metric || !std::isfinite(event.value)) return;
    const auto [it, fresh] = measured_.try_emplace(event.type);
    Measured& one = it->second;
    if (fresh) one.family = exports::metric_family(names_[event.type], declared(event.node, names_[event.type]));
    if (one.family.kind == MetricKind::timing) one.histograms[event.node].add(event.value * one.family.scale);
    else one.values[event.node] = event.value;
  }

  void put(MetricsText& text) const {
    std::map<std::string, const Measured*> sorted;
    for (const auto& [id, one] : measured_) sorted.emplace(one.family.name, &one);
    for (const auto& [name, one] : sorted) {
      if (one->values.empty() && one->histograms.empty()) continue;
      text.begin(one->family);
      for (const auto& [node, value] : one->values) text.value(labels(node), value);
      for (const auto& [node, histogram] : one->histograms) text.histogram(labels(node), histogram);
    }
  }

 private:
  struct Measured {
    exports::MetricFamily family;
    std::map<core::NodeId, double> values;
    std::map<core::NodeId, exports::Histogram> histograms;
  };
  const core::Metric* declared(core::NodeId node, const std::string& name) const {
    for (const auto* metric : world_.kind(node).metrics)
      if (metric->name == name) return metric;
    return nullptr;
  }
  MetricsText::Labels labels(core::NodeId node) const { return MetricsText::labels(world_.nodes()[node - 1]); }

  world::LoopbackWorld& world_;
  std::map<record::NameId, std::string> names_;
  std::map<record::NameId, Measured> measured_;
};

void put_nodes(MetricsText& text, const world::LoopbackWorld& world) {
  text.begin({"faultline_node_up", "", "Whether the node is up: 0 after a crash."});
  for (const auto& node : world.nodes()) text.value(MetricsText::labels(node), world.node(node.id) != nullptr ? 1 : 0);
}

void put_doors(MetricsText& text, const Doors& doors) {
  const auto seen = doors.seen();
  const auto put = [&](const char* name, const char* help, MetricKind kind, const auto& of) {
    text.begin({name, "", help, kind});
    for (const Seen& one : seen)
      text.value(MetricsText::labels({{"door", one.protocol}, {"address", one.addresses.empty() ? "" : one.addresses.front()}}), static_cast<double>(of(one)));
  };
  put("faultline_door_connections", "Clients that are there now.", MetricKind::gauge, [](const Seen& one) { return one.clients; });
  put("faultline_door_operations", "What they asked of the cluster.", MetricKind::counter, [](const Seen& one) { return one.asked; });
  put("faultline_door_cut_off", "Clients that were too many, too slow or said too much.", MetricKind::counter, [](const Seen& one) { return one.cut_off; });
  put("faultline_door_refused", "Requests that pages of other sites sent.", MetricKind::counter, [](const Seen& one) { return one.refused; });
}

// Both pages. However many ask, each is made once in a while: the cluster has the same thread.
class Pages {
 public:
  explicit Pages(House house) : house_(house), last_(house.world) {}

  const HttpAnswer& page(MetricFormat format) {
    const bool open = format == MetricFormat::openmetrics;
    Page& page = pages_[open ? 1 : 0];
    const auto now = std::chrono::steady_clock::now();
    if (page.made && now - *page.made < kWhile) return page.answer;
    page.answer = {200, "", {{"Cache-Control", "no-store"}},
                   open ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8"};
    MetricsText text(page.answer.body, format);
    last_.put(text);
    put_nodes(text, house_.world);
    put_doors(text, house_.doors);
    text.end();
    page.made = now;
    return page.answer;
  }

 private:
  static constexpr auto kWhile = std::chrono::milliseconds(20);
  struct Page {
    HttpAnswer answer;
    std::optional<std::chrono::steady_clock::time_point> made;
  };
  House house_;
  LastValues last_;
  std::array<Page, 2> pages_;
};

}  // namespace

Serve metrics_page(House house) {
  return [pages = std::make_shared<Pages>(house)](const HttpRequest& request, const HttpSay& say) {
    const std::string_view path = request.path();
    if (path != "/" && path != "/metrics") return say({404, "there is no such page; what there is, is at /metrics\n"});
    if (refuse_other_methods(request, "GET, HEAD", say)) return;
    if (path == "/") return say({200, "The metrics of this world are at /metrics, for Prometheus.\n"});
    const std::string* accepted = request.header("accept");
    const bool open = accepted != nullptr && accepted->find("application/openmetrics-text") != std::string::npos;
    say(pages->page(open ? MetricFormat::openmetrics : MetricFormat::prometheus));
  };
}

std::unique_ptr<Door> open_metrics(House house, std::uint16_t port) { return open_site(house.world.loop(), port, metrics_page(house)); }

}  // namespace doors
