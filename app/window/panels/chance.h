// How much of a run was chance: from when on its bad end was certain, as a curve, and where it stands among many seeds, as a
// histogram with a marker. Both make the run again many times, beside the window.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/window/working.h"
#include "imgui.h"
#include "labs/compare/among.h"
#include "labs/compare/decided.h"

namespace window {

struct Chance {
  struct Source {
    std::shared_ptr<const record::Recording> run;
    std::string name;
  };
  // `wake` asks for a frame.
  void open(Source source, std::function<void()> wake);
  void close();                                // Cancels what is going on.
  bool is_open() const { return open_; }
  bool busy() const { return working_ != nullptr; }
  void draw(double seconds);

 private:
  void begin(Working::Work work);
  void ask_decided();
  void ask_among();
  void draw_decided(double seconds);
  void draw_curve() const;
  void draw_among(double seconds);
  void draw_standings();
  void draw_histogram(const compare::Standing& standing) const;
  // The bar while something is asked, or why there is no answer. True: there is one to be drawn.
  bool draw_answering(double seconds);

  bool open_ = false;
  Source source_;
  std::function<void()> wake_;
  std::size_t tab_ = 0, seeds_ = 0, others_ = 0;
  std::size_t metric_ = 0;                     // Whose histogram is drawn.
  std::string condition_ = "violation", trouble_;
  std::optional<compare::Decided> decided_;
  std::optional<compare::Among> among_;
  std::unique_ptr<Working> working_;           // Last: it goes first.
};

}  // namespace window
