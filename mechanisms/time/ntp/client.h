// A client that keeps its clock right over the network, as NTP does (Mills and others: RFC 5905, 2010; Cristian 1989).
// It asks each server every `poll`, measures offset and delay by four timestamps, chooses among the last samples of a server
// that of least delay (filter.h), among the servers those that a majority agrees with (selection.h), and slews its clock
// there, or sets it if it is far off (discipline.h). Its own clock's drift is learned and made up for, and survives a
// restart as ntpd's drift file does.
//
// Guarantees, while its own clock drifts by no more than max_drift_ppm and does not jump, and a majority of the servers from
// which it hears are as exact as they say:
//   1. The kept clock is never further from the true time than error_bound(). The bound grows between samples (section 8:
//      dispersion grows with PHI); it does not trust the drift that was learned.
//   2. While the way there takes as long as the way back the estimated offset is exact up to the dispersion; otherwise it is
//      wrong by half the difference, which is within the bound, and which no protocol could tell.
//   3. Between steps the kept clock never runs backwards.
//
// Left out: authentication, broadcast, leap seconds, polls that adapt, and what filter.h, selection.h and discipline.h name.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "mechanisms/core/step.h"
#include "mechanisms/time/ntp/discipline.h"
#include "mechanisms/time/ntp/filter.h"
#include "mechanisms/time/ntp/metrics.h"
#include "mechanisms/time/ntp/selection.h"

namespace ntp {

class Invariants;  // invariants.h

class Client {
 public:
  enum class Alarm : std::uint8_t {
    poll,  // Of a server: ask it again.
  };
  friend constexpr auto names(Alarm) { return std::array<std::string_view, 1>{"poll"}; }
  struct KeepDrift {
    std::int64_t ppb{};
    FIELDS(KeepDrift, ppb)
  };
  struct Durable {
    std::int64_t drift_ppb = 0;    // What was learned last; 0 also while nothing was.
    void apply(const KeepDrift& write) { drift_ppb = write.ppb; }
    std::vector<KeepDrift> image() const { return {KeepDrift{drift_ppb}}; }
    friend bool operator==(const Durable&, const Durable&) = default;
  };
  // One server, as `ntpq -p` lists it.
  struct Line {
    std::string server;
    std::string state;             // "believed", "falseticker", "silent"
    core::Duration offset{}, delay{};
    FIELDS(Line, server, state, offset, delay)
  };
  struct Shown {
    core::Duration correction{}, error_bound{};
    std::int64_t drift_ppm{};
    std::uint64_t steps{};
    std::vector<Line> servers;
    FIELDS(Shown, correction, error_bound, drift_ppm, steps, servers)
  };
  using Message = ntp::Message;
  using Timer = core::Timer<Alarm>;
  using Write = KeepDrift;
  using Settings = ClientSettings;
  using Step = core::Step<Message, Timer, Write>;
  using Invariants = ntp::Invariants;
  static constexpr std::array kMetrics{&kOffset,     &kDelay,    &kJitter,       &kErrorBound, &kDrift,
                                       &kCorrection, &kSelected, &kFalsetickers, &kSteps,      &kBogus};

  // One server, as the client sees it.
  struct Server {
    core::NodeId id = core::kNobody;
    std::optional<core::Time> asked;  // T1 of the request that was not answered yet.
    std::uint8_t reach = 0;           // A bit for each of the last 8 polls, the newest lowest: was it answered? (section 13)
    Filter filter;
    core::Time used{};                // When the sample that was used last was taken: none is used twice.
    friend bool operator==(const Server&, const Server&) = default;
  };

  Client(const core::Roster& roster, const Settings& settings, Durable durable);
  void start(Step& step);
  void on_message(Step& step, core::NodeId from, const Reply& m);
  void on_message(Step&, core::NodeId, const Request&) {}  // For servers.
  void on_timer(Step& step, Timer timer);
  void on_settings(Step& step, const Settings& settings);
  Shown show() const;
  core::Face face() const;

  // What it takes for the true time when its own clock shows `own`,
  core::Time kept(core::Time own) const { return discipline_.read(own); }
  // and how far off that may be. Nothing: it does not know the time at all.
  std::optional<core::Duration> error_bound(core::Time own) const;

  core::NodeId id() const { return id_; }
  // Of what its own clock shows: one that loses a tenth of the true time loses a ninth of what it shows.
  std::int64_t max_drift_ppb() const;
  core::Time last_seen() const { return last_; }  // Its own clock at its last step.
  std::uint64_t steps() const { return steps_; }
  const Settings& settings() const { return settings_; }
  const Discipline& discipline() const { return discipline_; }
  const std::vector<Server>& servers() const { return servers_; }
  const Sample& chosen(const Server& server) const;
  // When servers were last compared: all, and who was believed. None: nobody was heard, or nobody agreed.
  const std::vector<Candidate>& candidates() const { return candidates_; }
  const std::vector<Candidate>& believed() const { return believed_; }
  friend bool operator==(const Client&, const Client&) = default;

 private:
  core::Duration growth(core::Duration passed) const;
  bool believes(core::NodeId server) const;
  void compare_servers(Step& step);
  void publish(Step& step);

  core::NodeId id_;
  core::Names names_;
  Settings settings_;
  std::vector<Server> servers_;
  Discipline discipline_;
  std::vector<Candidate> candidates_, believed_;
  std::optional<core::Duration> bound_;  // At the last update; nothing: there was none.
  core::Time updated_{};
  core::Time last_{};
  core::Duration offset_{};              // What the last update found that the kept clock was off.
  std::uint64_t steps_ = 0;
};

}  // namespace ntp
