// Flood: whoever gets a message sends one to a random other. The smallest node kind there is: read it to see what a kind
// must have (mechanisms/core/step.h), and use it to measure a world, whose own cost is all that it shows.
//
// Guarantee: the number of messages under way never changes while nothing is lost.
#pragma once
#include <array>
#include <string>
#include <variant>

#include "mechanisms/core/step.h"
#include "mechanisms/core/settings.h"

namespace flood {

struct Token {
  std::uint64_t hops{};     // How often this token was passed on.
  std::string payload;      // Nothing but size.
  FIELDS(Token, hops, payload)
};
using Message = std::variant<Token>;

enum class Alarm : std::uint8_t { unused };
constexpr auto names(Alarm) { return std::array<std::string_view, 1>{"unused"}; }

struct Settings {
  std::uint32_t tokens = 1;          // How many each node sends at the start.
  std::uint32_t payload_bytes = 64;
  FIELDS(Settings, tokens, payload_bytes)
  static constexpr auto kDeclared = std::array{
      core::Setting{"tokens", "0", "1000", "messages", "How many messages each node sends when it starts."},
      core::Setting{"payload_bytes", "0", "64KiB", "bytes", "How large each message is."}};
};

struct Shown {
  std::uint64_t received{};
  FIELDS(Shown, received)
};

inline constexpr core::Metric kReceived{"flood_received_total", core::Metric::Kind::counter, "messages",
                                        "Messages that this node has got."};

class Node {
 public:
  using Message = flood::Message;
  using Timer = core::Timer<Alarm>;
  using Write = core::Nothing;
  using Durable = core::Nothing;
  using Settings = flood::Settings;
  using Shown = flood::Shown;
  using Step = core::Step<Message, Timer, Write>;

  Node(const core::Roster& roster, const Settings& settings, Durable) : roster_(roster), settings_(settings) {}

  void start(Step& step) {
    for (std::uint32_t i = 0; i < settings_.tokens; ++i) pass(step, 0, std::string(settings_.payload_bytes, 'x'));
  }
  void on_message(Step& step, core::NodeId, const Token& token) {
    ++received_;
    pass(step, token.hops + 1, token.payload);
  }
  void on_timer(Step&, Timer) {}
  void on_settings(Step&, const Settings& settings) { settings_ = settings; }
  Shown show() const { return {received_ / kShownEvery}; }
  core::Face face() const { return {"node", 0}; }

 private:
  static constexpr std::uint64_t kShownEvery = 1000;  // What is shown changes only so often.

  void pass(Step& step, std::uint64_t hops, std::string payload) {
    if (roster_.peers.size() < 2) return;
    // A random other: skip over oneself.
    core::NodeId to = roster_.peers[step.rng->below(roster_.peers.size() - 1)];
    if (to >= roster_.self) to = roster_.peers[static_cast<std::size_t>(to - roster_.peers.front()) + 1];
    step.send(to, Token{hops, std::move(payload)});
  }

  core::Roster roster_;
  Settings settings_;
  std::uint64_t received_ = 0;
};

}  // namespace flood
