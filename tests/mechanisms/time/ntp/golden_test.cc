// Runs the scripts of golden/, each of which tells one story of an NTP client: see tests/mechanisms/golden.h for their form.
// A broken promise fails the script, unless its title says that it shows a flaw.
//
//   client SERVERS [NAME=VALUE ..]      a client of so many servers T1, T2 ...; it starts when time first passes
//   set NAME=VALUE ..                   its settings change
//   skew T1|client 5s [PPM]             a clock is so far from the true time, and runs PPM too fast from now on
//   link T1 THERE BACK                  how long messages to that server, and back, take
//   stop T1, crash, restart             a server goes for good; the client goes, comes back
//   run 10s
//   clock                               the true error, and what the client says of it
//   servers                             as `ntpq -p` lists them
#include <gtest/gtest.h>

#include "mechanisms/core/text.h"
#include "tests/mechanisms/golden.h"
#include "tests/mechanisms/time/ntp/network.h"

namespace ntp {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/tests/mechanisms/time/ntp/golden";

// For people: to a microsecond.
std::string us(core::Duration d) { return core::text(core::Duration(std::chrono::round<std::chrono::microseconds>(d))); }

class Script {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    do_it();
    for (; net_ && told_ < notes().size(); ++told_) printed_.push_back("client: " + notes()[told_]);
    if (net_ && !net_->world.broken.empty()) printed_.push_back("*** broken: " + net_->world.broken);
    return printed_;
  }
  std::string broken() const { return net_->world.broken; }

 private:
  std::vector<std::string> notes() { return started_ ? net_->world[kClient].notes : std::vector<std::string>{}; }
  template <class T>
  T value(std::size_t i) {
    T v{};
    if (i >= words_.size() || !core::parse(words_[i], v)) ADD_FAILURE() << "what is word " << i << " of `" << words_[0] << "`?";
    return v;
  }
  core::NodeId node(std::size_t i) { return words_.at(i) == "client" ? kClient : static_cast<core::NodeId>(std::stoul(words_[i].substr(1))); }
  void change(std::size_t from) {
    for (std::size_t i = from; i < words_.size(); ++i) {
      const auto equals = words_[i].find('=');
      const auto error = core::set_setting(settings_, words_[i].substr(0, equals), words_[i].substr(equals + 1));
      if (!error.empty()) printed_.push_back(error);
    }
  }

  void do_it() {
    const std::string& verb = words_.at(0);
    if (verb == "client") {
      change(2);
      net_ = std::make_unique<Network>(value<std::uint64_t>(1), settings_);
    } else if (verb == "set") {
      change(1);
      net_->set(settings_);
    } else if (verb == "skew") {
      net_->skew(node(1), value<core::Duration>(2), words_.size() > 3 ? value<std::int64_t>(3) : 0);
    } else if (verb == "link") {
      net_->link(node(1), value<core::Duration>(2), value<core::Duration>(3));
    } else if (verb == "stop") {
      net_->stop(node(1));
    } else if (verb == "crash") {
      net_->world.crash(kClient);
    } else if (verb == "restart") {
      net_->world.restart(kClient);
    } else if (verb == "run") {
      net_->run_for(value<core::Duration>(1));
      started_ = true;
    } else if (verb == "clock") {
      clock();
    } else if (verb == "servers") {
      for (const auto& one : net_->client().show().servers)
        printed_.push_back(one.server + ": " + one.state + ", offset " + us(one.offset) + ", delay " + us(one.delay));
    } else {
      ADD_FAILURE() << "no such word: " << verb;
    }
  }
  void clock() {
    const auto bound = net_->client().error_bound(net_->world.clock(kClient));
    printed_.push_back(std::string(net_->client().face().role) + ": true error " + us(net_->error()) + ", bound " +
                       (bound ? us(*bound) : "none") + ", drift " + std::to_string(net_->client().show().drift_ppm) + " ppm, " +
                       std::to_string(net_->client().steps()) + " steps");
  }

  std::unique_ptr<Network> net_;
  ClientSettings settings_;
  std::vector<std::string> words_, printed_;
  std::size_t told_ = 0;
  bool started_ = false;
};

class NtpGolden : public testing::TestWithParam<std::string> {};

TEST_P(NtpGolden, Script) {
  const auto path = kFolder / (GetParam() + ".txt");
  const auto title = golden::lines_of(golden::read_file(path)).at(0);
  Script script;
  golden::check(path, [&](const std::string& line) { return script.run(line); });
  EXPECT_EQ(script.broken().empty(), !title.starts_with("# Flaw ")) << script.broken();
}

INSTANTIATE_TEST_SUITE_P(Ntp, NtpGolden, testing::ValuesIn(golden::scripts_in(kFolder)),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace ntp
