// What came before a row and what it may have led to, found by one walk over the messages that were delivered.
#pragma once
#include "labs/timeline/chunks.h"
#include "labs/timeline/flights.h"
#include "labs/timeline/flows.h"
#include "labs/timeline/timeline.h"

namespace timeline {

// Which rows of each node must have come before a row of `node` (that one included) ...
std::vector<std::size_t> past_of(std::size_t row, core::NodeId node, std::size_t nodes, Chunks& chunks,
                                 const Flights& flights, const Flows& flows);
// ... and which it may have led to. Rows [0, rows) are known.
std::vector<std::size_t> future_of(std::size_t row, core::NodeId node, std::size_t nodes, std::size_t rows, Chunks& chunks,
                                   const Flights& flights, const Flows& flows);

}  // namespace timeline
