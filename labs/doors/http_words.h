// How HTTP/1.1 is written: RFC 9112 (messages), and what of RFC 9110 (their meaning) a server of a few pages needs. 1.0 is
// understood, too. Whoever writes is a stranger: every length has a limit, and what could be read in two ways - by us and by a
// proxy before us - is refused rather than guessed: both a length and chunks, two lengths, folded lines, bare line feeds
// (RFC 9112, 11.2: request smuggling).
#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doors {

struct HttpLimits {
  std::size_t line = 8 * 1024;           // The request's first line,
  std::size_t headers = 100;             // how many lines follow it,
  std::size_t header_bytes = 32 * 1024;  // and how long these are together. The same for what follows the last chunk.
  std::size_t body = 1u << 20;
};

// Said to the client before he is left alone: what came was no request, or too much of one.
struct BadHttp : std::runtime_error {
  BadHttp(int with, const std::string& why) : std::runtime_error(why), status(with) {}
  int status;   // 400, 413, 414, ...
};

struct HttpRequest {
  std::string method;                    // "GET"
  std::string target;                    // "/kv/a%20b?x": as it came, without the host that it may begin with.
  std::string host;                      // Whom it is for: "localhost:8080".
  int minor = 1;                         // HTTP/1.1
  bool stays = true;                     // The client wants to ask more on this connection.
  std::vector<std::pair<std::string, std::string>> headers;   // Names in small letters.
  std::string body;

  const std::string* header(std::string_view name) const;      // The first one; null: there is none.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

// Reads one request after the other. What it has seen of a long one it does not look at again.
class HttpReader {
 public:
  explicit HttpReader(const HttpLimits& limits = {}) : limits_(limits) {}

  // `bytes` begin where the request begins, as in the call before: more of them each time. Nothing: not all of it has come.
  // Else `taken` is how long it is, and the next call is about the next one. Throws BadHttp.
  std::optional<HttpRequest> read(std::string_view bytes, std::size_t& taken);
  // The client waits for "100 Continue" before he sends the body. True once for a request.
  bool must_say_go_on();

 private:
  bool read_head(std::string_view bytes);
  void read_first_line(std::string_view line);
  void read_header(std::string_view line);
  void read_meaning();
  void read_length(const std::string& length);
  bool read_chunks(std::string_view bytes);
  bool read_trailers(std::string_view bytes);

  HttpLimits limits_;
  HttpRequest request_;
  std::size_t at_ = 0;                   // So far the request was read.
  std::size_t searched_ = 0;             // Behind that, so far no line's end was found.
  std::size_t header_bytes_ = 0, trailers_ = 0;
  std::size_t left_ = 0;                 // Of the body, or of this chunk.
  bool head_ = false, chunked_ = false, last_chunk_ = false, waits_ = false;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};   // Beside those that all have.
  std::string type = "text/plain; charset=utf-8";
};
// As it is sent. `stays`: the connection is for more. Not `with_body`: to a HEAD.
std::string http_text(const HttpAnswer& answer, bool stays, bool with_body = true);

// %41 is A. Nothing: a % is followed by something else than two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);
// "localhost:8080": the host in small letters, and the port; 0: none is said. Nothing: it is neither.
struct HttpHost {
  std::string name;
  unsigned port = 0;
};
std::optional<HttpHost> read_host(std::string_view text);

}  // namespace doors
