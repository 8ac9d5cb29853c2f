// Asks how and where a run is written as text, writes it on a thread of its own, and says where it lies.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/library/exporting.h"
#include "app/window/view.h"
#include "imgui.h"

namespace window {

struct ExportDialog {
  struct Source {
    std::shared_ptr<const record::Recording> run;        // Null: it is opened from `path`.
    std::string path, name;
    std::optional<std::pair<core::Time, core::Time>> shown, marked;   // What the plots show, what is marked.
  };
  // `wake` asks for a frame.
  void open(Source source, std::function<void()> wake);
  void close();                                // Cancels what is going on.
  bool is_open() const { return open_; }
  bool busy() const { return exporting_ && !exporting_->done(); }
  void draw(Commands& commands);

 private:
  void draw_questions();
  void draw_answer(Commands& commands);
  void begin(bool force);
  std::string target() const;

  bool open_ = false;
  Source source_;
  std::function<void()> wake_;
  std::size_t format_ = 0, range_ = 0;
  std::string folder_, name_, metrics_;
  std::unique_ptr<library::Exporting> exporting_;
};

}  // namespace window
