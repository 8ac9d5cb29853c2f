// What clients saw, with the times at which it began and ended: for a promise that speaks of time.
//
// A read is old by at most D when it returns what was there at some moment between D before it began and its end. That is
// Δ-atomicity (Golab, Li and Shah, Analyzing Consistency Properties for Fun and Profit, PODC 2011, section 2): the history in
// which each read begins D earlier is linearizable. What stands behind caches whose values live for so long promises it.
#pragma once
#include <vector>

#include "labs/check/history.h"
#include "mechanisms/core/time.h"

namespace check {

class TimedHistory {
 public:
  void begin(core::Time at, const core::Invocation& invocation) { entries_.push_back({at, false, invocation, {}}); }
  void end(core::Time at, const core::Completion& completion) { entries_.push_back({at, true, {}, completion}); }
  // The same operations, with every read as if it had begun so much earlier. Each is of a process of its own, for that of a
  // read may have been busy then: promises that speak of processes mean nothing here.
  History with_reads_earlier(core::Duration by) const;

 private:
  struct Entry {
    core::Time at;
    bool ends = false;
    core::Invocation invocation;
    core::Completion completion;
  };
  std::vector<Entry> entries_;
};

}  // namespace check
