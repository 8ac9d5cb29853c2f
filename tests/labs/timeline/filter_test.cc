#include "labs/timeline/filter.h"

#include <gtest/gtest.h>

#include "labs/timeline/search.h"
#include "made.h"

namespace timeline {
namespace {

using record::Event;

// A run of a few events, each with a body in words.
class Filters : public testing::Test {
 protected:
  Filters() : recording_(header()) {
    names_ = {"RequestVote", "AppendEntries", "partition", "latency"};
    for (std::size_t i = 0; i < names_.size(); ++i) recording_.on_name(static_cast<record::NameId>(i + 1), names_[i]);
    tell(0, EventKind::command, 0, 0, 0, 0, "isolate S1");                                                   // 0
    tell(1, EventKind::send, 1, 2, 1, 0, "RequestVote{term=3 candidate=1}");                                 // 1
    tell(2, EventKind::send, 2, 1, 2, 0, "AppendEntries{term=2 entries=[Entry{term=1 word=\"Set X\"}]}");    // 2
    tell(3, EventKind::deliver, 2, 1, 1, 2, "");                                                             // 3
    tell(4, EventKind::drop, 2, 1, 3, 3, "");                                                                // 4: S2 -> S1, lost at S2.
    tell(5, EventKind::metric, 1, 0, 4, 0, "", 40);                                                          // 5
    tell(6, EventKind::note, 2, 0, 0, 0, "steps down");                                                      // 6
    tell(7, EventKind::crash, 3, 0, 0, 0, "by command");                                                     // 7
  }
  static record::RunHeader header() {
    auto h = header_of(3);
    h.nodes[2].name = "C1", h.nodes[2].group = "clients";
    return h;
  }
  void tell(int ms, EventKind kind, core::NodeId node, core::NodeId peer, record::NameId type, std::uint64_t ref, const std::string& body, double value = 0) {
    recording_.on_event({core::kStart + std::chrono::milliseconds(ms), recording_.size() + 1, kind, node, peer, type, ref, value, 1000 + recording_.size()},
                        {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
  }
  static std::string decode(const Event&, core::BytesView body) { return {body.begin(), body.end()}; }
  // The rows that a filter lets through: "1 3".
  std::string rows(const std::string& text) {
    const auto compiled = compile(text, recording_, decode);
    if (const auto* error = std::get_if<FilterError>(&compiled)) return "error: " + error->words;
    std::string out;
    for (std::size_t row = 0; row < recording_.size(); ++row) {
      const auto at = recording_.at(row);
      if (std::get<Filter>(compiled).matches(row, at.event, at.body)) out += (out.empty() ? "" : " ") + std::to_string(row);
    }
    return out;
  }
  // Where it is wrong, and why.
  std::string error(const std::string& text) {
    const auto compiled = compile(text, recording_, decode);
    const auto* bad = std::get_if<FilterError>(&compiled);
    if (bad == nullptr) return "none";
    EXPECT_LE(bad->at + bad->length, text.size());
    return std::to_string(bad->at) + "+" + std::to_string(bad->length) + " " + bad->words;
  }
  std::vector<std::string> names_;
  record::Recording recording_;
};

TEST_F(Filters, LetEverythingThroughWhenNothingIsAsked) { EXPECT_EQ(rows("  "), "0 1 2 3 4 5 6 7"); }

TEST_F(Filters, FindNodesAsPlaceSenderOrReceiver) {
  EXPECT_EQ(rows("node:C1"), "7");
  EXPECT_EQ(rows("node:S1"), "1 2 3 4 5");
  EXPECT_EQ(rows("node:clients"), "7");
  EXPECT_EQ(rows("node:s*"), "1 2 3 4 5 6");
  EXPECT_EQ(rows("node:C1,S1"), "1 2 3 4 5 7");
}

TEST_F(Filters, KnowWhichWayAMessageWentAlsoWhenItWasLostAtItsSender) {
  EXPECT_EQ(rows("from:S1"), "1 3");
  EXPECT_EQ(rows("to:S1"), "2 4");
  EXPECT_EQ(rows("from:S2 to:S1"), "2 4");
}

TEST_F(Filters, FindKindsAndTypesByPattern) {
  EXPECT_EQ(rows("kind:drop"), "4");
  EXPECT_EQ(rows("kind:send,crash"), "1 2 7");
  EXPECT_EQ(rows("kind:de*"), "3");
  EXPECT_EQ(rows("type:Request"), "1 3");
  EXPECT_EQ(rows("type:*entries"), "2");
}

TEST_F(Filters, CompareFieldsOfBodiesAtAnyDepth) {
  EXPECT_EQ(rows("term>=3"), "1");
  EXPECT_EQ(rows("term<2"), "2");
  EXPECT_EQ(rows("term!=3"), "2");
  EXPECT_EQ(rows("candidate=S1"), "1");
  EXPECT_EQ(rows("word=\"set x\""), "2");
  EXPECT_EQ(rows("value>39"), "5");
  EXPECT_EQ(rows("term=three"), "");
}

TEST_F(Filters, CompareTimesAndRows) {
  EXPECT_EQ(rows("t>=5ms t<7ms"), "5 6");
  EXPECT_EQ(rows("t>0.0065"), "7");
  EXPECT_EQ(rows("row<2"), "0 1");
  EXPECT_EQ(rows("stamp>=1006"), "6 7");
}

TEST_F(Filters, FindWordsAndExpressionsInAllThatIsSaidOfAnEvent) {
  EXPECT_EQ(rows("STEPS"), "6");
  EXPECT_EQ(rows("\"steps down\""), "6");
  EXPECT_EQ(rows("steps down"), "6");
  EXPECT_EQ(rows("requestvote"), "1 3");
  EXPECT_EQ(rows("/term=[23] /"), "1 2");
  EXPECT_EQ(rows("/^s1$/"), "1 2 3 4 5");
  EXPECT_EQ(rows("/metric|crash/"), "5 7");
}

TEST_F(Filters, JoinWithNotAndOrAndBrackets) {
  EXPECT_EQ(rows("kind:send -type:Append"), "1");
  EXPECT_EQ(rows("kind:note or kind:crash"), "6 7");
  EXPECT_EQ(rows("kind:send and node:S2 or kind:crash"), "1 2 7");
  EXPECT_EQ(rows("(kind:send or kind:drop) to:S1"), "2 4");
  EXPECT_EQ(rows("-(kind:send or node:S2)"), "0 5 7");
  EXPECT_EQ(rows("--kind:note"), "6");
}

// Tried one way after the other, sixty letters would take longer than anybody lives.
TEST_F(Filters, ARegularExpressionWithManyWaysThroughEndsSoon) {
  tell(8, EventKind::note, 2, 0, 0, 0, std::string(60, 'a'));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(rows("/(a*)*b/"), rows("/[a]*b/"));
  EXPECT_EQ(rows("/(a|a)+$/"), rows("/a$/"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(Filters, SayWhereAndWhyTheyAreWrong) {
  EXPECT_EQ(error("kind:dorp"), "5+4 no event is of the kind `dorp`, did you mean `drop`?");
  EXPECT_EQ(error("node:S9"), "5+2 there is no node or group `S9`, did you mean `S1`?");
  EXPECT_EQ(error("x nod:S1"), "2+4 there is no `nod:`, did you mean `node:`?");
  EXPECT_EQ(error("term:3"), "0+5 there is no `term:`; a field is compared with `=`: `term=3`");
  EXPECT_EQ(error("a (b"), "2+1 this `(` is not closed");
  EXPECT_EQ(error("a)"), "1+1 this `)` closes nothing");
  EXPECT_EQ(error("()"), "1+1 there is nothing in these brackets");
  EXPECT_EQ(error("a or"), "2+2 `or` needs something on both sides");
  EXPECT_EQ(error("or a"), "0+2 `or` needs something on both sides");
  EXPECT_EQ(error("/ab"), "0+3 the regular expression does not end: a `/` is missing");
  EXPECT_EQ(error("/a(/"), "0+4 this is no regular expression: a bracket or a backslash may be missing");
  EXPECT_EQ(error("/(a)\\1/"), "0+7 what was found before (such as `\\1`) cannot be searched for");
  EXPECT_LT(error("colour:" + std::string(5000, 'x')).size(), 300u);
  EXPECT_LT(error("t>" + std::string(5000, 'x')).size(), 300u);
  EXPECT_LT(error("node:" + std::string(5000, 'x')).size(), 300u);
  EXPECT_EQ(error("t>soon"), "0+6 `t` is compared with a time such as `12.5s`, not `soon`");
  EXPECT_EQ(error("term>="), "0+6 `term>=` needs a value right behind it");
  EXPECT_EQ(error("kind:"), "0+5 `kind:` needs a value right behind it");
  EXPECT_EQ(error("say \"hello"), "4+6 the closing `\"` is missing");
}

TEST_F(Filters, RefuseNestsThatWouldUseUpTheStack) {
  EXPECT_NE(error(std::string(100'000, '(')), "none");
  EXPECT_NE(error(std::string(100'000, '-') + "a"), "none");
}

TEST_F(Filters, ExamplesOfTheHelpAreAllValid) {
  const record::Recording five(header_of(5));
  for (const auto& example : filter_examples()) {
    const auto compiled = compile(example.filter, five, decode);
    EXPECT_TRUE(std::holds_alternative<Filter>(compiled)) << example.filter;
  }
}

TEST_F(Filters, KnowNamesThatAreToldLater) {
  const auto compiled = compile("type:Snapshot", recording_, decode);
  const auto& filter = std::get<Filter>(compiled);
  EXPECT_FALSE(filter.matches(1, recording_.at(1).event, {}));
  recording_.on_name(5, "SnapshotReply");
  tell(8, EventKind::send, 1, 2, 5, 0, "");
  EXPECT_TRUE(filter.matches(8, recording_.at(8).event, {}));
}

TEST_F(Filters, NoWordsMakeThemThrow) {
  core::Rng rng(7);
  const std::string letters = "ab S1():=<>!-/\"\\ \t*,.[]{}+?^$|kindtype";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(12); n > 0; --n) text += letters[rng.below(letters.size())];
    EXPECT_NO_THROW(rows(text)) << text;
  }
}

TEST(Search, FindsTheSameRowsInManySmallStepsAsAtOnce) {
  const auto recording = made(3, 20'000);
  const auto filter = std::get<Filter>(compile("kind:drop or (node:S2 kind:timer)", *recording, {}));
  Search search(*recording);
  search.begin(filter);
  int steps = 0;
  while (!search.advance(recording->size(), std::chrono::microseconds(0))) ++steps;
  EXPECT_GT(steps, 3);
  std::vector<std::size_t> expected, found;
  for (std::size_t row = 0; row < recording->size(); ++row)
    if (filter.matches(row, recording->at(row).event, {})) expected.push_back(row);
  for (std::size_t i = 0; i < search.size(); ++i) found.push_back(search.row(i));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(found, expected);
  EXPECT_EQ(search.next(kNone), expected.front());
  EXPECT_EQ(search.previous(kNone), expected.back());
  EXPECT_EQ(search.next(expected[4]), expected[5]);
  EXPECT_EQ(search.previous(expected[4]), expected[3]);
  EXPECT_EQ(search.next(expected.back()), kNone);
  EXPECT_EQ(search.previous(expected.front()), kNone);
  EXPECT_EQ(search.before(expected[4]), 4u);
  EXPECT_TRUE(search.has(expected[4]));
}

TEST(Search, WithoutAFilterEveryRowIsAResultAndNothingIsKept) {
  const auto recording = made(3, 1000);
  Search search(*recording);
  search.begin({});
  EXPECT_TRUE(search.advance(recording->size(), std::chrono::microseconds(0)));
  EXPECT_EQ(search.size(), recording->size());
  EXPECT_EQ(search.row(17), 17u);
  EXPECT_EQ(search.next(17), 18u);
}

TEST(Search, FiltersAMillionEventsInThreeTenthsOfASecondWhenItNeedsNoBodies) {
  const auto recording = made(5, 1'000'000);
  for (const char* const text : {"kind:drop", "node:S1 -type:Request", "from:S1 to:S2 t>1ms"}) {
    double best = 1e9;
    for (int round = 0; round < 5 && best > 0.3; ++round) {
      Search search(*recording);
      search.begin(std::get<Filter>(compile(text, *recording, {})));
      const auto began = std::chrono::steady_clock::now();
      while (!search.advance(recording->size(), std::chrono::milliseconds(2))) {}
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
      EXPECT_GT(search.size(), 100u);
    }
    EXPECT_LE(best, 0.3) << text;
  }
}

}  // namespace
}  // namespace timeline
