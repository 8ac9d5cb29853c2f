// A folder of tables (RFC 4180), in the long form that statistics programs want: one row one thing, one unit a column.
#include <map>
#include <optional>

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
  e.out.begin_file("run.csv");
  e.out.write(out);
  out = "node,kind,group\n";
  for (const auto& node : h.nodes) {
    for (const auto* cell : {&node.name, &node.kind, &node.group}) {
      put_csv(out, *cell);
      out += cell == &node.group ? '\n' : ',';
    }
  }
  e.out.begin_file("nodes.csv");
  e.out.write(out);
}

void write_events(Export& e, const Named& named) {
  e.out.begin_file("events.csv");
  e.out.write("t_ns,id,kind,node,peer,type,ref,value,stamp,body\n");
  e.each_at_once([&](std::string& out, const Event& event, core::BytesView body) {
    put_number(out, ns(event.at));
    put_number(out += ',', event.id);
    (out += ',') += core::name_of(event.kind);
    (out += ',') += named.node(event.node);
    (out += ',') += named.node(event.peer);
    (out += ',') += named.name(event.type);
    put_number(out += ',', event.ref);
    put_real(out += ',', event.value);
    put_number(out += ',', event.stamp);
    put_csv(out += ',', e.body(event, body));
    out += '\n';
  });
}

// A row a message, when its fate is known: it arrived, was dropped and why, or is still on its way. Of a copy that comes when
// the first is told of already, and of what was sent before the range, is not said when it was sent.
class Messages {
 public:
  Messages(Export& e, const Named& named) : e_(e), named_(named) {}
  void write() {
    e_.out.begin_file("messages.csv");
    e_.out.write("id,sent_ns,from,to,type,fate,fate_ns,latency_ns,body\n");
    e_.each([&](std::string& out, const Event& event, core::BytesView body) {
      if (event.kind == Kind::send) sent_.emplace(event.id, Sent{event, e_.body(event, body)});
      else if (event.kind == Kind::deliver || event.kind == Kind::drop) end(out, event);
    });
    std::string rest;
    for (const auto& [id, sent] : sent_) row(rest, &sent, sent.event, "on its way", {});
    e_.out.write(rest);
  }

 private:
  struct Sent {
    Event event;
    std::string body;
  };
  void end(std::string& out, const Event& event) {
    const bool arrived = event.kind == Kind::deliver;
    const auto it = sent_.find(event.ref);
    Event sent = it == sent_.end() ? event : it->second.event;
    if (it == sent_.end()) {
      sent.id = event.ref;
      if (arrived) std::swap(sent.node, sent.peer);
      if (!arrived) sent.type = 0;   // It says why.
    }
    row(out, it == sent_.end() ? nullptr : &it->second, sent, arrived ? "delivered" : named_.name(event.type), event.at);
    if (it != sent_.end()) sent_.erase(it);
  }
  void row(std::string& out, const Sent* known, const Event& sent, std::string_view fate, std::optional<core::Time> when) const {
    put_number(out, sent.id);
    out += ',';
    if (known) put_number(out, ns(sent.at));
    (out += ',') += named_.node(sent.node);
    (out += ',') += named_.node(sent.peer);
    (out += ',') += named_.name(sent.type);
    ((out += ',') += fate) += ',';
    if (when) put_number(out, ns(*when));
    out += ',';
    if (known && fate == "delivered") put_number(out, (*when - sent.at).count());
    out += ',';
    if (known) put_csv(out, known->body);
    out += '\n';
  }

  Export& e_;
  const Named& named_;
  std::map<std::uint64_t, Sent> sent_;   // And what became of it is not known yet.
};

void write_metrics(Export& e, const Named& named) {
  e.out.begin_file("metrics.csv");
  e.out.write("t_ns,node,metric,value\n");
  e.each_at_once([&](std::string& out, const Event& event, core::BytesView) {
    if (event.kind != Kind::metric) return;
    put_number(out, ns(event.at));
    (out += ',') += named.node(event.node);
    (out += ',') += named.name(event.type);
    put_real(out += ',', event.value);
    out += '\n';
  });
}

// A row an operation, when it ends; those that never do come last.
class Operations {
 public:
  Operations(Export& e, const Named& named) : e_(e), named_(named) {}
  void write() {
    e_.out.begin_file("operations.csv");
    e_.out.write("id,process,node,function,key,value,expected,called_ns,ended_ns,outcome,result\n");
    e_.each([&](std::string& out, const Event& event, core::BytesView body) {
      if (event.kind == Kind::invoke) open_[event.ref] = {event, core::decode<core::Invocation>(body)};
      if (event.kind != Kind::complete) return;
      const auto it = open_.find(event.ref);
      if (it == open_.end()) return;
      const auto completion = core::decode<core::Completion>(body);
      row(out, it->second, event.at, core::name_of(completion.outcome), completion.value);
      open_.erase(it);
    });
    std::string rest;
    for (const auto& [id, one] : open_) row(rest, one, {}, "unknown", {});
    e_.out.write(rest);
  }

 private:
  struct Open {
    Event event;
    core::Invocation asked;
  };
  void row(std::string& out, const Open& one, std::optional<core::Time> ended, std::string_view outcome, const std::optional<std::string>& result) const {
    put_number(out, one.asked.id);
    put_number(out += ',', one.asked.process);
    (out += ',') += named_.node(one.event.node);
    for (const auto* cell : {&one.asked.function, &one.asked.key, &one.asked.value, &one.asked.expected}) put_csv(out += ',', *cell);
    put_number(out += ',', ns(one.event.at));
    out += ',';
    if (ended) put_number(out, ns(*ended));
    ((out += ',') += outcome) += ',';
    if (result) put_csv(out, *result);
    out += '\n';
  }

  Export& e_;
  const Named& named_;
  std::map<std::uint64_t, Open> open_;
};

void write_commands(Export& e) {
  e.out.begin_file("commands.csv");
  e.out.write("t_ns,command,given_by\n");
  e.each([&](std::string& out, const Event& event, core::BytesView body) {
    if (event.kind != Kind::command) return;
    put_number(out, ns(event.at));
    put_csv(out += ',', {reinterpret_cast<const char*>(body.data()), body.size()});
    put_csv(out += ',', e.run.name(event.type));
    out += '\n';
  });
}

}  // namespace

void write_csv(Export& e) {
  const Named named(e.run, put_csv);
  write_run(e);
  e.pass(0, 5);
  write_events(e, named);
  e.pass(1, 5);
  Messages(e, named).write();
  e.pass(2, 5);
  write_metrics(e, named);
  e.pass(3, 5);
  Operations(e, named).write();
  e.pass(4, 5);
  write_commands(e);
}

}  // namespace exports
