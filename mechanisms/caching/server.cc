// What the node is told, and what it shows; reading and writing are in server_reads.cc and server_writes.cc.
#include "mechanisms/caching/server.h"

#include "mechanisms/core/check.h"
#include "mechanisms/core/text.h"

namespace caching {

using serving::Alarm;
using serving::Function;
using serving::Reply;
using serving::Request;
using serving::Status;

Server::Server(const core::Roster& roster, const Settings& settings, Durable)
    : name_(roster.names.of(roster.self)), settings_(settings), inlet_(settings.door), path_(settings.read, settings.keep), back_(settings.back),
      once_(settings.remember), announcing_(settings.track) {
  if (!roster.upstream.empty()) store_.emplace(0, serving::kUpstream, roster.upstream.back().nodes, settings.store);
}

void Server::start(Step& step) {
  inlet_.start(step);
  // No life grants as many leases as it has nanoseconds.
  path_.begin(static_cast<Lease>(step.now.time_since_epoch().count()));
  if (store_) store_->start(step);
}

CacheSettings Server::shrunk() const {
  CacheSettings left = settings_.keep;
  if (left.entries > 0) left.entries = share(left.entries, percent_);
  if (left.bytes > 0) left.bytes = share(left.bytes, percent_);
  return left;
}

void Server::on_settings(Step& step, const Settings& settings) {
  if (settings.remember != settings_.remember) once_ = serving::Once(settings.remember);
  settings_ = settings;
  inlet_.set(step, settings_.door);
  if (store_) store_->set(step, settings_.store);
  announcing_.set(step, settings_.track);
  path_.tune(settings_.read, shrunk(), step.now);
  back_.tune(settings_.back);
  hurry_evicted(step);
  arm_flush(step);
  settle(step);
}

void Server::on_timer(Step& step, Timer timer) {
  switch (timer.kind) {
    case Alarm::served: work(step, timer.key); break;
    case Alarm::turn: inlet_.on_turn(step, timer.key); break;
    case Alarm::measure: measure(step); break;
    case Alarm::flush: flush(step); break;
    case Alarm::look: {
      if (inlet_.find(timer.key) == nullptr) break;   // It was answered.
      unpark(timer.key);
      look(step, timer.key, true);
      break;
    }
    default:
      if (store_) store_->on_timer(step, timer);
  }
  settle(step);
}

void Server::on_message(Step& step, core::NodeId from, const Reply& m) {
  if (store_) store_->on_reply(step, from, m);
  settle(step);
}

void Server::on_message(Step& step, core::NodeId from, const serving::Probe& m) {
  inlet_.probe(step, from, m, !store_ || store_->reachable(step.now));
}

void Server::on_message(Step& step, core::NodeId from, const serving::ProbeReply& m) {
  if (store_) store_->on_probe_reply(step, from, m);
}

void Server::on_message(Step&, core::NodeId, const partitioning::Table& m) {
  if (store_) store_->on_table(m);
}

// From those behind: somebody has written, past this cache.
void Server::on_message(Step& step, core::NodeId from, const serving::Invalidate& m) {
  dropped(step, m.key, m.version, from);
  settle(step);
}

// Errands that have ended; what becomes of them may send others.
void Server::settle(Step& step) {
  while (store_) {
    const auto result = store_->ended();
    if (!result) return;
    const auto it = errands_.find(result->tag);
    CHECK(it != errands_.end());
    const Errand errand = std::move(it->second);
    errands_.erase(it);
    ended(step, errand, result->reply);
  }
}

void Server::send(Step& step, Errand errand, Request request) {
  // Nobody's patience ends what others wait for, too.
  std::optional<core::Time> until;
  if (errand.ticket != kNobody && (errand.why != Errand::Why::fetch || !settings_.read.lock)) until = inlet_.find(errand.ticket)->until;
  if (errand.ticket != kNobody) inlet_.let_go(step, errand.ticket);
  errand.began = step.now;
  const auto tag = ++last_errand_;
  errands_.emplace(tag, std::move(errand));
  store_->call(step, tag, std::move(request), until);
}

void Server::ended(Step& step, const Errand& errand, const Reply& reply) {
  switch (errand.why) {
    case Errand::Why::fetch:
    case Errand::Why::warm: return fetched(step, errand, reply);
    case Errand::Why::write: return written(step, errand, reply);
    case Errand::Why::pass: return inlet_.answer(step, errand.ticket, reply);
    case Errand::Why::flush: return flushed(step, errand, reply);
    case Errand::Why::list: return list_for_warming(step, errand, reply);
  }
}

void Server::work(Step& step, Ticket ticket) {
  if (inlet_.was_probe(step, ticket)) return;
  const auto& open = *inlet_.find(ticket);
  const Request request = open.request;
  if (request.function == Function::scan) {
    if (!aside()) return send(step, {Errand::Why::pass, ticket}, request);
    Reply no;
    no.status = Status::failed;
    return inlet_.answer(step, ticket, no);
  }
  if (request.function == Function::get) {
    announcing_.note(step, request.key, open.from);
    return look(step, ticket);
  }
  if (aside()) return told(step, ticket, request);
  // A dirty key's flush must not come behind a write that passed it.
  if (settings_.mode == Mode::write_back || back_.find(request.key) != nullptr) return acknowledge(step, ticket);
  send(step, {Errand::Why::write, ticket, request.key}, request);
}

// --- What it shows.

void Server::measure(Step& step) {
  inlet_.measure(step);
  path_.expire(step.now);
  std::erase_if(granted_, [&](const auto& one) { return one.second + settings_.read.lock_timeout < step.now; });
  show_counts(step);
  const auto kept = static_cast<std::size_t>(settings_.hit_rate_window / std::chrono::milliseconds(100));
  before_.emplace_back(hits_, misses_);
  while (before_.size() > kept + 1) before_.pop_front();
  const auto hits = hits_ - before_.front().first, misses = misses_ - before_.front().second;
  if (hits + misses > 0) step.gauge(kHitRate, 100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses));
  step.gauge(kEntries, static_cast<double>(path_.cache().entries()));
  step.gauge(kBytes, static_cast<double>(path_.cache().bytes()));
  shown_ = {path_.cache().entries(), path_.cache().bytes(), back_.dirty(), static_cast<std::uint32_t>(inlet_.open())};
  if (settings_.mode != Mode::write_back && back_.dirty() == 0) return;
  const auto risk = back_.at_risk(step.now);
  step.gauge(kDirtyKeys, static_cast<double>(risk.keys));
  step.gauge(kWritesAtRisk, static_cast<double>(risk.writes));
  step.gauge(kDirtyAge, core::in_ms(risk.oldest));
}

