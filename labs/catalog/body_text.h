// What an event's body says, for people: decoded by the kind of its node.
#pragma once
#include <string>

#include "labs/timeline/filter.h"
#include "labs/timeline/timeline.h"

namespace catalog {

// Only the event's own body; a delivery has none.
std::string body_text(const record::Recording& recording, const record::Event& event, core::BytesView body);
// The event as a line: when, where, what, and what its own body says.
std::string event_text(const record::Recording& recording, const record::Event& event, core::BytesView body);

// Of a delivery or a drop: what was sent.
std::string said_text(const timeline::Timeline& line, const record::Event& event, core::BytesView body);
// The same for filters. The timeline must outlive it.
timeline::Decode decoder(const timeline::Timeline& line);

}  // namespace catalog
