#include "app/window/panels/questions.h"

#include <algorithm>
#include <chrono>

#include "app/window/card.h"
#include "app/window/folds.h"
#include "app/window/widgets.h"
#include "imgui.h"
#include "imgui_stdlib.h"
#include "labs/ask/cells.h"
#include "labs/exports/texts.h"

namespace window {
namespace {

// Columns of the views that say when something was.
constexpr std::string_view kTimes[] = {"t_ns", "sent_ns", "called_ns"};

class Keeping final : public ask::Answer {
 public:
  explicit Keeping(AnswerRows& into) : into_(into) {}
  void columns(const std::vector<std::string>& names) override {
    into_.columns = names;
    for (const std::string_view time : kTimes) {
      const auto it = std::find(names.begin(), names.end(), time);
      if (it != names.end() && time_ == kNone) time_ = static_cast<std::size_t>(it - names.begin());
    }
  }
  bool row(const std::vector<ask::Cell>& cells) override {
    into_.more = into_.rows.size() >= Questions::kMostRows;
    if (into_.more) return false;
    into_.rows.push_back(cells);
    if (time_ != kNone) {
      const auto* const ns = std::get_if<std::int64_t>(&cells[time_]);
      into_.times.push_back(core::kStart + core::Duration(ns != nullptr ? *ns : 0));
    }
    return true;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  AnswerRows& into_;
  std::size_t time_ = kNone;
};

}  // namespace

std::string AnswerRows::csv() const {
  std::string out;
  const auto line = [&](const auto& cells, const auto& put) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      put(out, cells[i]);
    }
    out += '\n';
  };
  line(columns, exports::put_csv);
  for (const auto& row : rows) line(row, ask::put_csv_cell);
  return out;
}

Asking::Asking(std::shared_ptr<const record::Recording> run, std::string question) {
  thread_ = std::thread([this, run = std::move(run), question = std::move(question)] {
    ask(*run, question);
    done_ = true;
  });
}

Asking::~Asking() {
  cancel();
  thread_.join();
}

