#include "mechanisms/serving/invariants.h"

namespace serving {
namespace {

std::string than(const char* what, std::size_t is, const char* bound, std::size_t of) {
  return std::string(what) + ": " + std::to_string(is) + ", and " + bound + " " + std::to_string(of);
}

// Above its bound, and more than before: somebody was let in who should not have been.
bool grew_beyond(std::size_t is, std::size_t before, std::size_t bound) { return is > bound && is > before; }

}  // namespace

std::string DoorInvariants::after(const Inlet& door) {
  const Inlet::Settings& settings = door.settings();
  const std::size_t busy = door.station().busy(), waiting = door.station().waiting(), limited = door.adaptive().in_flight();
  const std::size_t workers = settings.work.workers, room = settings.work.queue.length, most = settings.adapt.most;
  std::string why;
  if (grew_beyond(busy, busy_, workers)) why = than("more are at work than there are workers", busy, "there are", workers);
  if (waiting > 0 && busy < workers) why = than("some wait while a worker is free", waiting, "busy are", busy);
  if (grew_beyond(waiting, waiting_, room)) why = than("the queue is too long", waiting, "it has room for", room);
  if (settings.adapting && grew_beyond(limited, limited_, most)) why = than("the adaptive limit is exceeded", limited, "it is at most", most);
  busy_ = busy, waiting_ = waiting, limited_ = limited;
  if (!why.empty() || !adds_up(door.open(), steps_)) return why;
  const Inlet::Account is = door.account();
  if (is.working != busy) return than("not everybody at work has a worker", is.working, "busy are", busy);
  if (limited != is.counted) return than("the adaptive limit counts wrongly", limited, "under way are", is.counted);
  return "";
}

std::string OutletInvariants::bounds(const Outlet& outlet) {
  std::string why = of_breakers(outlet);
  const std::size_t inside = outlet.bulkhead().inside(), room = outlet.bulkhead().room();
  if (grew_beyond(inside, inside_, room)) why = than("the bulkhead is overfull", inside, "it has room for", room);
  if (outlet.retried() > outlet.budget().given())
    why = than("more retries than the budget gave", outlet.retried(), "it gave", outlet.budget().given());
  const std::size_t ejected = outlet.pool().outliers().ejected_count(), most = outlet.pool().outliers().most_ejected();
  if (grew_beyond(ejected, ejected_, most)) why = than("too many are ejected", ejected, "there may be", most);
  inside_ = inside, ejected_ = ejected;
  return why;
}

std::string OutletInvariants::sums(const Outlet& outlet, const OpenConnections& connections) const {
  const Outlet::Account is = outlet.account();
  if (is.astray > 0) return than("attempts and calls do not know of each other", is.astray, "open are", outlet.open());
  if (outlet.settings().isolating && outlet.bulkhead().inside() != is.inside)
    return than("the bulkhead counts wrongly", outlet.bulkhead().inside(), "inside are", is.inside);
  for (const auto target : outlet.targets()) {
    const auto attempts = is.picked.find(target);
    const auto through = connections.find(target);
    const std::size_t open = (attempts == is.picked.end() ? 0 : attempts->second) + (through == connections.end() ? 0 : through->second);
    const std::size_t counted = outlet.pool().balancer().open(target);
    if (counted != open) return than("the pool counts wrongly what is open at one", counted, "open are", open);
  }
  return "";
}

std::string OutletInvariants::of_breakers(const Outlet& outlet) {
  for (const auto& [target, breaker] : outlet.breakers()) {
    std::uint32_t& before = probes_[target];
    const std::uint32_t probes = breaker.probes(), bound = breaker.settings().half_open_calls;
    if (grew_beyond(probes, before, bound)) return than("a breaker lets too many through half open", probes, "it may be", bound);
    if (breaker.judged() > probes) return than("a breaker judges by more than it let through", breaker.judged(), "let through were", probes);
    before = probes;
  }
  return "";
}

}  // namespace serving
