#include "mechanisms/serving/outlet.h"

#include <algorithm>
#include <utility>

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"
#include "mechanisms/traffic/clients/clients.h"

namespace serving {
namespace {

Reply of_our_own(Status status) {
  Reply reply;
  reply.status = status;
  return reply;
}

// What an answer says of whoever gave it: a breaker counts these as failures.
bool is_failure(Status status) {
  switch (status) {
    case Status::overloaded:
    case Status::late:
    case Status::unavailable:
    case Status::failed:
    case Status::timed_out: return true;
    case Status::ok:
    case Status::absent:
    case Status::limited:    // He is well; it is we who ask too much.
    case Status::moved:
    case Status::conflict: return false;
  }
  return false;
}

bool is_final(Status status) { return answered(status) || status == Status::conflict; }

balancing::Outliers::Settings outliers_of(const Outlet::Settings& settings) {
  auto outliers = settings.outliers;
  if (!settings.ejecting) outliers.consecutive_failures = 0, outliers.stdev_factor = 0;
  return outliers;
}

}  // namespace

Outlet::Outlet(std::uint8_t number, const OutletMetrics& metrics, std::vector<core::NodeId> targets, const Settings& settings)
    : number_(number), metrics_(&metrics), targets_(std::move(targets)), settings_(settings),
      pool_(settings.pool, settings.balance, settings.health, outliers_of(settings)), budget_(settings.budget),
      bulkhead_(settings.bulkhead), hedging_(settings.hedge) {
  set_breakers();
  std::size_t left = targets_.size();
  for (const auto target : targets_)
    pool_.join(core::kStart, {target}, left-- > settings.pool.spare ? balancing::State::ready : balancing::State::maint);
}

void Outlet::set_breakers() {
  if (settings_.breaking == Breaking::all) breakers_.emplace(core::kNobody, settings_.breaker);
  if (settings_.breaking == Breaking::each)
    for (const auto target : targets_) breakers_.emplace(target, settings_.breaker);
}

void Outlet::start(Step& step) {
  // Answers to what it asked before a crash may still be on their way: they must not meet a number of now.
  last_ = step.rng->next();
  if (settings_.route == Route::table) ask_for_table(step);
  arm_probes(step);
}

void Outlet::set(Step& step, const Settings& settings) {
  const Settings before = settings_;
  settings_ = settings;
  pool_.set(step.now, settings.pool, settings.balance, settings.health, outliers_of(settings));
  if (settings.checking != before.checking || settings.health != before.health) arm_probes(step);
  if (!settings.checking && before.checking) pool_.give_up_checks(step.now);
  if (settings.budget != before.budget) budget_ = resilience::RetryBudget(settings.budget), retried_ = 0;
  if (settings.hedge != before.hedge) hedging_ = resilience::Hedging(settings.hedge);
  if (settings.bulkhead != before.bulkhead || settings.isolating != before.isolating) {
    // Who waits for room in the old one goes on at once; who is inside counts no more.
    const resilience::Bulkhead old = std::exchange(bulkhead_, resilience::Bulkhead(settings.bulkhead));
    std::vector<std::uint64_t> waiting;
    for (auto& [id, call] : calls_) {
      if (!call.inside && call.made == 0 && call.attempts.empty()) waiting.push_back(id);
      call.inside = false;
    }
    for (const auto id : waiting) {
      step.cancel_timer({Alarm::room, id});
      if (const auto call = calls_.find(id); call != calls_.end()) attempt(step, call);
    }
  }
  if (settings.breaking != before.breaking) breakers_.clear();
  if (settings.breaker != before.breaker)
    for (auto& [target, breaker] : breakers_) breaker.set(settings_.breaker);
  set_breakers();
  if (settings.route != before.route && settings_.route == Route::table) ask_for_table(step);
  show(step);
}

// --- Calls.

void Outlet::call(Step& step, Tag tag, Request request, std::optional<core::Time> until, core::NodeId over) {
  if (settings_.route == Route::table && request.function == Function::scan) return scatter(step, tag, request, until);
  if (settings_.route == Route::table && settings_.salt.holds(request.key)) return call_salted(step, tag, request, until);
  begin(step, Call{tag, std::move(request), until, over, resilience::Backoff(settings_.retry), step.now});
}

void Outlet::begin(Step& step, Call call) {
  step.count(metrics_->calls);
  budget_.on_request(step.now);
  const std::optional<core::Time> until = call.until;
  const auto [it, fresh] = calls_.emplace(next_id(), std::move(call));
  CHECK(fresh);
  if (!settings_.isolating) return attempt(step, it);
  switch (bulkhead_.enter(step.now, it->first)) {
    case resilience::Bulkhead::Entry::entered:
      it->second.inside = true;
      return attempt(step, it);
    case resilience::Bulkhead::Entry::rejected:
      step.count(metrics_->kept_back);
      return end(step, it, of_our_own(Status::unavailable), core::kNobody);
    case resilience::Bulkhead::Entry::waits: {
      std::optional<core::Duration> wait;
      if (settings_.bulkhead.by == resilience::BulkheadBy::semaphore) wait = settings_.bulkhead.wait;
      if (until) wait = std::min(wait.value_or(core::Duration::max()), std::max(*until - step.now, core::Duration{}));
      if (wait) step.set_timer({Alarm::room, it->first}, *wait);
    }
  }
}

void Outlet::leave_bulkhead(Step& step) {
  const auto next = bulkhead_.leave(step.now);
  if (!next) return;
  step.cancel_timer({Alarm::room, *next});
  const auto call = calls_.find(*next);
  CHECK(call != calls_.end());
  call->second.inside = true;
  attempt(step, call);
}

resilience::Breaker* Outlet::breaker_of(core::NodeId target) {
  const auto it = breakers_.find(settings_.breaking == Breaking::each ? target : core::kNobody);
  return it == breakers_.end() ? nullptr : &it->second;
}

core::NodeId Outlet::choose(Step& step, Call& call) {
  if (call.over != core::kNobody) return call.over;
  if (settings_.route == Route::balance) {
    // A second attempt beside the first one goes to somebody else.
    std::vector<core::NodeId> but;
    for (const auto id : call.attempts) but.push_back(attempts_.at(id).target);
    return choose_from_pool(step, call.request, std::move(but));
  }
  const bool part = call.request.function == Function::scan;
  const partitioning::Shard* shard = table_.find(part ? call.rest.from : partitioning::point_of(table_.order, call.request.key));
  if (shard != nullptr) {
    call.request.epoch = shard->epoch;
    if (part) call.request.within = partitioning::common(call.rest, shard->range);
    return reader_of(*shard, call);
  }
  // Nobody has told it yet. Whoever is asked knows better, and says so.
  ask_for_table(step);
  call.request.epoch = {};
  return targets_.empty() ? core::kNobody : targets_[step.rng->below(targets_.size())];
}

// A read that a copy can answer goes to whose turn it is; a second attempt beside the first one goes to somebody else.
core::NodeId Outlet::reader_of(const partitioning::Shard& shard, const Call& call) {
  if (settings_.read_from == ReadFrom::owner || is_write(call.request.function) || call.owner_only || shard.replicas.empty()) return shard.owner;
  std::vector<core::NodeId> all{shard.owner};
  all.insert(all.end(), shard.replicas.begin(), shard.replicas.end());
  std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(turn_++ % all.size()), all.end());
  std::erase_if(all, [&](core::NodeId node) {
    const auto* breaker = breaker_of(node);
    if (breaker != nullptr && breaker->state() == resilience::BreakerState::open) return true;
    return std::any_of(call.attempts.begin(), call.attempts.end(), [&](auto id) { return attempts_.at(id).target == node; });
  });
  if (all.empty()) return shard.owner;
  if (settings_.read_from == ReadFrom::any) return all.front();
  return *std::min_element(all.begin(), all.end(), [this](core::NodeId a, core::NodeId b) { return asked_[a] < asked_[b]; });
}

