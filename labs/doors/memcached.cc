#include "labs/doors/memcached.h"

#define XXH_INLINE_ALL
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "labs/doors/memcached_words.h"

namespace doors {
namespace {

using Verb = MemcachedVerb;
using clients::Function;

// The protocol that is spoken; clients ask what they may use.
constexpr const char* kMemcachedVersion = "1.6.0";
constexpr std::size_t kReadAtOnceOfAGet = 16;       // Keys.
constexpr std::size_t kLongestGet = 32u << 20;      // Bytes of its answer.
constexpr int kSwaps = 16;                          // So often the store may say that somebody else was faster.

std::int64_t since_1970() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string trouble_of(const Answer& got, bool write) {
  if (got.outcome == core::Outcome::unknown) return write ? "SERVER_ERROR nobody can say whether it was done" : "SERVER_ERROR nobody answered in time";
  return "SERVER_ERROR " + (got.why.empty() ? "the cluster did not do it" : got.why);
}

// What lies at a key.
struct MemcachedFound {
  std::optional<std::string> stored;        // As it lies there.
  std::optional<MemcachedItem> item;        // As a client sees it: nothing, too, when it has expired or was flushed.
  std::string trouble;                      // It could not be read: an answer.
  std::uint64_t unique() const { return XXH3_64bits(stored->data(), stored->size()); }
};
// What a command makes of it.
struct MemcachedChange {
  std::string says;                         // To the client, when it was written.
  std::optional<MemcachedItem> item;        // To be written; nothing: it stays as it is.
};
using MemcachedSay = std::function<void(std::string)>;
using MemcachedMake = std::function<MemcachedChange(const MemcachedFound&)>;

// What all clients of the door share.
class Memcached : public std::enable_shared_from_this<Memcached> {
 public:
  explicit Memcached(House house) : house_(house) {}

  void look(const std::string& key, std::function<void(MemcachedFound)> then) {
    house_.asker.ask({Function::get, key, "", ""}, [self = shared_from_this(), then = std::move(then)](const Answer& got) { then(self->looked(got)); });
  }
  void put(const std::string& key, MemcachedItem item, MemcachedSay say);
  void change(const std::string& key, MemcachedMake make, MemcachedSay say);
  void remove(const std::string& key, MemcachedSay say);
  void flush(std::int64_t delay);

  struct Counts {
    std::uint64_t gets = 0, sets = 0, touches = 0, flushes = 0, hits = 0, misses = 0;
  };
  Counts counts;
  const std::int64_t began = since_1970();

 private:
  MemcachedFound looked(const Answer& got);
  void try_to_change(const std::string& key, MemcachedMake make, MemcachedSay say, Turns::Turn turn, int tries);
  std::int64_t write_time() { return last_written_ = std::max(last_written_ + 1, since_1970()); }
  bool gone(const MemcachedItem& item);

