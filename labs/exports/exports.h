// A recording as other programs read it: tables, traces, logs, diagrams, a page. Streamed, so that a run of any length can
// be exported; written beside the target and then renamed, so that nobody ever sees half of it.
#pragma once
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/catalog/body_text.h"
#include "labs/record/recording.h"

namespace exports {

struct Export;

struct Format {
  std::string_view name;      // For the command line.
  std::string_view title;     // For people.
  std::string_view ending;    // Of the file; empty: it is a folder of files.
  std::string_view help;      // Who reads it.
  void (*write)(Export&);
};
// In the order in which they are offered.
const std::vector<Format>& formats();
const Format* find_format(std::string_view name);

// With both ends.
struct Range {
  core::Time from{};
  core::Time to = core::Time::max();
};

// What an event's body says, for people.
using BodyText = std::function<std::string(const record::Recording&, const record::Event&, core::BytesView)>;
// Told now and then how much is written, from 0 to 1; false: it is not wanted any more.
using Progress = std::function<bool(double part)>;

struct Request {
  const Format* format = nullptr;
  std::string path;
  bool force = false;                       // Writes over what is there.
  Range range{};
  std::string metric{};                     // Of a plot: which.
  BodyText body_text = catalog::body_text;
  Progress progress{};
};

// It is not wanted any more: nothing was written.
struct Cancelled : std::exception {
  const char* what() const noexcept override { return "the export was cancelled"; }
};
// The run has not what the format wants, in words: no operations, too much for the reader.
struct NotThis : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Written {
  std::size_t events = 0;                   // That lie in the range.
  std::string warning{};                    // The reader may not like it, and why; empty: it will.
};
// Throws record::StoreError: the target exists and `force` is not set, or writing failed; NotThis.
Written write(const record::Recording& recording, const Request& request);

}  // namespace exports