core::NodeId Outlet::open_connection(Step& step, const Request& first) { return choose_from_pool(step, first, {}); }

core::NodeId Outlet::choose_from_pool(Step& step, const Request& r, std::vector<core::NodeId> but) {
  // Nobody whose breaker is open is worth an attempt.
  if (settings_.breaking == Breaking::each)
    for (auto& [target, breaker] : breakers_) {
      breaker.advance(step.now);
      if (breaker.state() == resilience::BreakerState::open) but.push_back(target);
    }
  const std::uint64_t hash = settings_.hash_by == HashBy::key
                                 ? partitioning::position_of(r.key)
                                 : core::derive_seed(0, "address", settings_.hash_by == HashBy::user ? r.user : r.connection);
  return pool_.pick(step.now, *step.rng, hash, but);
}

void Outlet::attempt(Step& step, Calls::iterator it) {
  Call& call = it->second;
  if (call.until && step.now >= *call.until) return end(step, it, of_our_own(Status::late), core::kNobody);
  const core::NodeId target = choose(step, call);
  if (target == core::kNobody) return failed(step, it, of_our_own(Status::unavailable), core::kNobody);
  Attempt one{it->first, target, step.now, {}, call.over == core::kNobody && settings_.route == Route::balance, call.request.within};
  if (resilience::Breaker* breaker = breaker_of(target)) {
    const auto pass = breaker->permit(step.now);
    show(step);
    if (!pass) {
      step.count(metrics_->kept_back);
      if (one.picked) pool_.end(step.now, target, false);
      return failed(step, it, of_our_own(Status::unavailable), core::kNobody);
    }
    one.pass = *pass;
  }
  core::Duration patience = settings_.timeout;
  if (call.until) patience = std::min(patience, *call.until - step.now);
  const std::uint64_t id = next_id();
  call.request.id = id;
  call.request.attempt = call.made++;
  call.request.patience = settings_.pass_deadline ? patience : core::Duration{};
  call.attempts.push_back(id);
  attempts_.emplace(id, one);
  ++asked_[target];
  step.set_timer({Alarm::attempt, id}, patience);
  step.send(target, call.request);
  // Only what can be done twice without harm.
  if (call.made == 1 && !is_write(call.request.function))
    if (const auto after = hedging_.on_request(step.now)) step.set_timer({Alarm::hedge, it->first}, *after);
}

