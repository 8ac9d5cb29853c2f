// `faultline show RUN`: what is in a run file.
#include <cstdio>
#include <iostream>
#include <map>

#include "app/cli/again.h"
#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "app/window/decode.h"
#include "app/window/folds.h"
#include "labs/guide/facts.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace cli {

namespace {

// A line a group: its nodes, and their kind.
std::string groups_text(const std::vector<record::NodeInfo>& nodes) {
  constexpr std::size_t kNamesSaid = 12;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < nodes.size();) {
    std::size_t end = i;
    std::string members;
    for (; end < nodes.size() && nodes[end].group == nodes[i].group; ++end)
      if (end - i < kNamesSaid) members += (members.empty() ? "" : " ") + nodes[end].name;
    if (end - i > kNamesSaid) members += " .. " + nodes[end - 1].name;
    rows.push_back(
        {plain_line(nodes[i].group), plain_line(nodes[i].kind), grouped(end - i), plain_line(members)});
    i = end;
  }
  return list(rows);
}

// A lab of the catalog has a name; another one's text is in the file.
void print_again(const record::RunHeader& h, const std::string& path) {
  const bool known = in_catalog(h);
  if (!known)
    std::cout << "\nthe lab: faultline show " << plain_line(shell_word(path)) << " --lab > lab.md\n";
  std::cout << (known ? "\n" : "") << plain_line(again(known ? h.lab : "lab.md", h)) << "\n";
}

void print_run(const record::Recording& recording, const std::string& path) {
  const auto& h = recording.header();
  guide::Facts facts(h.nodes);
  std::map<std::string, std::uint64_t> kinds;
  std::vector<std::vector<std::string>> commands;
  for (record::NameId id = 1; id < recording.names(); ++id) facts.on_name(id, recording.name(id));
  recording.visit(0, recording.size(), [&](const record::Event& e, core::BytesView body) {
    facts.on_event(e, body);
    ++kinds[std::string(core::name_of(e.kind))];
    if (e.kind == record::EventKind::command)
      commands.push_back({seconds(e.at.time_since_epoch()),
                          plain_line({reinterpret_cast<const char*>(body.data()), body.size()})});
  });
  char digest[24];
  std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(recording.digest()));
  std::cout << origin(h) << "digest " << digest
            << (h.level == record::Level::bodies ? "" : "  level " + std::string(core::name_of(h.level)))
            << "\n" << (recording.began() ? "began " + window::wall_text(*recording.began()) + "\n\n" : "\n");
  if (!facts.violation().empty()) std::cout << "violation: " << plain(facts.violation()) << "\n\n";
  std::cout << groups_text(h.nodes) << "\n" << summary(facts, recording.size()) << "\n";
  std::vector<std::vector<std::string>> rows{{"event", "count"}};
  for (const auto& [kind, count] : kinds) rows.push_back({kind, grouped(count)});
  std::cout << table(rows);
  if (!commands.empty()) std::cout << "\ncommands\n" << list(commands);
  std::vector<std::vector<std::string>> bookmarks;
  for (const auto& one : *recording.bookmarks())
    bookmarks.push_back({seconds(one.at.time_since_epoch()), one.opens ? "opens here" : "", plain_line(one.text)});
  if (!bookmarks.empty()) std::cout << "\nbookmarks\n" << list(bookmarks);
  print_again(h, path);
}

}  // namespace

int show(const ShowArguments& a) {
  return with_run_file(a.path, [&] {
    const auto recording = record::open_run(a.path);
    if (a.lab)
      std::cout << plain(recording->header().lab_text);
    else
      print_run(*recording, a.path);
    return kValid;
  });
}

}  // namespace cli
