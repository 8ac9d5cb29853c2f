// A folder of tables (RFC 4180), in the long form that statistics programs want: one row one thing, one unit a column. All of
// them are written in one reading of the run, a stretch of it on each core: to read a run file takes longer than to write it.
#include "labs/exports/spans.h"
#include "labs/exports/writers.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

std::int64_t ns(core::Time time) { return time.time_since_epoch().count(); }

// What the run is made from: a word and its value a row, as often as there are values.
void write_run(Export& e) {
  const record::RunHeader& h = e.run.header();
  std::string out = "what,value\n";
  const auto row = [&](std::string_view what, std::string_view value) {
    (out += what) += ',';
    put_csv(out, value);
    out += '\n';
  };
  row("program", h.program), row("lab", h.lab), row("world", h.world), row("seed", std::to_string(h.seed));
  row("level", core::name_of(h.level));
  for (const auto& setting : h.settings) row("setting", setting);
  e.out.write(out, e.out.begin_file("run.csv"));
  out = "node,kind,group\n";
  for (const auto& node : h.nodes) {
    for (const auto* cell : {&node.name, &node.kind, &node.group}) {
      put_csv(out, *cell);
      out += cell == &node.group ? '\n' : ',';
    }
  }
  e.out.write(out, e.out.begin_file("nodes.csv"));
}

struct Sent {
  Event event;
  std::string body;            // As a cell.
};
using Messages = Spans<Sent, Event>;

struct Called {
  core::Time at;
  std::string cells;           // Up to when it was called.
};
struct Ended {
  core::Time at;
  std::string cells;           // What came of it.
};
using Operations = Spans<Called, Ended>;

// What a stretch of the run says in each table.
struct Stretch {
  std::string events, metrics, commands;
  Messages messages;
  Operations operations;
};

class Csv {
 public:
  explicit Csv(Export& e) : e_(e), named_(e.run, put_csv) {}
  void write();

 private:
  void put(Stretch& stretch, const Event& event, core::BytesView body) const;
  std::string_view put_event(std::string& out, const Event& event, core::BytesView body) const;   // The cell of its body.
  void put_metric(std::string& out, const Event& event) const;
  void put_command(std::string& out, const Event& event, core::BytesView body) const;
  void put_message(std::string& out, std::uint64_t id, const Sent* sent, const Event* end) const;
  Called called(const Event& event, core::BytesView body) const;
  static Ended ended(const Event& event, core::BytesView body);
  static void put_operation(std::string& out, std::uint64_t id, const Called* called, const Ended* ended);
  auto message_row() const {
    return [this](std::string& out, std::uint64_t id, const Sent* sent, const Event* end) { put_message(out, id, sent, end); };
  }

  Export& e_;
  const Named named_;
};

std::string_view Csv::put_event(std::string& out, const Event& event, core::BytesView body) const {
  put_number(out, ns(event.at));
  put_number(out += ',', event.id);
  (out += ',') += core::name_of(event.kind);
  (out += ',') += named_.node(event.node);
  (out += ',') += named_.node(event.peer);
  (out += ',') += named_.name(event.type);
  put_number(out += ',', event.ref);
  put_real(out += ',', event.value);
  put_number(out += ',', event.stamp);
  const std::size_t cell = (out += ',').size();
  put_csv(out, e_.body(event, body));
  out += '\n';
  return std::string_view(out).substr(cell, out.size() - cell - 1);
}

// A row a message, when its fate is known: it arrived, was dropped and why, or is still on its way. Of a copy that comes when
// the first is told of already, and of what was sent before the range, is not said when it was sent.
void Csv::put_message(std::string& out, std::uint64_t id, const Sent* sent, const Event* end) const {
  const bool arrived = end != nullptr && end->kind == Kind::deliver;
  Event said = sent != nullptr ? sent->event : *end;
  if (sent == nullptr && arrived) std::swap(said.node, said.peer);
  if (sent == nullptr && !arrived) said.type = 0;   // It says why.
  put_number(out, id);
  out += ',';
  if (sent != nullptr) put_number(out, ns(sent->event.at));
  (out += ',') += named_.node(said.node);
  (out += ',') += named_.node(said.peer);
  (out += ',') += named_.name(said.type);
  ((out += ',') += end == nullptr ? "on its way" : arrived ? "delivered" : named_.name(end->type)) += ',';
  if (end != nullptr) put_number(out, ns(end->at));
  out += ',';
  if (sent != nullptr && arrived) put_number(out, (end->at - sent->event.at).count());
  out += ',';
  if (sent != nullptr) out += sent->body;
  out += '\n';
}

