#include "labs/ask/views.h"

#include <algorithm>
#include <unordered_map>

#include "labs/catalog/body_text.h"
#include "labs/record/run_file.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"

namespace ask {
namespace {

using record::Event;
using record::EventKind;
using record::Recording;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::int64_t ns(core::Time time) { return time.time_since_epoch().count(); }
Cell whole(std::uint64_t number) { return static_cast<std::int64_t>(number); }
Cell words(core::BytesView bytes) { return std::string(bytes.begin(), bytes.end()); }

// One event of a recording after the other, without a look-up for each.
class Reader {
 public:
  explicit Reader(const Recording& recording) : recording_(recording) {}
  const Recording& recording() const { return recording_; }
  Event event(std::size_t row) { return find(row).event(row - chunk_->first_row); }
  core::BytesView body(std::size_t row) { return find(row).body_of(row - chunk_->first_row); }
  Cell node(core::NodeId id) const {
    const auto* info = recording_.node(id);
    return info != nullptr ? Cell(info->name) : Cell();
  }
  Cell name(record::NameId id) const { return recording_.name(id); }
  std::string text(std::size_t row) { return catalog::body_text(recording_, event(row), body(row)); }

 private:
  const record::Chunk& find(std::size_t row) {
    if (!chunk_ || row < chunk_->first_row || row >= chunk_->first_row + record::kChunkRows) chunk_ = recording_.chunk_of(row);
    return *chunk_;
  }
  const Recording& recording_;
  std::shared_ptr<const record::Chunk> chunk_;
};

// A message from its sending to its end: its first delivery, or its first drop while there is none (as timeline::Flights).
struct Message {
  std::size_t row;
  std::size_t ended = kNone;
  bool lost = false;
};
struct Operation {
  std::size_t row;
  std::size_t ended = kNone;
};

// Which rows of the recording are what, found in one reading.
struct Found {
  std::vector<Message> messages;
  std::vector<Operation> operations;
  std::vector<std::size_t> metrics, commands, notes;

  explicit Found(const Recording& recording) {
    std::vector<std::uint64_t> sends;                       // The numbers of the messages' events, which rise.
    std::unordered_map<std::uint64_t, std::size_t> open;    // Operations by their number.
    std::size_t row = 0;
    recording.visit(0, recording.size(), [&](const Event& event, core::BytesView) {
      switch (event.kind) {
        case EventKind::send: messages.push_back({row}), sends.push_back(event.id); break;
        case EventKind::deliver: end_message(sends, event.ref, row, false); break;
        case EventKind::drop: end_message(sends, event.ref, row, true); break;
        case EventKind::invoke:
          open[event.ref] = operations.size();
          operations.push_back({row});
          break;
        case EventKind::complete:
          if (const auto found = open.find(event.ref); found != open.end()) {
            operations[found->second].ended = row;
            open.erase(found);
          }
          break;
        case EventKind::metric: metrics.push_back(row); break;
        case EventKind::command: commands.push_back(row); break;
        case EventKind::note:
        case EventKind::refuse:
        case EventKind::crash:
        case EventKind::violation: notes.push_back(row); break;
        default: break;
      }
      ++row;
    });
  }

 private:
  void end_message(const std::vector<std::uint64_t>& sends, std::uint64_t send, std::size_t row, bool dropped) {
    const auto at = std::lower_bound(sends.begin(), sends.end(), send);
    if (at == sends.end() || *at != send) return;
    Message& message = messages[static_cast<std::size_t>(at - sends.begin())];
    if (message.ended != kNone && (dropped || !message.lost)) return;
    message.ended = row, message.lost = dropped;
  }
};

// What is found is shared, and looked for when somebody first asks.
class Lists {
 public:
  explicit Lists(const Recording& recording) : recording_(recording) {}
  const Found& get() {
    if (!found_) found_ = std::make_unique<Found>(recording_);
    return *found_;
  }

 private:
  const Recording& recording_;
  std::unique_ptr<Found> found_;
};

class Events : public Rows {
 public:
  explicit Events(const Recording& recording) : reader_(recording) {}
  std::size_t count() override { return reader_.recording().size(); }
  bool rises(int column) const override { return column <= 2; }
  Cell cell(std::size_t row, int column) override {
    const Event e = reader_.event(row);
    switch (column) {
      case 0: return whole(row);
      case 1: return whole(e.id);
      case 2: return ns(e.at);
      case 3: return std::string(core::name_of(e.kind));
      case 4: return reader_.node(e.node);
      case 5: return reader_.node(e.peer);
      case 6: return e.type == 0 ? Cell() : reader_.name(e.type);
      case 7: return e.ref == 0 ? Cell() : whole(e.ref);
      case 8: return e.value;
      case 9: return reader_.text(row);
      case 10: return core::Bytes(reader_.body(row).begin(), reader_.body(row).end());
      default: return whole(e.stamp);
    }
  }

