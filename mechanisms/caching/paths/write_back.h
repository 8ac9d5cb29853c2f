// Write-back: a write is acknowledged as soon as the cache has it, and stored behind the cache later, several writes of one key
// as one. Fast, and a promise that a crash breaks: what was acknowledged and not yet flushed is lost, and at_risk() says how
// much that is. As page caches do it (Linux' dirty_expire and dirty_background thresholds), for keys.
//
// Guarantees
//   1. A key is dirty from its first unflushed write until the flush of its last one is done. Its newest value is here as long,
//      so that an eviction from a cache in front loses nothing.
//   2. A key waits at most `flush_after`, however often it is written again, or until `flush_count` keys wait.
//   3. Flushes of one key do not overtake each other: there is one under way at a time, and one of which nobody knows whether
//      it was stored is sent again as it was, under the same number, until somebody knows. What is stored behind it cannot be
//      undone by it, then, where numbers are done once.
//   4. There are at most `dirty_limit` dirty keys: a write of one more is refused until something was flushed.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mechanisms/core/rng.h"
#include "mechanisms/core/settings.h"
#include "mechanisms/core/time.h"

namespace caching {

struct WriteBackFlaws {
  bool forget_rewrite = false;
  bool age_from_last_write = false;
  FIELDS(WriteBackFlaws, forget_rewrite, age_from_last_write)
  static constexpr auto kDeclared = std::array{
      core::Setting{"forget_rewrite", "", "", "", "A flush cleans its key, though it was written again while the flush was under way."},
      core::Setting{"age_from_last_write", "", "", "", "Every write lets its key wait anew: what is written all the time is never flushed."}};
};

struct WriteBackSettings {
  static constexpr bool kNameless = true;
  core::Duration flush_after = std::chrono::seconds(1);
  std::uint64_t flush_count = 100;
  std::uint64_t batch = 100;
  std::uint64_t dirty_limit = 10'000;
  WriteBackFlaws flaws;
  FIELDS(WriteBackSettings, flush_after, flush_count, batch, dirty_limit, flaws)
  static constexpr auto kDeclared = std::array{
      core::Setting{"flush_after", "0s", "1h", "", "How long a written value waits before it is stored behind the cache."},
      core::Setting{"flush_count", "1", "1000000", "keys", "So many waiting keys are flushed before their time."},
      core::Setting{"batch", "1", "1000000", "keys", "At most so many keys in one flush."},
      core::Setting{"dirty_limit", "1", "10000000", "keys", "With so many dirty keys a write of another is refused."}};
  std::string conflict() const { return flush_count > dirty_limit ? "`flush_count` above `dirty_limit` is never reached: writes are refused first" : ""; }
};

class WriteBack {
 public:
  using Settings = WriteBackSettings;
  struct Value {
    std::string value;
    std::uint64_t version = 0;
    bool deleted = false;   // The key is to be removed behind the cache, too.
    FIELDS(Value, value, version, deleted)
  };
  struct Flush {
    std::string key;
    Value value;
    std::uint64_t number = 0;   // The same when it is sent again.
    FIELDS(Flush, key, value, number)
  };
  // What a crash would lose now.
  struct Risk {
    std::uint64_t keys = 0, writes = 0;
    core::Duration oldest{};   // Since when the first of them was acknowledged.
    FIELDS(Risk, keys, writes, oldest)
  };
  struct Counts {
    std::uint64_t writes = 0, coalesced = 0, flushed = 0, failed = 0, refused = 0;
    std::uint64_t begun = 0;    // Flushes.
    std::uint64_t stored = 0;   // Writes that the flushed values stood for.
    FIELDS(Counts, writes, coalesced, flushed, failed, refused, begun, stored)
  };

  explicit WriteBack(const Settings& settings) : settings_(settings) {}

  // False: there are too many dirty keys.
  bool write(const std::string& key, Value value, core::Time now);
  // The newest value of a dirty key; nullptr: it is not dirty.
  const Value* find(const std::string& key) const;
  // What is to be stored now, longest waiting first. Each needs done(), failed() or unsure().
  std::vector<Flush> take(core::Time now, core::Rng& rng);
  // When take() will have something, which may be in the past; nothing: not before a write or a done().
  std::optional<core::Time> next_due() const;
  void done(const std::string& key);
  void failed(const std::string& key);   // It was not stored: it waits again, as long as it has waited already.
  void unsure(const std::string& key);   // It may have been stored, or may still be.
  // The cache in front had to let it go: it is the next to be flushed.
  void evicted(const std::string& key);
  void tune(const Settings& settings) { settings_ = settings; }

  Risk at_risk(core::Time now) const;
  // Calls visit(key, newest value, since when its first write waits or nothing if none does, how many writes are at risk).
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [key, dirty] : dirty_) {
      const std::uint64_t flying = dirty.flying ? dirty.flying->writes : 0;
      const std::optional<core::Time> since = dirty.waiting ? std::optional(dirty.waiting->since) : std::nullopt;
      visit(key, (dirty.waiting ? dirty.waiting : dirty.flying)->value, since, flying + (dirty.waiting ? dirty.waiting->writes : 0));
    }
  }
  std::uint64_t dirty() const { return dirty_.size(); }
  const Counts& counts() const { return counts_; }
  friend bool operator==(const WriteBack&, const WriteBack&) = default;

 private:
  struct Write {
    Value value;
    core::Time since;           // Of the first write in it.
    std::uint64_t writes = 0;   // How many it stands for.
    std::int64_t place = 0;     // In queue_, as long as it waits.
    bool hurried = false;
    std::uint64_t number = 0;   // Of the flush, once it is under way.
    FIELDS(Write, value, since, writes, place, hurried, number)
  };
  struct Dirty {
    std::optional<Write> waiting, flying;   // At least one. Flying: the flush is under way.
    friend bool operator==(const Dirty&, const Dirty&) = default;
  };
  void line_up(const std::string& key, Write& write, std::int64_t place);

  Settings settings_;
  std::map<std::string, Dirty> dirty_;
  std::map<std::int64_t, std::string> queue_;   // Keys with something waiting, longest waiting first.
  std::int64_t first_ = 0, last_ = 0;           // Places that were given out.
  std::set<std::string> unsure_;                // Keys whose flush is to be sent again.
  Counts counts_;
};

}  // namespace caching
