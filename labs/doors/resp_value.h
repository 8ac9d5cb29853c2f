// How a value lies in the store that came in by Redis' protocol, which can say until when it lives; the stores of the lab know
// nothing of that, and keep it as they keep every value.
//
//   v                        v, for ever: what the lab's own clients write reads as it is, and they read most that the door wrote
//   \x01 MILLISECONDS \x01 v v, until then, by Unix time; a lab's client sees the header, too
//   \x01\x01 v               v, for ever: of one that is empty or begins with \x01 itself, so that nothing can be confused
//   (empty)                  nothing. Where there is no key, nothing can be compared and swapped: an empty value is put there first.
//
// So what has expired is there until somebody takes it away, and is read as if it were not. The judge is the door's clock.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace doors {

struct RespValue {
  std::string text;
  std::optional<long long> until{};   // Milliseconds of Unix time; nothing: for ever.
};

std::string packed(const RespValue& value);

struct RespFound {
  std::optional<RespValue> value;     // Nothing: there is no such key, or not any more.
  bool expired = false;               // It was there until it expired, and lies in the store still.
};
RespFound unpacked(const std::optional<std::string>& stored, long long now);

}  // namespace doors
