// What was done to a world and what went wrong, as far as it is drawn over time: marks for moments, bands for what lasts.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "labs/folds/axis.h"
#include "labs/timeline/timeline.h"

namespace folds {

struct Band {
  enum class What : std::uint8_t { cut, disturbed, down, paused } what{};
  core::Time from{}, to = core::Time::max();   // max: it still lasts.
  std::string text;                    // The command's, or "S3 is down".
  core::NodeId node = core::kNobody;   // Of down and paused.
};

// The stretches of time during which anything of a kind lasts, in order, without words: a dozen faults at once veil what is
// behind them no more than one.
std::vector<Band> merged(std::vector<Band> bands);

// Reads the commands of a run as they come: which of them last, and until when.
class Faults {
 public:
  void read(const timeline::Timeline& line);
  // What lasts at some time within a stretch: of commands, and of nodes that are down or paused.
  std::vector<Band> bands(const timeline::Timeline& line, const TimeAxis& time, core::Time until) const;

 private:
  using Links = std::vector<std::pair<core::NodeId, core::NodeId>>;   // From and to, ascending.
  struct Lasting {
    Band band;
    std::string key;                   // What ends it has the same.
    Links links;                       // Of a cut that lasts: those that it cut. It ends when all of them are healed.
  };
  void read_cut(const timeline::Timeline& line, const timeline::Mark& mark, const std::string& text, bool heals);
  void read_command(const timeline::Timeline& line, const timeline::Mark& mark);
  void end(const std::string& key, core::Time at);

  std::uint64_t line_ = 0;             // Which timeline this was read from.
  std::size_t read_ = 0;               // So many of its marks.
  std::vector<Lasting> lasting_;       // In order of their beginning.
  Links cut_;                          // After the last command that cut or healed.
};

// Marks that lie on about the same pixels are one.
struct MarkGlyph {
  timeline::Mark::Kind kind{};         // The worst of them.
  core::Time at{};
  float x = 0;
  std::size_t first = 0, count = 0;    // Of the timeline's marks.
};
std::vector<MarkGlyph> fold_marks(const std::vector<timeline::Mark>& marks, const TimeAxis& time, float apart);
// What happened there, with the times: a line each, at most so many.
std::string glyph_text(const timeline::Timeline& line, const MarkGlyph& glyph, std::size_t at_most = 6);
std::string band_text(const Band& band, core::Time now);

}  // namespace folds
