#include "labs/doors/http_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace doors {
namespace {

constexpr std::size_t kChunkLine = 256;   // A number, and extensions that nobody has a use for.

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string in_small_letters(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), small);
  return all;
}

// RFC 9110, 5.6.2: of what methods and the names of headers are made.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

std::string_view without_blanks(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

// Whether a header's list has this word: `Connection: keep-alive, close`.
bool lists(const HttpRequest& request, std::string_view name, std::string_view word) {
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = rest.find(',');
      if (in_small_letters(without_blanks(rest.substr(0, comma))) == word) return true;
      rest = comma == rest.npos ? "" : rest.substr(comma + 1);
    }
  }
  return false;
}

// Digits only: std::from_chars would also take a sign.
bool whole_number(std::string_view text, std::size_t& number, int base) {
  const auto digit = [base](char c) { return (c >= '0' && c <= '9') || (base == 16 && ((small(c) >= 'a' && small(c) <= 'f'))); };
  if (text.empty() || !std::all_of(text.begin(), text.end(), digit)) return false;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

const char* reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 300: return "Multiple Choices";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";
  }
}

}  // namespace

const std::string* HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return &value;
  return nullptr;
}

std::optional<HttpRequest> HttpReader::read(std::string_view bytes, std::size_t& taken) {
  if (!head_ && !read_head(bytes)) return std::nullopt;
  if (chunked_) {
    if (!read_chunks(bytes)) return std::nullopt;
  } else {
    if (bytes.size() - at_ < left_) return std::nullopt;
    request_.body = bytes.substr(at_, left_);
    at_ += left_;
  }
  taken = at_;
  HttpRequest whole = std::move(request_);
  *this = HttpReader(limits_);
  return whole;
}

bool HttpReader::must_say_go_on() { return head_ && std::exchange(waits_, false); }

// Line by line, up to the empty one.
bool HttpReader::read_head(std::string_view bytes) {
  for (;;) {
    const auto end = bytes.find('\n', std::max(at_, searched_));
    const std::size_t length = (end == bytes.npos ? bytes.size() : end) - at_;
    const bool first = request_.method.empty();
    if (first && length > limits_.line) throw BadHttp(414, "the request's first line is longer than " + std::to_string(limits_.line) + " bytes");
    if (!first && header_bytes_ + length > limits_.header_bytes)
      throw BadHttp(431, "the headers are longer than " + std::to_string(limits_.header_bytes) + " bytes");
    if (end == bytes.npos) {
      searched_ = bytes.size();
      return false;
    }
    std::string_view line = bytes.substr(at_, length);
    if (!line.ends_with('\r')) throw BadHttp(400, "a line does not end with CR LF: this is no HTTP/1.1");
    line.remove_suffix(1);
    at_ = end + 1;
    if (first) {
      // An empty line before a request is what some old programs send behind a body.
      if (!line.empty()) read_first_line(line);
      else if (at_ > 2) throw BadHttp(400, "empty lines come before the request");
    } else if (line.empty()) {
      read_meaning();
      return head_ = true;
    } else {
      header_bytes_ += length;
      read_header(line);
    }
  }
}

void HttpReader::read_first_line(std::string_view line) {
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == line.npos || last == first) throw BadHttp(400, "the request does not begin as `GET /path HTTP/1.1` does");
  const std::string_view method = line.substr(0, first), target = line.substr(first + 1, last - first - 1), version = line.substr(last + 1);
  if (!is_token(method)) throw BadHttp(400, "the method is no word");
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.') throw BadHttp(400, "the request does not end with HTTP/1.1");
  if (version[5] != '1' || version[7] < '0' || version[7] > '9') throw BadHttp(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  request_.minor = version[7] == '0' ? 0 : 1;
  request_.method = method;
  const bool bytes_are_well = std::none_of(target.begin(), target.end(), [](char c) { return is_control(c) || c == ' ' || c == '\t'; });
  if (target.empty() || !bytes_are_well) throw BadHttp(400, "the path has characters that must be written with %");
  request_.target = target;
}

void HttpReader::read_header(std::string_view line) {
  if (request_.headers.size() >= limits_.headers) throw BadHttp(431, "there are more than " + std::to_string(limits_.headers) + " headers");
  if (line[0] == ' ' || line[0] == '\t') throw BadHttp(400, "a header goes on in the next line, which was given up in 2014");
  const auto colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) throw BadHttp(400, "a header is not written as `Name: value`");
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), is_control)) throw BadHttp(400, "a header has control characters");
  request_.headers.emplace_back(in_small_letters(line.substr(0, colon)), value);
}

