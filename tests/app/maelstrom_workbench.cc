#include "maelstrom_workbench.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace workbench {
namespace {

constexpr char kClient[] = "c1";

std::array<int, 2> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return ends;
}

}  // namespace

Workbench::Workbench(std::size_t nodes, const program::Words& words) : words_{FAULTLINE_BINARY, "maelstrom-node"} {
  ::signal(SIGPIPE, SIG_IGN);
  words_.insert(words_.end(), words.begin(), words.end());
  for (std::size_t i = 1; i <= nodes; ++i) names_.push_back("n" + std::to_string(i));
  for (const auto& name : names_) start(name);
  for (const auto& name : names_) init(name);
}

Workbench::~Workbench() {
  for (auto& [name, node] : nodes_) stop(node);
}

void Workbench::start(const std::string& name) {
  const auto in = open_pipe(), out = open_pipe(), error = open_pipe();
  std::vector<char*> words;
  for (auto& word : words_) words.push_back(word.data());
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    ::dup2(in[0], 0), ::dup2(out[1], 1), ::dup2(error[1], 2);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::close(in[0]), ::close(out[1]), ::close(error[1]);
  ::fcntl(in[1], F_SETFL, O_NONBLOCK);
  Node& node = nodes_[name];
  node = {child, in[1], out[0], error[0], "", "", std::move(node.err)};
}

void Workbench::stop(Node& node) {
  if (node.pid > 0) ::kill(node.pid, SIGKILL), ::waitpid(node.pid, nullptr, 0);
  for (int* file : {&node.in, &node.out, &node.error})
    if (*file >= 0) ::close(std::exchange(*file, -1));
  node.pid = -1;
}

void Workbench::init(const std::string& name) {
  const Json answer = call(name, {{"type", "init"}, {"node_id", name}, {"node_ids", names_}});
  if (!answer.is_object() || answer["type"] != "init_ok") throw std::runtime_error(name + " did not begin: " + answer.dump());
}

void Workbench::restart(const std::string& node) {
  stop(nodes_.at(node));
  start(node);
  init(node);
}

bool Workbench::runs(const std::string& node) {
  const Node& it = nodes_.at(node);
  return it.pid > 0 && ::waitpid(it.pid, nullptr, WNOHANG) == 0;
}

void Workbench::write_raw(const std::string& node, const std::string& bytes) { nodes_.at(node).pending += bytes; }

void Workbench::ask(const std::string& node, Json body, Heard heard) {
  body["msg_id"] = ++asked_;
  waiting_[asked_] = std::move(heard);
  write_raw(node, Json{{"src", kClient}, {"dest", node}, {"body", std::move(body)}}.dump() + "\n");
}

Json Workbench::call(const std::string& node, Json body, Clock::duration limit) {
  Json answer;
  ask(node, std::move(body), [&](const Json& heard) { answer = heard; });
  const std::uint64_t number = asked_;
  run_until([&] { return !answer.is_null(); }, limit);
  waiting_.erase(number);
  return answer;
}

bool Workbench::run_until(const std::function<bool()>& done, Clock::duration limit) {
  const auto end = Clock::now() + limit;
  while (!done()) {
    if (Clock::now() >= end) return false;
    turn(2ms);
  }
  return true;
}

bool Workbench::connected(const std::string& a, const std::string& b) const {
  return parts_.empty() || std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part.contains(a) && part.contains(b); });
}

void Workbench::turn(std::chrono::milliseconds patience) {
  // What is due reaches its node, unless they have been cut off from each other meanwhile: route() looked when it left.
  while (!under_way_.empty() && under_way_.top().at <= Clock::now()) {
    write_raw(under_way_.top().dest, under_way_.top().line + "\n");
    under_way_.pop();
  }
  std::vector<pollfd> files;
  for (auto& [name, node] : nodes_) {
    if (!node.pending.empty()) {
      const ssize_t written = ::write(node.in, node.pending.data(), node.pending.size());
      if (written > 0) node.pending.erase(0, static_cast<std::size_t>(written));
    }
    files.push_back({node.out, POLLIN, 0}), files.push_back({node.error, POLLIN, 0});
  }
  if (::poll(files.data(), files.size(), static_cast<int>(patience.count())) <= 0) return;
  auto file = files.begin();
  std::vector<char> buffer(1u << 16);
  for (auto& [name, node] : nodes_)
    for (std::string* into : {&node.read, &node.err}) {
      const bool ready = (file->revents & POLLIN) != 0;
      const ssize_t got = ready ? ::read(file->fd, buffer.data(), buffer.size()) : 0;
      ++file;
      if (got <= 0) continue;
      into->append(buffer.data(), static_cast<std::size_t>(got));
      if (into == &node.read) take_lines(name, node);
    }
}

void Workbench::take_lines(const std::string& name, Node& node) {
  std::size_t begin = 0;
  for (std::size_t end; (end = node.read.find('\n', begin)) != std::string::npos; begin = end + 1)
    route(name, node.read.substr(begin, end - begin));
  node.read.erase(0, begin);
}

void Workbench::route(const std::string& from, const std::string& line) {
  const Json message = Json::parse(line, nullptr, false);
  const bool whole = message.is_object() && message.value("src", "") == from && message.contains("dest") && message.contains("body");
  if (!whole) return bad_lines_.push_back(line);
  const std::string dest = message["dest"];
  const Json& body = message["body"];
  if (!nodes_.contains(dest)) {
    const auto it = waiting_.find(body.value("in_reply_to", std::uint64_t{0}));
    if (it == waiting_.end()) return;
    const Heard heard = std::move(it->second);
    waiting_.erase(it);
    return heard(body);
  }
  if (body.value("says", "") == "AppendEntries") leader_ = from, leaders_.insert(from);
  if (!connected(from, dest) || chance_.chance(net.loss)) {
    ++lost_;
    return;
  }
  ++carried_;
  const auto delay = chance_.between(core::Duration{}, net.delay);
  under_way_.push({Clock::now() + delay, ++sent_, dest, line});
}

}  // namespace workbench
