// A recording as text that other programs read: CSV (RFC 4180) and JSON lines. Streamed, so that a run of any length can
// be exported; written beside the target and then renamed, so that nobody ever sees half of it.
#pragma once
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

// Throws StoreError: the target exists and `force` is not set, or writing failed. Returns how many events were written.
std::size_t export_run(const Recording& recording, Format format, const std::string& path, bool force,
                       const BodyText& body_text, const ExportRange& range = {});

}  // namespace record
