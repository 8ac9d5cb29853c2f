#include "labs/doors/resp_value.h"

#include <charconv>

namespace doors {
namespace {

constexpr char kMark = '\x01';
constexpr std::size_t kMostDigits = 20;

}  // namespace

std::string packed(const RespValue& value) {
  if (!value.until && !value.text.empty() && value.text[0] != kMark) return value.text;
  return kMark + (value.until ? std::to_string(*value.until) : "") + kMark + value.text;
}

RespFound unpacked(const std::optional<std::string>& stored, long long now) {
  if (!stored || stored->empty()) return {};
  const auto end = stored->find(kMark, 1);
  const bool headed = stored->front() == kMark && end != stored->npos && end <= kMostDigits + 1;
  if (!headed) return {RespValue{*stored, {}}, false};
  if (end == 1) return {RespValue{stored->substr(2), {}}, false};
  long long until = 0;
  const char* last = stored->data() + end;
  if (const auto read = std::from_chars(stored->data() + 1, last, until); read.ec != std::errc{} || read.ptr != last)
    return {RespValue{*stored, {}}, false};   // Not the door's.
  if (until <= now) return {{}, true};
  return {RespValue{stored->substr(end + 1), until}, false};
}

}  // namespace doors
