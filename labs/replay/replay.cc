#include "labs/replay/replay.h"

#include <algorithm>
#include <cmath>

#include "labs/catalog/body_text.h"

namespace replay {
namespace {

using record::Event;
using record::Recording;

// A file knows one NaN, which is equal to itself here.
bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Hears the run that is made again, and holds each event against the recorded one of the same place.
class Comparison : public record::Listener {
 public:
  explicit Comparison(const Recording& recorded) : recorded_(recorded), names_(recorded.header()) {
    // Files of before there were stamps have none anywhere.
    stamped_ = recorded.size() > 0 && recorded.at(0).event.stamp != 0;
  }

  void on_name(record::NameId id, std::string_view name) override { names_.on_name(id, name); }

  void on_event(const Event& event, core::BytesView body) override {
    if (over() || !recorded_.keeps(event.kind)) return;
    const record::Row was = next();
    Event is = event;
    is.value = record::plain_value(is.value);
    const core::BytesView kept = recorded_.keeps_body(event.kind) ? body : core::BytesView();
    const std::string differs = difference(was, is, kept);
    if (differs.empty()) {
      ++row_;
      return;
    }
    parting_ = {row_, catalog::event_text(recorded_, was.event, was.body), catalog::event_text(names_, is, kept), differs};
  }

  // All was compared, or the runs have parted.
  bool over() const { return parting_ || row_ == recorded_.size(); }
  std::size_t same() const { return row_; }
  const std::optional<Parting>& parting() const { return parting_; }
  // What was recorded next did not come.
  void nothing_came(const std::string& why) {
    const record::Row was = next();
    parting_ = {row_, catalog::event_text(recorded_, was.event, was.body), why, ""};
  }

 private:
  record::Row next() {
    if (!chunk_ || row_ >= chunk_->first_row + record::kChunkRows) chunk_ = recorded_.chunk_of(row_);
    const std::size_t i = row_ - chunk_->first_row;
    return {chunk_->event(i), chunk_->body_of(i), chunk_};
  }

  std::string difference(const record::Row& row, const Event& is, core::BytesView body) const {
    const Event& was = row.event;
    std::string all;
    const auto add = [&](bool same, const char* what) {
      if (!same) all += (all.empty() ? "" : ", ") + std::string(what);
    };
    add(was.at == is.at, "time");
    add(was.id == is.id, "number");
    add(was.kind == is.kind, "kind");
    add(was.node == is.node, "node");
    add(was.peer == is.peer, "peer");
    // Both give numbers to names in the order of first use, but a foreign file may count otherwise.
    add(recorded_.name(was.type) == names_.name(is.type), "name");
    add(was.ref == is.ref, "reference");
    add(same_value(was.value, is.value), "value");
    add(was.stamp == (stamped_ ? is.stamp : 0), "stamp");
    add(std::ranges::equal(row.body, body), "body");
    return all;
  }

  const Recording& recorded_;
  Recording names_;                              // Without events: it knows the names of the run that is made again.
  std::shared_ptr<const record::Chunk> chunk_;   // Of the row that is next.
  std::size_t row_ = 0;
  bool stamped_ = false;
  std::optional<Parting> parting_;
};

// Makes the run again, and stops where it parts from the recorded one.
class Again {
 public:
  Again(const Recording& recording, const Progress& progress)
      : recording_(recording), progress_(progress), recipe_(recipe_of(recording)), making_(recipe_), comparison_(recording) {
    making_.world().listen(&comparison_);
  }

  Result run() {
    for (auto command = recipe_.commands.begin(); command != recipe_.commands.end() && !comparison_.over(); ++command)
      if (!pass(command->at)) break;
    if (!comparison_.over()) pass(recipe_.end);
    if (!comparison_.over() && !stopped_) comparison_.nothing_came("nothing more happens until then");
    if (progress_) progress_(1);
    return {comparison_.same(), comparison_.parting()};
  }

 private:
  // False: there is no more to compare.
  bool pass(core::Time end) {
    try {
      making_.pass(end, [this] { return comparison_.over() || !wanted(); });
    } catch (const world::BadCommand& bad) {
      if (!comparison_.over()) comparison_.nothing_came(bad.what());
    }
    if (!making_.refused().empty() && !comparison_.over()) comparison_.nothing_came(making_.refused().front());
    return !comparison_.over() && !stopped_;
  }

  bool wanted() {
    constexpr unsigned kSeldom = 1024;
    if (progress_ && ++done_ % kSeldom == 0 && !progress_(static_cast<double>(comparison_.same()) / static_cast<double>(recording_.size()))) stopped_ = true;
    return !stopped_;
  }

  const Recording& recording_;
  const Progress& progress_;
  const Recipe recipe_;
  Making making_;
  Comparison comparison_;
  unsigned done_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result replay(const Recording& recording, const Progress& progress) { return Again(recording, progress).run(); }

std::string not_compared(const record::RunHeader& header) {
  switch (header.level) {
    case record::Level::bodies: break;
    case record::Level::events: return "the bodies of messages and writes, which its level does not keep";
    case record::Level::outline: return "messages, timers and writes, which its level does not keep";
  }
  return "";
}

}  // namespace replay
