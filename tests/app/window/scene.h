// A view for tests of panels: a lab from its text, a recording that the test writes event by event, and a status that it
// sets as it likes. No world runs.
#pragma once
#include <string>
#include <vector>

#include "app/window/view.h"
#include "labs/catalog/labs.h"

namespace window {

class Scene {
 public:
  explicit Scene(const std::string& lab_text) : lab(guide::read_lab("scene", lab_text, catalog::all_kinds())), run(header(lab)), line(run) {
    status.live = true;
  }

  // Appends an event; its words are interned as the world would.
  std::size_t add(record::Event event, std::string_view type = {}, const core::Bytes& body = {}) {
    event.id = static_cast<std::uint64_t>(run.size() + 1);
    if (!type.empty()) {
      event.type = static_cast<record::NameId>(run.names());
      run.on_name(event.type, type);
    }
    run.on_event(event, body);
    line.catch_up(std::chrono::seconds(1));
    end = event.at;
    return run.size() - 1;
  }
  std::size_t command(core::Duration when, const std::string& words) {
    record::Event event;
    event.at = core::kStart + when, event.kind = record::EventKind::command;
    return add(event, {}, core::Bytes(words.begin(), words.end()));
  }
  View view() {
    moment = line.moment(at == core::Time{} ? end : at);
    return {lab, run, line, status, moment, at == core::Time{} ? end : at, end, at == core::Time{}, false, 1, false, 42,
            false, false, stops, branches, 0, overlays, 1};
  }

  guide::Lab lab;
  record::Recording run;
  timeline::Timeline line;
  session::Status status;
  timeline::Moment moment;
  core::Time at{}, end{};              // `at` kStart: the end is looked at.
  bool stops = true;
  std::vector<BranchName> branches;
  std::vector<Overlay> overlays;
  Selection selection;
  Commands commands;

 private:
  static record::RunHeader header(const guide::Lab& lab) {
    record::RunHeader header;
    header.lab = lab.name, header.lab_text = lab.text, header.world = "simulated";
    core::NodeId id = 0;
    for (const auto& group : lab.system.groups)
      for (std::size_t i = 0; i < group.count; ++i) {
        ++id;
        const std::string name = (group.name[0] == 'c' ? "C" : "S") + std::to_string(i + 1);
        header.nodes.push_back({id, name, group.kind->name, group.name});
      }
    return header;
  }
};

// The wishes of one kind, in order.
template <class W>
std::vector<W> wishes(const Commands& commands) {
  std::vector<W> found;
  for (const auto& wish : commands.all())
    if (const auto* one = std::get_if<W>(&wish)) found.push_back(*one);
  return found;
}

}  // namespace window
