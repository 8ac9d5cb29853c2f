#include "labs/guide/facts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mechanisms/core/codec.h"

namespace guide {

using record::EventKind;

double Facts::Series::sum() const {
  double all = restarted;
  for (const auto& [node, value] : last) all += value;
  return all;
}

void Facts::on_name(record::NameId id, std::string_view name) {
  if (names_.size() <= id) names_.resize(id + 1);
  names_[id] = name;
}

void Facts::begin_step() {
  step_began_ = now_;
  sent_.clear(), dropped_.clear(), notes_.clear();
  for (auto& count : step_operations_) count = 0;
  for (auto& [metric, series] : metrics_) {
    series.step_samples = series.samples.size();
    series.step_sum = series.sum();
  }
}

void Facts::on_event(const record::Event& e, core::BytesView body) {
  ++events;
  at(e.at);
  switch (e.kind) {
    case EventKind::command:
      ++commands;
      if (check::says_quiet({reinterpret_cast<const char*>(body.data()), body.size()})) history_.quiet();
      break;
    case EventKind::send: ++all_sent, ++sent_[e.type]; break;
    case EventKind::deliver: ++all_delivered; break;
    case EventKind::drop: ++all_dropped, ++dropped_[e.type]; break;
    case EventKind::metric: on_metric(e); break;
    case EventKind::show: faces_[e.node - 1] = {true, std::string(name(e.type)), e.value}; break;
    case EventKind::crash:
      ++crashes;
      faces_[e.node - 1] = {};
      break;
    case EventKind::restart: on_restart(e.node); break;
    case EventKind::note:
    case EventKind::refuse: notes_.emplace_back(body.begin(), body.end()); break;
    case EventKind::violation:
      if (violation_.empty()) violation_.assign(body.begin(), body.end());
      break;
    case EventKind::invoke: history_.begin(core::decode<core::Invocation>(body)); break;
    case EventKind::complete: {
      const auto completion = core::decode<core::Completion>(body);
      history_.end(completion);
      ++step_operations_[static_cast<std::size_t>(completion.outcome)];
      ++all_operations[static_cast<std::size_t>(completion.outcome)];
      break;
    }
    case EventKind::timer:
    case EventKind::persist:
    case EventKind::arm:
    case EventKind::link:
    case EventKind::around:
    case EventKind::pause:
    case EventKind::resume: break;
  }
}

// A node that starts counts from 0 again. What it had counted still counts, and must be put aside now: the first value
// after the restart may be the same as the last before, or higher.
void Facts::on_restart(core::NodeId node) {
  faces_[node - 1].up = true;
  for (auto& [metric, series] : metrics_) {
    if (!metric.ends_with("_total")) continue;
    if (const auto last = series.last.find(node); last != series.last.end()) series.restarted += std::exchange(last->second, 0);
  }
}

// A counter that falls has begun again, too.
void Facts::on_metric(const record::Event& e) {
  const std::string_view metric = name(e.type);
  auto it = metrics_.find(metric);
  if (it == metrics_.end()) it = metrics_.emplace(metric, Series{}).first;
  Series& series = it->second;
  if (metric.ends_with("_total")) {
    double& last = series.last[e.node];
    if (e.value < last) series.restarted += last;
    last = e.value;
  } else {
    series.last[e.node] = e.value;
  }
  // A NaN has no place in an order, and std::nth_element may then run past the end.
  if (metric.ends_with("_ms") && !std::isnan(e.value)) series.samples.push_back(e.value);
}

const record::NodeInfo* Facts::find(std::string_view word) const {
  const record::NodeInfo* best = nullptr;
  for (const auto& info : nodes_) {
    if (info.name == word || std::to_string(info.id) == word) return &info;
    const Face& face = faces_[info.id - 1];
    if (face.up && face.role == word && (best == nullptr || face.epoch > faces_[best->id - 1].epoch)) best = &info;
  }
  return best;
}

std::size_t Facts::count_role(std::string_view role) const {
  return static_cast<std::size_t>(std::count_if(faces_.begin(), faces_.end(), [&](const Face& face) {
    return role == "down" ? !face.up : face.up && face.role == role;
  }));
}

const std::map<core::NodeId, double>* Facts::metric(std::string_view name) const {
  const auto it = metrics_.find(name);
  return it == metrics_.end() ? nullptr : &it->second.last;
}

double Facts::gained(std::string_view metric) const {
  const auto it = metrics_.find(metric);
  return it == metrics_.end() ? 0 : it->second.sum() - it->second.step_sum;
}

double Facts::total(std::string_view metric) const {
  const auto it = metrics_.find(metric);
  return it == metrics_.end() ? 0 : it->second.sum();
}

std::vector<std::string> Facts::metric_names() const {
  std::vector<std::string> all;
  for (const auto& [name, series] : metrics_) all.push_back(name);
  return all;
}

double Facts::percentile(std::string_view metric, double part) const {
  const auto it = metrics_.find(metric);
  if (it == metrics_.end()) return 0;
  // What was long ago does not count: else who reads for a minute before acting waits a minute more for what it changed.
  constexpr std::size_t kRecent = 1000;
  const std::size_t all = it->second.samples.size();
  return percentile_after(metric, part, std::max(it->second.step_samples, all - std::min(all, kRecent)));
}

double Facts::percentile_after(std::string_view metric, double part, std::size_t samples) const {
  const auto it = metrics_.find(metric);
  if (it == metrics_.end() || samples >= it->second.samples.size()) return 0;
  std::vector<double> counted(it->second.samples.begin() + static_cast<std::ptrdiff_t>(samples), it->second.samples.end());
  const auto at = counted.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(counted.size() - 1));
  std::nth_element(counted.begin(), at, counted.end());
  return *at;
}

std::size_t Facts::samples(std::string_view metric) const {
  const auto it = metrics_.find(metric);
  return it == metrics_.end() ? 0 : it->second.samples.size() - it->second.step_samples;
}

std::size_t Facts::all_samples(std::string_view metric) const {
  const auto it = metrics_.find(metric);
  return it == metrics_.end() ? 0 : it->second.samples.size();
}

std::uint64_t Facts::sent(std::string_view message) const {
  std::uint64_t all = 0;
  for (const auto& [type, count] : sent_)
    if (message == "any" || name(type) == message) all += count;
  return all;
}

std::uint64_t Facts::dropped(std::string_view reason) const {
  std::uint64_t all = 0;
  for (const auto& [type, count] : dropped_)
    if (reason == "any" || name(type) == reason) all += count;
  return all;
}

bool Facts::heard(std::string_view text) const {
  return std::any_of(notes_.begin(), notes_.end(), [&](const auto& note) { return note.find(text) != std::string::npos; });
}

}  // namespace guide
