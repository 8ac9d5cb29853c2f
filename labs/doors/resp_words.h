// How Redis' protocol is written: a request is an array of bulk strings, or words on a line ("inline", for telnet); answers are
// one of five kinds.
#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doors {

struct RespLimits {
  std::size_t words = 64 * 1024;        // Of one request,
  std::size_t word = 1u << 20;          // bytes of one of them,
  std::size_t request = 4u << 20;       // and of the whole;
  std::size_t line = 64 * 1024;         // of an inline request.
};

// Said to the client before he is left alone: what came was no request.
struct BadResp : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Reads one request after the other. It goes on where it stopped when more has come: who sends a long request byte by byte must
// not have it read from its beginning each time.
class RespReader {
 public:
  explicit RespReader(const RespLimits& limits = {}) : limits_(limits) {}

  // `bytes`: all that came behind the last whole request. How long the next one is; 0: not all of it has come. Throws BadResp.
  std::size_t read(std::string_view bytes);
  // Of the request that was whole. None: an empty line, which asks nothing.
  const std::vector<std::string>& words() const { return words_; }
  bool is_inline() const { return inline_; }

 private:
  std::size_t read_line(std::string_view bytes);
  bool read_array(std::string_view bytes);

  RespLimits limits_;
  std::size_t at_ = 0;                  // So much is read.
  std::optional<std::size_t> count_;    // Words that the request says it has; nothing: it has not said so yet,
  std::optional<std::size_t> length_;   // and bytes of the next of them.
  std::vector<std::pair<std::size_t, std::size_t>> found_;   // Where words are, and how long.
  std::vector<std::string> words_;
  bool inline_ = false;
};

std::string resp_simple(std::string_view word);               // +OK
std::string resp_error(std::string_view words);               // -ERR ...: with its first word. Line ends are taken out.
std::string resp_integer(long long value);
std::string resp_bulk(const std::optional<std::string>& value);
std::string resp_array(const std::vector<std::string>& written);   // Of what is written already.

}  // namespace doors
