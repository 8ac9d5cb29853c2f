#include "app/library/comparison.h"

#include "labs/compare/table.h"
#include "tests/app/library/made_runs.h"

namespace library {
namespace {

using namespace std::chrono_literals;
using compare::Parting;
using compare::Row;

const Row* find_row(const std::vector<Row>& rows, const std::string& name) {
  for (const auto& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

// Three runs of one lab: twice the same seed, of which one was broken at 1 s; and another seed.
struct Three {
  record::Folder folder;
  Three() {
    record_raft(folder / "a.run", 5, 2s, {});
    record_raft(folder / "b.run", 5, 2s, {{1s, "partition leader | rest"}});
    record_raft(folder / "c.run", 6, 2s, {{500ms, "crash S1"}});
  }
  std::vector<Comparison::Wanted> wanted() const { return {{folder / "a.run", "calm"}, {folder / "b.run", "cut"}, {folder / "c.run", "other seed"}}; }
};

TEST(Comparison, RunsOfOneSeedPartAtTheirFirstDifferentCommand) {
  const Three three;
  Comparison comparison(three.wanted(), {});
  comparison.wait();
  const auto known = comparison.known();
  ASSERT_TRUE(known->whole);
  ASSERT_EQ(known->runs.size(), 3u);
  for (const auto& run : known->runs) EXPECT_EQ(run->trouble, "");
  const Parting& parting = known->parting[1];
  EXPECT_EQ(parting.why_not, "");
  EXPECT_EQ(parting.at, core::kStart + 1s);
  EXPECT_NE(parting.other.find("partition leader"), std::string::npos) << parting.other;
  EXPECT_NE(known->parting[2].why_not.find("seed"), std::string::npos);
  EXPECT_FALSE(comparison.work().has_value());
}

TEST(Comparison, TheSameRunTwiceNeverPartsAndHasNoDifference) {
  const Three three;
  record_raft(three.folder / "again.run", 5, 2s, {});
  Comparison comparison({{three.folder / "a.run", "one"}, {three.folder / "again.run", "two"}}, {});
  comparison.wait();
  const auto known = comparison.known();
  EXPECT_EQ(known->parting[1].row, timeline::kNone);
  EXPECT_EQ(known->parting[1].why_not, "");
  EXPECT_TRUE(compare::only_different(compare::figure_rows(*known, 0)).empty());
  EXPECT_TRUE(compare::only_different(compare::origin_rows(*known, 0)).empty());
  EXPECT_GT(compare::figure_rows(*known, 0).size(), 10u);
}

TEST(Comparison, FiguresSayWhatIsBetterByWhatTheyMeasure) {
  const Three three;
  Comparison comparison(three.wanted(), {});
  comparison.wait();
  const auto known = comparison.known();
  const auto rows = compare::figure_rows(*known, 0);
  const Row* const dropped = find_row(rows, "messages dropped");
  ASSERT_NE(dropped, nullptr);
  EXPECT_TRUE(dropped->cells[1].differs) << "a partition drops messages";
  EXPECT_EQ(dropped->cells[1].sense, -1);
  EXPECT_EQ(dropped->cells[1].delta[0], '+');
  EXPECT_EQ(dropped->cells[0].delta, "") << "the baseline does not differ from itself";
  const Row* const crashes = find_row(rows, "crashes");
  ASSERT_NE(crashes, nullptr);
  EXPECT_EQ(crashes->cells[2].delta, "+1");
  ASSERT_NE(find_row(rows, "consensus_leader_elections_total"), nullptr);
  ASSERT_NE(find_row(rows, "client_latency_ms p99"), nullptr);
  // From the other side better is worse.
  EXPECT_EQ(find_row(compare::figure_rows(*known, 1), "messages dropped")->cells[0].sense, 1);
}

TEST(Comparison, AlignsByAnEventOrSaysThatThereIsNone) {
  const Three three;
  Comparison comparison(three.wanted(), {});
  const auto aligned = [&](const std::string& words) {
    comparison.align(words);
    comparison.wait();
    return comparison.known()->aligned;
  };
  EXPECT_EQ(aligned("start"), (std::vector<std::optional<core::Time>>(3, core::kStart)));
  const auto partition = aligned("first partition");
  EXPECT_FALSE(partition[0].has_value());
  EXPECT_EQ(partition[1], core::kStart + 1s);
  EXPECT_FALSE(partition[2].has_value());
  EXPECT_EQ(aligned("first command")[2], core::kStart + 500ms);
  const auto leads = aligned("leader elected");
  ASSERT_TRUE(leads[0].has_value());
  EXPECT_GT(*leads[0], core::kStart);
  EXPECT_EQ(leads[0], leads[1]);
  EXPECT_EQ(aligned("CRASH s1")[2], core::kStart + 500ms);
  EXPECT_FALSE(aligned("")[0].has_value());
  EXPECT_FALSE(aligned("term>=")[0].has_value());
  EXPECT_NE(comparison.known()->trouble, "");
}

TEST(Comparison, ADamagedRunIsNamedAndTheOthersAreCompared) {
  const Three three;
  std::ofstream(three.folder / "bad.run") << "nothing";
  Comparison comparison({{three.folder / "a.run", "a"}, {three.folder / "bad.run", "bad"}, {three.folder / "b.run", "b"}}, {});
  comparison.wait();
  const auto known = comparison.known();
  ASSERT_TRUE(known->whole);
  EXPECT_NE(known->runs[1]->trouble.find("bad.run"), std::string::npos);
  EXPECT_NE(known->parting[1].why_not, "");
  EXPECT_NE(known->parting[2].row, timeline::kNone);
  EXPECT_EQ(compare::figure_rows(*known, 0)[0].cells[1].text, "-");
}

TEST(Comparison, CancellingEndsItAndKeepsWhatWasRead) {
  const Three three;
  std::atomic<bool> cancel{false};
  Comparison* running = nullptr;
  std::mutex made;
  made.lock();
  // At the first sign of the second run.
  Comparison comparison(three.wanted(), [&] {
    const std::lock_guard wait(made);
    if (const auto work = running->work(); work && work->words == "Reading cut" && !cancel.exchange(true)) running->cancel();
  });
  running = &comparison;
  made.unlock();
  comparison.wait();
  EXPECT_TRUE(cancel);
  EXPECT_FALSE(comparison.known()->whole);
  EXPECT_EQ(comparison.known()->runs.size(), 1u);
  EXPECT_FALSE(comparison.work().has_value());
}

TEST(Comparison, SettingsAndCommandsThatDifferAreListed) {
  const Three three;
  record_raft(three.folder / "d.run", 5, 1s, {}, {"raft.heartbeat=20ms"});
  Comparison comparison({{three.folder / "a.run", "a"}, {three.folder / "d.run", "d"}, {three.folder / "b.run", "b"}}, {});
  comparison.wait();
  const auto known = comparison.known();
  const auto rows = compare::only_different(compare::origin_rows(*known, 0));
  const Row* const heartbeat = find_row(rows, "raft.heartbeat");
  ASSERT_NE(heartbeat, nullptr);
  EXPECT_EQ(heartbeat->cells[0].text, "50ms, as the lab says");
  EXPECT_EQ(heartbeat->cells[1].text, "20ms");
  const auto commands = compare::command_rows(*known, 0);
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0].cells[2].text, "00:01.000  partition leader | rest");
  EXPECT_EQ(commands[0].cells[0].text, "-");
}

TEST(Comparison, TheTableIsCsvThatASpreadsheetReads) {
  Compared compared;
  for (const char* name : {"=calm", "b, \"c\""}) {
    auto run = std::make_shared<compare::Run>();
    run->name = name;
    run->figures = {{"events", "", name[0] == '=' ? 12345.0 : 6.5}, {"x_ms p50", "ms", name[0] == '=' ? std::optional<double>(1.25) : std::nullopt}};
    compared.runs.push_back(run);
  }
  EXPECT_EQ(compare::table_csv(compared, compare::figure_rows(compared, 0)), "name,'=calm,\"b, \"\"c\"\"\"\nevents,12345,6.5\nx_ms p50,1.25,\n");
}

}  // namespace
}  // namespace library
