// What Redis' commands say of the door itself: to whom one talks, how it is, and in a cluster, who has which slot.
#pragma once
#include "labs/doors/resp_session.h"

namespace doors::resp {

void ping(const RespCall& c);
void echo(const RespCall& c);
void hello(const RespCall& c);
void auth(const RespCall& c);
void select(const RespCall& c);
void quit(const RespCall& c);
void info(const RespCall& c);
void dbsize(const RespCall& c);
void config_get(const RespCall& c);
void client_id(const RespCall& c);
void client_get_name(const RespCall& c);
void client_set_name(const RespCall& c);
void client_set_info(const RespCall& c);
void read_only(const RespCall& c);              // READONLY and READWRITE.

// The table of commands (resp_commands.cc).
void command(const RespCall& c);
void command_count(const RespCall& c);
void command_list(const RespCall& c);
void command_info(const RespCall& c);
void command_docs(const RespCall& c);

// A cluster (resp_cluster.cc). Each answers an error where there is none.
void cluster_slots(const RespCall& c);
void cluster_shards(const RespCall& c);
void cluster_nodes(const RespCall& c);
void cluster_info(const RespCall& c);
void cluster_key_slot(const RespCall& c);
void cluster_my_id(const RespCall& c);

inline const std::string kNoCluster = "ERR This instance has cluster support disabled: the store is not sharded by slot";

}  // namespace doors::resp
