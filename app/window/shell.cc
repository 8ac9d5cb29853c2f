#include "app/window/shell.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "app/crash_report.h"
#include "app/library/exporting.h"
#include "app/window/theme_file.h"
#include "app/window/top_bar.h"
#include "app/window/widgets.h"
#include "imgui_internal.h"
#include "labs/record/run_file.h"

namespace window {
namespace {

constexpr float kTopBar = 44;
constexpr double kSeldom = 2;   // Seconds.

// While it lives, no key is heard: what lies below a dialog is drawn so. Else Delete would delete the run that is marked in
// the list behind the preferences.
class Silence {
 public:
  explicit Silence(bool wished) {
    if (!wished) return;
    auto& durations = ImGui::GetIO().KeysDownDuration;
    kept_.assign(std::begin(durations), std::end(durations));
    std::fill(std::begin(durations), std::end(durations), -1.0f);
  }
  ~Silence() { std::copy(kept_.begin(), kept_.end(), ImGui::GetIO().KeysDownDuration); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  std::vector<float> kept_;
};

}  // namespace

Shell::Shell(Outside outside) : outside_(std::move(outside)), library_(outside_.folders) {
  library_.on_change(outside_.wake);
  preferences = library_.load_preferences();
  library_.list_runs();
  read_labs();
  if (!outside_.folders.data.empty()) report_ = app::newest_crash_report(outside_.folders.data + "/crashes", preferences.report_seen);
  free_play_.save = [this](const std::string& text, const FreePlay::Written& before) {
    const std::string path = save_lab(text, before);
    read_labs();
    return path;
  };
}

Shell::~Shell() {
  remember_look();
  working_.reset();
  player_.reset();   // Its runs are closed before the library goes.
  compare_.close();
  leaving_.wait();
  take_gone();
  keep();
}

bool Shell::busy() const {
  return (player_ && player_->busy()) || !said_.empty() || !commands_.all().empty() || library_.work() || leaving_.busy() || compare_.busy() ||
         export_dialog_.busy() || opening_ || working_ || chance_.busy() ||
         (place == Place::bench && bench_.checks.busy());
}

void Shell::only(std::string panel) {
  only_ = !panel.empty();
  bench_.only(std::move(panel));
}

void Shell::draw(double seconds) {
  try {
    draw_frame(seconds);
  } catch (const std::exception& why) {
    // Somewhere within windows, groups and tables: they are ended, so that the next frame begins with none.
    ImGui::ErrorCheckEndFrameRecover(nullptr);
    give_up_run(why.what());
  }
}

// Whoever throws once throws with every frame, so what it was about is closed. Its run file stays as it is.
void Shell::give_up_run(const std::string& why) {
  commands_.take();
  if (place == Place::runs && compare_.is_open()) {
    compare_.close();
    return commands_.want(Say{"The comparison was closed: " + why, true});
  }
  if (place == Place::runs && sweep_page_.is_open()) {
    sweep_page_.close();
    return commands_.want(Say{"The sweep was closed: " + why, true});
  }
  player_.reset();
  bench_.forget();
  selection_ = {};
  commands_.want(Say{"The run was closed: " + why, true});
}

void Shell::draw_frame(double seconds) {
  if (player_) {
    player_->tick(seconds);
    for (auto& wish : player_->take_said()) commands_.want(std::move(wish));
  }
  take_from_library();
  take_gone();
  take_opened();
  take_worked();
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  // The frame begins with the ground: to fill the whole window with it once more costs milliseconds where there is no GPU.
  ImGui::Begin("shell", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNavFocus);
  ImGui::PopStyleVar(3);
  const bool dialog = dialog_open();   // It has the keyboard for itself, also in the frame in which a key closes it.
  if (!only_) draw_top_bar();
  ImGui::SetCursorPos({0, only_ ? 0 : px(kTopBar)});
  {
    const Silence silence(dialog);
    draw_place();
  }
  draw_said();
  draw_work();
  if (opening_) opening_->draw(seconds);
  if (working_) working_->draw(seconds);
  ImGui::End();
  draw_dialogs(seconds);
  if (!dialog) take_keys();
  for (const auto& wish : commands_.take()) do_wish(wish);
  keep_steps_done();
  remember_plots();
  see_which_run();
  // Not with every frame, and not while it plays: what is kept goes to the disk.
  if (player_ && !player_->view().playing && look().clock - remembered_ > kSeldom) {
    remember_look();
    remembered_ = look().clock;
  }
  if (!ImGui::IsAnyMouseDown()) keep();
}

void Shell::take_from_library() {
  library_.poll();
  for (const auto& words : library_.take_said()) commands_.want(Say{words, true});
}

// Runs that are recorded to their end.
void Shell::take_gone() {
  const auto paths = leaving_.gone();
  for (const auto& path : paths) library_.close_run(path);
  if (!paths.empty()) library_.list_runs();
}

void Shell::see_which_run() {
  const std::string recorded = player_ ? player_->session().origin().path : "";
  const std::string path = !player_ || !recorded.empty() ? recorded : player_->view().status.live ? "" : loaded_path_;
  if (path == run_path_) return;
  run_path_ = path;
  app::crash_would_lose(path);
}

// Where the next start can go on.
void Shell::remember_look() {
  if (!player_ || run_path_.empty()) return;
  try {
    const View view = player_->view();
    library::LastLook now{run_path_, view.lab.title, view.at, "", selection_.filter};
    if (const auto* const node = view.run.node(selection_.node)) now.node = node->name;
    preferences.last = std::move(now);
  } catch (const record::BadRun&) {
    // What is looked at is damaged just there: nobody wants to come back to it.
  }
}

// What the gallery offers of the time before this window: as long as nothing else is open.
Offers Shell::offers() const {
  std::error_code none;
  const bool on = !player_ && !opening_ && !preferences.last.run.empty() && std::filesystem::exists(preferences.last.run, none);
  return {on ? &preferences.last : nullptr, report_};
}

// The theme that is preferred. One that cannot be used leaves the one before, and says why.
const Theme& Shell::colours() {
  if (preferences.theme == theme_name_) return *theme_;
  try {
    if (names_theme_file(preferences.theme)) {
      // The next start may be in another folder.
      preferences.theme = std::filesystem::absolute(library::expanded(preferences.theme)).lexically_normal().string();
      theme_files_.push_back(load_theme(preferences.theme));
      theme_ = &theme_files_.back();
      const auto warnings = hard_to_see(*theme_);
      if (!warnings.empty())
        commands_.want(Say{"The theme is used, but " + warnings.front() + (warnings.size() > 1 ? ", and " + std::to_string(warnings.size() - 1) + " more" : "") + "."});
    } else if (const Theme* const named = find_theme(preferences.theme)) {
      theme_ = named;
    } else {
      throw BadTheme("there is no theme " + preferences.theme);
    }
    theme_name_ = preferences.theme;
  } catch (const BadTheme& why) {
    preferences.theme = theme_name_;
    commands_.want(Say{std::string("The theme stays as it is: ") + why.what() + ".", true});
  }
  return *theme_;
}

// Preferences, when they changed: an edge was dragged, a theme chosen.
void Shell::keep() { library_.keep_preferences(preferences); }

const library::LabProgress& Shell::progress_of(const std::string& lab) const {
  const auto it = library_.progress().find(lab);
  return it == library_.progress().end() ? no_progress_ : it->second;
}

// A step that is done stays done, whatever is done again.
void Shell::keep_steps_done() {
  if (!player_) return;
  const View view = player_->view();
  const auto& done_at = view.status.guide.done_at;
  const auto done = static_cast<std::size_t>(std::find(done_at.begin(), done_at.end(), std::nullopt) - done_at.begin());
  const library::LabProgress& kept = progress_of(view.lab.name);
  if (view.lab.steps.empty() || (done <= kept.steps_done && kept.steps == view.lab.steps.size())) return;
  library::LabProgress progress = kept;
  progress.steps_done = std::max(done, kept.steps_done);
  progress.steps = view.lab.steps.size();
  library_.keep_progress(view.lab.name, progress);
}

void Shell::draw_top_bar() {
  const float width = ImGui::GetWindowWidth();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddLine({0, px(kTopBar) - 1}, {width, px(kTopBar) - 1}, theme().line);
  draw_name();
  auto chosen = static_cast<std::size_t>(place);
  if (choice("places", {"Labs", "Bench", "Runs"}, chosen)) commands_.want(GoTo{static_cast<Place>(chosen)});
  if (place == Place::bench && player_) draw_transport(player_->view(), selection_, commands_);
  draw_find(commands_);
}

void Shell::draw_place() {
  if (only_ && player_) return bench_.draw(player_->view(), progress_of(player_->view().lab.name), preferences, selection_, commands_);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, place == Place::bench ? ImVec2(0, 0) : px(32, 24));
  ImGui::BeginChild("place", {0, 0}, false, ImGuiWindowFlags_AlwaysUseWindowPadding | (place == Place::bench ? ImGuiWindowFlags_NoScrollbar : 0));
  ImGui::PopStyleVar();
  switch (place) {
    case Place::labs:
      if (!free_play_.draw(commands_)) gallery_.draw(labs_, library_.progress(), library_.runs(), commands_, offers());
      break;
    case Place::runs:
      if (compare_.is_open())
        compare_.draw(commands_);
      else if (sweep_page_.is_open())
        sweep_page_.draw(commands_);
      else
        runs_panel_.draw(library_.runs(), {library_.trouble(), library_.work()}, commands_);
      break;
    case Place::bench:
      if (player_)
        bench_.draw(player_->view(), progress_of(player_->view().lab.name), preferences, selection_, commands_);
      else
        empty("No run is open. Choose a lab, or open a run.");
      break;
  }
  ImGui::EndChild();
}

// What takes a while, with how much of it is done, and the way to do without it.
void Shell::draw_work() {
  std::string words;
  double part = 0;
  std::optional<Wish> cancel;
  if (player_) {
    const View view = player_->view();
    if (view.status.rebuilding < 1) {
      words = "Making the past again", part = view.status.rebuilding;
      if (view.branches.size() > 1) cancel = CloseBranch{view.branch};
      else if (view.can_redo) cancel = Redo{};
      else cancel = Reopen{};
    } else if (view.indexed < 0.98 && !view.status.live) {
      words = "Reading the run", part = view.indexed;
    }
  }
  if (const auto work = library_.work(); words.empty() && work) words = work->words, part = work->part;
  if (words.empty()) work_began_ = look().clock;
  if (words.empty() || look().clock - work_began_ < 0.3) return;
  char share[16];
  std::snprintf(share, sizeof share, "  %.0f %%", part * 100);
  const float width = px(340), height = px(40);
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({std::floor((screen.x - width) / 2), px(kTopBar + 12)});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(14, 6));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme().raised);
  ImGui::Begin("work", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  muted(words + share);
  ImGui::SetCursorPos(px(14, 28));
  progress(part, width - px(28 + 44), theme().accent);
  ImGui::SetCursorPos({width - px(44), px(6)});
  if (cancel && icon_button(Icon::close, "Cancel", {}, "Do without it")) commands_.want(*cancel);
  else if (!cancel && library_.work() && icon_button(Icon::close, "Cancel", {}, "Do without it")) library_.cancel();
  ImGui::End();
}

