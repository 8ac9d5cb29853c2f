// What all doors that speak HTTP share: a site of a few pages, at 127.0.0.1.
//
// Browsers can reach it, and browsers do what any page on the net tells them. So a request must be for this machine by name -
// else a stranger's name may have been made to lead here (DNS rebinding) - and must not come from another site's page. Both are
// answered with 403, counted, and closed. Nothing is ever allowed to other sites (no CORS).
#pragma once
#include <functional>
#include <memory>

#include "labs/doors/doors.h"
#include "labs/doors/http_words.h"

namespace doors {

using HttpSay = std::function<void(const HttpAnswer&)>;
// Says the answer to a request, now or later from the loop.
using Serve = std::function<void(const HttpRequest& request, const HttpSay& say)>;

// One request at a time of each client, so that what he asks in one go is done in its order, and is not all in memory.
inline Limits http_site_limits() {
  Limits limits;
  limits.unanswered = 1;
  limits.request = 2u << 20;
  return limits;
}
std::unique_ptr<Door> open_site(asio::io_context& loop, std::uint16_t port, Serve serve, const Limits& limits = http_site_limits());

// Answers with 405 whatever is not asked by one of these, "GET, HEAD"; true: it did.
bool refuse_other_methods(const HttpRequest& request, std::string_view allowed, const HttpSay& say);

}  // namespace doors