  House house_;
  std::int64_t last_written_ = 0;
  std::int64_t flushed_ = 0;                // What was written up to then is hidden;
  std::optional<std::int64_t> flush_at_;    // and what is written up to then will be.
};

bool Memcached::gone(const MemcachedItem& item) {
  const std::int64_t now = since_1970();
  if (flush_at_ && *flush_at_ <= now) flushed_ = std::max(flushed_, *flush_at_), flush_at_.reset();
  return (item.until != 0 && item.until <= now) || (item.written != 0 && item.written <= flushed_);
}

void Memcached::flush(std::int64_t delay) {
  ++counts.flushes;
  if (delay > 0) flush_at_ = memcached_until(delay, since_1970());
  else flushed_ = write_time();
}

MemcachedFound Memcached::looked(const Answer& got) {
  MemcachedFound found;
  if (got.outcome != core::Outcome::ok) found.trouble = trouble_of(got, false);
  if (got.outcome != core::Outcome::ok || !got.value) return found;
  found.stored = got.value;
  MemcachedItem item = read_stored(*got.value);
  // Of writes that did not know of each other the latest counts.
  for (const auto& sibling : got.siblings)
    if (auto other = read_stored(sibling); other.written > item.written) item = std::move(other), found.stored = sibling;
  if (!gone(item)) found.item = std::move(item);
  return found;
}

void Memcached::put(const std::string& key, MemcachedItem item, MemcachedSay say) {
  house_.turns.wait(key, [self = shared_from_this(), key, item = std::move(item), say = std::move(say)](Turns::Turn turn) mutable {
    item.written = self->write_time();
    self->house_.asker.ask({Function::put, key, stored_text(item), ""}, [say, turn = std::move(turn)](const Answer& done) {
      say(done.outcome == core::Outcome::ok ? "STORED" : trouble_of(done, true));
    });
  });
}

void Memcached::change(const std::string& key, MemcachedMake make, MemcachedSay say) {
  house_.turns.wait(key, [self = shared_from_this(), key, make = std::move(make), say = std::move(say)](Turns::Turn turn) {
    self->try_to_change(key, make, say, std::move(turn), kSwaps);
  });
}

void Memcached::try_to_change(const std::string& key, MemcachedMake make, MemcachedSay say, Turns::Turn turn, int tries) {
  look(key, [self = shared_from_this(), key, make = std::move(make), say = std::move(say), turn = std::move(turn), tries](const MemcachedFound& found) {
    if (!found.trouble.empty()) return say(found.trouble);
    MemcachedChange made = make(found);
    if (!made.item) return say(std::move(made.says));
    made.item->written = self->write_time();
    const auto how = found.stored ? Function::cas : Function::create;
    const bool swaps = self->house_.asker.can(how);
    self->house_.asker.ask({swaps ? how : Function::put, key, stored_text(*made.item), swaps ? found.stored.value_or("") : ""},
                           [self, key, make, say, turn, tries, swaps, says = std::move(made.says)](const Answer& done) {
                             if (done.outcome == core::Outcome::ok) return say(says);
                             const bool too_late = swaps && done.outcome == core::Outcome::failed && done.why.empty();
                             if (too_late && tries > 1) return self->try_to_change(key, make, say, turn, tries - 1);
                             say(too_late ? "SERVER_ERROR too many others write this key" : trouble_of(done, true));
                           });
  });
}

void Memcached::remove(const std::string& key, MemcachedSay say) {
  house_.turns.wait(key, [self = shared_from_this(), key, say = std::move(say)](Turns::Turn turn) {
    self->look(key, [self, key, say, turn = std::move(turn)](const MemcachedFound& found) {
      if (!found.trouble.empty()) return say(found.trouble);
      if (!found.item) return say("NOT_FOUND");
      self->house_.asker.ask({Function::del, key, "", ""}, [say, turn](const Answer& done) {
        // A delete that was begun and failed is one that found nothing.
        const bool nothing = done.outcome == core::Outcome::failed && done.why.empty();
        say(done.outcome == core::Outcome::ok ? "DELETED" : nothing ? "NOT_FOUND" : trouble_of(done, true));
      });
    });
  });
}

// add, replace, append, prepend, cas: whether and what is stored.
MemcachedChange store_if(const MemcachedRequest& asked, const MemcachedFound& found) {
  const auto& there = found.item;
  MemcachedItem item{asked.flags, memcached_until(asked.seconds, since_1970()), 0, asked.value};
  if (asked.verb == Verb::cas && !there) return {"NOT_FOUND", {}};
  if (asked.verb == Verb::cas && found.unique() != asked.number) return {"EXISTS", {}};
  if (asked.verb == Verb::add ? there.has_value() : !there.has_value()) return {"NOT_STORED", {}};
  if (asked.verb == Verb::append || asked.verb == Verb::prepend) {
    item = *there;
    if (item.value.size() + asked.value.size() > MemcachedLimits{}.value) return {"SERVER_ERROR object too large for cache", {}};
    item.value = asked.verb == Verb::append ? item.value + asked.value : asked.value + item.value;
  }
  return {"STORED", std::move(item)};
}

// incr stays within 64 bits and begins anew behind them; decr ends at 0.
MemcachedChange count_up_or_down(const MemcachedRequest& asked, const MemcachedFound& found) {
  if (!found.item) return {"NOT_FOUND", {}};
  const std::string& digits = found.item->value;
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return {"CLIENT_ERROR cannot increment or decrement non-numeric value", {}};
  if (asked.verb == Verb::incr) number += asked.number;
  else number -= std::min(number, asked.number);
  MemcachedItem item = *found.item;
  item.value = std::to_string(number);
  return {item.value, std::move(item)};
}

MemcachedChange touch(const MemcachedRequest& asked, const MemcachedFound& found, std::string says) {
  MemcachedItem item = *found.item;
  item.until = memcached_until(asked.seconds, since_1970());
  return {std::move(says), std::move(item)};
}

std::string value_line(const std::string& key, const MemcachedFound& found, bool with_unique) {
  const MemcachedItem& item = *found.item;
  return "VALUE " + key + " " + std::to_string(item.flags) + " " + std::to_string(item.value.size()) +
         (with_unique ? " " + std::to_string(found.unique()) : "") + "\r\n" + item.value + "\r\n";
}

// The keys of one get, some at once. The answer has them in their order.
class MemcachedReading : public std::enable_shared_from_this<MemcachedReading> {
 public:
  MemcachedReading(std::shared_ptr<Memcached> of, MemcachedRequest asked, MemcachedSay say) : of_(std::move(of)), asked_(std::move(asked)), say_(std::move(say)), lines_(asked_.keys.size()) {}

