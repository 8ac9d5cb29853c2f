#include "app/cli/summary.h"

#include <algorithm>

#include "app/cli/plain.h"
#include "app/cli/table.h"
#include "labs/catalog/labs.h"

namespace cli {

std::string origin(const record::RunHeader& h) {
  std::string out = h.program + "  lab " + h.lab + "  " + h.world + "  seed " + std::to_string(h.seed);
  for (const auto& setting : h.settings) out += "  " + setting;
  return plain_line(out) + "\n";
}

std::string summary(const guide::Facts& facts, std::uint64_t events) {
  const auto part = [&](double p) {
    const double ms = facts.percentile_after("client_latency_ms", p, 0);
    return ms > 0 ? latency(ms) : std::string("-");
  };
  return table(
      {{"time", "events", "messages", "dropped", "crashes", "ops ok", "failed", "unknown", "p50", "p99"},
       {seconds(facts.now().time_since_epoch()), grouped(events), grouped(facts.all_sent),
        grouped(facts.all_dropped), grouped(facts.crashes), grouped(facts.all_operations[0]),
        grouped(facts.all_operations[1]), grouped(facts.all_operations[2]), part(0.5), part(0.99)}});
}

std::string again(const std::string& lab, const record::RunHeader& h) {
  std::string line = "again: faultline run " + shell_word(lab) + " --seed " + std::to_string(h.seed);
  if (h.world != "simulated") line += " --world " + shell_word(h.world);
  for (const auto& setting : h.settings) line += " --set " + shell_word(setting);
  return line;
}

bool in_catalog(const record::RunHeader& h) {
  const auto& files = catalog::lab_files();
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.name == h.lab && file.text == h.lab_text; });
}

std::string shell_word(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:%+@";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace cli
