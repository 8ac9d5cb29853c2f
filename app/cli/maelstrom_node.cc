// `faultline maelstrom-node`: one node of Maelstrom, until its standard input ends. Only messages go to the standard output,
// what it has to say besides to the standard error.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <random>

#include "app/cli/cli.h"
#include "app/cli/interruptible.h"
#include "app/cli/plain.h"
#include "labs/catalog/labs.h"
#include "labs/doors/maelstrom_works.h"
#include "mechanisms/core/check.h"

namespace cli {
namespace {

using Clock = std::chrono::steady_clock;

// False: nobody reads any more.
bool write_all(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, lines.data(), lines.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// How long there is nothing to do, for poll(): rounded up, so that it does not wake before the time.
int patience(core::Time now, core::Time due) {
  if (due == doors::MaelstromWork::kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::clamp(due - now, core::Duration{}, core::Duration(std::chrono::minutes(1))));
  return static_cast<int>(left.count());
}

int serve(doors::MaelstromNode& node) {
  const auto began = Clock::now();
  const auto now = [&] { return core::Time(std::chrono::duration_cast<core::Duration>(Clock::now() - began)); };
  const Interruptible until_interrupted;
  doors::MaelstromOut out;
  std::string input(1u << 16, '\0');
  while (!interrupted) {
    struct pollfd in {
      STDIN_FILENO, POLLIN, 0
    };
    const int ready = ::poll(&in, 1, patience(now(), node.due()));
    if (ready < 0 && errno != EINTR) return fail(kBroken, "cannot wait for the standard input");
    const ssize_t got = ready > 0 ? ::read(STDIN_FILENO, input.data(), input.size()) : -1;
    if (got > 0) node.on_bytes(now(), std::string_view(input).substr(0, static_cast<std::size_t>(got)), out);
    // After what has come meanwhile: a leader may have been heard of.
    if (node.due() <= now()) node.on_time(now(), out);
    for (const auto& line : out.log) std::cerr << plain_line(line) << "\n";
    if (!write_all(out.lines) || got == 0) return kValid;
    out.lines.clear(), out.log.clear();
  }
  return kInterrupted;
}

}  // namespace

int maelstrom_node(const MaelstromNodeArguments& a) {
  std::random_device chance;
  const std::uint64_t high = chance(), low = chance();
  try {
    doors::MaelstromNode node(doors::maelstrom_work(a.mechanism, a.settings, catalog::all_kinds(), high << 32 | low));
    return serve(node);
  } catch (const guide::BadLab& bad) {
    return fail(kUsage, bad.what());
  } catch (const core::CheckFailed& bug) {
    return fail(kBroken, std::string("the node crashed: ") + bug.what());
  }
}

}  // namespace cli
