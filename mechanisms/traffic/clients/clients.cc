#include "mechanisms/traffic/clients/clients.h"

#include "mechanisms/core/text.h"

namespace clients {

bool read_ask(const std::vector<std::string>& words, Ask& into) {
  constexpr std::size_t kWords[] = {2, 3, 3, 4, 2, 3};
  if (words.empty() || !core::parse(words[0], into.function) || words.size() != kWords[static_cast<std::size_t>(into.function)])
    return false;
  into.key = words[1];
  if (into.function == Function::cas) into.expected = words[2];
  if (words.size() > 2) into.value = words.back();
  return true;
}

std::string expected_one_of(std::span<const core::Tell> forms) {
  std::string all;
  for (const auto& tell : forms) all += (all.empty() ? "expected one of: " : ", ") + std::string(tell.form);
  return all;
}

core::Duration until_arrival(core::Rng& rng, double rate) {
  return rng.exponential(core::Duration(static_cast<core::Duration::rep>(1e9 / rate)));
}

std::string Source::numbered(std::uint64_t life, std::uint64_t number, std::uint32_t bytes) const {
  std::string value = std::to_string(id_) + "." + std::to_string(life) + "." + std::to_string(number);
  if (value.size() < bytes) value.resize(bytes, '-');
  return value;
}

std::string Source::value(std::uint64_t life, std::uint32_t bytes) { return numbered(life, ++values_, bytes); }

Ask Source::draw(core::Rng& rng, const Mix& mix, std::uint64_t life) {
  Ask ask;
  ask.key = key(rng, mix.keys);
  if (rng.chance(mix.reads)) return ask;
  const double kind = rng.unit();
  ask.value = value(life, mix.value_bytes);
  if (kind < mix.appends) {
    ask.function = Function::append;
    ask.value += ";";
  } else if (kind < mix.appends + mix.cas) {
    // It guesses one of its own last values: now and then it guesses right.
    ask.function = Function::cas;
    ask.expected = numbered(life, values_ > 4 ? values_ - 1 - rng.below(4) : 1, mix.value_bytes);
  } else if (kind < mix.appends + mix.cas + mix.deletes) {
    ask.function = Function::del;
    ask.value.clear();
  } else {
    ask.function = Function::put;
  }
  return ask;
}

}  // namespace clients
