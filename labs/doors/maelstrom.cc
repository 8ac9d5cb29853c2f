#include "labs/doors/maelstrom.h"

#include <algorithm>

#include "mechanisms/core/brief.h"

namespace doors {
namespace {

// A piece of a foreign line, as the log and errors have it.
std::string shortened(std::string_view line) { return "`" + core::in_brief(line) + "`"; }

// JSON that is nested this deep is read by nobody's hand, and would be written by recursion.
bool too_deep(std::string_view line) {
  std::size_t depth = 0;
  bool within_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (within_text) {
      if (c == '\\') ++i;
      if (c == '"') within_text = false;
      continue;
    }
    if (c == '"') within_text = true;
    if ((c == '{' || c == '[') && ++depth > kMaelstromDepth) return true;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

std::string text_member(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

// What the line says; throws std::runtime_error when it is no message at all.
MaelstromMessage read_message(std::string_view line) {
  if (too_deep(line)) throw std::runtime_error("nested too deeply");
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) throw std::runtime_error("no JSON object");
  MaelstromMessage message{text_member(json, "src"), text_member(json, "dest"), "", Json::object()};
  if (message.src.empty()) throw std::runtime_error("it does not say who sent it");
  if (const auto body = json.find("body"); body != json.end() && body->is_object()) message.body = *body;
  message.type = text_member(message.body, "type");
  return message;
}

}  // namespace

std::size_t MaelstromCluster::position_of(const std::string& name) const {
  return static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), name) - nodes.begin());
}

void MaelstromOut::send(const std::string& dest, Json body) {
  lines += Json{{"src", self_}, {"dest", dest}, {"body", std::move(body)}}.dump();
  lines += '\n';
}

void MaelstromOut::reply(const MaelstromMessage& to, const std::string& type, Json body) {
  const auto id = to.body.find("msg_id");
  if (id == to.body.end()) return;
  body["type"] = type;
  body["in_reply_to"] = *id;
  send(to.src, std::move(body));
}

// Who was answered is not answered again: two nodes that each take the other's words for an error would never end.
void MaelstromOut::refuse(const MaelstromMessage& what, MaelstromError code, const std::string& why) {
  log.push_back("refuses " + shortened(what.type) + " of " + shortened(what.src) + ": " + why);
  if (what.body.contains("in_reply_to")) return;
  reply(what, "error", {{"code", static_cast<int>(code)}, {"text", why}});
}

const Json& maelstrom_member(const MaelstromMessage& message, const char* name) {
  const auto it = message.body.find(name);
  if (it == message.body.end())
    throw MaelstromRefusal(MaelstromError::malformed, std::string("`") + name + "` is missing");
  return *it;
}

std::string maelstrom_text(const MaelstromMessage& message, const char* name) {
  std::string text = maelstrom_member(message, name).dump();
  if (text.size() > kMaelstromValue)
    throw MaelstromRefusal(MaelstromError::malformed, std::string("`") + name + "` is longer than 64 KiB");
  return text;
}

void not_supported(const MaelstromMessage& message) {
  throw MaelstromRefusal(MaelstromError::not_supported, "there is no " + shortened(message.type) + " here");
}

void MaelstromNode::on_bytes(core::Time now, std::string_view bytes, MaelstromOut& out) {
  for (;;) {
    const auto end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (!too_long_ && begun_.size() + piece.size() > kMaelstromLine) {
      out.log.push_back("drops a line of more than 1 MiB that begins with " + shortened(begun_.empty() ? piece : begun_));
      too_long_ = true;
      begun_.clear();
    }
    if (!too_long_) begun_ += piece;
    if (end == std::string_view::npos) return;
    const std::string line = std::exchange(begun_, "");
    if (!std::exchange(too_long_, false)) on_line(now, line, out);
    bytes.remove_prefix(end + 1);
  }
}

void MaelstromNode::on_line(core::Time now, std::string_view line, MaelstromOut& out) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  MaelstromMessage message;
  try {
    message = read_message(line);
  } catch (const std::runtime_error& bad) {
    return out.log.push_back("drops " + shortened(line) + ": " + bad.what());
  }
  if (work_ != nullptr && message.dest != cluster_.self)
    return out.log.push_back("drops a message to " + shortened(message.dest));
  try {
    if (message.type.empty()) throw MaelstromRefusal(MaelstromError::malformed, "the body has no type");
    if (message.type == "init") return init(now, message, out);
    if (work_ == nullptr) throw MaelstromRefusal(MaelstromError::unavailable, "the first message must be init");
    work_->on_message(now, message, out);
  } catch (const MaelstromRefusal& refusal) {
    if (work_ == nullptr) out.say_from(message.dest);
    out.refuse(message, refusal.code, refusal.what());
  }
}

void MaelstromNode::init(core::Time now, const MaelstromMessage& message, MaelstromOut& out) {
  const auto malformed = [](const char* why) { throw MaelstromRefusal(MaelstromError::malformed, why); };
  if (work_ != nullptr) malformed("this node knows already who it is");
  const Json& self = maelstrom_member(message, "node_id");
  const Json& nodes = maelstrom_member(message, "node_ids");
  if (!self.is_string() || !nodes.is_array()) malformed("node_id must be a text, and node_ids a list");
  if (nodes.size() > kMaelstromNodes) malformed("more than 100 nodes");
  MaelstromCluster cluster{self.get<std::string>(), {}};
  for (const Json& node : nodes) {
    if (!node.is_string()) malformed("a node's name must be a text");
    cluster.nodes.push_back(node.get<std::string>());
  }
  std::sort(cluster.nodes.begin(), cluster.nodes.end());
  if (std::adjacent_find(cluster.nodes.begin(), cluster.nodes.end()) != cluster.nodes.end()) malformed("two nodes have one name");
  if (cluster.position_of(cluster.self) == cluster.nodes.size()) malformed("node_id is not one of node_ids");
  cluster_ = std::move(cluster);
  out.say_from(cluster_.self);
  work_ = make_(cluster_);
  out.reply(message, "init_ok");
  work_->start(now, out);
}

void MaelstromNode::on_time(core::Time now, MaelstromOut& out) {
  if (work_ != nullptr) work_->on_time(now, out);
}

}  // namespace doors
