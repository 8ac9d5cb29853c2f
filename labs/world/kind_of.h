// Makes any class that keeps to mechanisms/core/step.h hostable. Included by labs/catalog/kinds.cc only, so that each
// mechanism's templates are compiled once.
#pragma once
#include <array>
#include <type_traits>
#include <variant>

#include "labs/world/hosted.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace world {
namespace detail {

template <class T>
struct Alternatives {  // A single struct is a variant of one.
  static std::vector<std::string> names() { return {std::string(T::kTypeName)}; }
  static std::uint32_t index(const T&) { return 0; }
};
template <class... T>
struct Alternatives<std::variant<T...>> {
  static std::vector<std::string> names() { return {std::string(T::kTypeName)...}; }
  static std::uint32_t index(const std::variant<T...>& v) { return static_cast<std::uint32_t>(v.index()); }
};

template <class T>
std::string decoded_text(core::BytesView bytes, const core::Names& names) {
  try {
    return core::text(core::decode<T>(bytes), names);
  } catch (const core::Malformed& error) {
    return std::string("malformed: ") + error.what();
  }
}

template <class T>
Effects::Slice append(const T& value, Effects& out) {
  const auto begin = static_cast<std::uint32_t>(out.bytes.size());
  core::encode(value, out.bytes);
  return {Alternatives<T>::index(value), begin, static_cast<std::uint32_t>(out.bytes.size())};
}

// Turns what a step said into bytes and small words.
template <class Step>
void translate(const Step& step, Effects& out) {
  for (const auto& send : step.sends) out.sends.push_back({send.to, append(send.message, out)});
  for (const auto& change : step.timers)
    out.timers.push_back({static_cast<std::uint8_t>(change.timer.kind), change.set, change.timer.key, change.after});
  for (const auto& write : step.writes) out.writes.push_back(append(write, out));
  for (const auto& note : step.notes) out.notes.push_back({note.text, note.refusal});
  for (const auto& sample : step.samples) out.samples.push_back({sample.metric, sample.value});
  const auto operation = [&](bool completed, std::uint64_t id, std::string_view word, const auto& value) {
    const auto begin = static_cast<std::uint32_t>(out.bytes.size());
    core::encode(value, out.bytes);
    out.operations.push_back({completed, id, std::string(word), begin, static_cast<std::uint32_t>(out.bytes.size())});
  };
  // As they were said: a session that does not think ends one operation and begins the next in the same step.
  auto begun = step.invocations.begin();
  auto done = step.completions.begin();
  for (const bool ended : step.ended) {
    if (ended)
      operation(true, done->id, core::name_of(done->outcome), *done), ++done;
    else
      operation(false, begun->id, begun->function, *begun), ++begun;
  }
}

}  // namespace detail

template <class Node>
class HostedNode final : public Hosted {
 public:
  using Step = typename Node::Step;
  using Settings = typename Node::Settings;

  HostedNode(const core::Roster& roster, const Settings& settings, typename Node::Durable durable)
      : node_(roster, settings, std::move(durable)), settings_(settings) {}

  const Node& node() const { return node_; }

  std::unique_ptr<Hosted> clone() const override { return std::make_unique<HostedNode>(*this); }

  void start(core::Time now, core::Rng& rng, Effects& out) override {
    run(now, rng, out, [&](Step& step) { node_.start(step); });
  }
  void on_message(core::Time now, core::Rng& rng, core::NodeId from, core::BytesView bytes, Effects& out) override {
    core::decode_into(message_, bytes);
    run(now, rng, out, [&](Step& step) {
      std::visit([&](const auto& m) { node_.on_message(step, from, m); }, std::as_const(message_));
    });
  }
  void on_timer(core::Time now, core::Rng& rng, std::uint8_t kind, std::uint64_t key, Effects& out) override {
    using Timer = typename Node::Timer;
    run(now, rng, out,
        [&](Step& step) { node_.on_timer(step, Timer{static_cast<decltype(Timer::kind)>(kind), key}); });
  }
  std::string on_tell(core::Time now, core::Rng& rng, std::string_view words, Effects& out) override {
    std::string refused = "this kind of node takes no requests in words";
    if constexpr (requires { Node::kTells; })
      run(now, rng, out, [&](Step& step) { refused = node_.on_tell(step, words); });
    return refused;
  }
  std::uint64_t on_ask(core::Time now, core::Rng& rng, [[maybe_unused]] clients::Ask what, Effects& out) override {
    std::uint64_t operation = 0;
    if constexpr (requires { &Node::on_ask; })
      run(now, rng, out, [&](Step& step) { operation = node_.on_ask(step, std::move(what)); });
    return operation;
  }
  std::string set(core::Time now, core::Rng& rng, std::string_view setting, std::string_view value,
                  Effects& out) override {
    std::string refused = core::set_setting(settings_, setting, value);
    if (refused.empty()) run(now, rng, out, [&](Step& step) { node_.on_settings(step, settings_); });
    return refused;
  }
  std::string get(std::string_view setting) const override { return core::get_setting(settings_, setting); }
  void show(core::Bytes& out) const override { core::encode(node_.show(), out); }
  core::Face face() const override { return node_.face(); }

