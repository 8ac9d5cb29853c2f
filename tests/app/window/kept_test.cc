// Bookmarks, questions and doors by hand, in the whole window.
#include <filesystem>

#include "labs/record/open_run.h"
#include "tests/app/library/made_library.h"
#include "tests/app/window/whole.h"

namespace window {
namespace {

using namespace std::chrono_literals;

// A run of another person, opened here.
struct Kept : testing::Test {
  Kept() {
    library::write_run(path, 4s, 20, 77);
  }
  void open() {
    whole.wish(OpenRun{path});
    EXPECT_TRUE(whole.until([&] { return whole.shell().player() != nullptr && whole.view().indexed >= 1; }));
    whole.window().settle();
  }
  record::Folder folder;
  const std::string path = folder / "hers.run";
  Whole whole;
};

TEST_F(Kept, ANoteOnAMomentIsInTheFileAndTheFileOpensThere) {
  open();
  EXPECT_EQ(whole.view().at, core::kStart) << "of a run without bookmarks the beginning is shown";
  whole.wish(Seek{core::kStart + 2s});
  whole.key({kB});
  ASSERT_TRUE(whole.until([&] { return whole.sees("field:note"); })) << "its tab comes to the front" << whole.all();
  whole.click("field:note");
  whole.type("the lost write");
  whole.click("check:opens here");
  ASSERT_TRUE(whole.until([&] {
    const auto all = record::open_run(path)->bookmarks();
    return all->size() == 1 && all->at(0).text == "the lost write" && all->at(0).opens;
  })) << "it lies in the file";
  EXPECT_TRUE(whole.sees("flag:0")) << "and on the timeline";
  whole.start_again();
  open();
  EXPECT_EQ(whole.view().at, core::kStart + 2s);
  EXPECT_TRUE(whole.sees("bookmark:0")) << "with the note beside it";
}

TEST_F(Kept, ABookmarkIsRemoved) {
  record::keep_bookmarks(path, {{core::kStart + 1s, "one", false}, {core::kStart + 3s, "two", false}});
  open();
  whole.wish(Show{"bookmarks"});
  whole.click("bookmark:1");
  EXPECT_EQ(whole.view().at, core::kStart + 3s);
  whole.click("button:remove 0");
  ASSERT_TRUE(whole.until([&] { return record::open_run(path)->bookmarks()->size() == 1; }));
  EXPECT_EQ(record::open_run(path)->bookmarks()->at(0).text, "two");
}

TEST_F(Kept, AQuestionIsAskedAndItsAnswerLeadsToItsMoments) {
  open();
  whole.wish(Show{"ask"});
  whole.click("question");
  whole.key({kCtrl, kA});
  whole.type("select t_ns, kind from events where t_ns > 1000000000 order by row limit 2");
  whole.click("button:Ask");
  ASSERT_TRUE(whole.until([&] { return whole.sees("text:2 rows") || whole.all().find("text:2 rows, in") != std::string::npos; })) << whole.all();
  const std::string first = std::to_string(whole.view().run.at(whole.view().run.first_at_or_after(core::kStart + 1s + 1ns)).event.at.time_since_epoch().count());
  whole.click("button:" + first);
  EXPECT_EQ(std::to_string(whole.view().at.time_since_epoch().count()), first);
}

TEST_F(Kept, AnAnswerIsCopiedAsOtherProgramsReadIt) {
  open();
  whole.wish(Show{"ask"});
  whole.click("question");
  whole.key({kCtrl, kA});
  whole.type("select null as a, '=1' as b, 2.5 as c, 'x,y' as d");
  whole.click("button:Ask");
  whole.click("button:Copy as CSV");
  EXPECT_EQ(whole.window().copied(), "a,b,c,d\n,'=1,2.5,\"x,y\"\n");
}

TEST_F(Kept, AQuestionThatCannotBeAnsweredSaysWhyAndOneThatTakesLongIsCancelled) {
  open();
  whole.wish(Show{"ask"});
  whole.click("question");
  whole.key({kCtrl, kA});
  whole.type("select sendr from messages");
  whole.click("button:Ask");
  ASSERT_TRUE(whole.until([&] { return whole.all().find("did you mean `sender`?") != std::string::npos; })) << whole.all();
  whole.click("question");
  whole.key({kCtrl, kA});
  whole.type("with recursive c(x) as (select 1 union all select x + 1 from c) select max(x) from c");
  whole.click("button:Ask");
  whole.click("button:Cancel");
  ASSERT_TRUE(whole.until([&] { return whole.all().find("it was cancelled") != std::string::npos; })) << whole.all();
}

TEST(DoorsInWindow, AreSwitchedOfAWorldOverSocketsOnly) {
  Whole whole;
  whole.wish(OpenLab{"raft-elections", {}, false, {}});
  ASSERT_TRUE(whole.until([&] { return whole.shell().player() != nullptr; }));
  EXPECT_FALSE(whole.sees("switch:resp"));
  whole.wish(OpenLab{"raft-elections", {}, true, {}});
  whole.wish(Play{true});
  whole.click("switch:resp");
  ASSERT_TRUE(whole.until([&] { return whole.view().status.doors.size() == 1; }));
  ASSERT_TRUE(whole.until([&] { return whole.sees("button:" + whole.view().status.doors[0].addresses[0]); })) << whole.all();
  whole.click("switch:resp");
  ASSERT_TRUE(whole.until([&] { return whole.view().status.doors.empty(); }));
}

}  // namespace
}  // namespace window
