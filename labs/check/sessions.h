// A history as the promises below linearizability see it: sessions of reads and writes, and which writes each read saw.
//
// Which write a read saw is told by its value where only one write wrote that (clients of our mechanisms write no value
// twice), else by the version that both tell. Where neither decides, nothing is concluded from the read: it is `unclear`.
// A cas that succeeded read what it compared with, and wrote. What a failed cas tells is not used. A text that was appended
// to is taken apart (appended.h): the write that it saw is the last one in it, and it shows what was before that.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "labs/check/history.h"
#include "labs/check/linearizability.h"

namespace check {

// "3.17": numbers, compared one by one. Empty: not told, or not of this form.
using Version = std::vector<std::uint64_t>;
Version read_version(const std::string& text);
// Both are told, in the same form, and the first is the earlier one.
bool earlier(const Version& a, const Version& b);

struct Access {
  static constexpr std::uint32_t kInitial = ~std::uint32_t{0};  // What a key is before anybody writes it.
  std::size_t operation = 0;        // In the history.
  std::uint32_t session = 0, place = 0;
  std::uint32_t key = 0;
  bool writes = false;
  std::vector<std::uint32_t> seen;  // The writes that it read; empty: it read none, or nobody can say which.
  Version version;                  // Of a write: where the system puts it.
  // A run is what reads showed to lie one behind the other: a put and the appends that followed.
  static constexpr std::uint32_t kNoRun = ~std::uint32_t{0};
  std::uint32_t run = kNoRun, rank = 0;            // Of a write: which run it is in, and where.
  std::uint32_t seen_run = kNoRun, seen_rank = 0;  // It read this run up to there.
};

struct Sessions {
  // Throws BadHistory when an operation is none of the model's.
  Sessions(const History& history, Model model);

  std::vector<Access> accesses;                       // In the order in which they began.
  std::vector<std::vector<std::uint32_t>> sessions;   // Of each process, in its order.
  std::vector<std::vector<std::uint32_t>> writes;     // By key.
  // Writes that a read got as siblings.
  struct Apart {
    std::uint32_t one = 0, other = 0, reader = 0;
  };
  std::vector<Apart> told_apart;
  // Reads of a value that nobody wrote. A write that certainly failed wrote nothing.
  struct Unwritten {
    std::size_t operation = 0;
    std::string value;
    bool failed = false;            // Somebody tried to.
  };
  std::vector<Unwritten> unwritten;
  std::string unclear;              // Why something read could not be matched; empty: all could.
  // By number. The first run of a key may begin with kInitial. No other write of the key is between two of a run.
  std::vector<std::vector<std::uint32_t>> runs;
  std::vector<bool> appended;       // By key: somebody appended to it.
  std::string joined;               // A read that showed the work of several writes: whether it should have shown more,
                                    // causal.h does not ask. Empty: there is none.
};

}  // namespace check
