// What was promised, and whether it holds: the invariants of each kind of node, and what clients' reads were promised.
#pragma once
#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/window/panels/checks_judge.h"
#include "app/window/look.h"
#include "app/window/view.h"

namespace window {

// What the nodes of one kind promise together, at a moment.
struct Promise {
  enum class State : std::uint8_t { holds, broken, later, not_judged } state{};   // later: after the moment looked at.
  std::string kind, groups;            // "raft", "servers"
  std::size_t nodes = 0;
  core::Time at{};                     // When it broke,
  std::size_t row = timeline::kNone;   // by which event,
  std::string node, reason;            // at whom, and why.
};
std::vector<Promise> fold_promises(const View& view);

struct Checks {
  void draw(const View& view, Selection& selection, Commands& commands);
  // Goes on judging. Once a frame, also while the panel is not to be seen: its tab tells what was found.
  void tend(const View& view);
  // The mark beside the tab's name: a disc while all is kept, a cross once something broke, a ring while nothing is known.
  void draw_state(const View& view, ImVec2 centre) const;
  Colour state_colour(const View& view) const;
  // Something is being judged: the next frame comes soon.
  bool busy() const { return judging_ != nullptr || wanted_; }

 private:
  void begin(const View& view);
  void draw_promises(const View& view, Selection& selection, Commands& commands);
  void draw_promise(const View& view, const Promise& promise, Selection& selection, Commands& commands);
  void draw_asking(const View& view, Commands& commands);
  void draw_reads(const View& view, Selection& selection, Commands& commands);
  void draw_asked();
  void draw_judged(const View& view) const;
  void draw_search(const View& view);
  void draw_finding(const View& view, const Finding& finding, Selection& selection, Commands& commands);
  void draw_operation(const View& view, const Finding& finding, const Finding::Operation& operation, Selection& selection, Commands& commands);
  const Finding* finding_of(check::Promise promise) const;

  OperationLog log_;
  std::uint64_t line_ = 0;             // Whose operations the log holds; 0: nobody's.
  std::unique_ptr<Judging> judging_;
  std::vector<Finding> findings_;
  std::bitset<names(check::Promise{}).size()> asked_{1};  // Linearizable.
  std::size_t window_ = 1;                               // Of kWindows in checks.cc.
  bool wanted_ = false, keep_ = false;
  double judged_at_ = 0;                                 // By the look's clock: not more often than a few times a second.
};

}  // namespace window