Outlet::Attempt Outlet::close(Step& step, std::uint64_t id, std::optional<bool> failure) {
  const auto it = attempts_.find(id);
  const Attempt one = it->second;
  attempts_.erase(it);
  --asked_[one.target];
  step.cancel_timer({Alarm::attempt, id});
  Call& call = calls_.at(one.call);
  std::erase(call.attempts, id);
  const bool silent = failure == true && step.now - one.began >= settings_.timeout;
  if (one.picked && !(silent && settings_.flaws.forget_in_flight)) pool_.end(step.now, one.target, failure.value_or(false));
  else if (call.over != core::kNobody && failure) pool_.record(step.now, one.target, *failure);   // Its connection stays open.
  if (resilience::Breaker* const breaker = breaker_of(one.target)) {
    if (failure)
      breaker->record(step.now, one.pass, *failure, step.now - one.began);
    else
      breaker->release(one.pass);
  }
  show(step);
  return one;
}

void Outlet::abandon(Step& step, std::uint64_t id) {
  const Attempt one = close(step, id, std::nullopt);
  if (!settings_.hedge.on) return;
  orphans_.emplace(id, one.began);
  step.set_timer({Alarm::attempt, id}, std::max(one.began + settings_.timeout - step.now, core::Duration{}));
}

void Outlet::on_reply(Step& step, core::NodeId from, const Reply& reply) {
  if (const auto orphan = orphans_.find(reply.id); orphan != orphans_.end()) {
    hedging_.on_answer(step.now - orphan->second);
    step.cancel_timer({Alarm::attempt, reply.id});
    orphans_.erase(orphan);
    return;
  }
  const auto it = attempts_.find(reply.id);
  if (it == attempts_.end() || it->second.target != from) return;  // Too late, or from a stranger.
  const auto call = calls_.find(it->second.call);
  // Whoever passes on what comes over a connection does not see what it says: only that something came.
  const bool bad = is_failure(reply.status) && call->second.over == core::kNobody;
  const Attempt one = close(step, reply.id, bad);
  bad ? budget_.on_failure() : budget_.on_success();
  if (!bad && !is_write(call->second.request.function)) hedging_.on_answer(step.now - one.began);
  if (reply.status == Status::timed_out) call->second.uncertain = true;
  if (call->second.gathering != 0 && answered(reply.status)) return part_answered(step, call, reply, one.within, from);
  if (is_final(reply.status)) return end(step, call, reply, from);
  if (reply.status == Status::moved) return redirected(step, call, reply, from);
  failed(step, call, reply, from);
}

void Outlet::redirected(Step& step, Calls::iterator call, const Reply& reply, core::NodeId from) {
  bool learned = false;
  for (const auto& shard : reply.newer) learned = table_.absorb(shard) || learned;
  if (table_.shards.empty()) ask_for_table(step);
  // A copy that cannot answer says so by telling what was known: the owner can.
  if (!learned && settings_.read_from != ReadFrom::owner && !std::exchange(call->second.owner_only, true)) learned = true;
  // Two nodes that each say that the other has it must not be asked for ever.
  if (!learned || ++call->second.moves > kMostMoves) return failed(step, call, reply, from);
  attempt(step, call);
}