 private:
  Reader reader_;
};

class Messages : public Rows {
 public:
  Messages(const Recording& recording, std::shared_ptr<Lists> lists) : reader_(recording), ends_(recording), lists_(std::move(lists)) {}
  std::size_t count() override { return lists_->get().messages.size(); }
  bool rises(int column) const override { return column == 0 || column == 4; }
  Cell cell(std::size_t row, int column) override {
    const Message& message = lists_->get().messages[row];
    const bool ended = message.ended != kNone;
    const Event sent = reader_.event(message.row);
    switch (column) {
      case 0: return whole(sent.id);
      case 1: return reader_.name(sent.type);
      case 2: return reader_.node(sent.node);
      case 3: return reader_.node(sent.peer);
      case 4: return ns(sent.at);
      case 5: return std::string(!ended ? "under way" : message.lost ? "lost" : "delivered");
      case 6: return ended ? Cell(ns(ends_.event(message.ended).at)) : Cell();
      case 7: return ended && !message.lost ? Cell(ns(ends_.event(message.ended).at) - ns(sent.at)) : Cell();
      case 8: return ended && message.lost ? ends_.name(ends_.event(message.ended).type) : Cell();
      default: return reader_.text(message.row);
    }
  }

 private:
  Reader reader_, ends_;   // A message's end lies elsewhere than its beginning.
  std::shared_ptr<Lists> lists_;
};

class Operations : public Rows {
 public:
  Operations(const Recording& recording, std::shared_ptr<Lists> lists) : reader_(recording), ends_(recording), lists_(std::move(lists)) {}
  std::size_t count() override { return lists_->get().operations.size(); }
  bool rises(int column) const override { return column == 7; }
  Cell cell(std::size_t row, int column) override {
    const Operation& operation = lists_->get().operations[row];
    const bool ended = operation.ended != kNone;
    switch (column) {
      case 0: return whole(reader_.event(operation.row).ref);
      case 1: return whole(called(row).process);
      case 2: return reader_.node(reader_.event(operation.row).node);
      case 3: return called(row).function;
      case 4: return called(row).key;
      case 5: return called(row).value;
      case 6: return called(row).expected;
      case 7: return ns(reader_.event(operation.row).at);
      case 8: return ended ? Cell(ns(ends_.event(operation.ended).at)) : Cell();
      case 9: return ended ? Cell(ns(ends_.event(operation.ended).at) - ns(reader_.event(operation.row).at)) : Cell();
      case 10: return ended ? ends_.name(ends_.event(operation.ended).type) : Cell();
      default: return ended ? result(operation) : Cell();
    }
  }

 private:
  const core::Invocation& called(std::size_t row) {
    if (decoded_ != row) {
      called_ = decode<core::Invocation>(reader_, lists_->get().operations[row].row);
      decoded_ = row;
    }
    return called_;
  }
  Cell result(const Operation& operation) {
    const auto completion = decode<core::Completion>(ends_, operation.ended);
    return completion.value ? Cell(*completion.value) : Cell();
  }
  template <class Body>
  static Body decode(Reader& reader, std::size_t row) {
    try {
      return core::decode<Body>(reader.body(row));
    } catch (const core::Malformed& bad) {
      throw record::BadRun("event " + std::to_string(row) + " is damaged: " + bad.what());
    }
  }

  Reader reader_, ends_;
  std::shared_ptr<Lists> lists_;
  core::Invocation called_;
  std::size_t decoded_ = kNone;   // The row that `called_` is of.
};

// Rows of one sort of event each; the first two columns are the row and the time.
class Sort : public Rows {
 public:
  using List = std::vector<std::size_t> Found::*;
  using Rest = Cell (*)(Reader&, std::size_t row, int column);
  Sort(const Recording& recording, std::shared_ptr<Lists> lists, List list, Rest rest) : reader_(recording), lists_(std::move(lists)), list_(list), rest_(rest) {}
  std::size_t count() override { return (lists_->get().*list_).size(); }
  bool rises(int column) const override { return column <= 1; }
  Cell cell(std::size_t row, int column) override {
    const std::size_t at = (lists_->get().*list_)[row];
    if (column == 0) return whole(at);
    return column == 1 ? Cell(ns(reader_.event(at).at)) : rest_(reader_, at, column);
  }

 private:
  Reader reader_;
  std::shared_ptr<Lists> lists_;
  List list_;
  Rest rest_;
};

Cell of_metric(Reader& reader, std::size_t row, int column) {
  const Event e = reader.event(row);
  if (column == 2) return reader.node(e.node);
  return column == 3 ? reader.name(e.type) : Cell(e.value);
}
Cell of_command(Reader& reader, std::size_t row, int column) {
  const Event e = reader.event(row);
  if (column == 2) return words(reader.body(row));
  return e.type == 0 ? Cell() : reader.name(e.type);
}
Cell of_note(Reader& reader, std::size_t row, int column) {
  const Event e = reader.event(row);
  if (column == 2) return reader.node(e.node);
  return column == 3 ? Cell(std::string(core::name_of(e.kind))) : words(reader.body(row));
}

class Nodes : public Rows {
 public:
  explicit Nodes(const Recording& recording) : recording_(recording) {}
  std::size_t count() override { return recording_.header().nodes.size(); }
  bool rises(int column) const override { return column == 0; }
  Cell cell(std::size_t row, int column) override {
    const auto& node = recording_.header().nodes[row];
    if (column == 0) return whole(node.id);
    return column == 1 ? node.name : column == 2 ? node.kind : node.group;
  }

