// Runs the scripts of golden/, each of which tells one story of Raft: see tests/mechanisms/golden.h for their form. All
// promises of Raft (invariants.h) are looked at after each step of a server. A broken one fails the script, unless its
// title says that it shows a flaw.
//
//   cluster N [plain] [NAME=VALUE ..]   N servers, no messages. plain: without pre-vote and check-quorum
//   prepare N term T log T T ..         server N finds this term, and a log with entries of these terms
//   fire N ALARM                        its election, heartbeat, quorum or transfer timer
//   elect N                             after a long silence N stands for election; everything is delivered
//   beat N                              a heartbeat of leader N; everything is delivered
//   put|append N KEY VALUE              a client's next operation reaches server N. Answers reach clients at once
//   get|delete N KEY, again OPERATION N the same operation once more, to server N
//   tell N WORDS                        what an operator asks of server N: transfer, add, remove, change, snapshot ...
//   deliver [FROM TO [COUNT]]           what is on its way, and then what that causes; or only what is on its way from
//   drop [FROM TO [COUNT]]              FROM to TO, or the oldest COUNT of these
//   talk A B                            what is on its way between the two, and what that causes between them
//   twice FROM TO                       what is on its way from FROM to TO will arrive twice
//   hold FROM TO, release               messages are late; and now they are there again
//   cut A B, cut-one-way FROM TO, isolate N, heal    links lose everything; a server may be `client`
//   crash N, restart N
//   pass 300ms, clock N RATE            time goes by, and nothing happens; a clock runs faster or slower
//   status, log [N], disk N, members, progress N, value KEY, messages
//   quiet COMMAND                       prints nothing of what it does
#include <gtest/gtest.h>

#include "mechanisms/core/settings.h"
#include "tests/mechanisms/consensus/raft/in_words.h"
#include "tests/mechanisms/golden.h"

namespace raft {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/tests/mechanisms/consensus/raft/golden";

struct BadScript : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Script {
 public:
  std::vector<std::string> run(const std::string& line) {
    printed_.clear();
    words_ = core::split_words(line);
    const bool quiet = words_[0] == "quiet";
    if (quiet) words_.erase(words_.begin());
    try {
      do_it();
      answer_clients();
    } catch (const BadScript& bad) {
      ADD_FAILURE() << line << ": " << bad.what();
      print(std::string("not understood: ") + bad.what());
    }
    if (quiet) std::erase_if(printed_, [](const std::string& text) { return !text.starts_with("***"); });
    return printed_;
  }
  const std::string& broken() const { return cluster().broken(); }

 private:
  Cluster& cluster() {
    if (!cluster_) throw BadScript("begin with `cluster N`");
    return *cluster_;
  }
  const Cluster& cluster() const { return *cluster_; }
  void print(const std::string& text) { printed_.push_back(text); }

  // --- Words of a line.

  bool has(std::size_t i) const { return i < words_.size(); }
  const std::string& word(std::size_t i) const {
    if (!has(i)) throw BadScript("too few words");
    return words_[i];
  }
  std::string rest(std::size_t i) const {
    std::string all;
    for (; has(i); ++i) all += (all.empty() ? "" : " ") + words_[i];
    return all;
  }
  template <class Value = std::uint64_t>
  Value value(std::size_t i) const {
    Value v{};
    if (!core::parse(word(i), v)) throw BadScript("what is `" + word(i) + "`?");
    return v;
  }
  core::NodeId node(std::size_t i) {
    if (word(i) == "client") return kClient;
    const auto id = value(i);
    if (id < 1 || id > size_) throw BadScript("no server " + word(i));
    return static_cast<core::NodeId>(id);
  }
  core::NodeId live(std::size_t i) {
    if (!cluster().up(node(i))) throw BadScript(word(i) + " is down");
    return node(i);
  }
  core::NodeId with(core::NodeId id, Alarm alarm) {
    if (!cluster().has_timer(id, alarm))
      throw BadScript("its " + std::string(core::name_of(alarm)) + " timer is not set");
    return id;
  }
  std::size_t count(std::size_t i) const { return has(i) ? value(i) : Cluster::kAll; }

  // --- Commands.

