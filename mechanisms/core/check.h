// CHECK(condition): what must hold, always on. A failure is a bug of ours, never bad input. It throws, and only the
// boundary of a step catches it: the node crashes, and the recording says where.
#pragma once
#include <stdexcept>

namespace core {

struct CheckFailed : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace core

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::core::check_failed(#condition, __FILE__, __LINE__))
