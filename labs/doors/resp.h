// Redis' protocol, version 2 (redis.io/docs/reference/protocol-spec), over whatever store the world has, for redis-cli,
// redis-benchmark and the libraries of all languages. Of Redis' data types there are strings, which may expire; commands, errors
// and their words are as Redis 7 has them, where it has them.
//
//   resp_words     how requests and answers are written        resp_commands  the table of commands
//   resp_session   a conversation with one client              resp_strings   what is done with keys
//   resp_store     one key in the store behind                 resp_server    what is said of the door itself
//   resp_value     a value that expires                        resp_slots     Redis Cluster: who has which slot
//
// A world that is sharded by slot (`placement.order=slot`) is a Redis Cluster: each node that keeps shards has a port, and who asks
// for a key at another's is sent there (`MOVED`). All ports lead to one client node, which finds the owner by itself.
//
// Left out: other types than strings, transactions, scripts, publish and subscribe, KEYS and SCAN (the cluster is asked key by
// key), passwords, RESP3. MSET and MGET are of several keys, one by one: others may see some of them before the rest.
#pragma once
#include <memory>

#include "labs/doors/doors.h"

namespace doors {

std::unique_ptr<Door> open_resp(House house, std::uint16_t port);
std::unique_ptr<Door> open_resp(House house, std::uint16_t port, const Limits& limits);

}  // namespace doors
