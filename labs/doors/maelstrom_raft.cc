#include "labs/doors/maelstrom_raft.h"

#include <algorithm>

#include "mechanisms/core/codec.h"

namespace doors {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxOpen = 128;               // Requests of clients that this node has taken.
constexpr core::Duration kAskAgain = 200ms;         // Who has not answered by then is asked again,
constexpr core::Duration kAskAnother = 20ms;        // or who leads by then, when it was said that another does.
constexpr core::Duration kGiveUp = 2500ms;          // Maelstrom's own clients wait for 5 s.

std::string hex_of(const core::Bytes& bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) out += "0123456789abcdef"[byte >> 4], out += "0123456789abcdef"[byte & 15];
  return out;
}

core::Bytes bytes_of_hex(const std::string& text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw core::Malformed("no hexadecimal digits");
  };
  if (text.size() % 2 != 0) throw core::Malformed("no whole bytes");
  core::Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  return out;
}

core::Roster roster_of(const MaelstromCluster& cluster) {
  core::Roster roster;
  roster.self = core::NodeId(cluster.position_of(cluster.self) + 1);
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) roster.peers.push_back(core::NodeId(i + 1));
  roster.names = core::Names(cluster.nodes);
  return roster;
}

}  // namespace

// Sessions are counted from a number that no other node, and no other life of this one, begins at.
MaelstromRaft::MaelstromRaft(const MaelstromCluster& cluster, const raft::Settings& settings, std::uint64_t chance)
    : cluster_(cluster),
      rng_(chance),
      server_(roster_of(cluster), settings, {}),
      next_session_((rng_.next() | 1) << raft::kSessionBits),
      sessions_(kMaxOpen) {}

// --- The server's side.

template <class Handler>
void MaelstromRaft::step(core::Time now, MaelstromOut& out, const Handler& handler) {
  step_.clear();
  step_.now = now, step_.rng = &rng_;
  handler(step_);
  // What it wants durable it has in its memory, which is all the disk there is.
  for (const auto& change : step_.timers) {
    if (change.set) timers_[change.timer.kind] = now + change.after;
    else timers_.erase(change.timer.kind);
  }
  for (const auto& note : step_.notes) out.log.push_back(note.text);
  for (auto& one : step_.sends) send(one.to, std::move(one.message), out);
}

void MaelstromRaft::send(core::NodeId to, raft::Message message, MaelstromOut& out) {
  if (to == server_.id()) return to_self_.push_back(std::move(message));
  const std::string_view name = std::visit([](const auto& m) { return m.kTypeName; }, message);
  out.send(cluster_.nodes.at(to - 1), {{"type", "raft"}, {"says", name}, {"bytes", hex_of(core::encode(message))}});
}

void MaelstromRaft::deliver(core::Time now, core::NodeId from, const raft::Message& message, MaelstromOut& out) {
  if (const auto* reply = std::get_if<raft::ClientReply>(&message)) return on_reply(now, *reply, out);
  step(now, out, [&](raft::Server::Step& s) { std::visit([&](const auto& m) { server_.on_message(s, from, m); }, message); });
}

void MaelstromRaft::carry(core::Time now, MaelstromOut& out) {
  while (!to_self_.empty()) {
    const raft::Message message = std::move(to_self_.front());
    to_self_.pop_front();
    deliver(now, server_.id(), message, out);
  }
}

void MaelstromRaft::start(core::Time now, MaelstromOut& out) {
  step(now, out, [&](raft::Server::Step& s) { server_.start(s); });
  carry(now, out);
}

void MaelstromRaft::on_message(core::Time now, const MaelstromMessage& message, MaelstromOut& out) {
  if (message.type == "raft") {
    const std::size_t from = cluster_.position_of(message.src);
    const Json& bytes = maelstrom_member(message, "bytes");
    if (from == cluster_.nodes.size() || !bytes.is_string())
      throw MaelstromRefusal(MaelstromError::malformed, "only nodes speak Raft here, in `bytes`");
    try {
      deliver(now, core::NodeId(from + 1), core::decode<raft::Message>(bytes_of_hex(bytes.get<std::string>())), out);
    } catch (const core::Malformed& bad) {
      throw MaelstromRefusal(MaelstromError::malformed, bad.what());
    }
  } else if (message.type == "read" || message.type == "write" || message.type == "cas") {
    begin(now, message, out);
  } else {
    not_supported(message);
  }
  carry(now, out);
}

void MaelstromRaft::on_time(core::Time now, MaelstromOut& out) {
  std::vector<raft::Alarm> rung;
  for (const auto& [alarm, at] : timers_)
    if (at <= now) rung.push_back(alarm);
  for (const raft::Alarm alarm : rung) {
    // One that was cancelled, or set anew, by what another did.
    const auto timer = timers_.find(alarm);
    if (timer == timers_.end() || timer->second > now) continue;
    timers_.erase(timer);
    step(now, out, [&](raft::Server::Step& s) { server_.on_timer(s, {alarm, 0}); });
    carry(now, out);
  }
  for (Session& session : sessions_) {
    if (!session.open) continue;
    if (session.open->give_up <= now) give_up(session, out);
    else if (session.open->again <= now) ask(now, session, out);
    carry(now, out);
  }
}