void Csv::put_metric(std::string& out, const Event& event) const {
  put_number(out, ns(event.at));
  (out += ',') += named_.node(event.node);
  (out += ',') += named_.name(event.type);
  put_real(out += ',', event.value);
  out += '\n';
}

// A row an operation, when it ends; those that never do come last. Of one that began before the range nothing is known.
void Csv::put_operation(std::string& out, std::uint64_t, const Called* called, const Ended* ended) {
  if (called == nullptr) return;
  out += called->cells;
  put_number(out, ns(called->at));
  out += ',';
  if (ended != nullptr) put_number(out, ns(ended->at));
  (out += ',') += ended != nullptr ? std::string_view(ended->cells) : "unknown,";
  out += '\n';
}

Called Csv::called(const Event& event, core::BytesView body) const {
  const auto asked = core::decode<core::Invocation>(body);
  std::string cells;
  put_number(cells, asked.id);
  put_number(cells += ',', asked.process);
  (cells += ',') += named_.node(event.node);
  for (const auto* cell : {&asked.function, &asked.key, &asked.value, &asked.expected}) put_csv(cells += ',', *cell);
  return {event.at, cells += ','};
}

Ended Csv::ended(const Event& event, core::BytesView body) {
  const auto completion = core::decode<core::Completion>(body);
  std::string cells(core::name_of(completion.outcome));
  cells += ',';
  if (completion.value) put_csv(cells, *completion.value);
  return {event.at, cells};
}

void Csv::put_command(std::string& out, const Event& event, core::BytesView body) const {
  put_number(out, ns(event.at));
  put_csv(out += ',', {reinterpret_cast<const char*>(body.data()), body.size()});
  (out += ',') += named_.name(event.type);
  out += '\n';
}

void Csv::put(Stretch& stretch, const Event& event, core::BytesView body) const {
  const std::string_view said = put_event(stretch.events, event, body);
  switch (event.kind) {
    case Kind::send: return stretch.messages.begin(event.id, {event, std::string(said)});
    case Kind::deliver:
    case Kind::drop: return stretch.messages.end(event.ref, event, message_row());
    case Kind::metric: return put_metric(stretch.metrics, event);
    case Kind::invoke: return stretch.operations.begin(event.ref, called(event, body));
    case Kind::complete: return stretch.operations.end(event.ref, ended(event, body), put_operation);
    case Kind::command: return put_command(stretch.commands, event, body);
    default: return;
  }
}

void Csv::write() {
  const auto table = [this](const char* file, std::string_view columns) {
    const std::size_t which = e_.out.begin_file(file);
    e_.out.write(columns, which);
    return which;
  };
  const auto events = table("events.csv", "t_ns,id,kind,node,peer,type,ref,value,stamp,body\n");
  const auto messages = table("messages.csv", "id,sent_ns,from,to,type,fate,fate_ns,latency_ns,body\n");
  const auto metrics = table("metrics.csv", "t_ns,node,metric,value\n");
  const auto operations = table("operations.csv", "id,process,node,function,key,value,expected,called_ns,ended_ns,outcome,result\n");
  const auto commands = table("commands.csv", "t_ns,command,given_by\n");
  Messages sent;
  Operations open;
  const auto make = [this](std::size_t from, std::size_t to) {
    Stretch stretch;
    stretch.events.reserve((to - from) * 128);
    e_.run.visit(from, to, [&](const Event& event, core::BytesView body) { put(stretch, event, body); });
    return stretch;
  };
  e_.each_stretch(make, [&](Stretch next) {
    std::string arrived, done;
    sent.join(std::move(next.messages), arrived, message_row());
    open.join(std::move(next.operations), done, put_operation);
    e_.out.write(next.events, events);
    e_.out.write(arrived, messages);
    e_.out.write(next.metrics, metrics);
    e_.out.write(done, operations);
    e_.out.write(next.commands, commands);
  });
  std::string under_way, not_done;
  sent.rest(under_way, message_row());
  open.rest(not_done, put_operation);
  e_.out.write(under_way, messages);
  e_.out.write(not_done, operations);
}

}  // namespace

void write_csv(Export& e) {
  write_run(e);
  Csv(e).write();
}

}  // namespace exports
