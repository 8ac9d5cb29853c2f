// What Redis' commands do with keys: strings, numbers in them, and until when they live. See resp_commands.cc for who is who.
#pragma once
#include "labs/doors/resp_session.h"

namespace doors::resp {

void get(const RespCall& c);
void set(const RespCall& c);
void set_if_absent(const RespCall& c);
void set_with_expiry(const RespCall& c);        // SETEX and PSETEX.
void get_and_set(const RespCall& c);
void get_and_remove(const RespCall& c);
void append(const RespCall& c);
void length(const RespCall& c);
void get_many(const RespCall& c);
void set_many(const RespCall& c);
void remove_many(const RespCall& c);
void exist_many(const RespCall& c);
void type(const RespCall& c);
void count(const RespCall& c);                  // INCR, DECR, INCRBY and DECRBY.
void expire(const RespCall& c);                 // EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT.
void time_left(const RespCall& c);              // TTL and PTTL.
void persist(const RespCall& c);

}  // namespace doors::resp
