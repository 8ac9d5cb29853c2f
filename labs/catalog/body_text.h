// What an event's body says, for people: decoded by the kind of its node.
#pragma once
#include <string>

#include "labs/record/recording.h"

namespace catalog {

// Only the event's own body; a delivery has none.
std::string body_text(const record::Recording& recording, const record::Event& event, core::BytesView body);

}  // namespace catalog
