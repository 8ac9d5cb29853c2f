#include "labs/doors/resp_store.h"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "labs/doors/resp_words.h"

namespace doors {
namespace {

using clients::Function;
using core::Outcome;

constexpr int kMostTries = 100;   // To swap a value that others change all the time.

// Of a delete: somebody else was faster, and there was nothing. One that was refused is said to be unknown.
bool found_nothing(const Answer& deleted) { return deleted.outcome == Outcome::failed && deleted.why.empty(); }

}  // namespace

std::string resp_trouble(const Answer& answer, bool writes) {
  if (answer.outcome == Outcome::failed) return resp_error("ERR not done: " + (answer.why.empty() ? "the cluster refused it" : answer.why));
  const std::string why = answer.why.empty() ? "nobody answered in time" : answer.why;
  return resp_error("ERR " + why + (writes ? "; it may have been done, or not" : ""));
}

long long RespStore::now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void RespStore::ask(Function what, const std::string& key, std::string value, Then then, std::string expected) {
  house_.asker.ask({what, key, std::move(value), std::move(expected)}, std::move(then));
}

void RespStore::read(const std::string& key, Read then) {
  ask(Function::get, key, "", [this, key, then = std::move(then)](const Answer& got) {
    if (got.outcome != Outcome::ok) return then({{}, resp_trouble(got, false)});
    if (!got.siblings.empty()) ++siblings;
    auto found = unpacked(got.value, now());
    ++(found.value ? hits : misses);
    if (found.expired) sweep(key);
    then({std::move(found.value), ""});
  });
}

void RespStore::write(const std::string& key, const RespValue& value, const std::string& answer, Said then) {
  auto put = [this, key, stored = packed(value), answer, then = std::move(then)](const Turns::Turn& turn) {
    ask(Function::put, key, stored, [turn, answer, then](const Answer& did) {
      then(did.outcome == Outcome::ok ? answer : resp_trouble(did, true));
    });
  };
  // Whoever swaps notices that it was written; whoever cannot must have been done before.
  if (swaps_) put(nullptr);
  else house_.turns.wait(key, std::move(put));
}

void RespStore::remove(const std::string& key, Said then) {
  house_.turns.wait(key, [this, key, then = std::move(then)](const Turns::Turn& turn) {
    ask(Function::get, key, "", [this, turn, key, then](const Answer& got) {
      if (got.outcome != Outcome::ok) return then(resp_trouble(got, false));
      if (!got.value) return then(resp_integer(0));
      const bool there = unpacked(got.value, now()).value.has_value();
      ask(Function::del, key, "", [turn, there, then](const Answer& did) {
        const bool done = did.outcome == Outcome::ok;
        then(done || found_nothing(did) ? resp_integer(done && there ? 1 : 0) : resp_trouble(did, true));
      });
    });
  });
}

struct RespStore::Altering {
  std::string key;
  Alter how;
  Said then;
  Turns::Turn turn{};
  int tries = 0;
  RespChange change{};
};

void RespStore::alter(const std::string& key, Alter how, Said then) {
  auto one = std::make_shared<Altering>(Altering{key, std::move(how), std::move(then)});
  house_.turns.wait(key, [this, one = std::move(one)](Turns::Turn turn) {
    one->turn = std::move(turn);
    look(one);
  });
}

void RespStore::look(const Handle& one) {
  ask(Function::get, one->key, "", [this, one](const Answer& got) {
    if (got.outcome != Outcome::ok) return one->then(resp_trouble(got, false));
    if (!got.siblings.empty()) ++siblings;
    decide(one, got.value);
  });
}

void RespStore::decide(const Handle& one, const std::optional<std::string>& stored) {
  one->change = one->how(unpacked(stored, now()).value);
  const auto& change = one->change;
  const bool nothing_there = !stored || (swaps_ && stored->empty());
  if (change.what == RespChange::Do::leave || (change.what == RespChange::Do::remove && nothing_there)) return one->then(change.answer);
  const std::string to = change.what == RespChange::Do::write ? packed(change.value) : "";
  if (!swaps_)
    return ask(to.empty() ? Function::del : Function::put, one->key, to, [one](const Answer& did) {
      const bool done = did.outcome == Outcome::ok || (one->change.what == RespChange::Do::remove && found_nothing(did));
      one->then(done ? one->change.answer : resp_trouble(did, true));
    });
  swap(one, stored, to);
}

void RespStore::swap(const Handle& one, const std::optional<std::string>& from, const std::string& to) {
  ask(from ? Function::cas : Function::create, one->key, to, [this, one](const Answer& did) {
    if (did.outcome == Outcome::ok) return one->then(one->change.answer);
    if (did.outcome == Outcome::unknown || !did.why.empty()) return one->then(resp_trouble(did, true));
    ++again;
    if (++one->tries == kMostTries) return one->then(resp_error("ERR not done: others change this key all the time"));
    rest(one);
  }, from.value_or(""));
}

// Two who look and swap at the same pace would go on like that, and it would always be the same one who comes too late.
void RespStore::rest(const Handle& one) {
  const auto timer = std::make_shared<asio::steady_timer>(house_.world.loop());
  timer->expires_after(std::chrono::microseconds(rng_.below(100ull << std::min(one->tries, 7))));
  timer->async_wait([this, here = here_, timer, one](const std::error_code& failed) {
    if (!failed && *here) look(one);
  });
}

// Nothing but memory hangs on it, so nobody waits for it or hears how it went.
void RespStore::sweep(const std::string& key) {
  if (!sweeping_.insert(key).second) return;
  auto over = std::make_shared<bool>(false);   // What is there now had expired.
  alter(key, [over](const std::optional<RespValue>& there) {
    *over = !there;
    return RespChange{there ? RespChange::Do::leave : RespChange::Do::remove, ""};
  }, [this, key, over](const std::string& said) {
    sweeping_.erase(key);
    if (*over && said.empty()) ++expired;
  });
}

}  // namespace doors
