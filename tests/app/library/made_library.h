// A library in a folder of the test's own, and run files to put into it.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "app/library/library.h"
#include "labs/record/run_store.h"
#include "tests/labs/record/made_run.h"

namespace library {

// A run of one node that ends at `length`; `commands` of them are given, evenly.
inline void write_run(const std::string& path, core::Duration length, int commands, std::uint64_t seed = 1,
                      const std::string& lab = "raft-elections", int samples = 0) {
  record::RunHeader header{"test", lab, "# Lab", "simulated", seed, {}, record::Level::bodies, {{1, "S1", "raft", "servers"}}};
  record::Recording recording(header);
  record::RunStore store(recording, path);
  std::uint64_t id = 0;
  const auto tell = [&](core::Duration at, record::EventKind kind, record::NameId type, double value, const std::string& body) {
    recording.on_event({core::kStart + at, ++id, kind, kind == record::EventKind::command ? core::kNobody : core::NodeId{1}, 0, type, 0, value},
                       core::BytesView(reinterpret_cast<const std::uint8_t*>(body.data()), body.size()));
  };
  recording.on_name(1, "client_latency_ms");
  tell({}, record::EventKind::restart, 0, 0, "");
  for (int i = 0; i < commands; ++i) tell(length * (i + 1) / (commands + 1), record::EventKind::command, 0, 0, "mark " + std::to_string(i));
  for (int i = 0; i < samples; ++i) tell(length, record::EventKind::metric, 1, i, "");
  tell(length, record::EventKind::note, 0, 0, "the end");
}

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct MadeLibrary {
  record::Folder folder;
  std::int64_t now = 1'790'000'000;
  Library library{folders(), [this] { return now; }};

  Folders folders() const { return {folder / "data/faultline", folder / "config/faultline"}; }
  std::string in_runs(const std::string& name) const { return folder / ("data/faultline/runs/" + name); }
  void list() { list(library); }
  static void list(Library& of) {
    of.list_runs();
    of.wait();
    of.poll();
  }
};

}  // namespace library
