#include "app/window/panels/settings_values.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/window/folds.h"
#include "labs/catalog/kinds.h"
#include "labs/guide/system_toml.h"
#include "labs/world/select.h"

namespace window {

using core::SettingInfo;
using Type = core::SettingInfo::Type;

namespace {

// The part of a slider that means 0, where a logarithm has none.
constexpr double kZeroPart = 0.06;

// A number of a file of strangers may be anything: beyond what the type holds, a cast would be undefined.
std::int64_t whole(double number) {
  constexpr double kMost = 9e18;
  return std::isnan(number) ? 0 : static_cast<std::int64_t>(std::clamp(number, -kMost, kMost));
}
std::uint64_t count_of(double number) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole(number))); }

double parsed_number(Type type, std::string_view text, double otherwise) {
  core::Duration duration{};
  double real = 0;
  std::uint64_t count = 0;
  if (type == Type::duration || type == Type::span)
    return core::parse(text, duration) ? static_cast<double>(duration.count()) : otherwise;
  if (type == Type::count) return core::parse(text, count) ? static_cast<double>(count) : otherwise;
  return core::parse(text, real) ? real : otherwise;
}

// As many digits as one would type.
double rounded(double value, int digits) {
  if (value == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - (digits - 1));
  return std::round(value / unit) * unit;
}

std::string bytes_words(double bytes) {
  for (const auto& [size, unit] : {std::pair{1048576.0, " MiB"}, std::pair{1024.0, " KiB"}})
    if (bytes >= size && std::floor(bytes / size * 10) == bytes / size * 10) {
      char out[32];
      std::snprintf(out, sizeof out, "%.4g%s", bytes / size, unit);
      return out;
    }
  return count_text(bytes) + " bytes";
}

}  // namespace

double Along::part_of(double value) const {
  if (!logarithmic) return greatest > least ? std::clamp((value - least) / (greatest - least), 0.0, 1.0) : 0;
  const double from = least > 0 ? least : smallest, start = least > 0 ? 0 : kZeroPart;
  if (value <= 0 && least <= 0) return 0;
  return std::clamp(start + (1 - start) * std::log(std::max(value, from) / from) / std::log(greatest / from), 0.0, 1.0);
}

double Along::value_at(double part) const {
  if (!logarithmic) return least + (greatest - least) * part;
  const double from = least > 0 ? least : smallest, start = least > 0 ? 0 : kZeroPart;
  if (part < start / 2) return 0;
  return from * std::pow(greatest / from, std::max(0.0, (part - start) / (1 - start)));
}

Along along(const SettingInfo& info) {
  const bool time = info.type == Type::duration || info.type == Type::span;
  const double initial = info.type == Type::span ? ends_of(info.initial).second : parsed_number(info.type, info.initial, 1);
  Along a;
  a.smallest = time ? 1e6 : info.type == Type::count || parsed_number(info.type, info.high, 0) > 100 ? 1 : 0.001;   // 1 ms.
  a.least = parsed_number(info.type, info.low, 0);
  // A declared range says what can be, an hour for what is milliseconds: at a slider, two decades beside the default are
  // enough, and the rest can be typed.
  const double wide = initial > 0 ? initial * 100 : a.smallest * 10000;
  a.greatest = std::min(parsed_number(info.type, info.high, wide), std::max(wide, a.least + 1));
  if (a.least > 0 && initial > 0) a.least = std::max(a.least, std::min(initial, a.greatest) / 100);
  if (a.greatest <= a.least) a.greatest = a.least + 1;
  a.logarithmic = a.greatest / (a.least > 0 ? a.least : a.smallest) > 100 && !(info.type == Type::real && a.greatest <= 1);
  return a;
}

double number_of(const SettingInfo& info, std::string_view text) { return parsed_number(info.type, text, 0); }

std::pair<double, double> ends_of(std::string_view span) {
  core::Span ends;
  if (!core::parse(span, ends)) return {0, 0};
  return {static_cast<double>(ends.low.count()), static_cast<double>(ends.high.count())};
}

std::string text_of(const SettingInfo& info, double number) {
  const Along a = along(info);
  const int digits = a.logarithmic ? 2 : 3;
  const double near = std::clamp(rounded(number, digits), a.least, a.greatest);
  switch (info.type) {
    case Type::duration:
    case Type::span: {
      // Nobody types nanoseconds: a thousandth of the range's end is fine enough.
      const double grain = near >= 1e9 ? 1e7 : near >= 1e6 ? 1e5 : 1e3;
      return core::text(core::Duration(whole(std::round(near / grain) * grain)));
    }
    case Type::count: return core::text(count_of(std::round(near)));
    case Type::real: return core::text(std::round(near * 1000) / 1000);
    case Type::toggle:
    case Type::choice:
    case Type::text: break;
  }
  return "";
}

