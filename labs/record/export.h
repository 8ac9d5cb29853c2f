// A recording as text that other programs read: CSV (RFC 4180) and JSON lines. Streamed, so that a run of any length can
// be exported; written beside the target and then renamed, so that nobody ever sees half of it.
#pragma once
#include <exception>
#include <functional>
#include <string>

#include "labs/record/recording.h"

namespace record {

// What a body says, for people. Decoding needs to know the kinds of nodes, which are listed above this layer.
using BodyText = std::function<std::string(const Recording&, const Event&, core::BytesView)>;

enum class Format : std::uint8_t { csv, json };
constexpr auto names(Format) { return std::array<std::string_view, 2>{"csv", "json"}; }

struct ExportRange {
  core::Time from{};
  core::Time to = core::Time::max();
};

// Told now and then how much is written, from 0 to 1; false: it is not wanted any more.
using ExportProgress = std::function<bool(double part)>;
// The text is not wanted any more: nothing was written.
struct ExportCancelled : std::exception {
  const char* what() const noexcept override { return "the export was cancelled"; }
};

// Throws StoreError: the target exists and `force` is not set, or writing failed. Returns how many events were written.
std::size_t export_run(const Recording& recording, Format format, const std::string& path, bool force,
                       const BodyText& body_text, const ExportRange& range = {}, const ExportProgress& progress = {});

}  // namespace record