  void go_on() {
    while (open_ < kReadAtOnceOfAGet && next_ < asked_.keys.size() && trouble_.empty()) begin(next_++);
    if (open_ > 0) return;
    if (!trouble_.empty()) return say_(std::move(trouble_));
    std::string all;
    for (const auto& line : lines_) all += line;
    say_(all + "END");
  }

 private:
  void begin(std::size_t which) {
    ++open_;
    const bool touches = asked_.verb == Verb::gat || asked_.verb == Verb::gats;
    if (touches) {
      // What the value was is said when its new time is written.
      of_->change(asked_.keys[which],
                  [self = shared_from_this(), which](const MemcachedFound& found) {
                    const std::string line = self->line_of(which, found);
                    return line.empty() ? MemcachedChange{} : touch(self->asked_, found, line);
                  },
                  [self = shared_from_this(), which](const std::string& says) { self->ended(which, says); });
    } else {
      of_->look(asked_.keys[which], [self = shared_from_this(), which](const MemcachedFound& found) {
        self->ended(which, found.trouble.empty() ? self->line_of(which, found) : found.trouble);
      });
    }
  }

  std::string line_of(std::size_t which, const MemcachedFound& found) const {
    return found.item ? value_line(asked_.keys[which], found, asked_.verb == Verb::gets || asked_.verb == Verb::gats) : "";
  }

  void ended(std::size_t which, const std::string& line) {
    --open_;
    if (line.starts_with("SERVER_ERROR")) trouble_ = line;
    else ++(line.empty() ? of_->counts.misses : of_->counts.hits), lines_[which] = line;
    length_ += line.size();
    if (length_ > kLongestGet) trouble_ = "SERVER_ERROR these values are longer than " + std::to_string(kLongestGet >> 20) + " MiB together";
    go_on();
  }

