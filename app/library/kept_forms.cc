#include "app/library/kept_forms.h"

#include <algorithm>
#include <cmath>

#include "app/library/kept_file.h"

namespace library {

using nlohmann::json;

json json_of(const LabProgress& p) {
  json answers = json::array();
  for (const auto& [question, choice] : p.answers) answers.push_back({question.first, question.second, choice});
  return {{"steps_done", p.steps_done}, {"steps", p.steps}, {"hints", p.hints}, {"answers", std::move(answers)},
          {"right_answers", p.right_answers}, {"when", p.when}};
}

LabProgress progress_of(const json& j) {
  LabProgress p;
  p.steps_done = member<std::size_t>(j, "steps_done", 0);
  p.steps = member<std::size_t>(j, "steps", 0);
  p.hints = member<std::size_t>(j, "hints", 0);
  p.right_answers = member<std::size_t>(j, "right_answers", 0);
  p.when = member<std::int64_t>(j, "when", 0);
  for (const auto& answer : member<std::vector<std::vector<std::size_t>>>(j, "answers", {}))
    if (answer.size() == 3) p.answers[{answer[0], answer[1]}] = answer[2];
  return p;
}

namespace {

json json_of(const LastLook& last) {
  return {{"run", last.run}, {"title", last.title}, {"at", last.at.time_since_epoch().count()}, {"node", last.node},
          {"filter", last.filter}};
}

LastLook last_of(const json& j) {
  LastLook last;
  last.run = member<std::string>(j, "run", ""), last.title = member<std::string>(j, "title", "");
  last.at = core::kStart + core::Duration(std::max<std::int64_t>(0, member<std::int64_t>(j, "at", 0)));
  last.node = member<std::string>(j, "node", ""), last.filter = member<std::string>(j, "filter", "");
  return last;
}

}  // namespace

json json_of(const Preferences& p) {
  return {{"scale", p.scale}, {"theme", p.theme}, {"width", p.width}, {"height", p.height}, {"maximized", p.maximized},
          {"left", p.left}, {"right", p.right}, {"bottom", p.bottom}, {"stop_at_violation", p.stop_at_violation},
          {"plots", p.plots}, {"last", json_of(p.last)}, {"report_seen", p.report_seen}};
}

Preferences preferences_of(const json& j) {
  const auto bounded = [&](const char* name, float otherwise, float least, float greatest) {
    const float value = member<float>(j, name, otherwise);
    return std::isfinite(value) ? std::clamp(value, least, greatest) : otherwise;
  };
  Preferences p;
  const float scale = bounded("scale", 0, 0, 2.5f);
  p.scale = scale <= 0 ? 0 : std::max(scale, 0.75f);
  p.theme = member<std::string>(j, "theme", p.theme);
  p.width = std::clamp(member<int>(j, "width", p.width), 320, 16384);
  p.height = std::clamp(member<int>(j, "height", p.height), 240, 16384);
  p.maximized = member<bool>(j, "maximized", p.maximized);
  p.left = bounded("left", p.left, 0, 0.9f);
  p.right = bounded("right", p.right, 0, 0.9f);
  p.bottom = bounded("bottom", p.bottom, 0, 0.9f);
  p.stop_at_violation = member<bool>(j, "stop_at_violation", p.stop_at_violation);
  p.plots = member<std::map<std::string, std::vector<std::string>>>(j, "plots", {});
  p.last = last_of(member<json>(j, "last", json::object()));
  p.report_seen = member<std::string>(j, "report_seen", "");
  return p;
}

}  // namespace library
