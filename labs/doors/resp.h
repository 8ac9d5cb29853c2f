// Redis' protocol, version 2 (redis.io/docs/reference/protocol-spec), over whatever store the world has.
#pragma once
#include <memory>

#include "labs/doors/doors.h"

namespace doors {

std::unique_ptr<Door> open_resp(House house, std::uint16_t port);

}  // namespace doors
