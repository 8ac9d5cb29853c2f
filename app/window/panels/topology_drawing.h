// What a picture of the cluster is made of, in pixels of the screen: the fold makes it, the painter paints it, and the
// hands ask it what lies under them. Plain data.
#pragma once
#include <string>
#include <vector>

#include "app/window/message_style.h"
#include "app/window/panels/topology_cuts.h"
#include "app/window/panels/topology_plane.h"

namespace window {

struct DrawnLink {
  core::NodeId from{}, to{};            // The lesser id first. Of folded groups: their first nodes.
  Point a, b;
  bool cut_there = false, cut_back = false;
  bool faulty = false;                  // Something else than a cut.
  std::string words;                    // "delay 20 ms": what is wrong with it beside a cut.
  bool selected = false;
  bool idle = false;                    // Of a client, to somebody whom it does not ask at present.
};

struct DrawnDot {
  Point at;
  record::NameId type = 0;
  core::NodeId from{}, to{};
  bool copy = false;                    // A duplicate.
  std::size_t row = 0;                  // Of its send.
};

struct DrawnCross {                     // Messages that were lost on one link of late.
  Point at;
  core::NodeId from{}, to{};
  record::NameId why = 0, type = 0;     // `type`: of the last one.
  std::size_t count = 0, row = 0;       // `row`: of the last drop.
  float strength = 1;                   // Fades.
};

struct DrawnFlow {
  Point a, b;
  core::NodeId from{}, to{};
  float width = 1;
  record::NameId most = 0;
  double rate = 0, lost = 0;            // Messages a second.
};

struct DrawnRing {
  std::string timer;
  float left = 1;                       // Which part of its time is still to come.
  core::Duration remaining{}, whole{};
};

enum class Square : unsigned char { missing, appended, outdated, committed };

struct DrawnNode {
  enum class Look : unsigned char { ordinary, lead, stale, busy, down };
  core::NodeId node = core::kNobody;    // Nobody: a folded group.
  std::size_t group = 0;
  Point at;
  float radius = 0;
  bool box = false;
  Point half;                           // Of a box.
  int detail = 2;                       // 0: only a dot; 1: its name; 2: everything.
  bool beside = false;                  // A name that has no room inside stands beside it, else above.
  Look look{};
  bool sides = true;                    // There is room for words beside it.
  bool paused = false, selected = false, picked = false;
  bool outer_left = false, low = false; // Where its words go: away from its group's middle.
  std::string name, title, second;      // "S1", "leader", "term 4".
  std::vector<std::string> chips;       // "+180 ms", "disk full".
  std::vector<DrawnRing> rings;
  std::vector<Square> squares;
  std::string words;                    // Where there are no squares.
  std::string said;                     // Its last note, refusal or crash, or why it dropped messages.
  bool said_bad = false;
  float said_strength = 0;
  std::vector<std::string> tip;
};

struct DrawnCut {
  Cut cut;
  std::vector<Point> curve;
  Point pill;                           // Its middle.
  std::string words;                    // "partition · 2.4 s"
  bool quiet = false;                   // One of many: the pill only when pointed at.
};

struct LegendEntry {
  record::NameId type = 0;
  std::string name;
  bool hidden = false;
};

struct Drawing {
  std::vector<DrawnLink> links;
  std::vector<DrawnFlow> flows;
  std::vector<DrawnDot> dots;
  std::vector<DrawnCross> crosses;
  std::vector<DrawnNode> nodes;         // By site.
  std::vector<DrawnCut> cuts;
  std::vector<LegendEntry> legend;
  std::string title;                    // "5 servers · raft"
  std::size_t in_flight = 0;
};

}  // namespace window
