#include "labs/check/generate.h"

#include <algorithm>

#include "mechanisms/core/check.h"

namespace check {
namespace {

struct Client {
  core::Invocation open;
  bool busy = false, done = false;  // done: the operation has taken effect.
  core::Outcome outcome{};
  std::optional<std::string> result;
  std::size_t left = 0;
  std::uint64_t process = 0;
};

core::Invocation draw(Model model, const Shape& shape, core::Rng& rng, std::uint64_t id) {
  core::Invocation i{id, 0, "", "", "", ""};
  const bool kv = model == Model::kv;
  i.key = kv ? "k" + std::to_string(rng.below(shape.keys)) : "";
  // Few values, so that a cas succeeds now and then.
  const auto value = [&] { return std::to_string(model == Model::reg || kv ? id : rng.below(5)); };
  const auto kind = rng.below(10);
  if (kind < 5) {
    i.function = kv ? "get" : "read";
  } else if (kind < 8 || model == Model::reg) {
    i.function = kv ? "put" : "write";
    i.value = value();
  } else if (kind == 8 && kv) {
    i.function = rng.chance(0.5) ? "delete" : "append";
    if (i.function == "append") i.value = value() + ";";
  } else if (kv && rng.chance(0.5)) {
    i.function = "create";
    i.value = value();
  } else {
    i.function = "cas";
    i.value = value();
    i.expected = value();
  }
  return i;
}

// Lets the operation take effect on the object.
void take_effect(Client& client, std::map<std::string, std::string>& object) {
  const core::Invocation& i = client.open;
  const auto it = object.find(i.key);
  client.done = true;
  client.outcome = core::Outcome::ok;
  client.result.reset();
  if (i.function == "get" || i.function == "read") {
    if (it != object.end()) client.result = it->second;
  } else if (i.function == "put" || i.function == "write") {
    object[i.key] = i.value;
  } else if (i.function == "append") {
    object[i.key] += i.value;
  } else if (i.function == "create") {
    if (!object.emplace(i.key, i.value).second) client.outcome = core::Outcome::failed;
  } else if (it == object.end() || (i.function == "cas" && it->second != i.expected)) {
    client.outcome = core::Outcome::failed;
  } else if (i.function == "cas") {
    it->second = i.value;
  } else {
    object.erase(it);
  }
}

}  // namespace

History generate(Model model, const Shape& shape, core::Rng& rng) {
  History history;
  std::map<std::string, std::string> object;
  std::vector<Client> clients(shape.clients);
  std::uint64_t id = 0, processes = 0;
  std::size_t active = shape.clients;
  for (auto& client : clients) client.left = shape.operations, client.process = processes++;
  while (active > 0) {
    Client& client = clients[rng.below(clients.size())];
    if (!client.busy) {
      if (client.left == 0) continue;
      client.open = draw(model, shape, rng, ++id);
      client.open.process = client.process;
      client.busy = true;
      client.done = false;
      history.begin(client.open);
    } else if (!client.done) {
      if (rng.chance(shape.unknown)) {
        // Nobody learns of it: it may be done now or never.
        if (rng.chance(0.5)) take_effect(client, object);
        history.end({client.open.id, core::Outcome::unknown, {}});
        client.process = processes++;
        client.busy = false;
        if (--client.left == 0) --active;
      } else {
        take_effect(client, object);
      }
    } else {
      history.end({client.open.id, client.outcome, client.result});
      client.busy = false;
      if (--client.left == 0) --active;
    }
  }
  return history;
}

History spoil(const History& history, core::Rng& rng) {
  struct Moment {
    std::uint64_t position;
    bool begins;
    std::size_t operation;
  };
  std::vector<std::size_t> reads;
  std::vector<Moment> moments;
  const auto& all = history.operations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((all[i].function == "get" || all[i].function == "read") && all[i].outcome == core::Outcome::ok) reads.push_back(i);
    moments.push_back({all[i].call, true, i});
    if (all[i].end != Operation::kNever) moments.push_back({all[i].end, false, i});
  }
  CHECK(!reads.empty());
  const std::size_t victim = reads[rng.below(reads.size())];
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.position < b.position; });
  History spoiled;
  for (const Moment& m : moments) {
    const Operation& o = all[m.operation];
    if (m.begins) {
      spoiled.begin({m.operation, m.operation, o.function, o.key, o.value, o.expected});
    } else {
      spoiled.end({m.operation, o.outcome, m.operation == victim ? std::optional<std::string>("never written") : o.result});
    }
  }
  return spoiled;
}

}  // namespace check
