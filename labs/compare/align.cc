#include "labs/compare/align.h"

#include <algorithm>

#include "labs/catalog/body_text.h"
#include "labs/catalog/kinds.h"

namespace compare {
namespace {

constexpr std::size_t kRowsAtATime = 4096;

// Of any kind in this run that has a leader, whatever it calls one. Empty: nobody leads in it.
std::string who_leads(const record::Recording& run) {
  std::vector<std::string_view> roles;
  for (const auto& node : run.header().nodes) {
    const world::Kind* const kind = catalog::find_kind(node.kind);
    if (kind == nullptr || kind->leading_role.empty()) continue;
    if (std::find(roles.begin(), roles.end(), kind->leading_role) == roles.end()) roles.push_back(kind->leading_role);
  }
  std::string filter;
  for (const auto role : roles) filter += (filter.empty() ? "kind:show (type:" : " or type:") + std::string(role);
  return filter.empty() ? "" : filter + ")";
}

std::string filter_of(const std::string& words, const record::Recording& run) {
  if (words == "first command") return "kind:command";
  if (words == "first partition") return "kind:command partition";
  if (words == "leader elected") return who_leads(run);
  return words;
}

}  // namespace

const std::vector<std::string_view>& alignments() {
  static const std::vector<std::string_view> all{kAtStart, kAtParting, "first command", "first partition", "leader elected"};
  return all;
}

std::optional<core::Time> moment_of(const std::string& words, const timeline::Timeline& line, const Progress& progress) {
  if (words == kAtStart) return core::kStart;
  const record::Recording& run = line.recording();
  const std::string text = filter_of(words, run);
  if (text.empty()) return {};
  auto compiled = timeline::compile(text, run, catalog::decoder(line));
  if (const auto* bad = std::get_if<timeline::FilterError>(&compiled)) throw BadAlignment("`" + words + "`: " + bad->words);
  const auto& filter = std::get<timeline::Filter>(compiled);
  std::optional<core::Time> found;
  for (std::size_t row = 0; row < run.size() && !found; row += kRowsAtATime) {
    progress(static_cast<double>(row) / static_cast<double>(run.size()));
    std::size_t i = row;
    run.visit(row, std::min(run.size(), row + kRowsAtATime), [&](const record::Event& event, core::BytesView body) {
      if (!found && filter.matches(i, event, body)) found = event.at;
      ++i;
    });
  }
  return found;
}

}  // namespace compare