void Outlet::failed(Step& step, Calls::iterator it, const Reply& reply, core::NodeId from) {
  Call& call = it->second;
  if (!call.attempts.empty()) return;   // Another attempt is still open.
  std::optional<core::Duration> wait = call.backoff.next(*step.rng);
  if (!wait) return end(step, it, reply, from);
  *wait = std::max(*wait, reply.retry_after);
  if (call.until && step.now + *wait >= *call.until) return end(step, it, reply, from);
  if (!budget_.retry(step.now) && !settings_.flaws.retry_without_budget) {
    step.count(metrics_->kept_back);
    return end(step, it, reply, from);
  }
  ++retried_;
  step.count(metrics_->retries);
  step.set_timer({Alarm::retry, it->first}, *wait);
}

void Outlet::end(Step& step, Calls::iterator it, Reply reply, core::NodeId from) {
  Call& call = it->second;
  while (!call.attempts.empty()) abandon(step, call.attempts.back());
  step.cancel_timer({Alarm::retry, it->first});
  step.cancel_timer({Alarm::hedge, it->first});
  // Somebody was asked who has not answered: that a later attempt was refused does not undo what he may have done.
  if (call.uncertain && !answered(reply.status)) reply.status = Status::timed_out;
  // The number that its shard gave a part says nothing beside those of others.
  if (call.stamp != 0) reply.version = call.stamp;
  if (answered(reply.status)) {
    step.count(metrics_->answered);
    step.timing(metrics_->latency, core::in_ms(step.now - call.began));
  }
  const Call done = std::move(call);
  calls_.erase(it);
  if (done.gathering != 0)
    part_ended(step, done, answered(reply.status));
  else
    ended_.push_back({done.tag, std::move(reply), from, done.made});
  if (done.inside) leave_bulkhead(step);
}

std::optional<Outlet::Result> Outlet::ended() {
  if (ended_.empty()) return std::nullopt;
  Result first = std::move(ended_.front());
  ended_.pop_front();
  return first;
}

void Outlet::on_timer(Step& step, Timer timer) {
  const auto call = calls_.find(timer.key);
  switch (timer.kind) {
    case Alarm::attempt: {
      if (const auto orphan = orphans_.find(timer.key); orphan != orphans_.end()) {
        hedging_.on_answer(step.now - orphan->second);
        orphans_.erase(orphan);
        return;
      }
      const auto it = attempts_.find(timer.key);
      if (it == attempts_.end()) return;
      const core::NodeId target = it->second.target;
      const auto of = calls_.find(it->second.call);
      const Attempt one = close(step, timer.key, true);
      budget_.on_failure();
      if (!is_write(of->second.request.function)) hedging_.on_answer(step.now - one.began);
      step.count(metrics_->timeouts);
      of->second.uncertain = true;
      // Who does not answer may have given his shards away and died: then nobody is left who would say so.
      if (settings_.route == Route::table) ask_for_table(step);
      return failed(step, of, of_our_own(Status::timed_out), target);
    }
    case Alarm::room:
      if (call == calls_.end() || !bulkhead_.abandon(timer.key)) return;
      step.count(metrics_->kept_back);
      return end(step, call, of_our_own(Status::unavailable), core::kNobody);
    case Alarm::retry:
      if (call != calls_.end()) attempt(step, call);
      return;
    case Alarm::hedge:
      if (call == calls_.end() || call->second.attempts.size() != 1 || !hedging_.hedge(step.now)) return;
      step.count(metrics_->hedges);
      return attempt(step, call);
    case Alarm::probe: return probe(step, core::NodeId(timer.key & 0xffffffffu));
    case Alarm::silence: {
      const auto it = probes_.find(timer.key);
      if (it == probes_.end()) return;
      const core::NodeId target = it->second;
      probes_.erase(it);
      pool_.on_check(step.now, target, false);
      return show(step);
    }
    case Alarm::gather: {
      const auto it = gatherings_.find(timer.key);
      if (it == gatherings_.end()) return;
      it->second.scatter.tick(step.now);
      return gathered(step, timer.key);
    }
    default: return;
  }
}

// --- Who is there to be asked.

void Outlet::ask_for_table(Step& step) {
  if (!targets_.empty()) step.send(targets_[step.rng->below(targets_.size())], AskTable{});
}