 private:
  template <class Handler>
  void run(core::Time now, core::Rng& rng, Effects& out, const Handler& handler) {
    step_.clear();
    step_.now = now;
    step_.rng = &rng;
    handler(step_);
    detail::translate(step_, out);
  }

  Node node_;
  Settings settings_;
  Step step_;                       // Means nothing between steps; kept, as is message_, for its memory.
  typename Node::Message message_;
};

template <class Node>
class JudgeOf final : public Judge {
 public:
  std::unique_ptr<Judge> clone() const override { return std::make_unique<JudgeOf>(*this); }
  std::string after(std::span<const Hosted* const> all, std::size_t stepped, [[maybe_unused]] const core::Truth& truth) override {
    nodes_.clear();
    for (const Hosted* hosted : all)
      nodes_.push_back(hosted ? &static_cast<const HostedNode<Node>*>(hosted)->node() : nullptr);
    if constexpr (requires { invariants_.after(nodes_, stepped, truth); }) return invariants_.after(nodes_, stepped, truth);
    else return invariants_.after(nodes_, stepped);
  }

 private:
  typename Node::Invariants invariants_;
  std::vector<const Node*> nodes_;  // Only meaningful during after(); kept for its memory.
};

template <class Node>
class KindOf final : public Kind {
 public:
  using Settings = typename Node::Settings;
  using Durable = typename Node::Durable;

  KindOf(std::string kind_name, std::string kind_help) {
    name = std::move(kind_name);
    help = std::move(kind_help);
    settings = core::describe_settings<Settings>();
    messages = detail::Alternatives<typename Node::Message>::names();
    writes = detail::Alternatives<typename Node::Write>::names();
    for (const auto word : names(decltype(Node::Timer::kind){})) timers.emplace_back(word);
    if constexpr (requires { Node::kTells; }) tells.assign(Node::kTells.begin(), Node::kTells.end());
    if constexpr (requires { Node::kMetrics; }) metrics.assign(Node::kMetrics.begin(), Node::kMetrics.end());
    takes_asks = requires { &Node::on_ask; };
    if constexpr (requires { Node::kLeadingRole; }) leading_role = Node::kLeadingRole;
    if constexpr (requires { Node::kEpochWord; }) epoch_word = Node::kEpochWord;
  }

  std::unique_ptr<Hosted> make(const core::Roster& roster, const SettingValues& values,
                               std::span<const core::Bytes> disk) const override {
    return std::make_unique<HostedNode<Node>>(roster, settings_of(values), fold(disk));
  }
  std::vector<core::Bytes> compact(std::span<const core::Bytes> disk) const override {
    std::vector<core::Bytes> fewest;
    for (const typename Node::Write& write : fold(disk).image()) fewest.push_back(core::encode(write));
    return fewest;
  }
  std::string check_setting(std::string_view setting, std::string_view value) const override {
    std::vector<std::string> known;
    for (const auto& info : settings) known.push_back(info.name);
    Settings trial;
    const std::string refused = core::set_setting(trial, setting, value);
    for (const auto& one : known)
      if (one == setting) return refused;
    const std::string near = core::nearest(setting, known);
    return name + " has no setting `" + std::string(setting) + "`" +
           (near.empty() ? "" : ", did you mean `" + near + "`?");
  }
  std::string conflict(const SettingValues& values) const override {
    return core::conflict_of(settings_of(values));
  }
  std::unique_ptr<Judge> judge() const override {
    if constexpr (requires { typename Node::Invariants; })
      return std::make_unique<JudgeOf<Node>>();
    else
      return nullptr;
  }

  std::string message_text(core::BytesView bytes, const core::Names& names) const override {
    return detail::decoded_text<typename Node::Message>(bytes, names);
  }
  std::string write_text(core::BytesView bytes, const core::Names& names) const override {
    return detail::decoded_text<typename Node::Write>(bytes, names);
  }
  std::string shown_text(core::BytesView bytes, const core::Names& names) const override {
    return detail::decoded_text<typename Node::Shown>(bytes, names);
  }

 private:
  static Settings settings_of(const SettingValues& values) {
    Settings chosen;
    for (const auto& [setting, value] : values) core::set_setting(chosen, setting, value);
    return chosen;
  }
  static Durable fold(std::span<const core::Bytes> disk) {
    Durable durable;
    for (const auto& bytes : disk) durable.apply(core::decode<typename Node::Write>(bytes));
    return durable;
  }
};

}  // namespace world