core::Time MaelstromRaft::due() const {
  core::Time next = kNever;
  for (const auto& [alarm, at] : timers_) next = std::min(next, at);
  for (const Session& session : sessions_)
    if (session.open) next = std::min({next, session.open->again, session.open->give_up});
  return next;
}

// --- The client's side.

void MaelstromRaft::begin(core::Time now, const MaelstromMessage& message, MaelstromOut& out) {
  Request request;
  request.from = message;
  request.key = maelstrom_text(message, "key");
  raft::Function function = raft::Function::get;
  if (message.type == "write") {
    function = raft::Function::put;
    request.value = maelstrom_text(message, "value");
  } else if (message.type == "cas") {
    function = raft::Function::cas;
    request.expected = maelstrom_text(message, "from"), request.value = maelstrom_text(message, "to");
    request.creates = message.body.value("create_if_not_exists", Json(false)) == Json(true);
  }
  request.from.body.erase("value"), request.from.body.erase("from"), request.from.body.erase("to");
  request.give_up = now + kGiveUp;
  const auto free = std::find_if(sessions_.begin(), sessions_.end(), [](const Session& s) { return !s.open; });
  if (free == sessions_.end()) throw MaelstromRefusal(MaelstromError::unavailable, "128 requests are open here already");
  free->open = std::move(request);
  attempt(*free, function);
  ask(now, *free, out);
}

// The store meets a session with its first write, and takes it for a forgotten one if that is not number 1. Gets count, but
// may never reach the store: behind them the first write begins a session.
void MaelstromRaft::attempt(Session& session, raft::Function function) {
  const bool writes = function != raft::Function::get;
  if (session.number == 0 || (writes && !session.wrote)) session.number = ++next_session_, session.serial = 0;
  session.wrote = session.wrote || writes;
  session.open->function = function;
  ++session.serial;
}

void MaelstromRaft::ask(core::Time now, Session& session, MaelstromOut& out) {
  Request& request = *session.open;
  const core::NodeId leader = server_.leader();
  request.again = now + (leader == core::kNobody ? kAskAnother : kAskAgain);
  if (leader == core::kNobody) return;
  request.sent = true;
  send(leader, raft::ClientRequest{{session.number, session.serial, request.function, request.key, request.value, request.expected}}, out);
}

void MaelstromRaft::on_reply(core::Time now, const raft::ClientReply& reply, MaelstromOut& out) {
  for (Session& session : sessions_) {
    if (!session.open || session.number != reply.session || session.serial != reply.serial) continue;
    // This node's server hears of the one who leads as soon as anybody does.
    if (reply.result.status == raft::Status::not_leader) session.open->again = std::min(session.open->again, now + kAskAnother);
    else answer(now, session, reply.result, out);
    return;
  }
}

void MaelstromRaft::answer(core::Time now, Session& session, const raft::Result& result, MaelstromOut& out) {
  const Request& request = *session.open;
  const bool creates = request.creates;
  const auto refuse = [&](MaelstromError code, const char* why) {
    out.refuse(request.from, code, why);
    end(session);
  };
  const auto go_on_with = [&](raft::Function function) {
    attempt(session, function);
    ask(now, session, out);
  };
  switch (result.status) {
    case raft::Status::ok: {
      if (request.function == raft::Function::get && !result.value) return refuse(MaelstromError::no_such_key, "there is no such key");
      Json body = Json::object();
      if (result.value) body["value"] = Json::parse(*result.value);
      out.reply(request.from, request.from.type + "_ok", std::move(body));
      return end(session);
    }
    // A cas that may create is tried as one, then as the other, until one of them is what there is to do.
    case raft::Status::absent:
      if (creates) return go_on_with(raft::Function::create);
      return refuse(MaelstromError::no_such_key, "there is no such key");
    case raft::Status::mismatch:
      if (request.function == raft::Function::create) return go_on_with(raft::Function::cas);
      return refuse(MaelstromError::mismatch, "the key has another value");
    case raft::Status::expired:
    case raft::Status::not_leader: return give_up(session, out);
  }
}

// The request may still be done at any time, if a server has it: the session must not begin another.
void MaelstromRaft::give_up(Session& session, MaelstromOut& out) {
  const Request& request = *session.open;
  const bool harmless = !request.sent || request.function == raft::Function::get;
  out.refuse(request.from, harmless ? MaelstromError::unavailable : MaelstromError::timeout,
             harmless ? "no leader answers" : "no leader answers: it may have been done, or may still be");
  session = Session{};
}

}  // namespace doors