  void do_it() {
    const std::string& verb = word(0);
    if (verb == "cluster") return build();
    if (verb == "prepare") return prepare();
    if (verb == "fire") return cluster().fire(with(live(1), value<Alarm>(2)), value<Alarm>(2));
    if (verb == "elect") return static_cast<void>(cluster().elect(with(live(1), Alarm::election)));
    if (verb == "beat") return cluster().beat(with(live(1), Alarm::heartbeat));
    if (verb == "tell") return tell(live(1), rest(2));
    if (verb == "again") return again(value(1), live(2));
    if (verb == "deliver") return has(1) ? cluster().deliver(node(1), node(2), count(3)) : cluster().deliver();
    if (verb == "talk") return talk(node(1), node(2));
    if (verb == "drop") return drop();
    if (verb == "twice") return twice();
    if (verb == "hold") return hold();
    if (verb == "release") return release();
    if (verb == "cut") return cluster().cut(node(1), node(2));
    if (verb == "cut-one-way") return cluster().cut_one_way(node(1), node(2));
    if (verb == "isolate") return cluster().isolate(node(1));
    if (verb == "heal") return cluster().heal();
    if (verb == "crash") return cluster().crash(live(1));
    if (verb == "restart") return restart(node(1));
    if (verb == "pass") return cluster().pass(value<core::Duration>(1));
    if (verb == "clock") return cluster().set_clock(node(1), value<double>(2));
    for (const auto function : {Function::get, Function::put, Function::append, Function::del})
      if (verb == core::name_of(function)) return begin(function);
    look(verb);
  }

  void look(const std::string& verb) {
    if (verb == "disk") return print(num(node(1)) + ": " + in_words(cluster().disk(node(1))));
    if (verb == "progress") return progress(live(1));
    if (verb == "messages") {
      for (const auto& packet : cluster().packets()) print(in_words(packet));
      return print_if_nothing("nothing is on its way");
    }
    for (core::NodeId id = 1; id <= size_; ++id) {
      if (verb == "log" && has(1) && id != node(1)) continue;
      if (!cluster().up(id)) {
        print(num(id) + ": down");
        continue;
      }
      const Server& server = cluster()[id];
      if (verb == "status")
        print(status(server));
      else if (verb == "log")
        print(num(id) + ": " + log_in_words(server.log().base(), terms_of(server.log())) + "; commit " +
              num(server.commit()));
      else if (verb == "members")
        print(num(id) + ": " + in_words(server.log().config()) + " (entry " + num(server.log().config_index()) + ")");
      else if (verb == "value")
        print(num(id) + ": " + word(1) + " = " + cluster().value(id, word(1)));
      else
        throw BadScript("no such word");
    }
  }
  void print_if_nothing(const std::string& text) {
    if (printed_.empty()) print(text);
  }

  void build() {
    Settings settings;
    for (std::size_t i = 2; has(i); ++i) {
      if (words_[i] == "plain") {
        settings.pre_vote = settings.check_quorum = false;
        continue;
      }
      const auto equals = words_[i].find('=');
      if (equals == std::string::npos) throw BadScript("expected NAME=VALUE");
      const auto error = core::set_setting(settings, words_[i].substr(0, equals), words_[i].substr(equals + 1));
      if (!error.empty()) throw BadScript(error);
    }
    size_ = value(1);
    cluster_.emplace(size_, settings);
    for (core::NodeId id = 1; id <= size_; ++id) seen_[id] = Seen((*cluster_)[id]);
    cluster_->on_packet = [this](const Cluster::Packet& packet, bool lost) {
      const char* why = packet.to >= kClient || cluster().up(packet.to) ? ": lost, the link is cut" : ": lost, it is down";
      print(in_words(packet) + (lost ? why : ""));
      asked_ = !lost && std::holds_alternative<RequestVote>(core::decode<Message>(packet.bytes));
    };
    cluster_->on_step = [this](core::NodeId id, const Server::Step& step) { say(id, step); };
  }
  void say(core::NodeId id, const Server::Step& step) {
    const Server& server = cluster()[id];
    const std::string what = changes(seen_[id], server, step);
    seen_[id] = Seen(server);
    if (!what.empty()) print("    " + num(id) + ": " + what);
    if (asked_ && step.sends.empty()) print("    " + num(id) + ": does not answer");
    asked_ = false;
    if (!broken().empty() && !told_) print("*** broken: " + broken());
    told_ = !broken().empty();
  }

