// What the shell does about wishes: opening, keeping, and what is about the window itself. What is about the run looked at is
// the player's.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/crash_report.h"
#include "app/library/kept_file.h"
#include "app/library/run_folder.h"
#include "app/window/raster.h"
#include "app/window/shell.h"
#include "app/window/widgets.h"
#include "labs/catalog/labs.h"
#include "labs/compare/shrink.h"
#include "labs/replay/make.h"

namespace window {

// What is wished of the library. False: something else is.
bool Shell::do_library_wish(const Wish& wish) {
  bool mine = true;
  try {
    std::visit(Cases{[&](const RenameRun& w) { library_.rename(w.path, w.name); },
                     [&](const NoteRun& w) { library_.note(w.path, w.note); },
                     [&](const TagRun& w) { library_.tag(w.path, w.tags); },
                     [&](const DeleteRuns& w) {
                       for (const auto& path : w.paths) library_.remove(path);   // The list says so, and offers them back.
                     },
                     [&](const RestoreRuns& w) {
                       for (const auto& path : w.paths) library_.restore(path);
                       commands_.want(Say{"Restored."});
                     },
                     [&](const DeleteLab& w) { library_.remove_lab(w.path), read_labs(); },
                     [&](const RestoreLab& w) { library_.restore(w.path), read_labs(); },
                     [&](const ImportRuns& w) { library_.import(w.paths); }, [&](const auto&) { mine = false; }},
               wish);
    if (mine) library_.list_runs();
  } catch (const library::Refused& why) {
    commands_.want(Say{why.what(), true});
  }
  return mine;
}

void Shell::do_wish(const Wish& wish) {
  if (do_library_wish(wish)) return;
  if (const auto* w = std::get_if<StopAtViolation>(&wish)) preferences.stop_at_violation = w->on;
  if (const auto* w = std::get_if<Give>(&wish)) app::crash_would_follow(w->command);
  // The run that it is about is still being read.
  if (opening_ && std::holds_alternative<Seek>(wish)) {
    after_opening_ = std::get<Seek>(wish);
    return;
  }
  if (player_ && player_->wish(wish, selection_, commands_)) return;
  std::visit(Cases{[&](const OpenLab& w) { open_lab(w); }, [&](const OpenRun& w) { open_run(w); },
                   [&](const Continue&) { go_on(); }, [&](const ReportSeen&) { put_report_away(); },
                   [&](const GoTo& w) { go_to(w.place); },
                   [&](const Show& w) { bench_.show(w.panel); },
                   [&](const Say& w) { said_ = w.text, said_bad_ = w.bad, said_until_ = look().clock + (w.bad ? 8 : 4); },
                   [&](const CopyText& w) {
                     if (outside_.copy) outside_.copy(w.text);
                     commands_.want(Say{"Copied."});
                   },
                   [&](const CopyCommands&) { copy_commands(); },
                   [&](const FindEvents&) { bench_.show("events"), bench_.events.find(); },
                   [&](const NextResult& w) {
                     if (!player_) return;
                     bench_.show("events");
                     w.forward ? bench_.events.next(player_->view(), selection_, commands_) : bench_.events.previous(player_->view(), selection_, commands_);
                   },
                   [&](const Ask& w) { ask(w.dialog); },
                   [&](const Answered& w) { keep_answer(w); }, [&](const HintUsed& w) { keep_hint(w); },
                   [&](const CompareRuns& w) { compare(w.paths); }, [&](const ExportRun& w) { export_run(w.path); },
                   [&](const MakeOther& w) { make_other(w.what); }, [&](const ShrinkRun&) { shrink_run(); }, [&](const SavePicture& w) { pictures_.push_back(w); },
                   [&](const AddPlot& w) { bench_.plots.add(w.metric); },
                   [&](const ZoomTime& w) { move_time(w.factor, 0); }, [&](const PanTime& w) { move_time(1, w.part); },
                   [&](const FitTime&) {
                     bench_.topology.fit();
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

// What was done by hand, to be done again by `faultline run LAB --script`.
void Shell::copy_commands() {
  if (!player_) return;
  try {
    const auto given = session::commands_of(player_->view().run);
    if (given.empty()) return commands_.want(Say{"No command was given in this run yet."});
    if (outside_.copy) outside_.copy(session::script_of(given));
    commands_.want(Say{given.size() == 1 ? "One command copied, as a script." : std::to_string(given.size()) + " commands copied, as a script."});
  } catch (const std::exception& why) {
    commands_.want(Say{std::string("The commands cannot be read: ") + why.what(), true});
  }
}

// Nobody watches a world whose place was left: it stands until somebody comes back and lets it go on.
void Shell::go_to(Place where) {
  if (where != Place::bench && place == Place::bench && player_) player_->wish(Play{false}, selection_, commands_);
  if (where != Place::bench) library_.list_runs();
  place = where;
}

// Predictions count as they were made at first.
void Shell::keep_answer(const Answered& answered) {
  if (!player_) return;
  const View view = player_->view();
  if (answered.step >= view.lab.steps.size() || answered.ask >= view.lab.steps[answered.step].asks.size()) return;
  library::LabProgress progress = progress_of(view.lab.name);
  const auto& choices = view.lab.steps[answered.step].asks[answered.ask].choices;
  if (!progress.answers.emplace(std::pair(answered.step, answered.ask), answered.choice).second || answered.choice >= choices.size()) return;
  if (choices[answered.choice].right) ++progress.right_answers;
  progress.steps = view.lab.steps.size();
  library_.keep_progress(view.lab.name, progress);
}

void Shell::keep_hint(const HintUsed&) {
  if (!player_) return;
  library::LabProgress progress = progress_of(player_->view().lab.name);
  ++progress.hints;
  progress.steps = player_->view().lab.steps.size();
  library_.keep_progress(player_->view().lab.name, progress);
}

void Shell::compare(const std::vector<std::string>& paths) {
  std::vector<library::Comparison::Wanted> wanted;
  for (const auto& path : paths) {
    const auto* const entry = library_.find(path);
    wanted.push_back({path, entry != nullptr ? entry->name : std::filesystem::path(path).stem().string()});
  }
  sweep_page_.close();
  compare_.open(std::move(wanted), outside_.wake, &leaving_);
  go_to(Place::runs);
}

// An experiment of one's own becomes a lab file beside the runs. Started once more, or changed and started, it stays one
// file, unless somebody has written in that since. Throws why it cannot.
std::string Shell::save_lab(const std::string& text, const FreePlay::Written& before) const {
  if (outside_.folders.data.empty()) throw library::Refused("there is no folder to keep it in");
  const std::string folder = outside_.folders.data + "/labs";
  library::make_folder(folder);
  for (const auto& lab : labs_)
    if (lab.text == text && lab.name.starts_with(folder + "/")) return lab.name;
  if (!before.path.empty() && library::read_file(before.path, std::size_t{1} << 20) == before.text) {
    library::write_file(before.path, text);
    return before.path;
  }
  const auto title = text.substr(0, text.find('\n'));
  std::string stem;
  for (const char c : title)
    if (std::isalnum(static_cast<unsigned char>(c))) stem += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!stem.empty() && stem.back() != '-') stem += '-';
  while (stem.ends_with("-")) stem.pop_back();
  const std::string path = library::free_path(folder, stem.empty() ? "experiment" : stem, ".md");
  library::write_file(path, text);
  return path;
}

// Those of the program, and then one's own. One that cannot be read any more is left out: opening it says why.
void Shell::read_labs() {
  labs_.clear();
  const auto kinds = catalog::all_kinds();
  for (const auto& file : catalog::lab_files()) labs_.push_back(guide::read_lab(std::string(file.name), file.text, kinds));
  if (outside_.folders.data.empty()) return;
  std::error_code none;
  std::vector<std::string> own;
  for (const auto& entry : std::filesystem::directory_iterator(outside_.folders.data + "/labs", none))
    if (entry.path().extension() == ".md") own.push_back(entry.path().string());
  std::sort(own.begin(), own.end());
  for (const auto& path : own) try {
      labs_.push_back(catalog::load_lab(path));
      labs_.back().name = path;
    } catch (const guide::BadLab&) {
    }
}

// Pictures of what was drawn, named after it and the moment.
void Shell::after_render() {
  for (const auto& wanted : std::exchange(pictures_, {})) {
    const Picture whole = rasterize(*ImGui::GetDrawData(), theme().ground);
    const auto part = cropped(whole, static_cast<int>(wanted.left), static_cast<int>(wanted.top), static_cast<int>(wanted.right - wanted.left),
                              static_cast<int>(wanted.bottom - wanted.top));
    std::string stem;
    for (const char c : wanted.name) stem += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    try {
      if (outside_.folders.data.empty()) throw library::Refused("there is no folder to keep it in");
      const std::string folder = outside_.folders.data + "/pictures";
      library::make_folder(folder);
      const std::string path = library::free_path(folder, stem, ".png");
      if (!write_png(part, path)) throw library::Refused("cannot write " + path);
      if (outside_.copy) outside_.copy(path);
      commands_.want(Say{"Drawn in " + path + " (the path is copied)."});
    } catch (const library::Refused& why) {
      commands_.want(Say{why.what(), true});
    }
  }
}

// What a person chose to see of a lab is seen again when it is opened again.
void Shell::remember_plots() {
  if (!player_) return;
  const std::string& lab = player_->view().lab.name;
  const auto layout = bench_.plots.layout();
  if (layout.empty()) return;
  if (auto& kept = preferences.plots[lab]; kept != layout) kept = layout;
}

void Shell::open(std::unique_ptr<session::Session> session) {
  player_.reset();
  bench_.forget();
  what_if_.close();
  if (const auto kept = preferences.plots.find(session->origin().lab.name); kept != preferences.plots.end()) bench_.plots.set_layout(kept->second);
  selection_ = {};
  player_ = std::make_unique<Player>(
      std::move(session), leaving_, [this](const std::string& lab) { return library_.new_run_path(lab); }, outside_.wake);
  commands_.want(StopAtViolation{preferences.stop_at_violation});
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
    guide::apply_settings(origin.lab.system, open.settings);
    origin.seed = open.seed.value_or(origin.lab.seed);
    origin.settings = open.settings;
    origin.loopback = open.loopback;
    origin.first_step = open.step;
    library_.opened({open.lab, false, origin.lab.title});
    begin(std::move(origin));
  } catch (const std::exception& why) {
    commands_.want(Say{why.what(), true});
  }
}

void Shell::reopen(bool loopback) {
  if (!player_) return;
  const session::Origin& origin = player_->session().origin();
  session::Origin again;
  again.lab = origin.lab, again.seed = origin.seed, again.settings = origin.settings;
  again.loopback = loopback;
  begin(std::move(again));
}

// A new world, recorded from its beginning. One that cannot be leaves no run file behind that waits for its end.
void Shell::begin(session::Origin origin) {
  origin.program = outside_.program;
  origin.path = library_.new_run_path(origin.lab.name);
  const std::string path = origin.path;
  try {
    // A first step that asks for a prediction is not shown before it was made.
    const bool waits = origin.first_step == 0 && fold_guide(origin.lab, {}, true, progress_of(origin.lab.name), {}).veiled;
    open(std::make_unique<session::Session>(std::move(origin)));
    if (!waits) commands_.want(Play{true});
  } catch (const std::exception& why) {
    library_.close_run(path);
    commands_.want(Say{why.what(), true});
  }
}

// What was looked at when the window was left.
void Shell::go_on() {
  const library::LastLook last = preferences.last;
  open_run({last.run});
  if (opening_) continuing_ = last;
}

void Shell::look_again(const library::LastLook& last) {
  commands_.want(Seek{last.at});
  select(last.node);
  selection_.filter = last.filter;
}

void Shell::put_report_away() {
  preferences.report_seen = std::filesystem::path(report_).filename().string();
  report_.clear();
}

void Shell::open_run(const OpenRun& open) {
  continuing_.reset();
  try {
    const auto* const entry = library_.find(open.path);
    if (entry != nullptr && entry->cut_off) library_.take_over(open.path);
    opening_ = std::make_unique<Opening>(open.path, outside_.wake);
  } catch (const library::Refused& why) {
    commands_.want(Say{why.what(), true});
  }
}

// The file that was being read is a run, a lab, a theme, or nothing of ours.
void Shell::take_opened() {
  if (!opening_) return;
  auto opened = opening_->take();
  if (!opened) return;
  const std::string path = opening_->path();
  opening_.reset();
  const auto seek = std::exchange(after_opening_, std::nullopt);
  const auto last = std::exchange(continuing_, std::nullopt);
  std::visit(Cases{[&](const Opening::Run& run) {
                     const auto* const entry = library_.find(path);
                     library_.opened({path, true, entry != nullptr ? entry->name : std::filesystem::path(path).stem().string()});
                     this->open(std::make_unique<session::Session>(run, path));
                     loaded_path_ = path;
                     // Where its author wants it to be looked at first.
                     for (const auto& one : *run->bookmarks())
                       if (one.opens) commands_.want(Seek{one.at}), commands_.want(Show{"bookmarks"});
                     if (last) look_again(*last);
                     if (seek) commands_.want(*seek);
                   },
                   [&](const Opening::Lab& lab) { commands_.want(OpenLab{lab.path, {}, false, {}}); },
                   [&](const Opening::Sweep& sweep) {
                     compare_.close();
                     sweep_page_.open(sweep.study, sweep.folder);
                     place = Place::runs;
                   },
                   [&](const Opening::Colours& colours) { commands_.want(SetTheme{colours.path}); },
                   [&](const Opening::Refused& refused) { commands_.want(Say{refused.why, true}); }},
             *opened);
}

// `path`: of a run of the library; empty: the one that is looked at.
void Shell::export_run(const std::string& path) {
  ExportDialog::Source source;
  if (!path.empty()) {
    const auto* const entry = library_.find(path);
    source.path = path;
    source.name = entry != nullptr ? entry->name : std::filesystem::path(path).stem().string();
  } else if (player_) {
    const View view = player_->view();
    source.run = player_->session().shared_recording();
    source.name = view.lab.name;
    source.shown = {selection_.from, selection_.to};
    source.marked = selection_.range;
  } else {
    return commands_.want(Say{"No run is open."});
  }
  export_dialog_.open(std::move(source), outside_.wake);
}

// What is left of a run is a run of its own, which is then looked at.
void Shell::shrink_run() {
  if (!player_ || working_) return;
  const std::string path = library_.new_run_path(player_->view().lab.name);
  const auto work = [this, run = player_->session().shared_recording(), path, program = outside_.program](const compare::Progress& told) -> Working::Outcome {
    replay::Recipe recipe = replay::recipe_of(*run);
    recipe.header.program = program;
    const auto broken = compare::broken_in(recipe, {}, told);
    if (!broken) throw replay::NotAgain("done again by this program, nothing breaks in it");
    const compare::Shrunk shrunk = compare::shrink(recipe, *broken, told);
    const auto made = replay::make(shrunk.recipe, path, told).recording;
    const std::string words = std::to_string(shrunk.recipe.commands.size()) + " of " + std::to_string(shrunk.given) + " commands break " +
                              compare::name_of(shrunk.broken) + ": this is that run.";
    return [this, path, made, words] {
      library_.close_run(path);
      library_.list_runs();
      open(std::make_unique<session::Session>(made));
      loaded_path_ = path;
      commands_.want(Say{words});
    };
  };
  working_ = std::make_unique<Working>("Shrinking: which commands does it need to break?", work, [this, path](const std::string& why) {
    library_.close_run(path);
    commands_.want(why.empty() ? Say{"Cancelled."} : Say{"It cannot be shrunk: " + why, true});
  }, outside_.wake);
}

// The other run is a run of its own; both are then compared from where they part.
void Shell::make_other(const compare::WhatIf& what) {
  if (!player_ || working_) return;
  const std::string path = library_.new_run_path(player_->view().lab.name), title = player_->view().lab.title;
  const auto work = [this, what, path, title, base = library::Comparison::Wanted{run_path_, title, player_->session().shared_recording()},
                     program = outside_.program](const compare::Progress& told) -> Working::Outcome {
    compare::Changed other = compare::changed(replay::recipe_of(*base.recording), what);
    other.recipe.header.program = program;
    const auto made = replay::make(other.recipe, path, [&](double part) { told(0.8 * part); });
    const auto parting = compare::part(*base.recording, *made.recording, [&](double part) { told(0.8 + 0.2 * part); });
    compare::expect_same_past(parting, other, base.recording->header().program);
    return [this, base, path, made, words = other.words, title] {
      library_.close_run(path);
      if (!path.empty()) library_.rename(path, title + ", " + words);
      library_.list_runs();
      sweep_page_.close();
      compare_.open({base, {path, words, made.recording}}, outside_.wake, &leaving_, Compare::Align::parting);
      go_to(Place::runs);
      if (!made.refused.empty()) commands_.want(Say{"In the other run " + made.refused.front(), true});
    };
  };
  working_ = std::make_unique<Working>("What if: making the other run", work, [this, path](const std::string& why) {
    library_.close_run(path);
    commands_.want(why.empty() ? Say{"Cancelled."} : Say{"There is no such other run: " + why, true});
  }, outside_.wake);
}

void Shell::take_worked() {
  if (!working_) return;
  const auto outcome = working_->take();
  if (!outcome) return;
  working_.reset();
  (*outcome)();
}

}  // namespace window
