#include "app/window/shell.h"

#include <algorithm>
#include <cmath>

#include "app/window/top_bar.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"
#include "labs/record/open_run.h"

namespace window {
namespace {

constexpr float kTopBar = 44;

}  // namespace

Shell::Shell(Outside outside) : outside_(std::move(outside)) {
  const auto kinds = catalog::all_kinds();
  for (const auto& file : catalog::lab_files()) labs_.push_back(guide::read_lab(std::string(file.name), file.text, kinds));
}
Shell::~Shell() = default;

bool Shell::busy() const { return (player_ && player_->busy()) || !said_.empty() || !commands_.all().empty(); }

void Shell::only(std::string panel) {
  only_ = !panel.empty();
  bench_.only(std::move(panel));
}

void Shell::draw(double seconds) {
  if (player_) {
    player_->tick(seconds);
    for (auto& wish : player_->take_said()) commands_.want(std::move(wish));
  }
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::Begin("shell", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNavFocus);
  ImGui::PopStyleVar(3);
  if (!only_) draw_top_bar();
  ImGui::SetCursorPos({0, only_ ? 0 : px(kTopBar)});
  draw_place();
  draw_said();
  ImGui::End();
  draw_dialogs();
  take_keys();
  for (const auto& wish : commands_.take()) do_wish(wish);
}

void Shell::draw_top_bar() {
  const float width = ImGui::GetWindowWidth();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({0, 0}, {width, px(kTopBar)}, theme().ground);
  list.AddLine({0, px(kTopBar) - 1}, {width, px(kTopBar) - 1}, theme().line);
  draw_text(list, {px(20), px(14)}, "Faultline", theme().text, look().fonts.strong);
  ImGui::SetCursorPos(px(120, 8));
  auto chosen = static_cast<std::size_t>(place);
  if (choice("places", {"Labs", "Bench", "Runs"}, chosen)) commands_.want(GoTo{static_cast<Place>(chosen)});
  if (place == Place::bench && player_) draw_transport(player_->view(), selection_, commands_);
  draw_find(commands_);
}

void Shell::draw_place() {
  if (only_ && player_) return bench_.draw(player_->view(), progress_[player_->view().lab.name], preferences, selection_, commands_);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme().ground);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, place == Place::bench ? ImVec2(0, 0) : px(32, 24));
  ImGui::BeginChild("place", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding | (place == Place::bench ? ImGuiWindowFlags_NoScrollbar : 0));
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
  switch (place) {
    case Place::labs: gallery_.draw(labs_, progress_, runs_, commands_); break;
    case Place::runs: runs_panel_.draw(runs_, commands_); break;
    case Place::bench:
      if (player_)
        bench_.draw(player_->view(), progress_[player_->view().lab.name], preferences, selection_, commands_);
      else
        empty("No run is open. Choose a lab, or open a run.");
      break;
  }
  ImGui::EndChild();
}

// What was said last, at the bottom, for a while.
void Shell::draw_said() {
  if (said_.empty()) return;
  if (look().clock > said_until_) return said_.clear();
  const ImVec2 size = text_size(said_);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 at{std::floor((screen.x - size.x) / 2), screen.y - px(96)};
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled({at.x - px(16), at.y - px(10)}, {at.x + size.x + px(16), at.y + size.y + px(10)}, theme().raised, px(8));
  list.AddRect({at.x - px(16), at.y - px(10)}, {at.x + size.x + px(16), at.y + size.y + px(10)}, said_bad_ ? theme().bad : theme().line, px(8));
  draw_text(list, at, said_, said_bad_ ? theme().bad : theme().text);
}

void Shell::draw_dialogs() {
  const std::optional<View> view = player_ ? std::optional<View>(player_->view()) : std::nullopt;
  if (palette_.is_open()) palette_.draw(view ? &*view : nullptr, labs_, actions(view ? &*view : nullptr, place, look().scale), commands_);
  help_.draw();
  preferences_dialog_.draw(preferences, commands_);
}

// A dialog has the keyboard for itself.
void Shell::take_keys() {
  if (palette_.is_open() || help_.open || preferences_dialog_.open) return;
  const std::optional<View> view = player_ ? std::optional<View>(player_->view()) : std::nullopt;
  if (auto wish = pressed_action(view ? &*view : nullptr, place, look().scale)) commands_.want(std::move(*wish));
}

void Shell::ask(const std::string& dialog) {
  if (dialog == "palette") palette_.open();
  if (dialog == "help") help_.open = true;
  if (dialog == "preferences") preferences_dialog_.open = true;
}