  void prepare() {
    if (word(2) != "term" || word(4) != "log") throw BadScript("expected prepare N term T log T ..");
    std::vector<Term> terms;
    for (std::size_t i = 5; has(i); ++i) terms.push_back(value(i));
    seen_[node(1)] = {};
    cluster().replace_disk(node(1), disk_with_log(value(3), terms));
    printed_ = {num(node(1)) + ": " + in_words(cluster().disk(node(1)))};
  }
  void restart(core::NodeId id) {
    if (cluster().up(id)) throw BadScript("it is up");
    const auto before = printed_.size();
    seen_[id] = {};
    cluster().restart(id);
    printed_.resize(before);
    print("    " + num(id) + ": has on disk " + in_words(cluster().disk(id)));
  }
  void tell(core::NodeId id, const std::string& what) {
    const auto refused = cluster().tell(id, what);
    if (!refused.empty()) print("    " + num(id) + ": refuses: " + refused);
  }
  void begin(Function function) {
    operations_.push_back({operations_.size() + 1, 1, function, word(2), has(3) ? word(3) : "", ""});
    again(operations_.size(), live(1));
  }
  void again(std::uint64_t operation, core::NodeId to) {
    if (operation < 1 || operation > operations_.size()) throw BadScript("no such operation");
    cluster().ask(to, operations_[operation - 1]);
    cluster().deliver(kClient, to);
  }
  void answer_clients() {
    if (!cluster_) return;
    for (core::NodeId id = 1; id <= size_; ++id) cluster().deliver(id, kClient);
  }
  void talk(core::NodeId a, core::NodeId b) {
    const auto between = [&](const Cluster::Packet& p) {
      return (p.from == a && p.to == b) || (p.from == b && p.to == a);
    };
    for (auto all = cluster().packets(); std::any_of(all.begin(), all.end(), between); all = cluster().packets()) {
      cluster().deliver(a, b);
      cluster().deliver(b, a);
    }
  }
  void drop() {
    const auto all = has(1) ? cluster().drop(node(1), node(2), count(3)) : cluster().packets();
    if (!has(1)) cluster().drop_all();
    for (const auto& packet : all) print(in_words(packet) + ": dropped");
    print_if_nothing("nothing was on its way");
  }
  void twice() {
    for (const auto& packet : cluster().drop(node(1), node(2)))
      for (int copies = 2; copies > 0; --copies)
        cluster().send(packet.from, packet.to, core::decode<Message>(packet.bytes));
  }
  void hold() {
    for (const auto& packet : cluster().drop(node(1), node(2), count(3))) {
      held_.push_back(packet);
      print(in_words(packet) + ": is late");
    }
    print_if_nothing("nothing was on its way");
  }
  void release() {
    for (const auto& packet : held_) cluster().send(packet.from, packet.to, core::decode<Message>(packet.bytes));
    held_.clear();
  }
  void progress(core::NodeId id) {
    for (const auto& other : cluster()[id].show().followers)
      print(num(other.id) + ": agrees up to " + num(other.match) + ", next is " + num(other.next) + ", " +
            num(other.in_flight) + " in flight");
  }

  std::optional<Cluster> cluster_;
  std::size_t size_ = 0;
  std::vector<std::string> words_, printed_;
  std::map<core::NodeId, Seen> seen_;
  std::vector<Command> operations_;  // Each is the first of a session of its own.
  std::vector<Cluster::Packet> held_;
  bool asked_ = false;               // The step is about a request for a vote.
  bool told_ = false;                // That a promise is broken.
};

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, Script) {
  const auto path = kFolder / (GetParam() + ".txt");
  const auto title = golden::lines_of(golden::read_file(path)).at(0);
  ASSERT_TRUE(title.starts_with("# ")) << "the first line is the title";
  Script script;
  golden::check(path, [&](const std::string& line) { return script.run(line); });
  if (!title.starts_with("# Flaw ")) {
    EXPECT_EQ(script.broken(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Raft, Golden, testing::ValuesIn(golden::scripts_in(kFolder)),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace raft
