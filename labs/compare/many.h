// Many runs, several at a time: a thread each, for a world shares nothing with another one.
#pragma once
#include <cstddef>
#include <functional>

#include "labs/compare/figures.h"

namespace compare {

// Does work(0) .. work(count - 1), in any order. `told` is called by the caller's own thread; when it throws, nothing more is
// begun. `stopped` tells a long work that nobody wants it any more. What a work throws comes out, once all threads are done.
void do_many(std::size_t count, unsigned jobs, const std::function<void(std::size_t which, const std::function<bool()>& stopped)>& work,
             const Progress& told);

}  // namespace compare
