// The first place: all labs by family, with what was done of each, and the runs of late.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "app/library/library.h"
#include "app/window/look.h"
#include "app/window/panels/gallery_emblem.h"
#include "app/window/view.h"

namespace window {

// A lab as the gallery shows it.
struct LabCard {
  std::string name, title, summary, family;
  std::size_t steps = 0, done = 0, hints = 0;
  bool begun = false, finished = false;
  bool own = false;                    // Made by this person: its name is its file, and it can be deleted.
  bool first = false;                  // The one for newcomers: nothing was begun yet.
  std::vector<EmblemShape> emblem;
};
// Those that hold all words of the search, family by family; a family is in one piece.
std::vector<LabCard> fold_labs(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>& progress,
                               const std::string& search);
// Where each card stands: which row of its family's grid. Moving by a row keeps the column where that is possible.
struct CardGrid {
  std::size_t columns = 1;
  std::vector<std::size_t> families;   // Of each card: which one.
  std::size_t moved(std::size_t from, int right, int down) const;
};

// What the gallery says above all labs, of the time before the window was opened.
struct Offers {
  const library::LastLook* last = nullptr;   // What can be gone on with; null: nothing, or something is open already.
  std::string report;                        // The report of a crash; empty: there is none, or it was seen.
};

struct Gallery {
  void draw(const std::vector<guide::Lab>& labs, const std::map<std::string, library::LabProgress>& progress,
            const std::vector<library::RunEntry>& runs, Commands& commands, const Offers& offers = {});

 private:
  void draw_head(Commands& commands);
  void draw_deleted(Commands& commands);
  void remove(const LabCard& card, Commands& commands);
  void draw_labs(const std::vector<LabCard>& cards, Commands& commands);
  void draw_card(const LabCard& card, std::size_t index, ImVec2 at, ImVec2 size, Commands& commands);
  void draw_runs(const std::vector<library::RunEntry>& runs, Commands& commands);
  void move(const std::vector<LabCard>& cards, const CardGrid& grid, Commands& commands);

  std::string search_;
  LabCard deleted_;                    // One's own lab that was deleted last, which can be brought back
  double deleted_at_ = 0;              // for a while.
  std::size_t focused_ = 0;            // The card that Enter opens.
  bool keys_used_ = false;             // Only then is the focus shown,
  bool scroll_to_it_ = false;          // and in the frame of a key brought into view.
};

}  // namespace window
