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

}  // namespace catalog
