// What a recording says up to a moment: a fold over its events. Conditions are judged from it, summaries are made of it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "labs/check/history.h"
#include "labs/record/event.h"

namespace guide {

class Facts : public record::Listener {
 public:
  explicit Facts(std::vector<record::NodeInfo> nodes) : nodes_(std::move(nodes)), faces_(nodes_.size()) {}

  void on_name(record::NameId id, std::string_view name) override;
  void on_event(const record::Event& event, core::BytesView body) override;
  // Time passes, also when nothing happens.
  void at(core::Time now) { now_ = now > now_ ? now : now_; }
  // What is counted `since the step began` is counted from here.
  void begin_step();

  struct Face {
    bool up = false;
    std::string role;
    double epoch = 0;
  };
  // S3, 3, or a role (of the highest epoch); null: nobody.
  const record::NodeInfo* find(std::string_view word) const;
  const Face& face(core::NodeId id) const { return faces_[id - 1]; }
  const std::vector<record::NodeInfo>& nodes() const { return nodes_; }
  core::Time now() const { return now_; }
  core::Duration elapsed() const { return now_ - step_began_; }

  std::size_t count_role(std::string_view role) const;
  // Whether any node ever showed the metric; its last values by node.
  const std::map<core::NodeId, double>* metric(std::string_view name) const;
  double gained(std::string_view metric) const;
  // The same since the run began.
  double total(std::string_view metric) const;
  std::vector<std::string> metric_names() const;   // Of all that were shown, in order.
  // The so-manieth part of a timing's last 1,000 samples of the step; 0 when there are none.
  double percentile(std::string_view metric, double part) const;
  // The same of all samples of the run but the first so many.
  double percentile_after(std::string_view metric, double part, std::size_t samples) const;
  // How many samples of a timing there are since the step began, and in all.
  std::size_t samples(std::string_view metric) const;
  std::size_t all_samples(std::string_view metric) const;
  std::uint64_t sent(std::string_view message) const;
  std::uint64_t dropped(std::string_view reason) const;
  std::uint64_t operations(core::Outcome outcome) const { return step_operations_[static_cast<std::size_t>(outcome)]; }
  bool heard(std::string_view text) const;
  const std::string& violation() const { return violation_; }
  const check::History& history() const { return history_; }

  // Of the whole run, for a summary.
  std::uint64_t events = 0, all_sent = 0, all_delivered = 0, all_dropped = 0, crashes = 0, commands = 0;
  std::uint64_t all_operations[3] = {};

 private:
  struct Series {
    std::map<core::NodeId, double> last;
    std::vector<double> samples;          // Of timings: all of the run.
    std::size_t step_samples = 0;         // Where the step's begin.
    double step_sum = 0;                  // The sum of `last` when the step began.
    double restarted = 0;                 // What counters had reached before their nodes restarted.
    double sum() const;
  };
  std::string_view name(record::NameId id) const { return names_[id]; }
  void on_metric(const record::Event& event);
  void on_restart(core::NodeId node);

  std::vector<record::NodeInfo> nodes_;
  std::vector<Face> faces_;
  std::vector<std::string> names_{""};
  core::Time now_{}, step_began_{};
  std::map<std::string, Series, std::less<>> metrics_;
  std::map<record::NameId, std::uint64_t> sent_, dropped_;   // Since the step began.
  std::uint64_t step_operations_[3] = {};
  std::vector<std::string> notes_;                           // Since the step began.
  std::string violation_;
  check::History history_;
};

}  // namespace guide
