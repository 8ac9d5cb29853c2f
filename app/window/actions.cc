#include "app/window/actions.h"

#include <array>
#include <algorithm>

#include "app/window/input.h"
#include "imgui.h"

namespace window {
namespace {

using session::Session;

constexpr std::array kSpeeds{0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0};

double next_speed(double now, bool faster) {
  if (now == 0) return faster ? 0 : kSpeeds.back();
  if (faster) {
    for (const double speed : kSpeeds)
      if (speed > now * 1.001) return speed;
    return 0;   // As fast as it goes.
  }
  for (auto it = kSpeeds.rbegin(); it != kSpeeds.rend(); ++it)
    if (*it < now * 0.999) return *it;
  return kSpeeds.front();
}

using List = std::vector<Action>;

void add_time(List& list, const View* v) {
  const char* const group = "Time";
  const bool playing = v != nullptr && v->playing;
  list.push_back({playing ? "Pause" : "Play", "Let time pass, or stand.", group, {{kSpace}}, Play{!playing}});
  list.push_back({"Next event", "Go one event on; at the end, let the world make one.", group, {{kPeriod}, {kJ}}, StepForward{Session::Unit::event}});
  list.push_back({"Event before", "Go one event back.", group, {{kComma}, {kK}}, StepBack{Session::Unit::event}});
  list.push_back({"Next message", "Go on until a message arrives.", group, {{kPeriod, false, true}}, StepForward{Session::Unit::message}});
  list.push_back({"Message before", "Go back to the message that arrived before.", group, {{kComma, false, true}}, StepBack{Session::Unit::message}});
  list.push_back({"Faster", "The next speed, at last as fast as it goes.", group, {{kEqual}}, SetSpeed{next_speed(v ? v->speed : 1, true)}});
  list.push_back({"Slower", "The speed below.", group, {{kMinus}}, SetSpeed{next_speed(v ? v->speed : 1, false)}});
  list.push_back({"Real time", "One second a second.", group, {{k1}}, SetSpeed{1}});
  list.push_back({"As fast as it goes", "No waiting between events.", group, {{k0}}, SetSpeed{0}});
  list.push_back({"To the beginning", "Look at the moment when the nodes start.", group, {{kHome}}, Seek{core::kStart}});
  list.push_back({"To the present", "Look at the last moment that has happened, and go along.", group, {{kEnd}}, GoLive{}});
  list.push_back({"Fork here", "Another branch from the moment that is looked at.", group, {{kF, true, true}}, Fork{v ? v->at : core::Time{}}});
  list.push_back({"Bookmark", "Keep the moment that is looked at, in the run's file, with a note if you like.", group, {{kB}}, AddBookmark{}});
  list.push_back({"Undo", "Take back your last command: the world has another past then.", group, {{kZ, true}}, Undo{}});
  list.push_back({"Redo", "Bring back what was undone.", group, {{kZ, true, true}, {kY, true}}, Redo{}});
}

void add_view(List& list, const View*, float scale) {
  const char* const group = "View";
  list.push_back({"Zoom in", "Show a shorter stretch of time.", group, {{kW}}, ZoomTime{0.7}});
  list.push_back({"Zoom out", "Show a longer stretch of time.", group, {{kS}}, ZoomTime{1 / 0.7}});
  list.push_back({"Earlier", "Show what was before.", group, {{kA}}, PanTime{-0.2}});
  list.push_back({"Later", "Show what came after.", group, {{kD}}, PanTime{0.2}});
  list.push_back({"Fit", "Show the whole run.", group, {{kF}}, FitTime{}});
  list.push_back({"Clear the selection", "Pick nothing.", group, {{kEscape}}, ClearSelection{}});
  list.push_back({"Find an event", "To the filter of the events: by node, kind, words.", group, {{kF, true}}, FindEvents{}});
  list.push_back({"Next result", "The next event that passes the filter.", group, {{kN}}, NextResult{true}});
  list.push_back({"Result before", "The event before that passes the filter.", group, {{kN, false, true}}, NextResult{false}});
  list.push_back({"Space-time", "Bring the space-time diagram to the front.", group, {{k1, true}}, Show{"space-time"}});
  list.push_back({"Events", "Bring the list of events to the front.", group, {{k2, true}}, Show{"events"}});
  list.push_back({"Checks", "Bring what was promised to the front.", group, {{k3, true}}, Show{"checks"}});
  list.push_back({"Bookmarks", "Bring the moments that were kept to the front.", group, {{k4, true}}, Show{"bookmarks"}});
  list.push_back({"Ask", "Ask the run a question in SQL.", group, {{k5, true}}, Show{"ask"}});
  list.push_back({"Larger", "A larger scale of everything.", group, {{kEqual, true}}, SetScale{scale + 0.25f}});
  list.push_back({"Smaller", "A smaller scale of everything.", group, {{kMinus, true}}, SetScale{scale - 0.25f}});
  list.push_back({"Scale 100 %", "The scale of the screen.", group, {{k0, true}}, SetScale{1}});
  list.push_back({"Dark theme", "Light on dark.", group, {}, SetTheme{"dark"}});
  list.push_back({"Light theme", "Dark on light.", group, {}, SetTheme{"light"}});
  list.push_back({"High contrast", "White on black.", group, {}, SetTheme{"high contrast"}});
  list.push_back({"Full screen", "The whole screen, or a window.", group, {{kF11}}, FullScreen{}});
}

void add_lab(List& list, const View* v) {
  const char* const group = "Lab";
  list.push_back({"Do it for me", "Give the commands of the step.", group, {{kEnter, true}}, GuideDo{}});
  list.push_back({"Next step", "Go on with the lab.", group, {{kRight, true}}, GuideNext{}});
  list.push_back({"Again from the start", "The same lab, from its beginning.", group, {{kR, true}}, Reopen{v != nullptr && v->loopback}});
  list.push_back({"Copy the commands", "Yours, as a script that `faultline run --script` gives again.", group, {{kC, true, true}}, CopyCommands{}});
  list.push_back({"What if \u2026", "The same run with one setting or command changed, compared with this one.", group, {{kI, true}}, Ask{"what if"}});
  list.push_back({"How much was chance?", "When its end was certain, and where this run stands among other seeds.", group, {}, Ask{"chance"}});
  list.push_back({"Shrink", "The few commands that break what broke in this run, as a run of their own.", group, {}, ShrinkRun{}});
  list.push_back({"Stop at a violation", "Stand when a promise is broken, or go on.", group, {}, StopAtViolation{v == nullptr || !v->stops_at_violation}});
}

void add_places(List& list) {
  const char* const group = "Places";
  list.push_back({"Find", "Labs, commands, nodes, metrics, settings.", group, {{kK, true}, {kP, true, true}}, Ask{"palette"}});
  list.push_back({"Labs", "The gallery of labs.", group, {{k1, false, false, true}}, GoTo{Place::labs}});
  list.push_back({"Bench", "The run that is open.", group, {{k2, false, false, true}}, GoTo{Place::bench}});
  list.push_back({"Runs", "All runs that were recorded.", group, {{k3, false, false, true}}, GoTo{Place::runs}});
  list.push_back({"New experiment", "Choose kinds, counts, settings and links, and see.", group, {{kN, true}}, Ask{"new"}});
  list.push_back({"Open a file", "A lab file or a run, by its path.", group, {{kO, true}}, Ask{"open"}});
  list.push_back({"Export", "Write this run, or a part of it, as text.", group, {{kE, true}}, Ask{"export"}});
  list.push_back({"Preferences", "Scale, theme, what stops a run.", group, {{kComma, true}}, Ask{"preferences"}});
  list.push_back({"Keys", "What every key does.", group, {{kSlash, false, true}, {kF1}}, Ask{"help"}});
  list.push_back({"Quit", "Close the window. The run is kept.", group, {{kQ, true}}, Quit{}});
}

bool makes_sense(const Action& action, const View* v, Place place) {
  if (action.group == "Places" || std::holds_alternative<SetScale>(action.wish) || std::holds_alternative<SetTheme>(action.wish) ||
      std::holds_alternative<FullScreen>(action.wish))
    return !std::holds_alternative<Ask>(action.wish) || std::get<Ask>(action.wish).dialog != "export" || v != nullptr;
  if (v == nullptr || place != Place::bench) return false;
  if (std::holds_alternative<Undo>(action.wish)) return v->can_undo;
  if (std::holds_alternative<Redo>(action.wish)) return v->can_redo;
  if (std::holds_alternative<ShrinkRun>(action.wish)) return v->status.violated && !v->loopback;
  if (std::holds_alternative<Ask>(action.wish)) return !v->loopback;
  if (action.group == "Lab" && !std::holds_alternative<Reopen>(action.wish) && !std::holds_alternative<StopAtViolation>(action.wish) && !std::holds_alternative<CopyCommands>(action.wish))
    return v->status.live && v->status.guide.step < v->lab.steps.size();
  return true;
}

List every(const View* view, float scale) {
  List list;
  add_time(list, view);
  add_view(list, view, scale);
  add_lab(list, view);
  add_places(list);
  return list;
}

std::string key_text(int key) {
  switch (key) {
    case kSpace: return "Space";
    case kEnter: return "Enter";
    case kEscape: return "Esc";
    case kHome: return "Home";
    case kEnd: return "End";
    case kRight: return "Right";
    case kEqual: return "+";
    case kSlash: return "/";
    default: break;
  }
  if (key >= kF1 && key <= kF12) return "F" + std::to_string(key - kF1 + 1);
  return std::string(1, static_cast<char>(key));
}

}  // namespace

std::string chord_text(const Chord& chord) {
  if (chord == Chord{kSlash, false, true}) return "?";
  return std::string(chord.ctrl ? "Ctrl+" : "") + (chord.alt ? "Alt+" : "") + (chord.shift ? "Shift+" : "") + key_text(chord.key);
}

List actions(const View* view, Place place, float scale) {
  List list = every(view, scale);
  std::erase_if(list, [&](const Action& action) { return !makes_sense(action, view, place); });
  return list;
}

List all_actions() { return every(nullptr, 1); }

std::optional<Wish> pressed_action(const View* view, Place place, float scale) {
  const ImGuiIO& io = ImGui::GetIO();
  int pressed = 0;
  for (int key = 0; key < kShift; ++key)
    if (io.KeysDown[key] && ImGui::IsKeyPressed(key, false)) pressed = key;
  // A text field has its own undo and its own clipboard.
  const bool of_text = !io.KeyCtrl || pressed == kZ || pressed == kY || pressed == kA || pressed == kC || pressed == kV || pressed == kX ||
                       pressed == kLeft || pressed == kRight || pressed == kHome || pressed == kEnd;
  // Where the question mark is depends on the keyboard: it is known by its character.
  const bool asked = std::count(io.InputQueueCharacters.begin(), io.InputQueueCharacters.end(), ImWchar{'?'}) > 0;
  if ((pressed == 0 && !asked) || (io.WantTextInput && of_text)) return {};
  const Chord chord = asked ? Chord{kSlash, false, true} : Chord{pressed, io.KeyCtrl, io.KeyShift, io.KeyAlt};
  for (const auto& action : actions(view, place, scale))
    if (std::find(action.keys.begin(), action.keys.end(), chord) != action.keys.end()) return action.wish;
  return {};
}

}  // namespace window
