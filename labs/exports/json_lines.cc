// A line an event; the first line says what the run is.
#include "labs/exports/writers.h"

namespace exports {
namespace {

// "key":"text"
void put_member(std::string& out, std::string_view key, std::string_view text) {
  put_json(out, key);
  out += ':';
  put_json(out, text);
}

std::string first_line(const record::RunHeader& h) {
  std::string out = "{";
  put_member(out, "program", h.program);
  put_member(out += ',', "lab", h.lab);
  put_member(out += ',', "world", h.world);
  put_number(out += ",\"seed\":", h.seed);
  put_member(out += ',', "level", core::name_of(h.level));
  out += ",\"settings\":[";
  for (const auto& setting : h.settings) put_json(out += out.back() == '[' ? "" : ",", setting);
  out += "],\"nodes\":[";
  for (const auto& node : h.nodes) {
    put_member(out += out.back() == '[' ? "{" : ",{", "name", node.name);
    put_member(out += ',', "kind", node.kind);
    put_member(out += ',', "group", node.group);
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace

void write_json(Export& e) {
  const Named named(e.run, put_json);
  e.out.write(first_line(e.run.header()));
  e.each_at_once([&](std::string& out, const record::Event& event, core::BytesView body) {
    put_number(out += "{\"t_ns\":", event.at.time_since_epoch().count());
    put_number(out += ",\"id\":", event.id);
    ((out += ",\"kind\":\"") += core::name_of(event.kind)) += '"';
    (out += ",\"node\":") += named.node(event.node);
    (out += ",\"peer\":") += named.node(event.peer);
    (out += ",\"type\":") += named.name(event.type);
    put_number(out += ",\"ref\":", event.ref);
    put_json_real(out += ",\"value\":", event.value);
    put_number(out += ",\"stamp\":", event.stamp);
    put_json(out += ",\"body\":", e.body(event, body));
    out += "}\n";
  });
}

}  // namespace exports
