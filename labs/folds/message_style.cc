#include "labs/folds/message_style.h"

#include "labs/catalog/kinds.h"

namespace folds {
namespace {

// Neighbours in a list of messages are often a request and its reply: they must differ most.
constexpr std::size_t kOrder[] = {1, 4, 0, 2, 3, 5, 7};
constexpr std::size_t kOrders = sizeof kOrder / sizeof *kOrder;

MessageStyle style_at(std::size_t place) {
  return {kOrder[place % kOrders], static_cast<Glyph>(place / 2 % 5)};
}

// What is sent all the time in most mechanisms gets the calmest.
Dash dash_of(Glyph glyph, bool answer) {
  switch (glyph) {
    case Glyph::disc: return answer ? Dash{2, 3} : Dash{11, 3};
    case Glyph::square: return answer ? Dash{5, 3} : Dash{};
    case Glyph::diamond: return answer ? Dash{3, 6} : Dash{16, 4};
    case Glyph::triangle: return answer ? Dash{2, 8} : Dash{4, 5};
    case Glyph::ring: return answer ? Dash{1.5f, 6} : Dash{6, 6};
  }
  return {};
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

Dash dash_of_message(std::string_view name) {
  const bool answer = name.ends_with("Reply") || name.ends_with("Response") || name.ends_with("Ack");
  return dash_of(style_of_message(name).glyph, answer);
}

}  // namespace folds