// The stretch of time that is shown: shorter or longer around the moment, or moved by a part of it.
void Shell::move_time(double factor, double part) {
  if (!player_) return;
  const core::Time at = player_->view().at;
  Selection& s = selection_;
  const double length = std::max(1000.0, static_cast<double>((s.to - s.from).count()));
  const double around = std::clamp(static_cast<double>((at - s.from).count()) / length, 0.0, 1.0);
  const double wanted = std::max(1000.0, length * factor);
  const double from = static_cast<double>(s.from.time_since_epoch().count()) + around * (length - wanted) + part * length;
  s.from = core::kStart + core::Duration(static_cast<std::int64_t>(std::max(0.0, from)));
  s.to = s.from + core::Duration(static_cast<std::int64_t>(wanted));
  if (part != 0) s.follow = false;
}

void Shell::do_wish(const Wish& wish) {
  if (const auto* w = std::get_if<StopAtViolation>(&wish)) preferences.stop_at_violation = w->on;
  if (player_ && player_->wish(wish, selection_, commands_)) return;
  std::visit(Cases{[&](const OpenLab& w) { open_lab(w); }, [&](const OpenRun& w) { open_run(w); },
                   [&](const GoTo& w) { place = w.place; },
                   [&](const Show& w) { bench_.show(w.panel); },
                   [&](const Say& w) { said_ = w.text, said_bad_ = w.bad, said_until_ = look().clock + (w.bad ? 8 : 4); },
                   [&](const CopyText& w) {
                     if (outside_.copy) outside_.copy(w.text);
                     commands_.want(Say{"Copied."});
                   },
                   [&](const Ask& w) { ask(w.dialog); },
                   [&](const ZoomTime& w) { move_time(w.factor, 0); }, [&](const PanTime& w) { move_time(1, w.part); },
                   [&](const FitTime&) {
                     selection_.follow = false;
                     selection_.from = core::kStart;
                     if (player_) selection_.to = std::max(core::kStart + std::chrono::milliseconds(1), player_->view().end);
                   },
                   [&](const ClearSelection&) {
                     selection_.node = selection_.link_from = selection_.link_to = core::kNobody;
                     selection_.row = timeline::kNone;
                     selection_.range.reset();
                   },
                   [&](const SelectNode& w) { selection_.node = w.node, selection_.row = timeline::kNone; },
                   [&](const Reopen& w) { reopen(w.loopback); },
                   [&](const FullScreen&) {
                     full_screen_ = !full_screen_;
                     if (outside_.full_screen) outside_.full_screen(full_screen_);
                   },
                   [&](const SetScale& w) { preferences.scale = std::clamp(w.scale, 0.75f, 2.5f); },
                   [&](const SetTheme& w) { preferences.theme = w.name; }, [&](const Quit&) { quit_ = true; },
                   [&](const auto&) {}},
             wish);
}

void Shell::open(std::unique_ptr<session::Session> session) {
  player_.reset();
  bench_.forget();
  selection_ = {};
  player_ = std::make_unique<Player>(std::move(session), outside_.new_path, outside_.wake);
  place = Place::bench;
}

void Shell::select(const std::string& node) {
  if (!player_) return;
  for (const auto& info : player_->view().run.header().nodes)
    if (info.name == node) selection_.node = info.id;
}

void Shell::open_lab(const OpenLab& open) {
  try {
    session::Origin origin;
    origin.lab = catalog::load_lab(open.lab);
    for (const auto& setting : open.settings) guide::apply_setting(origin.lab.system, setting);
    origin.seed = open.seed.value_or(origin.lab.seed);
    origin.settings = open.settings;
    origin.loopback = open.loopback;
    origin.program = outside_.program;
    origin.path = outside_.new_path ? outside_.new_path(origin.lab.name) : "";
    this->open(std::make_unique<session::Session>(std::move(origin)));
    commands_.want(Play{true});
  } catch (const std::exception& why) {
    commands_.want(Say{why.what(), true});
  }
}

void Shell::reopen(bool loopback) {
  if (!player_) return;
  const session::Origin& origin = player_->session().origin();
  session::Origin again;
  again.lab = origin.lab, again.seed = origin.seed, again.settings = origin.settings, again.program = outside_.program;
  again.loopback = loopback;
  again.path = outside_.new_path ? outside_.new_path(again.lab.name) : "";
  try {
    this->open(std::make_unique<session::Session>(std::move(again)));
    commands_.want(Play{true});
  } catch (const std::exception& why) {
    commands_.want(Say{why.what(), true});
  }
}

void Shell::open_run(const OpenRun& open) {
  try {
    this->open(std::make_unique<session::Session>(record::open_run(open.path)));
  } catch (const std::exception& why) {
    commands_.want(Say{why.what(), true});
  }
}

}  // namespace window
