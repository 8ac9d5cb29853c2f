// A node that others keep values of tells them when these change. Messages are sent once: who does not hear one goes on with
// what he has until its time is over.
#pragma once
#include "mechanisms/caching/tracking.h"
#include "mechanisms/serving/messages.h"

namespace serving {

inline constexpr core::Metric kInvalidationsSent{"cache_invalidations_sent_total", core::Metric::Kind::counter, "messages",
                                                 "Times that somebody who had asked for a key was told that it changed."};
inline constexpr core::Metric kTrackedKeys{"cache_tracked_keys", core::Metric::Kind::gauge, "keys",
                                           "Keys of which it is known who asked for them."};
inline constexpr std::array kAnnouncingMetrics{&kInvalidationsSent, &kTrackedKeys};

class Announcing {
 public:
  using Settings = caching::Tracking::Settings;

  explicit Announcing(const Settings& settings) : settings_(settings) {}
  void set(Step& step, const Settings& settings) {
    settings_ = settings;
    if (!settings_.on) tracking_.clear();
    shrink(step);
  }
  // He has, or will have, a value of it. To be said when he asks and again when he is answered: a change between the two
  // makes his answer an old one, and he has to be told.
  void note(Step& step, const std::string& key, core::NodeId who) {
    if (!settings_.on) return;
    tracking_.note(key, who);
    shrink(step);
  }
  // It has changed, to this version if that is known. `but` has made the change, and knows.
  void changed(Step& step, const std::string& key, std::uint64_t version, core::NodeId but = core::kNobody) {
    tell(step, key, version, tracking_.take(key), but);
    if (settings_.on) step.gauge(kTrackedKeys, static_cast<double>(tracking_.keys()));
  }
  friend bool operator==(const Announcing&, const Announcing&) = default;

 private:
  void shrink(Step& step) {
    while (const auto surplus = tracking_.take_surplus(settings_.keys)) tell(step, surplus->first, 0, surplus->second, core::kNobody);
    if (settings_.on) step.gauge(kTrackedKeys, static_cast<double>(tracking_.keys()));
  }
  static void tell(Step& step, const std::string& key, std::uint64_t version, const caching::Tracking::Nodes& nodes, core::NodeId but) {
    for (const auto node : nodes) {
      if (node == but) continue;
      step.count(kInvalidationsSent);
      step.send(node, Invalidate{key, version});
    }
  }

  Settings settings_;
  caching::Tracking tracking_;
};

}  // namespace serving
