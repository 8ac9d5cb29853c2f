#include "labs/doors/memcached_words.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "mechanisms/core/text.h"

namespace doors {
namespace {

constexpr const char* kBadLine = "CLIENT_ERROR bad command line format";
constexpr std::string_view kStoredMark = "memcached ";

template <class Number>
bool memcached_number(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

std::vector<std::string_view> memcached_line_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != line.npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// One line, word for word.
class MemcachedLine {
 public:
  MemcachedLine(std::string_view line, const MemcachedLimits& limits) : limits_(limits), words_(memcached_line_words(line)) {
    if (words_.empty() || !core::parse(words_[0], request_.verb)) throw BadMemcached("ERROR");
    // Who reads wants to be told; there it would be a key.
    const bool writes = request_.verb >= MemcachedVerb::set && request_.verb <= MemcachedVerb::flush_all;
    if (words_.size() > 1 && words_.back() == "noreply" && (writes || request_.verb == MemcachedVerb::verbosity)) {
      request_.quiet = true;
      words_.pop_back();
    }
  }

  // `block`: how long what follows the line is, the value and its line end; 0: nothing follows.
  MemcachedRequest read(std::size_t& block) {
    try {
      read_words(block);
    } catch (BadMemcached& bad) {
      bad.quiet = request_.quiet;
      throw;
    }
    return std::move(request_);
  }

 private:
  void read_words(std::size_t& block) {
    switch (request_.verb) {
      case MemcachedVerb::get:
      case MemcachedVerb::gets: return keys_from(1);
      case MemcachedVerb::gat:
      case MemcachedVerb::gats:
        count(3, std::string::npos);
        number(1, request_.seconds, "CLIENT_ERROR invalid exptime argument");
        return keys_from(2);
      case MemcachedVerb::set:
      case MemcachedVerb::add:
      case MemcachedVerb::replace:
      case MemcachedVerb::append:
      case MemcachedVerb::prepend:
      case MemcachedVerb::cas: return read_storing(block);
      case MemcachedVerb::del:
        count(2, 3);
        if (words_.size() == 3 && words_[2] != "0") throw BadMemcached("CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]");
        return key(1);
      case MemcachedVerb::incr:
      case MemcachedVerb::decr:
        count(3, 3);
        key(1);
        return number(2, request_.number, "CLIENT_ERROR invalid numeric delta argument");
      case MemcachedVerb::touch:
        count(3, 3);
        key(1);
        return number(2, request_.seconds, "CLIENT_ERROR invalid exptime argument");
      case MemcachedVerb::flush_all:
        count(1, 2);
        if (words_.size() == 2) number(1, request_.seconds, kBadLine);
        return;
      case MemcachedVerb::verbosity: {
        count(2, 2);
        std::uint32_t level = 0;
        return number(1, level, kBadLine);
      }
      case MemcachedVerb::stats:
        if (words_.size() > 1) request_.what = words_[1];
        return;
      case MemcachedVerb::version:
      case MemcachedVerb::quit: return;   // Whatever is behind them.
    }
  }

  // `set KEY FLAGS EXPTIME BYTES`; a cas has its unique behind that. How many bytes follow is read first: what is wrong with the
  // rest of the line, they are not to be taken for requests.
  void read_storing(std::size_t& block) {
    const std::size_t words = request_.verb == MemcachedVerb::cas ? 6 : 5;
    count(words, words);
    std::int32_t bytes = 0;
    if (!memcached_number(words_[4], bytes) || bytes < 0) {
      BadMemcached bad(kBadLine);
      bad.ends = true;
      throw bad;
    }
    block = static_cast<std::size_t>(bytes) + 2;
    key(1);
    number(2, request_.flags, kBadLine);
    number(3, request_.seconds, kBadLine);
    if (words == 6) number(5, request_.number, kBadLine);
    if (block - 2 > limits_.value) throw BadMemcached("SERVER_ERROR object too large for cache");
  }

  void count(std::size_t least, std::size_t most) const {
    if (words_.size() < least || words_.size() > most) throw BadMemcached("ERROR");
  }
  void keys_from(std::size_t first) {
    count(first + 1, std::string::npos);
    if (words_.size() - first > limits_.keys) throw BadMemcached("CLIENT_ERROR more than " + std::to_string(limits_.keys) + " keys");
    for (std::size_t i = first; i < words_.size(); ++i) key(i);
  }
  void key(std::size_t which) {
    const std::string_view word = words_[which];
    const bool control = std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (word.size() > limits_.key || control) throw BadMemcached(kBadLine);
    request_.keys.emplace_back(word);
  }
  template <class Number>
  void number(std::size_t which, Number& into, const char* otherwise) const {
    if (!memcached_number(words_[which], into)) throw BadMemcached(otherwise);
  }

  const MemcachedLimits& limits_;
  std::vector<std::string_view> words_;
  MemcachedRequest request_;
};

[[noreturn]] void end_memcached(const char* why) {
  BadMemcached bad(why);
  bad.ends = true;
  throw bad;
}

}  // namespace

std::optional<MemcachedRequest> read_memcached(std::string_view bytes, std::size_t& taken, const MemcachedLimits& limits) {
  taken = 0;
  if (bytes.empty()) return std::nullopt;
  if (bytes[0] == '\x80') end_memcached("CLIENT_ERROR only the text protocol is spoken here");
  const auto end = bytes.find('\n');
  if (end == bytes.npos || end > limits.line) {
    if (bytes.size() > limits.line) end_memcached("CLIENT_ERROR line too long");
    return std::nullopt;
  }
  std::string_view line = bytes.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  // A browser that some page sent here: what follows is its page's, and perhaps made to look like requests.
  if (line.find(" HTTP/") != line.npos) end_memcached("ERROR");
  std::size_t block = 0;
  try {
    MemcachedRequest request = MemcachedLine(line, limits).read(block);
    if (bytes.size() - end - 1 < block) return std::nullopt;
    taken = end + 1 + block;
    if (block == 0) return request;
    if (bytes.substr(taken - 2, 2) != "\r\n") {
      BadMemcached bad("CLIENT_ERROR bad data chunk");
      bad.quiet = request.quiet;
      throw bad;
    }
    request.value = bytes.substr(end + 1, block - 2);
    return request;
  } catch (BadMemcached& bad) {
    bad.length = end + 1 + block;
    throw;
  }
}

std::string stored_text(const MemcachedItem& item) {
  return std::string(kStoredMark) + std::to_string(item.flags) + " " + std::to_string(item.until) + " " + std::to_string(item.written) + "\n" + item.value;
}

MemcachedItem read_stored(std::string_view stored) {
  MemcachedItem item;
  const auto end = stored.find('\n');
  if (stored.starts_with(kStoredMark) && end != stored.npos) {
    const auto words = memcached_line_words(stored.substr(0, end));
    if (words.size() == 4 && memcached_number(words[1], item.flags) && memcached_number(words[2], item.until) && memcached_number(words[3], item.written)) {
      item.value = stored.substr(end + 1);
      return item;
    }
    item = {};
  }
  item.value = stored;
  return item;
}

std::int64_t memcached_until(std::int64_t seconds, std::int64_t now_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000, kRelative = 30 * 24 * 3600;
  if (seconds == 0) return 0;
  if (seconds < 0) return 1;
  if (seconds <= kRelative) return now_ns + seconds * kSecond;
  return std::min(seconds, std::numeric_limits<std::int64_t>::max() / kSecond) * kSecond;
}

}  // namespace doors
