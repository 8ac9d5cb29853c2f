#include "labs/catalog/body_text.h"

#include "labs/catalog/kinds.h"
#include "labs/world/disk.h"
#include "labs/world/links.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"
#include "mechanisms/core/text.h"

namespace catalog {

using Kind = record::EventKind;

std::string body_text(const record::Recording& recording, const record::Event& e, core::BytesView body) {
  const auto* node = recording.node(e.node);
  const world::Kind* kind = node != nullptr ? catalog::find_kind(node->kind) : nullptr;
  try {
    if (e.kind == Kind::invoke) return core::text(core::decode<core::Invocation>(body));
    if (e.kind == Kind::complete) return core::text(core::decode<core::Completion>(body));
    if (e.kind == Kind::arm) return core::text(core::decode<record::Armed>(body));
    if (e.kind == Kind::link) return core::text(core::decode<world::LinkFaults>(body));
    if (e.kind == Kind::around) return core::text(core::decode<world::Around>(body));
  } catch (const core::Malformed& bad) {
    return std::string("malformed: ") + bad.what();
  }
  const bool coded = e.kind == Kind::send || e.kind == Kind::persist || e.kind == Kind::show;
  if (!coded) return {body.begin(), body.end()};
  // A recording of a lower level keeps no bodies of messages and writes.
  if (body.empty() && recording.header().level != record::Level::bodies) return "";
  if (kind == nullptr) return core::text(core::Bytes(body.begin(), body.end()));
  if (e.kind == Kind::send) return kind->message_text(body, recording.node_names());
  return e.kind == Kind::persist ? kind->write_text(body, recording.node_names()) : kind->shown_text(body, recording.node_names());
}

std::string event_text(const record::Recording& recording, const record::Event& e, core::BytesView body) {
  const std::string text = body_text(recording, e, body);
  return record::line_text(recording, e) + (text.empty() ? "" : "  " + text);
}

std::string said_text(const timeline::Timeline& line, const record::Event& e, core::BytesView body) {
  const auto& run = line.recording();
  if (e.kind != Kind::deliver && e.kind != Kind::drop) return body_text(run, e, body);
  const std::size_t send = line.row_of(e.ref);
  if (send == timeline::kNone) return body_text(run, e, body);
  const auto sent = run.at(send);
  return sent.event.kind == Kind::send ? body_text(run, sent.event, sent.body) : "";
}

timeline::Decode decoder(const timeline::Timeline& line) {
  return [&line](const record::Event& event, core::BytesView body) { return said_text(line, event, body); };
}

}  // namespace catalog
