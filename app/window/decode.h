// What events say, in words for people: their bodies decoded by the kind of their node, and sentences about them.
#pragma once
#include <string>
#include <vector>

#include "labs/catalog/body_text.h"

namespace window {

using catalog::decoder;
using catalog::said_text;

// "S1", or a dash for nobody.
std::string node_name(const record::Recording& recording, core::NodeId id);
// "S1 sends RequestVote to S2"
std::string sentence(const timeline::Timeline& line, const record::Event& event);
// Everything that a tooltip says of an event: the sentence, when to the nanosecond and by Lamport's clock, its text field by field, a line each.
std::string event_card(const timeline::Timeline& line, std::size_t row, std::size_t at_most = 14);
// 12.480 000 123 s
std::string exact_time_text(core::Time at);
// A line of a table, and its head: row, time, node, kind, type, peer, text.
std::string csv_head();
std::string csv_line(const timeline::Timeline& line, std::size_t row);

}  // namespace window
