// HTTP over whatever store the world has: every key is a resource.
//
//   GET /kv/KEY      200 and the value, 404: there is none; 300 and a value on each line, when writes did not know of each other
//   PUT /kv/KEY      204: the body is the value now
//   POST /kv/KEY     204: the body was appended
//   DELETE /kv/KEY   204, 404: there was none
//   GET /            what this is, in words
//   GET /healthz     200 while the node is up whose operations these are
//
// 503: it was not done. 504: nobody can say whether it was, or will be. 501: the store cannot do that at all.
#pragma once
#include "labs/doors/doors.h"
#include "labs/doors/http_site.h"

namespace doors {

Serve key_values(House house);
std::unique_ptr<Door> open_http(House house, std::uint16_t port);

}  // namespace doors
