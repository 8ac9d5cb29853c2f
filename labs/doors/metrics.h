// GET /metrics: how things stand, as Prometheus scrapes it - in the text format 0.0.4, or in OpenMetrics if that is asked for.
// Every metric of every node, with the names of the exports (labs/exports/metrics_text.h); which nodes are up; and the doors' own.
//
// It knows what it has heard since it was opened. What a node measured is gone when the node crashes, as from any program that
// has ended.
#pragma once
#include "labs/doors/doors.h"
#include "labs/doors/http_site.h"

namespace doors {

Serve metrics_page(House house);
std::unique_ptr<Door> open_metrics(House house, std::uint16_t port);

}  // namespace doors
