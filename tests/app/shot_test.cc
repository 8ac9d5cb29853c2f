// `faultline shot`: what may be asked of a picture, and that it shows something else then.
#include <gtest/gtest.h>

#include <set>

#include "tests/app/program.h"

namespace {

using program::faultline;
using program::Folder;
using program::Ran;
using program::Words;

// A run and a picture take a second; a machine that builds meanwhile takes longer.
program::How patient() {
  program::How how;
  how.time = std::chrono::minutes(2);
  return how;
}

// The bytes of a picture; empty, with a failure, when there is none.
std::string drawn(const Folder& folder, Words words) {
  const std::string path = folder / "a.png";
  Words all{"shot", "raft-elections", "--at", "500ms", "--size", "640x400", "--out", path};
  all.insert(all.end(), words.begin(), words.end());
  const Ran ran = faultline(all, patient());
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string bytes = program::text_of(path);
  EXPECT_TRUE(bytes.starts_with("\x89PNG")) << ran.out;
  return bytes;
}

TEST(Shot, ShowsTheAskedStretchOfTimeAndLightsTheAskedEvent) {
  const Folder folder;
  const std::string all = drawn(folder, {"--panel", "space-time"});
  const std::string part = drawn(folder, {"--panel", "space-time", "--from", "100ms", "--to", "200ms"});
  const std::string lit = drawn(folder, {"--panel", "space-time", "--from", "100ms", "--to", "200ms", "--event", "900"});
  EXPECT_NE(all, part);
  EXPECT_NE(part, lit);
  EXPECT_EQ(part, drawn(folder, {"--panel", "space-time", "--from", "100ms", "--to", "200ms"})) << "the same each time";
}

TEST(Shot, DialogsLieOverTheRunThatTheyAreAbout) {
  const Folder folder;
  std::set<std::string> pictures{drawn(folder, {})};
  for (const std::string dialog : {"palette", "export", "what if", "chance", "preferences", "help"})
    EXPECT_TRUE(pictures.insert(drawn(folder, {"--panel", dialog})).second) << dialog << " is not to be seen";
}

TEST(Shot, ComparesTheRunsOfTwoFiles) {
  const Folder folder;
  for (const std::string seed : {"1", "2"})
    ASSERT_EQ(faultline({"run", "raft-elections", "--seed", seed, "--record", folder / seed}, patient()).code, 0);
  const Ran ran = faultline({"shot", "--compare", folder / "1", folder / "2", "--out", folder / "c.png"}, patient());
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Ran gallery = faultline({"shot", "--out", folder / "g.png"}, patient());
  EXPECT_EQ(gallery.code, 0) << gallery.err;
  EXPECT_NE(program::text_of(folder / "c.png"), program::text_of(folder / "g.png"));
}

TEST(Shot, SaysWhatIsWrongWithTimesAndFiles) {
  const Folder folder;
  const auto refused = [&](Words words, const std::string& part) {
    Words all{"shot", "--out", folder / "a.png"};
    all.insert(all.end(), words.begin(), words.end());
    const Ran ran = faultline(all);
    EXPECT_EQ(ran.code, 64);
    EXPECT_TRUE(program::has(ran.err, part)) << ran.err;
  };
  refused({"raft-elections", "--from", "soon"}, "--from takes a time such as `12s`, not `soon`");
  refused({"raft-elections", "--from", "2s", "--to", "1s"}, "--to must be later than --from");
  refused({"--compare", "only-one.run"}, "--compare takes two or more run files, and no lab");
}

// `export --format png` draws a run that was kept: its diagram, or plots of what is named; never over what is there.
TEST(Shot, OfARunFileIsAnExportLikeTheOthers) {
  const Folder folder;
  ASSERT_EQ(faultline({"run", "raft-elections", "--watch-only", "--for", "2s", "--record", folder / "a.run"}, patient()).code, 1);
  const auto exported = [&](const std::string& name, Words more) {
    Words words{"export", folder / "a.run", "--format", "png", "--out", folder / name};
    words.insert(words.end(), more.begin(), more.end());
    return faultline(words, patient());
  };
  ASSERT_EQ(exported("all.png", {}).code, 0);
  ASSERT_EQ(exported("part.png", {"--from", "500ms", "--to", "600ms"}).code, 0);
  ASSERT_EQ(exported("term.png", {"--metric", "consensus_term"}).code, 0);
  const std::string all = program::text_of(folder / "all.png"), part = program::text_of(folder / "part.png"), term = program::text_of(folder / "term.png");
  for (const auto* bytes : {&all, &part, &term}) EXPECT_TRUE(bytes->starts_with("\x89PNG"));
  EXPECT_NE(all, part);
  EXPECT_NE(all, term);
  EXPECT_EQ(exported("all.png", {}).code, 73) << "it exists already";
  EXPECT_EQ(exported("all.png", {"--force"}).code, 0);
  const Ran unknown = exported("x.png", {"--metric", "consensus_trem"});
  EXPECT_EQ(unknown.code, 65);
  EXPECT_NE(unknown.err.find("did you mean `consensus_term`?"), std::string::npos) << unknown.err;
  EXPECT_TRUE(program::text_of(folder / "x.png").empty()) << "nothing half written is left";
}

}  // namespace
