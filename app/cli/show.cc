// `faultline show RUN` and `faultline export RUN`: what is in a run file.
#include <iostream>
#include <map>

#include "app/cli/body_text.h"
#include "app/cli/cli.h"
#include "app/cli/table.h"
#include "labs/catalog/kinds.h"
#include "labs/guide/facts.h"
#include "labs/record/export.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace cli {

std::string body_text(const record::Recording& recording, const record::Event& e, core::BytesView body) {
  using Kind = record::EventKind;
  const auto* node = recording.node(e.node);
  const world::Kind* kind = node != nullptr ? catalog::find_kind(node->kind) : nullptr;
  try {
    if (e.kind == Kind::invoke) return core::text(core::decode<core::Invocation>(body));
    if (e.kind == Kind::complete) return core::text(core::decode<core::Completion>(body));
  } catch (const core::Malformed& bad) {
    return std::string("malformed: ") + bad.what();
  }
  const bool coded = e.kind == Kind::send || e.kind == Kind::persist || e.kind == Kind::show;
  if (!coded) return {body.begin(), body.end()};
  if (kind == nullptr) return core::text(core::Bytes(body.begin(), body.end()));
  if (e.kind == Kind::send) return kind->message_text(body);
  return e.kind == Kind::persist ? kind->write_text(body) : kind->shown_text(body);
}

namespace {

void print_run(const record::Recording& recording) {
  const auto& h = recording.header();
  std::cout << h.program << "  lab " << h.lab << "  " << h.world << "  seed " << h.seed;
  for (const auto& setting : h.settings) std::cout << "  " << setting;
  std::cout << "\n" << h.nodes.size() << " nodes:";
  for (const auto& node : h.nodes) std::cout << " " << node.name << " (" << node.kind << ")";
  guide::Facts facts(h.nodes);
  std::map<std::string, std::uint64_t> kinds;
  std::string commands;
  for (record::NameId id = 1; id < recording.names(); ++id) facts.on_name(id, recording.name(id));
  recording.visit(0, recording.size(), [&](const record::Event& e, core::BytesView body) {
    facts.on_event(e, body);
    ++kinds[std::string(core::name_of(e.kind))];
    if (e.kind == record::EventKind::command)
      commands += "  " + core::text(e.at) + "  " + std::string(body.begin(), body.end()) + "\n";
  });
  std::cout << "\n" << core::text(core::Duration(facts.now().time_since_epoch())) << ", " << grouped(recording.size()) << " events\n\n";
  std::vector<std::vector<std::string>> rows{{"event", "count"}};
  for (const auto& [kind, count] : kinds) rows.push_back({kind, grouped(count)});
  std::cout << table(rows);
  if (!commands.empty()) std::cout << "\ncommands\n" << commands;
  if (!facts.violation().empty()) std::cout << "\nviolation: " << facts.violation() << "\n";
}

}  // namespace

int show(const std::string& path) {
  try {
    print_run(*record::open_run(path));
    return kValid;
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  } catch (const core::Malformed& bad) {
    return fail(kBadData, path + " is damaged: " + bad.what());
  } catch (const check::BadHistory& bad) {
    return fail(kBadData, path + " is damaged: " + bad.what());
  }
}

int export_run(const ExportArguments& a) {
  record::Format format{};
  core::parse(a.format, format);
  try {
    const auto recording = record::open_run(a.path);
    const std::size_t written = record::export_run(*recording, format, a.out, a.force, body_text);
    std::cout << grouped(written) << " events written to " << a.out << "\n";
    return kValid;
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  }
}

}  // namespace cli
