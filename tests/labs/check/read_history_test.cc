// Histories from outside, as hostile and as odd as files are: each is read, or refused with one line that says where.
#include "labs/check/read_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "labs/check/promise.h"
#include "mechanisms/core/rng.h"

namespace {

using check::History;
using check::Model;
using check::Operation;
using core::Outcome;
using namespace std::chrono_literals;
using Wall = std::chrono::steady_clock;

// Why it is refused; empty: it is read. What it says is one short line, and it is said soon.
std::string error(std::string_view text, Model model = Model::cas_register) {
  const auto began = Wall::now();
  std::string said;
  try {
    const History history = check::read_history(text);
    for (const auto promise : check::promises_of("all")) check::judge(history, promise, model, {1000, 100ms});
  } catch (const check::BadHistory& bad) {
    said = bad.what();
    EXPECT_NE(said, "");
  }
  EXPECT_LT(Wall::now() - began, 2s);
  EXPECT_LT(said.size(), 200u) << said;
  EXPECT_TRUE(std::all_of(said.begin(), said.end(), [](char c) { return c >= ' ' && c <= '~'; })) << said;
  return said;
}

std::string map(const std::string& process, const std::string& type, const std::string& f, const std::string& value) {
  return "{:process " + process + ", :type :" + type + ", :f :" + f + ", :value " + value + "}\n";
}

TEST(ReadHistory, ANemesisMaySayThatItIsQuiet) {
  const std::string wrote = map("0", "invoke", "write", "1") + map("0", "ok", "write", "1");
  const auto reads = [](const std::string& process, const std::string& value) {
    return map(process, "invoke", "read", "nil") + map(process, "ok", "read", value);
  };
  const auto answer = [&](const std::string& between) {
    return check::judge(check::read_history(wrote + between + reads("0", "1") + reads("1", "nil")), check::Promise::convergent, Model::reg).answer;
  };
  EXPECT_EQ(answer(map(":nemesis", "info", "quiet", "nil")), check::Verdict::Answer::broken);
  EXPECT_EQ(answer(map(":nemesis", "info", "start", "nil")), check::Verdict::Answer::unknown);
}

// Process 0 reads 1 behind a write of 1: what stands around it must not disturb it.
const std::string kWrite = map("0", "invoke", "write", "1") + map("0", "ok", "write", "1");
const std::string kBegin = map("0", "invoke", "write", "1");

TEST(HistoryFile, AMegabyteOfOneBracketIsRefusedWithItsLine) {
  for (const char c : {'[', '(', '{', '#', '^', '\\'}) {
    const std::string said = error(std::string(1 << 20, c));
    EXPECT_NE(said, "") << c;
    EXPECT_TRUE(c == '\\' || said.rfind("line 1: ", 0) == 0) << c << ": " << said;
  }
  for (const char* pair : {"#_", "#{", "{:a ", "^:a ", "[\n", "#_#_", "#a"}) {
    std::string text = kWrite;
    while (text.size() < 1 << 20) text += pair;
    EXPECT_NE(error(text), "") << pair;
  }
}

TEST(HistoryFile, AMapOfVeryManyValuesIsRefusedBeforeItTakesMuchMemory) {
  std::string text = "{:value [";
  while (text.size() < 4u << 20) text += "0 ";
  EXPECT_EQ(error(text + "]}"), "line 1: more than 100,000 values in one map");
}

TEST(HistoryFile, WhatEndsTooEarlyIsRefusedWithTheLineWhereItBegins) {
  EXPECT_EQ(error(kWrite + "{:process 0,\n :type\n"), "line 3: `{` is not closed");
  EXPECT_EQ(error(kWrite + "{:process 0, :f \"read\n\n"), "line 3: a text is not closed");
  EXPECT_EQ(error("\n[" + kWrite), "line 2: `[` is not closed");
  EXPECT_EQ(error(kWrite + "{:process 0]"), "line 3: `]` does not belong here");
  EXPECT_EQ(error(kWrite + "{:process}"), "line 3: a map has a key without a value");
  EXPECT_EQ(error("[" + kWrite + "]\n7"), "line 4: something follows the history");
}

TEST(HistoryFile, GiantNumbersAreNoProcessesButMayBeValues) {
  const std::string giant(100'000, '9');
  EXPECT_EQ(error(map(giant, "invoke", "read", "nil")), "line 1: `" + giant.substr(0, 40) + "..` is no process");
  EXPECT_NE(error(map("-1", "invoke", "read", "nil")), "");
  EXPECT_NE(error(map("1.5", "invoke", "read", "nil")), "");
  EXPECT_NE(error(map("18446744073709551616", "invoke", "read", "nil")), "");
  EXPECT_EQ(error(map("0", "invoke", "write", giant) + map("0", "ok", "write", giant)), "");
}

TEST(HistoryFile, OnlyKeywordsAndNamesAreOtherProcesses) {
  EXPECT_EQ(error(kWrite + map(":nemesis", "info", "start", "[:cut {\"n1\" #{\"n2\" \"n3\" \"n4\"}}]")), "");
  EXPECT_EQ(error(kWrite + map(":nemesis", "info", "start", "nil") + map(":nemesis", "info", "start", "nil")), "");
  EXPECT_NE(error(kWrite + map("\"0\"", "invoke", "read", "nil")), "");
  EXPECT_NE(error(kWrite + map("nil", "invoke", "read", "nil")), "");
  EXPECT_NE(error(kWrite + map("[0]", "invoke", "read", "nil")), "");
}

TEST(HistoryFile, StrayBytesAreValuesOrRefusedInPlainWords) {
  const std::string bad_utf8 = "\"\xff\xfe\xc3\"";
  EXPECT_EQ(error(map("0", "invoke", "write", bad_utf8) + map("0", "ok", "write", bad_utf8)), "");
  EXPECT_NE(error(map("0", "invoke", "\xff\x1b[31m", "1")), "");
  EXPECT_NE(error(kBegin + map("0", std::string("o\0k", 3), "write", "1")), "");
  EXPECT_NE(error(std::string(1 << 20, '\0')), "");
  EXPECT_NE(error("{" + std::string(1 << 20, '\0') + "}"), "");
  EXPECT_NE(error("\xff\xfe{"), "");
  EXPECT_EQ(error("\xef\xbb\xbf" + kWrite), "") << "a mark that some editors write";
  std::string windows = kWrite;
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) windows.insert(at, "\r");
  EXPECT_EQ(error(windows), "");
}

TEST(HistoryFile, WithoutAnyOperationThereIsNothingToJudge) {
  for (const char* text : {"", " \n\t\n", ",,,"}) EXPECT_EQ(error(text), "the file is empty");
  for (const char* text : {"; only\n; comments", ";", "[]", "()", "INFO  jepsen.core - hello\n"})
    EXPECT_NE(error(text), "") << text;
  EXPECT_EQ(error(map(":nemesis", "info", "start", "nil")), "there is no operation in it");
  EXPECT_EQ(error("\n\nhello"), "line 3: neither EDN maps nor lines that begin with INFO");
}

TEST(HistoryFile, BeginningsAndEndsMustFit) {
  EXPECT_EQ(error(kWrite + map("0", "ok", "write", "1")), "line 3: process 0 ends an operation that did not begin");
  EXPECT_EQ(error(kBegin + kBegin), "line 2: process 0 begins an operation while another is open");
  EXPECT_EQ(error(kBegin + map("0", "ok", "read", "1")), "line 2: process 0 ends `read` but has begun `write`");
  EXPECT_EQ(error(map("0", "maybe", "read", "1")), "line 1: expected invoke, ok, fail or info, not `maybe`");
  EXPECT_EQ(error("\n{:process 0, :type :invoke}"), "line 2: expected :process, :type and :f");
  EXPECT_EQ(error(map("0", "invoke", "cas", "3")), "line 1: a cas needs [from to]");
  EXPECT_EQ(error(map("0", "invoke", "write", "[1 2 3]")), "line 1: a list or a map is no value of a register or a key");
  EXPECT_EQ(error(map("0", "invoke", "read", "nil") + map("0", "ok", "read", "{:a 1}")),
            "line 2: a list or a map is no value of a register or a key");
}

TEST(HistoryFile, AProcessWhoseOperationEndedInInfoIsNeverUsedAgain) {
  const std::string crashed = kBegin + map("0", "info", "write", ":timed-out");
  EXPECT_EQ(error(crashed), "");
  EXPECT_EQ(error(crashed + kBegin),
            "line 3: process 0 begins an operation, but its last one ended in :info: nobody may use it again");
  EXPECT_EQ(error(crashed + map("0", "ok", "write", "1")), "line 3: process 0 ends an operation that did not begin");
  EXPECT_EQ(error("INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:info\t:read\t:timed-out\n"
                  "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n").rfind("line 3: ", 0), 0u);
}

TEST(HistoryFile, AnUnknownFunctionIsNamedWithItsLineAndTheNearest) {
  EXPECT_EQ(error(kWrite + map("0", "invoke", "wriet", "1")),
            "line 3: `wriet` is no operation of a cas-register (read, write, cas), did you mean `write`?");
  EXPECT_EQ(error("INFO  jepsen.util - 0\t:invoke\t:raed\tnil\n").rfind("line 1: `raed`", 0), 0u);
  EXPECT_NE(error("\n{:process 0, :type :invoke, :f :gte, :key \"k\", :value nil}", Model::kv).find("line 2: `gte`"),
            std::string::npos);
  EXPECT_NE(error(map("0", "invoke", std::string(1 << 20, 'w'), "1")), "");
}

TEST(HistoryFile, TheOutcomesAreWhatTheTypesSay) {
  const History h = check::read_history(
      map("0", "invoke", "write", "1") + map("0", "ok", "write", "1") + map("0", "invoke", "write", "2") +
      map("0", "fail", "write", "2") + map("0", "invoke", "read", "nil") + map("0", "info", "read", "[1 2 3]") +
      map("1", "invoke", "read", "nil"));
  ASSERT_EQ(h.operations().size(), 4u);
  EXPECT_EQ(h.operations()[0].outcome, Outcome::ok);
  EXPECT_EQ(h.operations()[1].outcome, Outcome::failed);
  EXPECT_EQ(h.operations()[2].outcome, Outcome::unknown);
  EXPECT_EQ(h.operations()[2].end, Operation::kNever);
  EXPECT_EQ(h.operations()[3].end, Operation::kNever);
  EXPECT_EQ(h.operations()[3].line, 7u);
}

TEST(HistoryFile, NilIsARegisterThatWasNeverSet) {
  const auto verdict = [](const std::string& text) {
    return check::linearizable(check::read_history(text), Model::cas_register).answer;
  };
  const std::string read_nil = map("0", "invoke", "read", "nil") + map("0", "ok", "read", "nil");
  EXPECT_EQ(verdict(read_nil), check::Verdict::Answer::kept);
  EXPECT_EQ(verdict(kWrite + read_nil), check::Verdict::Answer::broken);
  const std::string cas = map("0", "invoke", "cas", "[nil 4]") + map("0", "ok", "cas", "[nil 4]");
  EXPECT_EQ(verdict(read_nil + cas), check::Verdict::Answer::kept);
  EXPECT_EQ(verdict(kWrite + cas), check::Verdict::Answer::broken);
  const std::string keyed = map("0", "invoke", "cas", "[7 [nil 4]]") + map("0", "ok", "cas", "[7 [nil 4]]") +
                            map("0", "invoke", "read", "[7 nil]") + map("0", "ok", "read", "[7 4]") +
                            map("0", "invoke", "read", "[8 nil]") + map("0", "ok", "read", "[8 nil]");
  EXPECT_EQ(verdict(keyed), check::Verdict::Answer::kept);
}

TEST(HistoryFile, TagsMetadataAndCommentsChangeNothing) {
  const History h = check::read_history(
      "; from a store\n#_{:a 1} [#jepsen.history.Op{:index 0, :process 0, :type :invoke, :f :write, :value ^:odd 1} ; here\n"
      "^{:line 7} {:process 0, :type :ok, #_ :x #_ 9 :f :write, :value #odd/tag 1, :set #{1 2 3}, :char \\{}\n"
      "#jepsen.history.Op{:process 0, :type :invoke, :f :read, :value #jepsen.independent.tuple[5 nil]}]");
  ASSERT_EQ(h.operations().size(), 2u);
  EXPECT_EQ(h.operations()[0].value, "1");
  EXPECT_EQ(h.operations()[1].key, "5");
}

TEST(HistoryFile, AnEmptyTextIsAbsentOnlyWhereKeysAreNamed) {
  const std::string get = "{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}\n"
                          "{:process 0, :type :ok, :f :get, :key \"k\", :value \"\"}\n";
  EXPECT_FALSE(check::read_history(get).operations()[0].result);
  const std::string nemesis = map(":nemesis", "info", "start", ":keyspace");
  EXPECT_FALSE(check::read_history(nemesis + kWrite).empty_is_absent);
}

TEST(HistoryFile, LogsAreReadAmongOtherLinesAndRefusedWithOneLineNumber) {
  const std::string good = "INFO  jepsen.core - Worker 3 starting\nWARN  odd\n\nINFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
                           "INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\r\nINFO  jepsen.util - 0   :fail   :cas   [1 2]\n"
                           "INFO  jepsen.util - \nINFO\nINFO - \nINFO  jepsen.util - 0 :invoke :read nil";
  EXPECT_EQ(error("INFO x\n" + good), "");
  const std::string line = "INFO  jepsen.util - ";
  EXPECT_EQ(error(line + "0 :invoke :read nil\n" + line + "1 :invoke"), "line 2: the text ends too early");
  EXPECT_EQ(error(line + "0 :invoke :read nil\n" + line + "1 :invoke :cas [1"), "line 2: `[` is not closed");
  EXPECT_EQ(error(line + "0 :invoke :read nil\n" + line + "1 :invoke :write \"1"), "line 2: a text is not closed");
  EXPECT_EQ(error(line + "0 :ok :read nil"), "line 1: process 0 ends an operation that did not begin");
  EXPECT_EQ(error(line + "0 :invoke :read nil\n" + line + "0 :invoke :read nil").rfind("line 2: process 0 begins", 0), 0u);
  EXPECT_EQ(error(line + std::string(1 << 20, '[')), "line 1: nested too deeply");
  EXPECT_EQ(error(line + std::string(1 << 20, '#')), "line 1: the text ends too early");
  EXPECT_NE(error(line + "0 :invoke :write " + std::string(1 << 20, '\0') + "\n" + line + "0 :invoke :read nil"), "");
}

// --- Mutations of good ones.

struct Good {
  const char* name;
  Model model;
  std::string text;
};

std::vector<Good> good_ones() {
  std::string keyed, kv, log = "INFO  jepsen.core - go\n";
  for (int i = 0; i < 8; ++i) {
    const std::string n = std::to_string(i), p = std::to_string(i % 3);
    keyed += map(p, "invoke", "cas", "[k" + p + " [" + n + " 7]]") + map(p, "fail", "cas", "[k" + p + " [" + n + " 7]]");
    kv += "{:process " + p + ", :type :invoke, :f :append, :key \"" + p + "\", :value \"x " + n + " y\"}\n{:process " + p +
          ", :type :ok, :f :append, :key \"" + p + "\", :value \"x " + n + " y\"}\n";
    log += "INFO  jepsen.util - " + p + "\t:invoke\t:write\t" + n + "\nINFO  jepsen.util - " + p + "\t:ok\t:write\t" + n + "\n";
  }
  log += "INFO  jepsen.util - 0\t:invoke\t:cas\t[2 3]\nINFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n";
  const std::string edn = "[" + kWrite + map(":nemesis", "info", "start", "#{\"a\"}") + map("1", "invoke", "cas", "[1 2]") +
                          map("1", "info", "cas", "[1 2]") + "]";
  return {{"Edn", Model::cas_register, edn},
          {"KeyedEdn", Model::cas_register, keyed},
          {"Kv", Model::kv, kv},
          {"Log", Model::cas_register, log}};
}

class Mutants : public testing::TestWithParam<Good> {};

TEST_P(Mutants, AreReadOrRefusedSoon) {
  const std::string& good = GetParam().text;
  ASSERT_EQ(error(good, GetParam().model), "");
  const std::string odd = "{}[]()#^_\\\":;,\n\t\r 0-9\xff";
  core::Rng rng(3);
  std::size_t refused = 0;
  const int rounds = std::getenv("FAULTLINE_LONG") != nullptr ? 200'000 : 3'000;
  for (int round = 0; round < rounds; ++round) {
    std::string text = good;
    for (auto changes = 1 + rng.below(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = rng.below(text.size());
      const std::size_t length = rng.below(1 + std::min<std::size_t>(60, text.size() - at));
      switch (rng.below(6)) {
        case 0: text[at] = static_cast<char>(rng.below(256)); break;
        case 1: text[at] = odd[rng.below(odd.size())]; break;
        case 2: text.erase(at, length); break;
        case 3: text.insert(at, text.substr(rng.below(text.size()), length)); break;
        case 4: text.insert(at, std::string(rng.below(300), odd[rng.below(odd.size())])); break;
        default: if (rng.chance(0.2)) text.resize(at);
      }
    }
    refused += !error(text, GetParam().model).empty();
    ASSERT_FALSE(HasFailure()) << "round " << round << ":\n" << text;
  }
  EXPECT_GT(refused, 500u);
  EXPECT_LT(refused, static_cast<std::size_t>(rounds));
}
INSTANTIATE_TEST_SUITE_P(Formats, Mutants, testing::ValuesIn(good_ones()),
                         [](const auto& good) { return std::string(good.param.name); });

}  // namespace
