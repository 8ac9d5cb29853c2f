// What was said by a message, where it arrives or is lost: its send is found by the run's index. By itself, so that who only reads
// bodies needs no index.
#include "labs/catalog/body_text.h"

namespace catalog {

using record::EventKind;

std::string said_text(const timeline::Timeline& line, const record::Event& e, core::BytesView body) {
  const auto& run = line.recording();
  if (e.kind != EventKind::deliver && e.kind != EventKind::drop) return body_text(run, e, body);
  const std::size_t send = line.row_of(e.ref);
  if (send == timeline::kNone) return body_text(run, e, body);
  const auto sent = run.at(send);
  return sent.event.kind == EventKind::send ? body_text(run, sent.event, sent.body) : "";
}

timeline::Decode decoder(const timeline::Timeline& line) {
  return [&line](const record::Event& event, core::BytesView body) { return said_text(line, event, body); };
}

}  // namespace catalog
