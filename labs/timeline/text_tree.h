// The text form of values (mechanisms/core/text.h) taken apart again: what the inspector lists and folds, and where the
// filter finds the fields of a body. It knows no mechanism. Whatever it is given, it throws nothing: what is not of that
// form is one plain value.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace timeline {

struct TextTree {
  enum class Shape : std::uint8_t {
    plain,      // 3, 150ms, "words", none: `value` is all of it.
    structure,  // Shown{term=3 voted_for=1}: `type`, and its members by name.
    list,       // [1 2 3], or {1 2 3}, or {1:2 3:4}: then the parts' names are the keys.
  };
  Shape shape = Shape::plain;
  std::string name;             // Of a member, or the key of a map's entry; empty: an element of a list, or the whole.
  std::string type;             // Of a structure.
  std::string value;            // The whole text of it, as it stood.
  std::vector<TextTree> parts;
};

TextTree read_text_tree(std::string_view text);

// The plain values of all members of this name, at any depth, in order; strings without their quotes. Makes no tree.
// Ends when `visit` returns true, and returns whether it did.
bool any_field(std::string_view text, std::string_view name, const std::function<bool(std::string_view)>& visit);

// `"words"` without its quotes and escapes; anything else as it is.
std::string unquoted(std::string_view value);

}  // namespace timeline
