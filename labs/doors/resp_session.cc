#include "labs/doors/resp_session.h"

#include <algorithm>

#include "mechanisms/partitioning/slots.h"

namespace doors {
namespace {

// `GET / HTTP/1.1`, `POST ..`, `Host: ..`: a browser that a web page has sent here.
bool is_http(const std::vector<std::string>& words, bool is_inline) {
  const std::string first = resp_lower(words[0]);
  return first == "post" || first == "host:" || (is_inline && words.size() > 1 && words.back().starts_with("HTTP/"));
}

std::string unknown_command(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 128;
  std::string told = "ERR unknown command '" + words[0].substr(0, kMost) + "', with args beginning with: ";
  for (std::size_t i = 1; i < words.size() && told.size() < 2 * kMost; ++i) told += "'" + words[i].substr(0, kMost) + "' ";
  return resp_error(told);
}

// Counts so many bytes as long as it is held.
std::shared_ptr<void> weight_of(std::size_t bytes, const std::shared_ptr<std::size_t>& all) {
  *all += bytes;
  return {nullptr, [bytes, all](void*) { *all -= bytes; }};
}

bool fits(const RespCommand& command, std::size_t words) {
  return command.arity >= 0 ? words == static_cast<std::size_t>(command.arity) : words >= static_cast<std::size_t>(-command.arity);
}

}  // namespace

std::string resp_arity_error(std::string_view command) {
  return resp_error("ERR wrong number of arguments for '" + std::string(command) + "' command");
}

RespSession::RespSession(RespDoor& at, core::NodeId of, std::shared_ptr<Line> line)
    : door(at), node(of), id(++at.last_client), line_(std::move(line)), order_(at.house.world.loop()) {}

std::size_t RespSession::take(std::string_view bytes) {
  try {
    const std::size_t taken = reader_.read(bytes);
    if (taken == 0 || reader_.words().empty()) return taken;
    if (is_http(reader_.words(), reader_.is_inline())) refuse("ERR this door speaks Redis' protocol, not HTTP");
    else answer(reader_.words(), taken);
    return taken;
  } catch (const BadResp& bad) {
    refuse(std::string("ERR ") + bad.what());
    return 0;
  }
}

void RespSession::refuse(const std::string& why) {
  ++door.refused;
  line_->say(resp_error(why));
  line_->hang_up();
}

void RespSession::answer(const std::vector<std::string>& words, std::size_t bytes) {
  ++door.commands;
  const auto* command = find_resp_command(resp_lower(words[0]));
  if (command == nullptr) return line_->say(unknown_command(words));
  if (!fits(*command, words.size())) return line_->say(resp_arity_error(command->name));
  if (command->run == nullptr) {
    const auto* sub = find_resp_command(std::string(command->name) + "|" + resp_lower(words[1]));
    if (sub == nullptr) return line_->say(resp_error("ERR unknown subcommand '" + words[1].substr(0, 128) + "' of '" + command->name + "'"));
    if (!fits(*sub, words.size())) return line_->say(resp_arity_error(sub->name));
    command = sub;
  }
  if (const auto why = elsewhere(*command, words); !why.empty()) return line_->say(why);
  if (*door.under_way + bytes > kRespUnderWay) return line_->say(resp_error("OOM command not allowed: the door has too many bytes of requests under way"));
  command->run({*this, words, RespPlace(line_, weight_of(bytes, door.under_way))});
}

std::string RespSession::elsewhere(const RespCommand& command, const std::vector<std::string>& words) {
  if (!door.cluster() || command.first_key == 0) return "";
  const auto count = static_cast<int>(words.size());
  const int last = command.last_key < 0 ? count + command.last_key : command.last_key;
  const auto slot = partitioning::slot_of(words[static_cast<std::size_t>(command.first_key)]);
  for (int i = command.first_key; i <= last; i += command.step)
    if (partitioning::slot_of(words[static_cast<std::size_t>(i)]) != slot) return resp_error("CROSSSLOT Keys in request don't hash to the same slot");
  const core::NodeId owner = door.slots->owner(slot);
  if (owner == core::kNobody) return resp_error("CLUSTERDOWN Hash slot not served: it is not known yet who has it");
  if (owner == node) return door.up(owner) ? "" : resp_error("CLUSTERDOWN Hash slot not served: " + door.house.world.nodes()[owner - 1].name + " is down");
  ++door.moved;
  return resp_error("MOVED " + std::to_string(slot) + " 127.0.0.1:" + std::to_string(door.port(owner)));
}

// What is done for a key goes on when the client has left: it holds the door's store, and not the conversation.
void RespSession::read(const std::string& key, std::function<std::string(const std::optional<RespValue>&)> how, Done done) {
  order_.wait(key, [&store = door.store, key, how = std::move(how), done = std::move(done)](const Turns::Turn& turn) {
    store.read(key, [turn, how, done](const RespRead& got) { done(got.error.empty() ? how(got.value) : got.error); });
  });
}

void RespSession::write(const std::string& key, const RespValue& value, const std::string& said, Done done) {
  order_.wait(key, [&store = door.store, key, value, said, done = std::move(done)](const Turns::Turn& turn) {
    store.write(key, value, said, [turn, done](std::string told) { done(std::move(told)); });
  });
}

void RespSession::alter(const std::string& key, RespStore::Alter how, Done done) {
  order_.wait(key, [&store = door.store, key, how = std::move(how), done = std::move(done)](const Turns::Turn& turn) {
    store.alter(key, how, [turn, done](std::string told) { done(std::move(told)); });
  });
}

void RespSession::remove(const std::string& key, Done done) {
  order_.wait(key, [&store = door.store, key, done = std::move(done)](const Turns::Turn& turn) {
    store.remove(key, [turn, done](std::string told) { done(std::move(told)); });
  });
}

RespSession::Done RespGathered::at(std::size_t which) const {
  return [inside = inside_, which](std::string answer) {
    inside->answers[which] = std::move(answer);
    if (--inside->missing > 0) return;
    for (const auto& one : inside->answers)
      if (one.starts_with('-')) return inside->answer(one);
    inside->answer(inside->join(inside->answers));
  };
}

}  // namespace doors
