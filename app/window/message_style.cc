#include "app/window/message_style.h"

#include "labs/catalog/kinds.h"

namespace window {
namespace {

// Neighbours in a list of messages are often a request and its reply: they must differ most.
constexpr std::size_t kOrder[] = {1, 4, 0, 2, 3, 5, 7};
constexpr std::size_t kOrders = sizeof kOrder / sizeof *kOrder;

MessageStyle style_at(std::size_t place) {
  return {kOrder[place % kOrders], static_cast<Glyph>(place / 2 % 5)};
}

}  // namespace

MessageStyle style_of_message(std::string_view name) {
  for (const auto* kind : catalog::kinds())
    for (std::size_t i = 0; i < kind->messages.size(); ++i)
      if (kind->messages[i] == name) return style_at(i);
  std::size_t letters = 0;   // A run of a newer program: any stable number will do.
  for (const char c : name) letters = letters * 31 + static_cast<unsigned char>(c);
  return style_at(letters % (kOrders * 5));
}

}  // namespace window