// What was said last, at the bottom, for a while.
void Shell::draw_said() {
  if (said_.empty()) return;
  if (look().clock > said_until_) return said_.clear();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float wrap = std::min(px(720), screen.x - px(120));
  const ImFont* const font = ImGui::GetFont();
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, wrap, said_.data(), said_.data() + said_.size());
  ImGui::SetNextWindowPos({std::floor((screen.x - size.x) / 2 - px(18)), screen.y - px(64) - size.y - px(24)});
  ImGui::SetNextWindowSize({size.x + px(36), size.y + px(24)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(18, 12));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme().raised);
  ImGui::PushStyleColor(ImGuiCol_Border, said_bad_ ? theme().bad : theme().line);
  ImGui::Begin("said", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar();
  ImGui::PushTextWrapPos(px(18) + wrap);
  ImGui::PushStyleColor(ImGuiCol_Text, said_bad_ ? theme().bad : theme().text);
  ImGui::TextUnformatted(said_.data(), said_.data() + said_.size());
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
  probe("said:" + said_, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  ImGui::End();
}

namespace {

// What lies behind a dialog steps back, and hears nothing: a click beside the dialog only closes it.
void draw_shade() {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, faded(rgb(0x000000), theme().dark ? 0.45f : 0.2f));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ImGui::Begin("shade", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                                     ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav);
  ImGui::End();
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
}

}  // namespace

