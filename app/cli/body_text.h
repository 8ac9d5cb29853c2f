// What an event's body says, decoded by the kind of its node.
#pragma once
#include <string>

#include "labs/record/recording.h"

namespace cli {

std::string body_text(const record::Recording& recording, const record::Event& event, core::BytesView body);

}  // namespace cli