// What the objects have counted since this was called last.
void Server::show_counts(Step& step) {
  const auto more = [&](const Metric& metric, std::uint64_t now, std::uint64_t before) {
    if (now != before) step.count(metric, static_cast<double>(now - before));
  };
  const auto& path = path_.counts();
  more(kStale, path.stale, path_shown_.stale);
  more(kFetches, path.fetches, path_shown_.fetches);
  more(kRefreshes, path.refreshes, path_shown_.refreshes);
  more(kWaits, path.waits, path_shown_.waits);
  more(kFillsRefused, path.late_fills + path.older_fills, path_shown_.late_fills + path_shown_.older_fills);
  const auto& cache = path_.cache().counts();
  more(kEvictions, cache.evictions, cache_shown_.evictions);
  more(kExpired, cache.expired, cache_shown_.expired);
  more(kFlushes, back_.counts().flushed, back_shown_.flushed);
  more(kCoalesced, back_.counts().coalesced, back_shown_.coalesced);
  path_shown_ = path, cache_shown_ = cache, back_shown_ = back_.counts();
}

// --- What it is told in words.

std::string Server::on_tell(Step& step, std::string_view line) {
  const auto words = core::split_words(line);
  if (words.size() == 1 && words[0] == "clear") {
    path_.clear();
    return "";
  }
  if (words.size() == 2 && words[0] == "shrink") {
    std::string_view number = words[1];
    if (number.ends_with('%')) number.remove_suffix(1);
    std::uint32_t percent = 0;
    if (!core::parse(number, percent) || percent < 1 || percent > 100) return "expected `shrink PERCENT`, from 1% to 100%";
    percent_ = percent;
    path_.tune(settings_.read, shrunk(), step.now);
    hurry_evicted(step);
    arm_flush(step);
    return "";
  }
  if (words.size() == 2 && words[0] == "warm") {
    std::uint32_t wanted = 0;
    if (!core::parse(words[1], wanted) || wanted == 0) return "expected `warm N`";
    if (aside()) return "it fetches nothing itself: in the mode `aside` those who ask fill it";
    Request list;
    list.function = Function::scan, list.value = "~";
    Errand errand{Errand::Why::list};
    errand.wanted = wanted;
    send(step, std::move(errand), std::move(list));
    settle(step);
    return "";
  }
  return "expected one of: clear, shrink PERCENT, warm N";
}

}  // namespace caching