 private:
  const Recording& recording_;
};

}  // namespace

const std::vector<View>& views() {
  static const std::vector<View> all{
      {"events", "everything that happened",
       {{"row", "INTEGER", "counts from 0, without gaps"},
        {"id", "INTEGER", "the event's number, which others refer to"},
        {"t_ns", "INTEGER", "when, in nanoseconds since the start"},
        {"kind", "TEXT", "send, deliver, drop, timer, persist, note, metric, show, invoke, complete, crash, .."},
        {"node", "TEXT", "where; NULL: it happened to the world"},
        {"peer", "TEXT", "the other end of a message or link"},
        {"type", "TEXT", "a message's, timer's or metric's name; of show, the role"},
        {"ref", "INTEGER", "the id of the event it follows from, or the operation's"},
        {"value", "REAL", "of a metric; of show, the epoch (Raft: the term)"},
        {"text", "TEXT", "the body in words"},
        {"body", "BLOB", "the body as bytes"},
        {"stamp", "INTEGER", "Lamport's: greater than of all that came before it"}}},
      {"messages", "each from its sending to its end",
       {{"id", "INTEGER", "the id of the send event"},
        {"type", "TEXT", "its name"},
        {"sender", "TEXT", "a node"},
        {"receiver", "TEXT", "a node"},
        {"sent_ns", "INTEGER", "when it was sent"},
        {"fate", "TEXT", "delivered, lost, or under way"},
        {"fate_ns", "INTEGER", "when that was"},
        {"latency_ns", "INTEGER", "from sending to delivery"},
        {"why", "TEXT", "it was lost: loss, partition, down, .."},
        {"text", "TEXT", "the message in words"}}},
      {"operations", "what clients asked for, and what they got",
       {{"id", "INTEGER", "the operation's number"},
        {"process", "INTEGER", "the logical client"},
        {"node", "TEXT", "where that client is"},
        {"function", "TEXT", "get, put, cas, .."},
        {"key", "TEXT", "of what"},
        {"value", "TEXT", "what is written"},
        {"expected", "TEXT", "what a cas compares with"},
        {"called_ns", "INTEGER", "when it began"},
        {"ended_ns", "INTEGER", "when it ended; NULL: it has not"},
        {"latency_ns", "INTEGER", "how long it took"},
        {"outcome", "TEXT", "ok, failed, unknown; NULL: none yet"},
        {"result", "TEXT", "what it returned; NULL: nothing"}}},
      {"metrics", "what nodes measured",
       {{"row", "INTEGER", "of events"},
        {"t_ns", "INTEGER", "when"},
        {"node", "TEXT", "who"},
        {"metric", "TEXT", "its name, as raft_term"},
        {"value", "REAL", "a counter's total, a gauge's value, or one timing"}}},
      {"commands", "what was done to the world",
       {{"row", "INTEGER", "of events"},
        {"t_ns", "INTEGER", "when"},
        {"command", "TEXT", "as it was given"},
        {"because", "TEXT", "which command had it done: flap, stop, ..; NULL: it was given"}}},
      {"notes", "what nodes said, crashes, broken promises",
       {{"row", "INTEGER", "of events"},
        {"t_ns", "INTEGER", "when"},
        {"node", "TEXT", "who"},
        {"kind", "TEXT", "note, refuse, crash, violation"},
        {"note", "TEXT", "in words"}}},
      {"nodes", "who takes part",
       {{"id", "INTEGER", "counts from 1"},
        {"name", "TEXT", "S1"},
        {"kind", "TEXT", "raft"},
        {"family", "TEXT", "its group in the lab file"}}},
  };
  return all;
}

std::vector<std::unique_ptr<Rows>> rows_of(const Recording& recording) {
  auto lists = std::make_shared<Lists>(recording);
  std::vector<std::unique_ptr<Rows>> all;
  all.push_back(std::make_unique<Events>(recording));
  all.push_back(std::make_unique<Messages>(recording, lists));
  all.push_back(std::make_unique<Operations>(recording, lists));
  all.push_back(std::make_unique<Sort>(recording, lists, &Found::metrics, of_metric));
  all.push_back(std::make_unique<Sort>(recording, lists, &Found::commands, of_command));
  all.push_back(std::make_unique<Sort>(recording, lists, &Found::notes, of_note));
  all.push_back(std::make_unique<Nodes>(recording));
  return all;
}

}  // namespace ask
