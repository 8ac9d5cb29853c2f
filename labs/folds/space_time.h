// What a space-time diagram shows, as plain shapes: lanes, arrows, crosses, glyphs, bars of operations, or how much
// happened where there is too much to show each event. Nothing here draws.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "labs/folds/axis.h"
#include "labs/timeline/timeline.h"

namespace folds {

// One line from left to right: a node's, or that of a whole group that was folded up.
struct Lane {
  std::string name, group;
  std::vector<core::NodeId> nodes;
  float y = 0, height = 0;             // Its middle, and how much of the picture is its own; in pixels.
  bool folded = false;                 // Of a whole group.
  bool thin = false;                   // Only its messages and what befell it are shown.
};
struct Lanes {
  std::vector<Lane> all;
  std::vector<std::uint16_t> of_node;  // By id - 1.
  float spacing = 0, height = 0;       // Between two that are not thin; of all together.
  float y(core::NodeId node) const { return node - 1 < of_node.size() ? all[of_node[node - 1]].y : 0; }
  bool thin(core::NodeId node) const { return node - 1 < of_node.size() && all[of_node[node - 1]].thin; }
};
// What was folded up by hand.
struct FoldedLanes {
  std::set<std::string> groups;        // All of their nodes share a lane.
  std::set<core::NodeId> nodes;        // Their lanes are thin.
};
// Lanes share the height, but are never nearer than `least` and never further apart than `most`.
Lanes make_lanes(const std::vector<record::NodeInfo>& nodes, const FoldedLanes& folded, float top, float height, float least, float most);

inline constexpr std::uint32_t kNoRow = 0xffffffffu;

// Dimmed: it has nothing to do with what is picked.
enum class Light : std::uint8_t { dimmed, usual, lit };

struct Arrow {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::uint32_t send = kNoRow, end = kNoRow;
  record::NameId type = 0;
  enum class End : std::uint8_t { arrives, lost, under_way } ends = End::arrives;
  Light light = Light::usual;
};
struct Sign {                          // A glyph on a lane.
  enum class What : std::uint8_t { timer, persist, note, refuse, crash, restart, pause, resume, violation } what{};
  float x = 0, y = 0;
  std::uint32_t row = 0;
  Light light = Light::usual;
};
struct Operation {                     // A client's, from invoke to complete.
  float x0 = 0, x1 = 0, y = 0;         // Those at the same time lie below each other.
  std::uint32_t invoke = kNoRow, complete = kNoRow;
  bool ok = false;
  Light light = Light::usual;
};

// What is kept of a row in sight while it is folded.
struct SeenRow {
  float x = 0, y = 0;
  core::NodeId node = core::kNobody, peer = core::kNobody;
  std::uint64_t id = 0, ref = 0;
  record::NameId type = 0;
  record::EventKind kind{};
  bool shown = true;
  bool ended = false;                  // A send whose end is in sight: that draws the arrow.
};

struct SpaceTimeShapes {
  std::vector<Arrow> arrows;
  std::vector<Sign> signs;
  std::vector<Operation> operations;
  std::vector<std::vector<float>> density;   // By lane: 0 to 1 for each piece of `kPiece` pixels; empty: not needed.
  std::size_t events = 0;              // In the stretch that is shown.
  float detail = 1;                    // 0: only how much happened; between: both, the one fading into the other.
  static constexpr float kPiece = 3;
  std::vector<SeenRow> seen;           // Means nothing between folds; kept for its memory.
};

struct SpaceTimeAsk {
  const timeline::Timeline& line;
  const Lanes& lanes;
  TimeAxis time;
  const timeline::Cone* cone = nullptr;              // Null: nothing is picked.
  const std::set<record::NameId>* hidden = nullptr;  // Types of messages that are not shown.
  // Whether a row is to be shown; nothing: all are.
  std::function<bool(std::size_t row, const record::Event&, core::BytesView)> shows;
  // With more events than this in sight, single ones are not shown any more.
  std::size_t most = 20'000;
  float scale = 1;                     // Of the window.
};

void fold_space_time(const SpaceTimeAsk& ask, SpaceTimeShapes& out);

// What became of what begins in this row, as far as it is in sight: "arrives after 4.2 ms", "is still under way". Empty:
// nothing begins there.
std::string outcome_text(const timeline::Timeline& line, const SpaceTimeShapes& shapes, std::uint32_t row);

// How an event stands to the picked one: before, after, or concurrent (Lamport 1978). Empty: none is picked, or it is that one.
std::string order_text(const timeline::Cone& cone, core::NodeId node, std::size_t row);

// What is at a place: the row of the nearest sign, arrow end, arrow or operation within `reach` pixels. kNoRow: nothing.
std::uint32_t shape_at(const SpaceTimeShapes& shapes, float x, float y, float reach);

}  // namespace folds
