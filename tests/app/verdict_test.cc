// `faultline check` and `faultline fuzz`: verdicts as text and exit code.
#include <gtest/gtest.h>

#include <regex>

#include "program.h"

namespace {

using program::faultline;
using program::Folder;
using program::has;
using program::Ran;

std::string op(int process, const char* type, const char* f, const std::string& value) {
  return "{:process " + std::to_string(process) + ", :type :" + type + ", :f :" + f + ", :value " + value +
         "}\n";
}

std::string written_then_read(const char* read) {
  return op(0, "invoke", "write", "1") + op(0, "ok", "write", "1") + op(1, "invoke", "read", "nil") +
         op(1, "ok", "read", read);
}

// Ten appends at once, and somebody sees them in one of their 3,628,800 orders.
std::string hard_history() {
  const auto line = [](int process, const char* type, const char* f, const std::string& value) {
    return "{:process " + std::to_string(process) + ", :type :" + type + ", :f :" + f +
           ", :key \"k\", :value " + value + "}\n";
  };
  std::string text, all;
  for (int i = 0; i < 10; ++i)
    text += line(i, "invoke", "append", "\"" + std::to_string(i) + "\""),
        all += std::to_string((i * 7 + 3) % 10);
  text += line(10, "invoke", "get", "nil") + line(10, "ok", "get", "\"" + all + "\"");
  for (int i = 0; i < 10; ++i) text += line(i, "ok", "append", "\"" + std::to_string(i) + "\"");
  return text;
}

TEST(Check, PrintsLinearizableAndExitsWith0) {
  const Folder folder;
  const Ran ran = faultline({"check", folder.file("h.edn", written_then_read("1")), "--model", "register"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "linearizable\n");
  EXPECT_EQ(ran.err, "");
}

TEST(Check, NamesTheShortestOffendingPrefixAndExitsWith1) {
  const Folder folder;
  const Ran ran = faultline({"check", folder.file("h.edn", written_then_read("2") + written_then_read("1")),
                             "--model", "register"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(ran.out.starts_with("not linearizable\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "The shortest offending prefix is the first 4 of 8 ")) << ran.out;
}

// Who wrote 2 reads 1 again, which somebody else had written and nobody wrote since.
std::string stale() {
  return op(0, "invoke", "write", "1") + op(0, "ok", "write", "1") + op(0, "invoke", "write", "2") + op(0, "ok", "write", "2") +
         op(0, "invoke", "read", "nil") + op(0, "ok", "read", "1");
}

TEST(Check, JudgesThePromiseThatIsAskedFor) {
  const Folder folder;
  const Ran own = faultline({"check", folder.file("h.edn", stale()), "--model", "register", "--promise", "read-your-writes"});
  EXPECT_EQ(own.code, 1);
  EXPECT_EQ(own.out, "not read-your-writes\nprocess 0 wrote \"1\", then wrote \"2\", then read -> \"1\": it does not see its own write\n");
  const Ran again = faultline({"check", folder / "h.edn", "--model", "register", "--promise", "monotonic-reads"});
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.out, "monotonic-reads\n");
}

TEST(Check, JudgesSeveralPromisesFromTheStrongestAndTheWorstIsTheCode) {
  const Folder folder;
  const Ran two = faultline({"check", folder.file("h.edn", stale()), "--model", "register", "--promise", "monotonic-writes,causal"});
  EXPECT_EQ(two.code, 1);
  EXPECT_TRUE(two.out.starts_with("not causal\n  process 0 wrote ")) << two.out;
  EXPECT_TRUE(two.out.ends_with("\nmonotonic-writes\n")) << two.out;
  const Ran all = faultline({"check", folder.file("good.edn", written_then_read("1")), "--model", "register", "--promise", "all"});
  EXPECT_EQ(all.code, 2) << "one reader is no proof that all converge";
  EXPECT_TRUE(has(all.out, "linearizable\nsequential\ncausal\ncausal-memory\nweak-causal\nread-your-writes\nmonotonic-reads\nmonotonic-writes\nwrites-follow-reads\nconvergent: unknown\n")) << all.out;
}

// The form is promised: whoever changes it raises its number.
TEST(Check, JsonHasAVerdictForEachPromiseAndTheOperationsThatShowIt) {
  const Folder folder;
  const std::string path = folder.file("h.edn", stale());
  const Ran ran = faultline({"check", path, "--model", "register", "--promise", "monotonic-writes,read-your-writes,convergent", "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, R"({
  "format": 1,
  "history": ")" + path + R"(",
  "model": "register",
  "operations": 3,
  "events": 6,
  "answer": "broken",
  "promises": [
    {
      "promise": "read-your-writes",
      "answer": "broken",
      "reason": "process 0 wrote \"1\", then wrote \"2\", then read -> \"1\": it does not see its own write",
      "witness": [
        {
          "id": 1,
          "process": 0,
          "function": "write",
          "key": "",
          "value": "1",
          "outcome": "ok",
          "began": 1,
          "ended": 2,
          "line": 1
        },
        {
          "id": 2,
          "process": 0,
          "function": "write",
          "key": "",
          "value": "2",
          "outcome": "ok",
          "began": 3,
          "ended": 4,
          "line": 3
        },
        {
          "id": 3,
          "process": 0,
          "function": "read",
          "key": "",
          "outcome": "ok",
          "result": "1",
          "began": 5,
          "ended": 6,
          "line": 5
        }
      ]
    },
    {
      "promise": "monotonic-writes",
      "answer": "kept"
    },
    {
      "promise": "convergent",
      "answer": "unknown",
      "reason": "no key was read by two processes after its last write"
    }
  ]
}
)");
  const Ran prefix = faultline({"check", path, "--model", "register", "--json"});
  EXPECT_TRUE(has(prefix.out, "\n      \"prefix\": 6,\n")) << prefix.out;
  const Ran good = faultline({"check", folder.file("good.edn", written_then_read("1")), "--model", "register", "--json"});
  EXPECT_EQ(good.code, 0);
  EXPECT_TRUE(has(good.out, "\"answer\": \"kept\",\n  \"promises\": [\n    {\n      \"promise\": \"linearizable\",\n      \"answer\": \"kept\"\n    }\n  ]\n}\n")) << good.out;
}

TEST(Check, AnUnknownPromiseNamesTheNearest) {
  const Folder folder;
  const Ran ran = faultline({"check", folder.file("h.edn", stale()), "--promise", "casual"});
  EXPECT_EQ(ran.code, 64);
  EXPECT_EQ(ran.err, "faultline: there is no promise `casual`; did you mean `causal`?\n");
}

TEST(Check, PrintsUnknownAndExitsWith2WhenItsTimeIsOver) {
  const Folder folder;
  const Ran ran =
      faultline({"check", folder.file("h.edn", hard_history()), "--model", "kv", "--seconds", "0"});
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_TRUE(ran.out.starts_with("unknown\n")) << ran.out;
}

TEST(Check, WhatIsNoHistoryIsOneLineAndExitsWith65) {
  const Folder folder;
  for (const auto& path : {folder.file("a", "hello\n"), folder.file("b", ""), folder.file("c", "{:process"),
                           folder.path(), folder / "nowhere"}) {
    const Ran ran = faultline({"check", path});
    EXPECT_EQ(ran.code, 65) << path;
    EXPECT_EQ(program::lines_of(ran.err).size(), 1u) << ran.err;
    EXPECT_TRUE(has(ran.err, path)) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Check, ARunWithoutOperationsIsNoProof) {
  const Folder folder;
  const std::string lab = folder.file("quiet.md",
                                      "# Quiet\n\n```system\n[[group]]\nkind = \"raft\"\ncount = "
                                      "3\n```\n\n## Wait\n\n```until\nelapsed > 1s\n```\n");
  ASSERT_EQ(faultline({"run", lab, "--record", folder / "a.run"}).code, 0);
  const Ran ran = faultline({"check", folder / "a.run"});
  EXPECT_EQ(ran.code, 65) << ran.out;
  EXPECT_TRUE(has(ran.err, "there is no operation in it")) << ran.err;
}

TEST(Fuzz, FindsNothingInTheRealThingAndExitsWith0) {
  const Ran ran = faultline({"fuzz", "raft", "--seeds", "19..21"});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(std::regex_search(ran.out, std::regex("^faultline [0-9.]+  fuzz raft  seeds 19..21\n")))
      << ran.out;
  EXPECT_EQ(program::lines_of(ran.out).back(), "no seed failed");
}

TEST(Fuzz, ListsTheFlaws) {
  const Ran ran = faultline({"fuzz", "raft", "--list-flaws"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(has(ran.out, "forget_vote\n")) << ran.out;
  for (const auto& flaw : program::lines_of(ran.out))
    EXPECT_EQ(faultline({"fuzz", "raft", "--seeds", "1", "--list-flaws", "--flaw", flaw}).code, 0);
}

TEST(Fuzz, AFlawIsFoundAndTheLabItSavesShowsItAgain) {
  const Folder folder;
  const std::string seed = program::failing_seed();
  program::Words words{"fuzz", "raft", "--seeds", seed, "--flaw", "no_sessions", "--save"};
  words.push_back(folder / "found");
  const Ran ran = faultline(words);
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_TRUE(std::regex_search(ran.out, std::regex("^faultline [0-9.]+  fuzz raft  seeds " + seed + ".." +
                                                    seed + "  flaw no_sessions\n")))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "\nseed " + seed + ": an invariant is broken: No write is applied twice: ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\nagain: faultline fuzz raft --seeds " + seed + " --flaw no_sessions\n"))
      << ran.out;
  EXPECT_EQ(program::lines_of(ran.out).back(), "1 of 1 seeds failed: " + seed);
  const Ran again = faultline({"run", folder / "found/fuzz-" + seed + ".md"});
  EXPECT_EQ(again.code, 1) << again.out << again.err;
  EXPECT_TRUE(has(again.out, "violation: No write is applied twice")) << again.out;
  // A place that cannot be written is one line.
  words.back() = "/proc/nowhere";
  const Ran nowhere = faultline(words);
  EXPECT_EQ(nowhere.code, 73);
  EXPECT_EQ(nowhere.err, "faultline: cannot write /proc/nowhere/fuzz-" + seed + ".md\n");
}

}  // namespace