void Shell::draw_dialogs(double seconds) {
  if (dialog_open()) draw_shade();
  const std::optional<View> view = player_ ? std::optional<View>(player_->view()) : std::nullopt;
  if (palette_.is_open()) palette_.draw(view ? &*view : nullptr, labs_, library_.runs(), actions(view ? &*view : nullptr, place, look().scale), commands_);
  help_.draw();
  preferences_dialog_.draw(preferences, commands_);
  export_dialog_.draw(commands_);
  chance_.draw(seconds);
  if (view) what_if_.draw(*view, commands_);
}

bool Shell::dialog_open() const {
  return palette_.is_open() || help_.open || preferences_dialog_.open || export_dialog_.is_open() || chance_.is_open() || what_if_.is_open();
}

void Shell::take_keys() {
  const std::optional<View> view = player_ ? std::optional<View>(player_->view()) : std::nullopt;
  if (auto wish = pressed_action(view ? &*view : nullptr, place, look().scale)) commands_.want(std::move(*wish));
}

void Shell::ask(const std::string& dialog) {
  if (dialog == "palette") palette_.open();
  if (dialog == "open") palette_.open("~/");
  if (dialog == "export") export_run("");
  if (dialog == "chance" && player_) chance_.open({player_->session().shared_recording(), player_->view().lab.title}, outside_.wake);
  if (dialog == "what if" && player_) {
    player_->wish(Play{false}, selection_, commands_);   // The other run is to end where this one does.
    what_if_.open(player_->view());
  }
  if (dialog == "new") free_play_.open(), go_to(Place::labs);
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

}  // namespace window
