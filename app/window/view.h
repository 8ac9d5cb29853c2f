// What a panel is given: what it draws (View), what is picked and shared between panels (Selection), and where it puts what
// a person wishes (Commands). A panel changes nothing else, so that live, scrubbed back, loaded from a file, and a branch
// laid over its parent are the same code.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "labs/compare/what_if.h"
#include "labs/folds/cases.h"
#include "labs/session/session.h"
#include "labs/timeline/timeline.h"

namespace window {

using folds::Cases;

enum class Place : std::uint8_t { labs, bench, runs };

// --- What a person may wish. `Give` changes the world; all else changes what is looked at.
struct Give { std::string command; };            // A command in its text form: `partition S1 | S2 S3`.
struct GiveTogether { std::vector<std::string> commands; };   // Of one movement of the hand: undone together.
struct Undo {};                                  // Of one's own last command, by another past.
struct Redo {};
struct Play { bool on = true; };
struct SetSpeed { double times = 1; };           // 0: as fast as it goes.
struct StepForward { session::Session::Unit unit{}; };
struct StepBack { session::Session::Unit unit{}; };
struct Seek { core::Time to{}; };                // Looks at another moment, and stands there.
struct GoLive {};                                // To the end of what has happened.
struct Fork { core::Time at{}; };                // Another branch from there, which is then looked at.
struct SwitchBranch { std::size_t to = 0; };
struct CloseBranch { std::size_t which = 0; };
struct AddBookmark {};                           // At the moment that is looked at.
struct SetBookmarks { record::Bookmarks all; };  // Of the run looked at.
struct OpenDoor { std::string wish; };            // Real clients come in: see doors::parse_wish.
struct CloseDoor { std::string protocol; };
struct LayOver { std::size_t branch = 0; bool on = true; };   // In the plots.
struct StopAtViolation { bool on = true; };
struct GuideNext {};
struct GuideBegin { std::size_t step = 0; };     // Goes to this step, as things are.
struct GuideRestart { std::size_t step = 0; };   // Goes back to how things were when it began: a branch.
struct GuideDo {};                               // Do it for me.
struct Answered { std::size_t step = 0, ask = 0, choice = 0; };   // A prediction, for the progress that is kept.
struct HintUsed { std::size_t step = 0; };
struct OpenLab {                                 // A name or a path.
  std::string lab;
  std::optional<std::uint64_t> seed;
  bool loopback = false;
  std::vector<std::string> settings;
  std::size_t step = 0;                          // Where it begins; the steps before are done at once.
};
struct OpenRun { std::string path; };
struct Continue {};                              // What was looked at when the window was last left.
struct DeleteLab { std::string path; };          // One's own, into the trash,
struct RestoreLab { std::string path; };         // and out of it.
struct ReportSeen {};                            // Nobody needs to be told of the crash report any more.
// --- Of the library's runs, by their paths.
struct RenameRun { std::string path, name; };
struct NoteRun { std::string path, note; };
struct TagRun { std::string path; std::vector<std::string> tags; };
struct DeleteRuns { std::vector<std::string> paths; };
struct RestoreRuns { std::vector<std::string> paths; };   // What was deleted comes back.
struct ExportRun { std::string path; };          // Asks for format and place. Empty: the run looked at.
struct CompareRuns { std::vector<std::string> paths; };
struct MakeOther { compare::WhatIf what; };      // The run looked at once more, with one thing changed, beside this one.
struct ShrinkRun {};                             // The commands of the run looked at, down to those that break what broke.
struct ImportRuns { std::vector<std::string> paths; };    // Copies of files from elsewhere.
struct Reopen { bool loopback = false; };        // The same lab again, from its beginning.
struct GoTo { Place place{}; };
struct Show { std::string panel; };              // Brings a tab to the front: "events", "inspector", ...
struct Ask { std::string dialog; };              // Opens one: "palette", "help", "preferences", "export", "chance", "what if", "new".
struct Say { std::string text; bool bad = false; };   // A line at the bottom, for a while.
struct CopyText { std::string text; };
struct CopyCommands {};                          // One's own, as a script that gives them again.
struct FindEvents {};                            // To the field of the filter.
struct NextResult { bool forward = true; };      // Of the filter, from the picked event.
struct ZoomTime { double factor = 1; };          // The stretch of time that is shown, around the moment.
struct PanTime { double part = 0; };             // By this part of it.
struct FitTime {};                               // The whole run.
struct ClearSelection {};
struct SelectNode { core::NodeId node{}; };
struct AddPlot { std::string metric; };
// A part of the screen into a picture file, named after what it shows. In pixels of the next frame.
struct SavePicture {
  std::string name;
  float left = 0, top = 0, right = 0, bottom = 0;
};
struct SetScale { float scale = 1; };
struct SetTheme { std::string name; };          // Or the path of a theme file.
struct FullScreen {};
struct Quit {};

using Wish = std::variant<Give, GiveTogether, Undo, Redo, Play, SetSpeed, StepForward, StepBack, Seek, GoLive, Fork, SwitchBranch, CloseBranch,
                          AddBookmark, SetBookmarks, OpenDoor, CloseDoor, LayOver, StopAtViolation, GuideNext, GuideBegin, GuideRestart, GuideDo, Answered, HintUsed, OpenLab, OpenRun, Continue, DeleteLab, RestoreLab, ReportSeen, RenameRun,
                          NoteRun, TagRun, DeleteRuns, RestoreRuns, ExportRun, CompareRuns, MakeOther, ShrinkRun, ImportRuns, Reopen, GoTo,
                          Show, Ask, Say, CopyText, CopyCommands, FindEvents, NextResult,
                          SavePicture, ZoomTime, PanTime, FitTime, ClearSelection, SelectNode, AddPlot, SetScale, SetTheme, FullScreen, Quit>;

// Done after the frame, in order.
class Commands {
 public:
  void want(Wish wish) { all_.push_back(std::move(wish)); }
  void give(std::string command) { want(Give{std::move(command)}); }
  void give(std::vector<std::string> of_one_gesture) {
    if (of_one_gesture.size() == 1) give(std::move(of_one_gesture.front()));
    else if (!of_one_gesture.empty()) want(GiveTogether{std::move(of_one_gesture)});
  }
  std::vector<Wish> take() { return std::exchange(all_, {}); }
  const std::vector<Wish>& all() const { return all_; }

