// For std::visit: a function for each alternative.
#pragma once

namespace folds {

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

}  // namespace folds
