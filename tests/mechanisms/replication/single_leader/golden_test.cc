// Runs the scripts of golden/, each of which tells one story of a primary and its replicas: see tests/mechanisms/golden.h for
// their form. The promises (invariants.h) are looked at after each step. A broken one fails the script, unless its title
// says that it shows a flaw.
//
//   group N [NAME=VALUE ..]        N nodes with these settings
//   monitor [NAME=VALUE ..]        ... and a monitor; before `group`
//   put|append N KEY VALUE, get N KEY [EPOCH INDEX]   a client's operation at node N; a get may carry a token, and is
//                                  answered by replicas, too
//   run 300ms                      time goes by
//   cut A B, isolate N, heal, crash N, restart N, tell N|monitor WORDS, set N NAME=VALUE
//   status, log N                  every node in a line; the log of one
//   value KEY                      what each node has
//   quiet COMMAND                  prints nothing of what it does
// What nodes and the monitor note is printed when they do, and so are answers.
#include <gtest/gtest.h>

#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/replication/single_leader/group.h"

namespace single_leader {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/tests/mechanisms/replication/single_leader/golden";

class Script {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    const bool quiet = words_[0] == "quiet";
    if (quiet) words_.erase(words_.begin());
    if (!do_it()) ADD_FAILURE() << "not understood: " << line;
    if (group_) hear();
    if (quiet) printed_.clear();
    if (group_ && !group_->broken().empty()) printed_.push_back("*** " + group_->broken());
    return printed_;
  }
  std::string broken() const { return group_ ? group_->broken() : ""; }

 private:
  core::NodeId node(std::size_t i) const {
    if (words_.at(i) == "monitor") return kMonitor;
    return static_cast<core::NodeId>(std::stoul(words_.at(i)));
  }
  std::string rest(std::size_t i) const {
    std::string all;
    for (; i < words_.size(); ++i) all += (all.empty() ? "" : " ") + words_[i];
    return all;
  }
  template <class Some>
  void read_settings(Some& settings, std::size_t from) {
    for (std::size_t i = from; i < words_.size(); ++i) {
      const auto equals = words_[i].find('=');
      EXPECT_EQ(core::set_setting(settings, words_[i].substr(0, equals), words_[i].substr(equals + 1)), "");
    }
  }

  bool do_it() {
    const std::string& verb = words_[0];
    if (verb == "monitor") return monitor_.emplace(), read_settings(*monitor_, 1), true;
    if (verb == "group") {
      read_settings(settings_, 2);
      group_.emplace(node(1), settings_, monitor_);
      return true;
    }
    Group& g = *group_;
    core::Duration time{};
    if (verb == "put" || verb == "append")
      asked_.push_back(g.begin(node(1), verb == "put" ? Function::put : Function::append, words_.at(2), words_.at(3))), g.run_for(5ms);
    else if (verb == "get")
      asked_.push_back(g.begin(node(1), Function::get, words_.at(2), "", "", words_.size() > 4 ? Position{std::stoul(words_[3]), std::stoul(words_[4])} : Position{}, true)), g.run_for(5ms);
    else if (verb == "run" && core::parse(words_.at(1), time)) g.run_for(time);
    else if (verb == "cut") g.cut(node(1), node(2));
    else if (verb == "isolate") g.isolate(node(1));
    else if (verb == "heal") g.heal();
    else if (verb == "crash") g.crash(node(1));
    else if (verb == "restart") g.restart(node(1));
    else if (verb == "tell") print(g.tell(node(1), rest(2)));
    else if (verb == "set") {
      Settings settings = settings_;
      read_settings(settings, 2);
      g.set(node(1), settings);
    } else if (verb == "status") status();
    else if (verb == "log") log(node(1));
    else if (verb == "value") value(words_.at(1));
    else return false;
    return true;
  }

  void print(const std::string& text) {
    if (!text.empty()) printed_.push_back(text);
  }
  template <class Visit>
  void each(const Visit& visit) {
    for (core::NodeId id = 1; id <= 5; ++id)
      if (exists(id)) visit(id);
  }
  bool exists(core::NodeId id) const {
    for (core::NodeId first = 1; first <= 5; ++first)
      if (group_->up(first)) return id <= (*group_)[first].nodes();
    return false;
  }
  void status() {
    each([&](core::NodeId id) {
      if (!group_->up(id)) return print(std::to_string(id) + " is down");
      const Replica& r = (*group_)[id];
      print(std::to_string(id) + " " + std::string(r.face().role) + " epoch " + std::to_string(r.epoch()) + " log " + in_words(r.log().end()) + " applied " + std::to_string(r.applied()) + (r.leads() ? " commit " + std::to_string(r.commit()) : ""));
    });
  }
  void log(core::NodeId id) {
    const Log& log = (*group_)[id].log();
    for (Index i = log.base() + 1; i <= log.last(); ++i) {
      const Entry& e = log.at(i);
      std::string what = core::text(e.payload);
      if (const auto* c = std::get_if<Command>(&e.payload)) what = std::string(core::name_of(c->function)) + " " + c->key + " " + c->value;
      if (std::holds_alternative<Checksums>(e.payload)) what = "checksums";
      print(in_words({e.epoch, i}) + " " + what);
    }
  }
  void value(const std::string& key) {
    each([&](core::NodeId id) { print(std::to_string(id) + ": " + (group_->up(id) ? group_->value(id, key) : "down")); });
  }
  // What was noted and answered since the last command.
  void hear() {
    const auto say = [&](core::NodeId id, const std::string& who) {
      const auto& notes = group_->notes(id);
      for (std::size_t& i = heard_[id]; i < notes.size(); ++i) print(who + " " + notes[i]);
    };
    each([&](core::NodeId id) { say(id, std::to_string(id)); });
    say(kMonitor, "monitor");
    std::erase_if(asked_, [&](std::uint64_t serial) {
      const auto reply = group_->answer(serial);
      if (!reply) return false;
      print("client: " + std::string(core::name_of(reply->result.status)) + (reply->result.value ? " " + *reply->result.value : "") + " at " + in_words(reply->at));
      return true;
    });
  }

  std::vector<std::string> words_, printed_;
  Settings settings_;
  std::optional<MonitorSettings> monitor_;
  std::optional<Group> group_;
  std::vector<std::uint64_t> asked_;
  std::map<core::NodeId, std::size_t> heard_;
};

class SingleLeaderGolden : public testing::TestWithParam<std::string> {};

TEST_P(SingleLeaderGolden, HasTheOutputThatItHad) {
  Script script;
  const auto path = kFolder / (GetParam() + ".txt");
  golden::check(path, [&](const std::string& line) { return script.run(line); });
  const bool flaw = golden::lines_of(golden::read_file(path)).front().find("flaw") != std::string::npos;
  EXPECT_EQ(script.broken().empty(), !flaw) << script.broken();
}

INSTANTIATE_TEST_SUITE_P(Replication, SingleLeaderGolden, testing::ValuesIn(golden::scripts_in(kFolder)), [](const auto& one) { return one.param; });

}  // namespace
}  // namespace single_leader
