#include "labs/replay/replay.h"

#include <algorithm>
#include <cmath>

#include "labs/catalog/body_text.h"
#include "labs/catalog/kinds.h"
#include "labs/catalog/labs.h"
#include "labs/guide/lab.h"
#include "labs/session/session.h"
#include "labs/world/simulated.h"
#include "mechanisms/core/text.h"

namespace replay {
namespace {

using record::Event;
using record::Recording;

// A file knows one NaN, which is equal to itself here.
bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::string event_text(const Recording& recording, const Event& event, core::BytesView body) {
  const std::string text = catalog::body_text(recording, event, body);
  return record::line_text(recording, event) + (text.empty() ? "" : "  " + text);
}

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
    parting_ = {row_, event_text(recorded_, was.event, was.body), event_text(names_, is, kept), differs};
  }

  // All was compared, or the runs have parted.
  bool over() const { return parting_ || row_ == recorded_.size(); }
  std::size_t same() const { return row_; }
  const std::optional<Parting>& parting() const { return parting_; }
  // What was recorded next did not come.
  void nothing_came(const std::string& why) {
    const record::Row was = next();
    parting_ = {row_, event_text(recorded_, was.event, was.body), why, ""};
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

world::System system_of(const record::RunHeader& header) {
  if (header.world != "simulated") throw NotAgain("it is a run over sockets, and real time does not come again");
  try {
    guide::Lab lab = guide::read_lab(header.lab, header.lab_text, catalog::all_kinds());
    guide::apply_settings(lab.system, header.settings);
    return lab.system;
  } catch (const guide::BadLab& bad) {
    throw NotAgain(std::string("its lab cannot be run again: ") + bad.what());
  }
}

std::vector<session::Given> commands_of(const Recording& recording) {
  try {
    return session::commands_of(recording);
  } catch (const world::BadCommand& bad) {
    throw NotAgain(std::string("a command in it cannot be given again: ") + bad.what());
  }
}

// Lets the world's time pass up to each command and gives it then, as it was given: after all that is due at its moment.
class Again {
 public:
  Again(const Recording& recording, const Progress& progress)
      : recording_(recording), progress_(progress), world_(system_of(recording.header()), recording.header().seed), comparison_(recording) {
    if (world_.nodes() != recording.header().nodes) throw NotAgain("its lab makes other nodes than the file names");
    world_.listen(&comparison_);
  }

  Result run() {
    const auto given = commands_of(recording_);
    for (auto command = given.begin(); command != given.end() && !comparison_.over(); ++command)
      if (pass(command->at)) give(command->command);
    if (!comparison_.over()) pass(recording_.end());
    if (!comparison_.over() && !stopped_) comparison_.nothing_came("nothing more happens until then");
    if (progress_) progress_(1);
    return {comparison_.same(), comparison_.parting()};
  }

 private:
  // False: there is no more to compare.
  bool pass(core::Time end) {
    try {
      world_.run_until(end, [this] { return comparison_.over() || !wanted(); });
    } catch (const world::BadCommand& bad) {
      if (!comparison_.over()) comparison_.nothing_came(bad.what());
    }
    return !comparison_.over() && !stopped_;
  }

  void give(const world::Command& command) {
    try {
      world_.apply(command);
    } catch (const world::BadCommand& bad) {
      if (!comparison_.over()) comparison_.nothing_came("`" + world::command_text(command) + "` is refused: " + bad.what());
    }
  }

  bool wanted() {
    constexpr unsigned kSeldom = 1024;
    if (progress_ && ++done_ % kSeldom == 0 && !progress_(static_cast<double>(comparison_.same()) / static_cast<double>(recording_.size()))) stopped_ = true;
    return !stopped_;
  }

  const Recording& recording_;
  const Progress& progress_;
  world::SimulatedWorld world_;
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
