#include "mechanisms/serving/service.h"

#include "mechanisms/core/check.h"

namespace serving {

Service::Service(const core::Roster& roster, const Settings& settings, Durable)
    : names_(roster.names), settings_(settings), inlet_(settings.door), announcing_(settings.track), once_(settings.remember) {
  const auto& groups = roster.upstream;
  if (!groups.empty()) store_.emplace(kStore, kUpstream, groups.back().nodes, settings.store);
  if (groups.size() > 1) cache_.emplace(kCache, kCacheUpstream, groups.front().nodes, settings.cache);
}

void Service::start(Step& step) {
  inlet_.start(step);
  if (cache_) cache_->start(step);
  if (store_) store_->start(step);
}

void Service::on_settings(Step& step, const Settings& settings) {
  if (settings.remember != settings_.remember) once_ = Once(settings.remember);
  settings_ = settings;
  inlet_.set(step, settings_.door);
  announcing_.set(step, settings_.track);
  if (cache_) cache_->set(step, settings_.cache);
  if (store_) store_->set(step, settings_.store);
  settle(step);
}

std::string Service::on_tell(Step& step, std::string_view words) {
  std::vector<Outlet*> outlets;
  for (auto* outlet : {&cache_, &store_})
    if (*outlet) outlets.push_back(&**outlet);
  return Outlet::tell(step, words, names_, outlets);
}

void Service::on_timer(Step& step, Timer timer) {
  if (timer.kind == Alarm::served) {
    work(step, timer.key);
  } else if (timer.kind == Alarm::turn) {
    inlet_.on_turn(step, timer.key);
  } else if (timer.kind == Alarm::measure) {
    inlet_.measure(step);
    shown_ = {static_cast<std::uint32_t>(inlet_.station().busy()), static_cast<std::uint32_t>(inlet_.station().waiting()),
              static_cast<std::uint32_t>(inlet_.open())};
  } else if (cache_ && cache_->owns(timer.key)) {
    cache_->on_timer(step, timer);
  } else if (store_ && store_->owns(timer.key)) {
    store_->on_timer(step, timer);
  }
  settle(step);
}

void Service::on_message(Step& step, core::NodeId from, const Reply& m) {
  if (cache_ && cache_->owns(m.id)) cache_->on_reply(step, from, m);
  if (store_ && store_->owns(m.id)) store_->on_reply(step, from, m);
  settle(step);
}

void Service::on_message(Step& step, core::NodeId from, const ProbeReply& m) {
  if (cache_ && cache_->owns(m.id)) cache_->on_probe_reply(step, from, m);
  if (store_ && store_->owns(m.id)) store_->on_probe_reply(step, from, m);
}

// Calls that have ended; what becomes of them may end others.
void Service::settle(Step& step) {
  for (bool more = true; more;) {
    more = false;
    for (auto* outlet : {&cache_, &store_})
      while (*outlet) {
        const auto result = (*outlet)->ended();
        if (!result) break;
        more = true;
        if (result->tag == kNobodyAsks) continue;
        if ((result->tag & kRefresh) != 0) {
          refreshed(step, result->tag, result->reply);
          continue;
        }
        CHECK(inlet_.find(result->tag) != nullptr);
        outlet == &cache_ ? from_cache(step, result->tag, result->reply) : from_store(step, result->tag, result->reply);
      }
  }
}

void Service::on_message(Step& step, core::NodeId from, const Probe& m) {
  inlet_.probe(step, from, m, !store_ || store_->reachable(step.now));
}

void Service::on_message(Step&, core::NodeId, const partitioning::Table& m) {
  if (cache_) cache_->on_table(m);
  if (store_) store_->on_table(m);
}

// Its own computing is done.
void Service::work(Step& step, Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const Request request = inlet_.find(ticket)->request;
  if (step.rng->chance(settings_.errors)) {
    Reply error;
    error.status = Status::failed;
    return answer(step, ticket, error);
  }
  if (!store_) return answer(step, ticket, keep_once(step, request));
  if (request.function == Function::get) announcing_.note(step, request.key, inlet_.find(ticket)->from);
  if (cache_ && request.function == Function::get) return ask(step, *cache_, ticket, request, Phase::asking_cache);
  ask(step, *store_, ticket, request, Phase::asking_store);
}

void Service::ask(Step& step, Outlet& outlet, Ticket ticket, Request request, Phase phase, Reply reply) {
  doing_[ticket] = {phase, std::move(reply)};
  // What is written is written, whether or not its user still waits: then the cache must hear of it.
  outlet.call(step, ticket, std::move(request), phase == Phase::telling_cache ? std::nullopt : inlet_.find(ticket)->until);
  if (!settings_.hold_workers) inlet_.let_go(step, ticket);
}

void Service::from_cache(Step& step, Ticket ticket, const Reply& reply) {
  const Doing doing = doing_.at(ticket);
  const Request request = inlet_.find(ticket)->request;
  if (doing.phase == Phase::telling_cache) {
    if (!answered(reply.status)) step.count(kInvalidationsLost);
    doing_.erase(ticket);
    return answer(step, ticket, doing.reply);
  }
  if (reply.status == Status::ok) {
    step.count(kCacheHits);
    doing_.erase(ticket);
    if (reply.lease != 0) refresh(step, request, reply.lease);
    return answer(step, ticket, reply);
  }
  // It has nothing, or it is ill: the store has everything.
  step.count(kCacheMisses);
  ask(step, *store_, ticket, request, Phase::asking_store);
  doing_[ticket].lease = reply.lease, doing_[ticket].fills = answered(reply.status);
}

void Service::from_store(Step& step, Ticket ticket, const Reply& reply) {
  const Request request = inlet_.find(ticket)->request;
  const Doing doing = doing_.at(ticket);
  doing_.erase(ticket);
  if (doing.lease != 0 && reply.status != Status::ok) give_back(step, request, doing.lease);
  if (cache_ && doing.fills && reply.status == Status::ok) fill(step, request, reply, doing.lease);
  const bool perhaps_done = answered(reply.status) || reply.status == Status::timed_out;
  if (!cache_ || !is_write(request.function) || settings_.on_write == OnWrite::keep || !perhaps_done) return answer(step, ticket, reply);
  Request tell;
  tell.operation = request.operation, tell.key = request.key, tell.version = reply.version;
  const bool update = settings_.on_write == OnWrite::update && request.function != Function::del && answered(reply.status) && reply.version != 0;
  tell.function = update ? Function::put : Function::del;
  if (update) tell.value = request.function == Function::append ? reply.value : request.value;
  ask(step, *cache_, ticket, std::move(tell), Phase::telling_cache, reply);
}

// Others may have its old value, and whoever is answered has the new one.
void Service::answer(Step& step, Ticket ticket, const Reply& reply) {
  const Request& request = inlet_.find(ticket)->request;
  const core::NodeId from = inlet_.find(ticket)->from;
  if (request.function != Function::scan) {
    if (is_write(request.function) && (answered(reply.status) || reply.status == Status::timed_out))
      announcing_.changed(step, request.key, reply.version, answered(reply.status) ? from : core::kNobody);
    if (answered(reply.status)) announcing_.note(step, request.key, from);
  }
  Reply passed = reply;
  passed.lease = 0;   // Of the cache behind, and not for those in front.
  inlet_.answer(step, ticket, std::move(passed));
}

// The cache wants a value anew before its time is over. Nobody waits for that.
void Service::refresh(Step& step, const Request& request, std::uint64_t lease) {
  const Outlet::Tag tag = kRefresh | ++last_refresh_;
  Request& put = refreshes_[tag] = request;
  put.lease = lease;
  store_->call(step, tag, request, {});
}

void Service::refreshed(Step& step, Outlet::Tag tag, const Reply& reply) {
  const auto put = refreshes_.extract(tag);
  if (reply.status == Status::ok) fill(step, put.mapped(), reply, put.mapped().lease);
  else give_back(step, put.mapped(), put.mapped().lease);
}

void Service::give_back(Step& step, const Request& request, std::uint64_t lease) {
  Request back;
  back.operation = request.operation;
  back.function = Function::del;
  back.key = request.key, back.lease = lease;
  cache_->call(step, kNobodyAsks, std::move(back), {});
}

void Service::fill(Step& step, const Request& request, const Reply& reply, std::uint64_t lease) {
  Request put;
  put.operation = request.operation;
  put.function = Function::put;
  put.key = request.key, put.value = reply.value, put.version = reply.version, put.lease = lease;
  cache_->call(step, kNobodyAsks, std::move(put), {});
}

Reply Service::keep_once(Step& step, const Request& request) {
  if (!settings_.idempotent || !is_write(request.function)) return keep(request);
  if (const auto before = once_.before(step, request)) return *before;
  const Reply reply = keep(request);
  once_.done(step, request, reply);
  return reply;
}

Reply Service::keep(const Request& request) {
  Reply reply;
  const auto it = kept_.find(request.key);
  switch (request.function) {
    case Function::get:
      if (it == kept_.end()) reply.status = Status::absent;
      else reply.value = it->second.first, reply.version = it->second.second;
      return reply;
    case Function::put: kept_[request.key] = {request.value, reply.version = ++versions_}; return reply;
    case Function::append: {
      auto& [value, version] = kept_[request.key];
      reply.value = value += request.value;
      reply.version = version = ++versions_;
      return reply;
    }
    case Function::del:
      if (it == kept_.end()) reply.status = Status::absent;
      else kept_.erase(it);
      reply.version = ++versions_;
      return reply;
    case Function::scan:
      for (auto at = kept_.lower_bound(request.key); at != kept_.end() && at->first < request.value; ++at)
        reply.items.emplace_back(at->first, at->second.first);
      return reply;
  }
  return reply;
}

}  // namespace serving
