#include "labs/check/timed_history.h"

#include <algorithm>

namespace check {

History TimedHistory::with_reads_earlier(core::Duration by) const {
  std::vector<Entry> moved = entries_;
  for (Entry& entry : moved) {
    if (entry.ends) continue;
    entry.invocation.process = entry.invocation.id;
    if (entry.invocation.function == "get" || entry.invocation.function == "read") entry.at -= by;
  }
  // Those that were there at one moment stay in their order, but a read that comes to it from later may have been before them.
  std::stable_sort(moved.begin(), moved.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
  History history;
  for (const Entry& entry : moved) entry.ends ? history.end(entry.completion) : history.begin(entry.invocation);
  return history;
}

}  // namespace check