std::string Outlet::tell(Step& step, std::string_view line, const core::Names& names, std::span<Outlet* const> outlets) {
  const auto words = core::split_words(line);
  const bool weighing = words.size() == 3 && words[0] == "weigh";
  if (!weighing && !(words.size() == 2 && (words[0] == "drain" || words[0] == "maint" || words[0] == "ready")))
    return clients::expected_one_of(kTells);
  const core::NodeId target = names.find(words[1]);
  std::string why = "`" + words[1] + "` is not among those that this node calls";
  for (Outlet* const outlet : outlets)
    if (std::find(outlet->targets_.begin(), outlet->targets_.end(), target) != outlet->targets_.end())
      why = outlet->tell(step, words[0], target, weighing ? words[2] : "");
  return why;
}

std::string Outlet::tell(Step& step, std::string_view verb, core::NodeId target, std::string_view text) {
  double weight = 0;
  balancing::State state{};
  if (core::parse(verb, state)) {
    pool_.set_state(step.now, target, state);
  } else {
    if (!core::parse(text, weight) || !(weight >= 0.001 && weight <= 1000)) return "a weight is a number from 0.001 to 1000";
    pool_.weigh(step.now, target, weight);
  }
  show(step);
  return "";
}

void Outlet::arm_probes(Step& step) {
  probes_.clear();
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const Timer timer{Alarm::probe, named(targets_[i])};
    step.cancel_timer(timer);
    // Not all at one moment.
    if (settings_.checking)
      step.set_timer(timer, settings_.health.interval * static_cast<int>(i) / static_cast<int>(targets_.size()));
  }
}

void Outlet::probe(Step& step, core::NodeId target) {
  if (!settings_.checking) return;
  step.set_timer({Alarm::probe, named(target)}, settings_.health.interval);
  if (pool_.state(target) == balancing::State::maint) return;
  const std::uint64_t id = next_id();
  probes_[id] = target;
  step.send(target, Probe{id});
  step.set_timer({Alarm::silence, id}, settings_.health.timeout);
}

void Outlet::on_probe_reply(Step& step, core::NodeId from, const ProbeReply& reply) {
  const auto it = probes_.find(reply.id);
  if (it == probes_.end() || it->second != from) return;
  probes_.erase(it);
  step.cancel_timer({Alarm::silence, reply.id});
  pool_.on_check(step.now, from, reply.healthy);
  show(step);
}

void Outlet::advance(Step& step) {
  pool_.advance(step.now);
  for (auto& [target, breaker] : breakers_) breaker.advance(step.now);
  show(step);
}

bool Outlet::reachable(core::Time now) {
  // An open breaker becomes half open by itself here: nobody calls a node that is thought ill, and so nobody else would
  // find out that those behind it are well again.
  for (auto& [target, breaker] : breakers_) breaker.advance(now);
  pool_.advance(now);
  return std::any_of(targets_.begin(), targets_.end(), [&](core::NodeId target) {
    const auto* breaker = breaker_of(target);
    return pool_.fit(target) && (breaker == nullptr || breaker->state() != resilience::BreakerState::open);
  });
}

Outlet::Account Outlet::account() const {
  Account all;
  for (const auto& [id, call] : calls_) {
    all.inside += call.inside;
    all.astray += static_cast<std::size_t>(std::count_if(call.attempts.begin(), call.attempts.end(), [this](auto one) { return attempts_.count(one) == 0; }));
  }
  for (const auto& [id, one] : attempts_) {
    const auto call = calls_.find(one.call);
    all.astray += call == calls_.end() || std::count(call->second.attempts.begin(), call->second.attempts.end(), id) != 1;
    if (one.picked) ++all.picked[one.target];
  }
  return all;
}

resilience::BreakerState Outlet::breaker_state() const {
  auto most = resilience::BreakerState::closed;
  for (const auto& [target, breaker] : breakers_) most = std::max(most, breaker.state());
  return most;
}

void Outlet::show(Step& step) const {
  if (settings_.breaking != Breaking::off) step.gauge(metrics_->breaker, static_cast<double>(breaker_state()));
  if (!settings_.checking && !settings_.ejecting) return;
  const auto fit = std::count_if(targets_.begin(), targets_.end(), [&](core::NodeId id) { return pool_.fit(id); });
  step.gauge(metrics_->healthy, static_cast<double>(fit));
}

}  // namespace serving