// What the headers say about the body, the host and the connection.
void HttpReader::read_meaning() {
  const auto count = [&](std::string_view name) {
    return std::count_if(request_.headers.begin(), request_.headers.end(), [&](const auto& one) { return one.first == name; });
  };
  const auto hosts = count("host");
  if (hosts > 1 || (hosts == 0 && request_.minor >= 1)) throw BadHttp(400, "a request has one Host header");
  if (hosts == 1) request_.host = *request_.header("host");
  // Behind a proxy the target has the host, and then it counts (RFC 9112, 3.2.2).
  constexpr std::string_view kScheme = "http://";
  if (in_small_letters(request_.target.substr(0, kScheme.size())) == kScheme) {
    const auto slash = request_.target.find_first_of("/?", kScheme.size());
    request_.host = request_.target.substr(kScheme.size(), slash == request_.target.npos ? slash : slash - kScheme.size());
    request_.target = slash == request_.target.npos ? "/" : request_.target.substr(slash);
  }
  request_.stays = request_.minor >= 1 ? !lists(request_, "connection", "close") : lists(request_, "connection", "keep-alive");
  const std::string* coding = request_.header("transfer-encoding");
  const std::string* length = request_.header("content-length");
  if (coding != nullptr) {
    if (length != nullptr) throw BadHttp(400, "a body has a Content-Length or is sent in chunks, not both");
    if (request_.minor == 0) throw BadHttp(400, "HTTP/1.0 knows no chunks");
    if (count("transfer-encoding") > 1 || in_small_letters(*coding) != "chunked") throw BadHttp(501, "the only Transfer-Encoding known here is chunked");
    chunked_ = true;
  } else if (length != nullptr) {
    if (count("content-length") > 1) throw BadHttp(400, "there are two Content-Lengths");
    read_length(*length);
  }
  if (const std::string* expects = request_.header("expect")) {
    if (in_small_letters(*expects) != "100-continue") throw BadHttp(417, "nothing is expected here but 100-continue");
    waits_ = request_.minor >= 1 && (chunked_ || left_ > 0);
  }
}

void HttpReader::read_length(const std::string& length) {
  if (whole_number(length, left_, 10) && left_ <= limits_.body) return;
  const bool digits = std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (length.empty() || !digits) throw BadHttp(400, "Content-Length is no number");
  throw BadHttp(413, "the body is longer than " + std::to_string(limits_.body) + " bytes");
}

bool HttpReader::read_chunks(std::string_view bytes) {
  while (!last_chunk_) {
    if (left_ > 0) {   // The chunk, and its CR LF.
      if (bytes.size() - at_ < left_ + 2) return false;
      if (bytes.substr(at_ + left_, 2) != "\r\n") throw BadHttp(400, "a chunk does not end where it says");
      request_.body += bytes.substr(at_, left_);
      at_ += left_ + 2;
      left_ = 0;
    }
    const auto end = bytes.substr(at_, kChunkLine).find("\r\n");
    if (end == bytes.npos) {
      if (bytes.size() - at_ >= kChunkLine) throw BadHttp(400, "a chunk's first line is longer than " + std::to_string(kChunkLine) + " bytes");
      return false;
    }
    const std::string_view line = bytes.substr(at_, end);
    if (!whole_number(without_blanks(line.substr(0, line.find(';'))), left_, 16)) throw BadHttp(400, "a chunk does not begin with its length");
    if (left_ > limits_.body - request_.body.size()) throw BadHttp(413, "the body is longer than " + std::to_string(limits_.body) + " bytes");
    at_ += end + 2;
    last_chunk_ = left_ == 0;
    header_bytes_ = 0;
  }
  return read_trailers(bytes);
}

// What comes behind the last chunk is read, and not used.
bool HttpReader::read_trailers(std::string_view bytes) {
  for (;;) {
    const auto end = bytes.find("\r\n", at_);
    const std::size_t length = (end == bytes.npos ? bytes.size() : end) - at_;
    if (header_bytes_ + length > limits_.header_bytes || trailers_ > limits_.headers) throw BadHttp(431, "too much comes behind the last chunk");
    if (end == bytes.npos) return false;
    at_ = end + 2;
    if (length == 0) return true;
    header_bytes_ += length, ++trailers_;
  }
}

namespace {

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text.data();
}

}  // namespace

std::string http_text(const HttpAnswer& answer, bool stays, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " " + reason_of(answer.status) + "\r\nDate: " + date_now() + "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) { (((text += name) += ": ") += value) += "\r\n"; };
  for (const auto& [name, value] : answer.headers) add(name, value);
  if (answer.status != 204) {
    add("Content-Type", answer.type);
    add("Content-Length", std::to_string(answer.body.size()));
  }
  add("Connection", stays ? "keep-alive" : "close");   // HTTP/1.0 wants to be told either.
  text += "\r\n";
  if (with_body && answer.status != 204) text += answer.body;
  return text;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      all += text[i];
      continue;
    }
    std::size_t byte = 0;
    if (text.size() - i < 3 || !whole_number(text.substr(i + 1, 2), byte, 16)) return std::nullopt;
    all += static_cast<char>(byte);
    i += 2;
  }
  return all;
}

std::optional<HttpHost> read_host(std::string_view text) {
  HttpHost host;
  const auto end = text.starts_with('[') ? text.find(']') : text.find(':');
  std::string_view rest;
  if (text.starts_with('[')) {
    if (end == text.npos) return std::nullopt;
    host.name = in_small_letters(text.substr(0, end + 1)), rest = text.substr(end + 1);
  } else {
    host.name = in_small_letters(text.substr(0, end)), rest = end == text.npos ? "" : text.substr(end);
  }
  if (host.name.empty()) return std::nullopt;
  if (rest.empty()) return host;
  std::size_t port = 0;
  if (rest[0] != ':' || !whole_number(rest.substr(1), port, 10) || port == 0 || port > 65535) return std::nullopt;
  host.port = static_cast<unsigned>(port);
  return host;
}

}  // namespace doors