std::string span_text(const SettingInfo& info, double low, double high) {
  return text_of(info, std::min(low, high)) + ".." + text_of(info, std::max(low, high));
}

std::string shown_value(const SettingInfo& info, std::string_view text) {
  const double number = number_of(info, text);
  const auto time = [](double ns) {
    // The exact text, with a blank before its unit.
    std::string exact = core::text(core::Duration(whole(ns)));
    const auto unit = exact.find_first_not_of("-0123456789.");
    if (unit != std::string::npos) exact.insert(unit, " ");
    return exact;
  };
  switch (info.type) {
    case Type::duration: return time(number);
    case Type::span: {
      const auto [low, high] = ends_of(text);
      std::string from = time(low), to = time(high);
      const auto a = from.find(' '), b = to.find(' ');
      if (a != std::string::npos && b != std::string::npos && from.substr(a) == to.substr(b)) from.resize(a);
      return from + "\u2013" + to;
    }
    case Type::count:
      if (info.unit == "bytes") return bytes_words(number);
      return count_text(number) + (info.unit.empty() ? "" : " " + info.unit);
    case Type::real: {
      if (info.unit.empty() && number_of(info, info.high) > 0 && number_of(info, info.high) <= 1) {
        char out[32];
        std::snprintf(out, sizeof out, "%.4g %%", number * 100);
        return out;
      }
      return count_text(number) + (info.unit.empty() ? "" : " " + info.unit);
    }
    case Type::toggle:
    case Type::choice:
    case Type::text: break;
  }
  return std::string(text);
}

std::string setting_words(std::string_view name) {
  const auto dot = name.rfind('.');
  std::string words(dot == std::string_view::npos ? name : name.substr(dot + 1));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

bool contains(std::string_view all, std::string_view part) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? ' ' : c; };
  return std::search(all.begin(), all.end(), part.begin(), part.end(), [&](char a, char b) { return low(a) == low(b); }) != all.end();
}

std::string part_words(std::string_view name) {
  std::string words;
  if (name.starts_with("flaw.")) return words;
  for (const char c : core::part_of_name(name)) {
    if (c == '.') words += " \u00b7 ";
    else words += c == '_' ? ' ' : c;
  }
  return words;
}

namespace {

// Every text of a value in the form that the mechanism itself would tell, so that `on` and `true` are the same.
std::string canonical(const SettingInfo& info, const std::string& text) {
  bool on = false;
  core::Span span;
  switch (info.type) {
    case Type::toggle: return core::parse(text, on) ? core::text(on) : text;
    case Type::span: return core::parse(text, span) ? core::text(span) : text;
    case Type::count: return core::text(count_of(number_of(info, text)));
    case Type::real: return core::text(number_of(info, text));
    case Type::duration: return core::text(core::Duration(whole(number_of(info, text))));
    case Type::choice:
    case Type::text: break;
  }
  return text;
}

void set_on(ValuesOfNode& values, const world::Kind& kind, std::string_view name, const std::string& value) {
  for (const auto& info : kind.settings)
    if (info.name == name && kind.check_setting(name, value).empty()) values[info.name] = canonical(info, value);
}

bool issues_operations(const world::Kind& kind) {
  return kind.check_setting("rate", "1").empty() && kind.check_setting("active", "on").empty();
}

}  // namespace

void SettingsFold::begin(const View& view) {
  line_ = view.line.identity(), marks_ = 0;
  values_.clear();
  world::System system = view.lab.system;
  for (const auto& setting : view.run.header().settings) try {
      guide::apply_settings(system, {setting});
    } catch (const guide::BadLab&) {
      // A recorded run of an older lab: what its file says is what is left.
    }
  for (const auto& info : view.run.header().nodes) {
    ValuesOfNode& values = values_.emplace_back();
    const world::Kind* const kind = catalog::find_kind(info.kind);
    if (kind == nullptr) continue;
    for (const auto& setting : kind->settings) values[setting.name] = canonical(setting, setting.initial);
    for (const auto& group : system.groups)
      if (group.name == info.group)
        for (const auto& [name, value] : group.settings) set_on(values, *kind, name, value);
  }
}