void Asking::ask(const record::Recording& run, const std::string& question) {
  const auto began = std::chrono::steady_clock::now();
  try {
    ask::Limits limits;
    limits.cancelled = &cancelled_;
    Keeping keeping(answer_);
    ask::ask(run, question, limits, keeping);
  } catch (const std::exception& why) {
    answer_.trouble = why.what();
  }
  answer_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void Questions::begin(const View& view) {
  if (!view.shared || asking_) return;
  asking_ = std::make_unique<Asking>(view.shared, question_);
}

void Questions::draw(const View& view, Commands& commands) {
  if (asking_ && asking_->done()) {
    answer_ = asking_->take();
    asked_ = true;
    asking_.reset();
  }
  const float width = ImGui::GetContentRegionAvail().x, side = px(20), between = px(24);
  const bool beside = width > px(640);
  const float left = beside ? std::floor((width - 2 * side - between) * 0.42f) : width - 2 * side;
  ImGui::SetCursorPos({side, ImGui::GetCursorPosY() + px(4)});
  ImGui::BeginChild("question", {left, beside ? 0 : std::max(px(120), ImGui::GetContentRegionAvail().y / 2)});
  draw_question(view);
  ImGui::EndChild();
  if (beside) ImGui::SameLine(0, between);
  else ImGui::SetCursorPosX(side);
  ImGui::BeginChild("answer", {beside ? width - 2 * side - between - left : left, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
  draw_answer(commands);
  ImGui::EndChild();
}

void Questions::draw_question(const View& view) {
  ImGui::PushFont(look().fonts.mono);
  const float lines = std::clamp(1.0f + static_cast<float>(std::count(question_.begin(), question_.end(), '\n')), 3.0f, 10.0f);
  const ImVec2 size{ImGui::GetContentRegionAvail().x, lines * ImGui::GetTextLineHeight() + px(14)};
  ImGui::InputTextMultiline("##question", &question_, size);
  const bool focused = ImGui::IsItemFocused();
  ImGui::PopFont();
  probe("question", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  gap(2);
  ButtonLook how;
  how.primary = true, how.enabled = !asking_ && view.shared;
  const ImGuiIO& io = ImGui::GetIO();
  const bool keys = focused && io.KeyCtrl && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter));
  if (button("Ask", how, "Ctrl+Enter") || (keys && how.enabled)) begin(view);
  if (asking_) {
    ImGui::SameLine(0, px(12));
    if (button("Cancel")) asking_->cancel();
  }
  gap(8);
  section("Questions that others had");
  for (const auto& example : ask::examples())
    if (quiet_button(example.asks, example.sql)) {
      question_ = example.sql;
      begin(view);
    }
  gap(8);
  draw_views();
}

void Questions::draw_views() {
  section("What can be asked");
  for (const auto& one : ask::views()) {
    std::string columns;
    for (const auto& column : one.columns) columns += (columns.empty() ? "" : "\n") + std::string(column.name) + ": " + column.says;
    text(one.name, theme().text, look().fonts.mono);
    tooltip(columns);
    ImGui::SameLine(0, px(10));
    fitted(one.says, ImGui::GetContentRegionAvail().x, theme().muted, look().fonts.small);
  }
  gap(4);
  ImGui::PushFont(look().fonts.small);
  paragraph("A view's name under the mouse says its columns. percentile(x, p) is there, too. Nothing can be changed.", theme().faint);
  ImGui::PopFont();
}

void Questions::draw_answer(Commands& commands) {
  if (asking_) return muted("Looking for the answer ..");
  if (!asked_) return muted("The answer comes here.");
  if (!answer_.trouble.empty()) return paragraph(answer_.trouble, theme().bad);
  char took[32];
  std::snprintf(took, sizeof took, "%.3g ms", answer_.seconds * 1000);
  const std::string count = count_text(static_cast<double>(answer_.rows.size())) + (answer_.rows.size() == 1 ? " row" : " rows");
  const float top = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(top + px(3));
  text((answer_.more ? "The first " : "") + count + ", in " + took, theme().faint, look().fonts.small);
  ImGui::SameLine(0, px(12));
  ImGui::SetCursorPosY(top);
  if (quiet_button("Copy as CSV")) commands.want(CopyText{answer_.csv()});
  draw_rows(commands);
}

void Questions::draw_rows(Commands& commands) {
  const auto columns = std::min<std::size_t>(answer_.columns.size(), 60);
  if (columns == 0) return;
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_ScrollX | ImGuiTableFlags_Resizable | ImGuiTableFlags_NoBordersInBody;
  if (ImGui::BeginTable("rows", static_cast<int>(columns), kFlags, ImGui::GetContentRegionAvail())) {
    ImGui::TableSetupScrollFreeze(0, 1);
    for (std::size_t i = 0; i < columns; ++i) ImGui::TableSetupColumn(beginning(answer_.columns[i]).c_str());
    // A row like the others, so that its words count for the width of the columns.
    ImGui::TableNextRow();
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, theme().ground);
    for (std::size_t i = 0; i < columns; ++i) {
      ImGui::TableSetColumnIndex(static_cast<int>(i));
      text(beginning(answer_.columns[i]), theme().faint, look().fonts.small);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(answer_.rows.size()));
    while (clipper.Step())
      for (int r = clipper.DisplayStart; r < clipper.DisplayEnd; ++r) {
        const auto row = static_cast<std::size_t>(r);
        ImGui::TableNextRow();
        for (std::size_t i = 0; i < columns; ++i) {
          ImGui::TableSetColumnIndex(static_cast<int>(i));
          const std::string cell = ask::cell_text(answer_.rows[row][i]);
          const bool leads = i == 0 && row < answer_.times.size();
          if (leads) {
            ImGui::PushID(r);
            if (quiet_button(shortened(cell, px(300)), "Look at " + time_text(answer_.times[row]))) commands.want(Seek{answer_.times[row]});
            ImGui::PopID();
          } else {
            const bool number = answer_.rows[row][i].index() == 1 || answer_.rows[row][i].index() == 2;
            const float left = ImGui::GetContentRegionAvail().x - text_size(cell, look().fonts.mono).x;
            if (number && left > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + left);
            fitted(cell, px(360), theme().text, look().fonts.mono);
          }
        }
      }
    ImGui::EndTable();
  }
}

}  // namespace window
