#include "app/window/panels/events_filter.h"

#include <algorithm>
#include <utility>

#include "app/window/decode.h"
#include "app/window/widgets.h"

namespace window {

bool FilterBox::update(const View& view, const std::string& text) {
  if (line_ == view.line.identity() && text_ == text) return false;
  const bool other_run = line_ != view.line.identity();
  line_ = view.line.identity(), text_ = text;
  auto compiled = timeline::compile(text, view.run, decoder(view.line));
  if (auto* const bad = std::get_if<timeline::FilterError>(&compiled)) {
    error = std::move(*bad);
    if (!other_run) return false;
    filter = {};                       // The last valid one was about another run.
  } else {
    error.reset();
    filter = std::get<timeline::Filter>(std::move(compiled));
  }
  answers_.clear();
  return true;
}

bool FilterBox::shows(std::size_t row, const record::Event& event, core::BytesView body) {
  if (!on()) return true;
  if (row >= answers_.size()) answers_.resize(std::max(row + 1, answers_.size() * 3 / 2));
  std::uint8_t& answer = answers_[row];
  if (answer == 0) answer = filter.matches(row, event, body) ? 2 : 1;
  return answer == 2;
}

void FilterBox::draw(Selection& selection, float width) {
  const float help = ImGui::GetFrameHeight();
  const bool had = !selection.filter.empty();
  const float close = had ? help : 0;
  if (std::exchange(focus, false)) ImGui::SetKeyboardFocusHere();
  field("filter", selection.filter, "filter: node, kind, words", width - help - close - px(4), error.has_value());
  if (error) {
    // Where it is wrong, under that part of the text.
    const ImVec2 least = ImGui::GetItemRectMin(), greatest = ImGui::GetItemRectMax();
    const float x = least.x + ImGui::GetStyle().FramePadding.x;
    const std::size_t at = std::min(error->at, text_.size()), length = std::min(error->length, text_.size() - at);
    const float from = std::min(x + text_size(text_.substr(0, at)).x, greatest.x - px(8));
    const float to = std::clamp(from + std::max(text_size(text_.substr(at, length)).x, px(5)), from, greatest.x - px(3));
    ImGui::GetWindowDrawList()->AddRectFilled({from, greatest.y - px(3)}, {to, greatest.y - px(1.5f)}, theme().bad);
    probe("filter error:" + error->words, {from, least.y}, {to, greatest.y});
    tooltip(error->words);
  }
  if (had) {
    ImGui::SameLine(0, 0);
    if (icon_button(Icon::close, "Clear the filter")) selection.filter.clear();
  }
  ImGui::SameLine(0, px(4));
  if (button("?", {}, "What can be written here")) ImGui::OpenPopup("filter help");
  draw_help(selection);
}

void FilterBox::draw_help(Selection& selection) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(14, 12));
  if (ImGui::BeginPopup("filter help")) {
    section("filter");
    muted("Words beside each other must all hold. Click an example to use it.");
    gap(4);
    float widest = 0;
    for (const auto& example : timeline::filter_examples()) widest = std::max(widest, text_size(example.filter, look().fonts.mono).x);
    const float row = look().fonts.body->FontSize + px(8);
    for (const auto& example : timeline::filter_examples()) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float width = widest + px(28) + text_size(example.meaning).x;
      const std::string id = "##" + std::string(example.filter);
      if (ImGui::InvisibleButton(id.c_str(), {width, row})) selection.filter = example.filter, ImGui::CloseCurrentPopup();
      ImDrawList& list = *ImGui::GetWindowDrawList();
      if (ImGui::IsItemHovered()) list.AddRectFilled({at.x - px(6), at.y}, {at.x + width + px(6), at.y + row}, theme().hovered, px(4));
      draw_text(list, {at.x, at.y + px(4)}, example.filter, theme().accent, look().fonts.mono);
      draw_text(list, {at.x + widest + px(28), at.y + px(4)}, example.meaning, theme().muted);
      probe("example:" + std::string(example.filter), at, {at.x + width, at.y + row});
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace window