 private:
  std::vector<Wish> all_;
};

// A run that is laid over the one looked at, in the plots.
struct Overlay {
  const timeline::Timeline* line = nullptr;
  std::string name;
  core::Duration shift{};              // Added to its times, when runs are aligned by an event.
  core::Time from{};                   // Where it parted from the one looked at; before, both are the same.
};

struct BranchName {
  std::string name;
  core::Time forked_at{};
  bool laid_over = false;
};

struct View {
  const guide::Lab& lab;
  const record::Recording& run;
  const timeline::Timeline& line;
  const session::Status& status;
  const timeline::Moment& moment;      // Of `at`.
  core::Time at{};                     // The moment that is looked at.
  core::Time end{};                    // Of what has happened.
  bool live = true;                    // It is the last one, and goes along.
  bool playing = false;
  double speed = 1;                    // 0: as fast as it goes.
  bool loopback = false;
  std::uint64_t seed = 0;
  bool can_undo = false, can_redo = false, stops_at_violation = true;
  const std::vector<BranchName>& branches;
  std::size_t branch = 0;              // The one looked at.
  const std::vector<Overlay>& overlays;
  double indexed = 1;                  // Below 1: a run is still being read.
  std::shared_ptr<const record::Recording> shared = nullptr;   // The same as `run`, for who reads on when it is looked at no more.
};

// What is picked; shared by all panels, and remembered while a run is open.
struct Selection {
  core::NodeId node = core::kNobody;                    // A node,
  core::NodeId link_from = core::kNobody, link_to = core::kNobody;   // or a link,
  std::size_t row = timeline::kNone;                    // and an event.
  std::size_t hovered_row = timeline::kNone;            // Under the mouse in any panel, of the frame before.
  core::NodeId hovered_node = core::kNobody;
  // The stretch of time that plots, space-time diagram and scrubber show.
  core::Time from{}, to = core::kStart + std::chrono::seconds(10);
  bool follow = true;                                   // It goes along with the moment.
  std::optional<std::pair<core::Time, core::Time>> range;   // Marked by Ctrl-drag: for measuring, exports.
  std::string filter;                                   // One language for list, diagram, plots: see filter.h.
};

}  // namespace window