// What the world did about this command (labs/world/doing.cc), without a world.
void SettingsFold::give(const View& view, const timeline::Mark& mark) {
  const record::Row row = view.run.at(mark.row);
  const auto& nodes = view.run.header().nodes;
  try {
    const auto command = world::parse_command({reinterpret_cast<const char*>(row.body.data()), row.body.size()});
    if (const auto* load = std::get_if<world::Load>(&command)) {
      std::vector<std::size_t> clients;
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (const auto* kind = catalog::find_kind(nodes[i].kind); kind != nullptr && issues_operations(*kind)) clients.push_back(i);
      for (const std::size_t i : clients) {
        const world::Kind& kind = *catalog::find_kind(nodes[i].kind);
        if (load->rate > 0) set_on(values_[i], kind, "rate", core::text(load->rate / static_cast<double>(clients.size())));
        set_on(values_[i], kind, "active", load->rate > 0 ? "on" : "off");
      }
    }
    const auto* const set = std::get_if<world::Set>(&command);
    if (set == nullptr) return;
    std::vector<core::NodeId> who;
    if (set->who.empty()) {
      for (const auto& info : nodes) who.push_back(info.id);
    } else {
      const timeline::Moment then = view.line.moment(mark.at);
      std::vector<std::string> roles(nodes.size());
      world::Candidates candidates;
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const timeline::Spell& spell = then.nodes[i].spell;
        roles[i] = view.run.name(spell.role);
        candidates.push_back({&nodes[i], spell.up ? core::Face{roles[i], static_cast<std::uint64_t>(spell.epoch)} : core::Face{}});
      }
      who = world::select_groups(candidates, {set->who}).front();
    }
    for (const auto id : who) {
      const auto& info = nodes[id - 1];
      const world::Kind* const kind = catalog::find_kind(info.kind);
      if (kind != nullptr) set_on(values_[id - 1], *kind, set->of(info.kind, info.group), set->value);
    }
  } catch (const world::BadCommand&) {
    // A file of a stranger may hold anything as a command's text.
  }
}

const std::vector<ValuesOfNode>& SettingsFold::at(const View& view) {
  const auto& marks = view.line.marks();
  const auto until = std::upper_bound(marks.begin(), marks.end(), view.at, [](core::Time at, const timeline::Mark& m) { return at < m.at; });
  const auto count = static_cast<std::size_t>(until - marks.begin());
  if (line_ != view.line.identity() || count < marks_ || values_.size() != view.run.header().nodes.size()) begin(view);
  for (; marks_ < count; ++marks_)
    if (marks[marks_].kind == timeline::Mark::Kind::command) give(view, marks[marks_]);
  return values_;
}

GroupValue group_value(const SettingInfo& info, const std::vector<ValuesOfNode>& values, const std::vector<core::NodeId>& nodes) {
  GroupValue all;
  bool first = true;
  for (const auto id : nodes) {
    const auto it = values[id - 1].find(info.name);
    if (it == values[id - 1].end()) continue;
    if (first) all.value = it->second;
    all.mixed = all.mixed || all.value != it->second;
    first = false;
  }
  all.changed = all.mixed || all.value != canonical(info, info.initial);
  return all;
}

LinkValue link_value(const View& view) {
  LinkValue all;
  const std::size_t nodes = view.run.header().nodes.size(), pairs = nodes < 2 ? 0 : nodes * (nodes - 1);
  bool first = true;
  std::size_t found = 0;
  for (const auto& link : view.moment.links) {
    if (link.faults.delay == core::Duration{} && link.faults.jitter == core::Duration{}) continue;
    ++found;
    if (!first && (all.delay != link.faults.delay || all.jitter != link.faults.jitter)) all.mixed = true;
    all.delay = std::max(all.delay, link.faults.delay), all.jitter = std::max(all.jitter, link.faults.jitter);
    first = false;
  }
  all.mixed = all.mixed || (found != 0 && found != pairs);
  return all;
}

LoadValue load_value(const View& view, const std::vector<ValuesOfNode>& values) {
  LoadValue load;
  bool any = false;
  for (const auto& info : view.run.header().nodes) {
    const world::Kind* const kind = catalog::find_kind(info.kind);
    if (kind == nullptr || !issues_operations(*kind)) continue;
    load.known = true;
    const ValuesOfNode& its = values[info.id - 1];
    const auto active = its.find("active"), rate = its.find("rate");
    if (active == its.end() || active->second != "true") continue;
    any = true;
    double share = 0;
    if (rate != its.end()) core::parse(rate->second, share);
    load.own_pace = load.own_pace || share == 0;
    load.rate += share;
  }
  load.off = load.known && !any;
  return load;
}

}  // namespace window
