// How Redis' protocol is written: a request is an array of bulk strings, or words on a line ("inline", for telnet); answers are
// one of five kinds.
#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace doors {

struct RespLimits {
  std::size_t words = 1024;             // Of one request,
  std::size_t word = 1u << 20;          // bytes of one of them,
  std::size_t line = 64 * 1024;         // and of an inline request.
};

// Said to the client before he is left alone: what came was no request.
struct BadResp : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One request at the beginning of `bytes`. `taken`: how long it is; 0: not all of it has come. No words: an empty line, which asks
// nothing. Throws BadResp.
std::vector<std::string> read_resp(std::string_view bytes, std::size_t& taken, const RespLimits& limits = {});

std::string resp_simple(std::string_view word);               // +OK
std::string resp_error(std::string_view words);               // -ERR ...: with its first word. Line ends are taken out.
std::string resp_integer(long long value);
std::string resp_bulk(const std::optional<std::string>& value);
std::string resp_array(const std::vector<std::string>& written);   // Of what is written already.

}  // namespace doors
