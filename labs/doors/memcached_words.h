// memcached's text protocol (doc/protocol.txt of memcached 1.6, the classic commands), as far as it is words: what a request
// says, and how a value lies in the cluster with what memcached keeps beside it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace doors {

struct MemcachedLimits {
  std::size_t line = 64 * 1024;     // Of a request, without the value behind it.
  std::size_t key = 250;
  std::size_t keys = 256;           // Of one get.
  std::size_t value = 1u << 20;
};

enum class MemcachedVerb : std::uint8_t { get, gets, gat, gats, set, add, replace, append, prepend, cas, del, incr, decr, touch, flush_all, version, verbosity, stats, quit };
constexpr auto names(MemcachedVerb) {
  return std::array<std::string_view, 19>{"get", "gets", "gat", "gats", "set", "add", "replace", "append", "prepend", "cas",
                                          "delete", "incr", "decr", "touch", "flush_all", "version", "verbosity", "stats", "quit"};
}

struct MemcachedRequest {
  MemcachedVerb verb{};
  std::vector<std::string> keys;
  std::uint32_t flags = 0;
  std::int64_t seconds = 0;         // Until it expires, as the client wrote it; of flush_all: the delay.
  std::uint64_t number = 0;         // cas: the unique; incr, decr: by how much.
  std::string value;
  std::string what;                 // stats: of what.
  bool quiet = false;               // noreply
};

// What came is no request. Said to the client, who may go on, unless `ends`.
struct BadMemcached : std::runtime_error {
  using std::runtime_error::runtime_error;
  std::size_t length = 0;           // So much is not to be read, though it may not have come yet.
  bool quiet = false;               // The client does not want to be told.
  bool ends = false;                // Nobody can say where the next request begins.
};

// One request at the beginning of `bytes`. `taken`: how long it is. Nothing: not all of it has come. Throws BadMemcached.
std::optional<MemcachedRequest> read_memcached(std::string_view bytes, std::size_t& taken, const MemcachedLimits& limits = {});

// A value lies in the cluster behind one line: `memcached FLAGS UNTIL WRITTEN`, both times in ns since 1970. It can be read
// wherever the run is shown, and what the lab's own clients append to the value is appended. Their own values are single words,
// so none of them looks like this; such a value, and any other without that line, has flags 0, never expires, and was written
// at an unknown time, so that flush_all does not hide it.
struct MemcachedItem {
  std::uint32_t flags = 0;
  std::int64_t until = 0;           // 0: for ever.
  std::int64_t written = 0;         // 0: not known. Of two writes by one door the later one has the greater number.
  std::string value;
};
std::string stored_text(const MemcachedItem& item);
MemcachedItem read_stored(std::string_view stored);

// When it expires that was said to live for so many seconds: up to 30 days from now, else since 1970; a negative number: it is
// over already. 0 is 0: never.
std::int64_t memcached_until(std::int64_t seconds, std::int64_t now_ns);

}  // namespace doors