  std::shared_ptr<Memcached> of_;
  MemcachedRequest asked_;
  MemcachedSay say_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0, open_ = 0, length_ = 0;
  std::string trouble_;
};

std::string stats_text(const Memcached& of, const std::string& what) {
  if (what == "reset") return "RESET";
  // Of which there is nothing to say; others there are none.
  if (!what.empty() && what != "items" && what != "slabs" && what != "sizes" && what != "settings" && what != "conns") return "ERROR";
  std::string all;
  const auto add = [&](const char* name, const std::string& value) { (((all += "STAT ") += name) += " " + value) += "\r\n"; };
  if (what.empty()) {
    const std::int64_t now = since_1970();
    add("pid", std::to_string(::getpid()));
    add("uptime", std::to_string((now - of.began) / 1'000'000'000));
    add("time", std::to_string(now / 1'000'000'000));
    add("version", kMemcachedVersion);
    add("cmd_get", std::to_string(of.counts.gets));
    add("cmd_set", std::to_string(of.counts.sets));
    add("cmd_touch", std::to_string(of.counts.touches));
    add("cmd_flush", std::to_string(of.counts.flushes));
    add("get_hits", std::to_string(of.counts.hits));
    add("get_misses", std::to_string(of.counts.misses));
  }
  return all + "END";
}

class MemcachedConversation final : public Conversation {
 public:
  MemcachedConversation(std::shared_ptr<Memcached> of, std::shared_ptr<Line> line) : of_(std::move(of)), line_(std::move(line)) {}

  std::size_t take(std::string_view bytes) override {
    std::size_t taken = 0;
    if (unread_ == 0) {
      try {
        if (auto request = read_memcached(bytes, taken)) answer(std::move(*request));
        return taken;
      } catch (const BadMemcached& bad) {
        if (!bad.quiet) line_->say(std::string(bad.what()) + "\r\n");
        if (bad.ends) line_->hang_up();
        unread_ = bad.length;
      }
    }
    taken = std::min(unread_, bytes.size());
    unread_ -= taken;
    return taken;
  }

 private:
  void answer(MemcachedRequest asked) {
    if (asked.verb == Verb::quit) return line_->hang_up();
    // Who does not want to be told has an answer of no bytes: what he asks next waits for it.
    const MemcachedSay say = [line = line_, place = line_->place(), quiet = asked.quiet](const std::string& says) { line->fill(place, quiet ? "" : says + "\r\n"); };
    auto& counts = of_->counts;
    switch (asked.verb) {
      case Verb::get:
      case Verb::gets:
      case Verb::gat:
      case Verb::gats:
        counts.gets += asked.keys.size();
        return std::make_shared<MemcachedReading>(of_, std::move(asked), say)->go_on();
      case Verb::set: {
        ++counts.sets;
        const std::string key = asked.keys[0];
        return of_->put(key, {asked.flags, memcached_until(asked.seconds, since_1970()), 0, std::move(asked.value)}, say);
      }
      case Verb::del: return of_->remove(asked.keys[0], say);
      case Verb::flush_all: return of_->flush(asked.seconds), say("OK");
      case Verb::version: return say(std::string("VERSION ") + kMemcachedVersion);
      case Verb::stats: return say(stats_text(*of_, asked.what));
      case Verb::verbosity: return say("OK");
      default: return change(std::move(asked), say);
    }
  }

  void change(MemcachedRequest asked, const MemcachedSay& say) {
    const std::string key = asked.keys[0];
    ++(asked.verb == Verb::touch ? of_->counts.touches : of_->counts.sets);
    of_->change(key, [asked = std::move(asked)](const MemcachedFound& found) -> MemcachedChange {
      if (asked.verb == Verb::incr || asked.verb == Verb::decr) return count_up_or_down(asked, found);
      if (asked.verb != Verb::touch) return store_if(asked, found);
      return found.item ? touch(asked, found, "TOUCHED") : MemcachedChange{"NOT_FOUND", {}};
    }, say);
  }

  std::shared_ptr<Memcached> of_;
  std::shared_ptr<Line> line_;
  std::size_t unread_ = 0;   // Bytes of a request that was refused, which have not come yet.
};

}  // namespace

// One request at a time of each client: what he asks in one go is done in its order.
Limits memcached_limits() {
  Limits limits;
  limits.unanswered = 1;
  limits.request = 2u << 20;
  return limits;
}

Meet meet_memcached(House house) {
  return [of = std::make_shared<Memcached>(house)](std::shared_ptr<Line> line) { return std::make_unique<MemcachedConversation>(of, std::move(line)); };
}

std::unique_ptr<Door> open_memcached(House house, std::uint16_t port) {
  return single(house.world.loop(), port, meet_memcached(house), memcached_limits());
}

}  // namespace doors
