// The side of a door that people see: sockets, the order of answers, and who is cut off.
#include "labs/doors/connections.h"

#include <gtest/gtest.h>

#include <thread>

#include "labs/world/loopback/trouble.h"
#include "tests/labs/doors/resp_client.h"

namespace {

using doors::Line;
using resp_test::Client;
using namespace std::chrono_literals;

// Takes words with a space behind, and keeps the places of their answers until the test fills them.
struct Room {
  struct Asked {
    std::shared_ptr<Line> line;
    std::uint64_t place;
    std::string word;
  };
  std::vector<Asked> asked;
  int here = 0;                  // Conversations.

  class Talk final : public doors::Conversation {
   public:
    Talk(Room& room, std::shared_ptr<Line> line) : room_(room), line_(std::move(line)) { ++room_.here; }
    ~Talk() override { --room_.here; }
    std::size_t take(std::string_view bytes) override {
      const auto end = bytes.find(' ');
      if (end == bytes.npos) return 0;
      room_.asked.push_back({line_, line_->place(), std::string(bytes.substr(0, end))});
      if (room_.asked.back().word == "bye") line_->hang_up();
      return end + 1;
    }

   private:
    Room& room_;
    std::shared_ptr<Line> line_;
  };
};

struct Connections : testing::Test {
  Room room;
  world::LoopbackWorld world{resp_test::raft_of_three(), 1};
  doors::Limits limits;
  std::optional<doors::Connections> door;

  Connections() {
    limits.unanswered = 4;
    limits.request = 1000;
    limits.slow = 200ms;
  }
  void open() {
    door.emplace(world.loop(), std::uint16_t{0}, [this](std::shared_ptr<Line> line) { return std::make_unique<Room::Talk>(room, std::move(line)); }, limits);
  }
  template <class Holds>
  bool comes(const Holds& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) world.run_for(5ms);
    return holds();
  }
  void fill(std::size_t i) { room.asked[i].line->fill(room.asked[i].place, "+" + room.asked[i].word + "\r\n"); }
};

TEST_F(Connections, AnswersAreSentInTheOrderOfTheQuestionsHoweverTheyCome) {
  open();
  Client client(world, door->port());
  client.send("a b c ");
  ASSERT_TRUE(comes([&] { return room.asked.size() == 3; }));
  fill(2), fill(1);
  world.run_for(20ms);
  EXPECT_EQ(client.bytes(), 0u);
  fill(0);
  ASSERT_TRUE(comes([&] { return client.bytes() == 12; }));
  EXPECT_EQ(client.answer(), "a");
  EXPECT_EQ(client.answer(), "b");
  EXPECT_EQ(client.answer(), "c");
}

TEST_F(Connections, WhoHasAskedTooMuchIsNotReadUntilHeIsAnswered) {
  open();
  Client client(world, door->port());
  client.send("1 2 3 4 5 6 7 8 ");
  ASSERT_TRUE(comes([&] { return room.asked.size() == 4; }));
  world.run_for(300ms);
  EXPECT_EQ(room.asked.size(), 4u);
  EXPECT_EQ(door->cut_off(), 0u) << "it is not his fault";
  fill(0), fill(1);
  EXPECT_TRUE(comes([&] { return room.asked.size() == 6; }));
  for (std::size_t i = 2; i < 8; ++i) {
    ASSERT_TRUE(comes([&] { return room.asked.size() > i; }));
    fill(i);
  }
  EXPECT_TRUE(comes([&] { return client.bytes() == 8 * 4; }));
}

TEST_F(Connections, ARequestThatIsTooLongOrTooSlowIsCutOff) {
  open();
  Client too_long(world, door->port()), slow(world, door->port()), quiet(world, door->port());
  too_long.send(std::string(1001, 'a'));
  EXPECT_TRUE(comes([&] { return too_long.closed(); }));
  slow.send("half");
  EXPECT_TRUE(comes([&] { return slow.closed(); }));
  EXPECT_EQ(door->cut_off(), 2u);
  EXPECT_EQ(door->clients(), 1u);
  EXPECT_EQ(room.here, 1);
}

// Nothing runs between two calls of run_until(): a window that is paused must not cost clients their connection.
TEST_F(Connections, NobodyIsSlowWhileTheWorldStandsStill) {
  open();
  Client client(world, door->port());
  client.send("half");
  world.run_for(20ms);
  std::this_thread::sleep_for(500ms);
  world.run_for(20ms);
  client.send("done ");
  EXPECT_TRUE(comes([&] { return room.asked.size() == 1; }));
  EXPECT_EQ(room.asked[0].word, "halfdone");
  EXPECT_EQ(door->cut_off(), 0u);
}

TEST_F(Connections, WhoDoesNotTakeHisAnswersIsCutOff) {
  limits.unsent = 100'000;
  open();
  Client client(world, door->port(), false);
  client.send("a b ");
  ASSERT_TRUE(comes([&] { return room.asked.size() == 2; }));
  room.asked[0].line->fill(room.asked[0].place, std::string(20'000'000, 'x'));
  EXPECT_TRUE(comes([&] { return door->clients() == 0; }));
  EXPECT_EQ(door->cut_off(), 1u);
  fill(1);                       // He has left, and nothing happens.
}

TEST_F(Connections, WhoHangsUpHasSentAllAnswersBefore) {
  open();
  Client client(world, door->port());
  client.send("a bye never ");
  ASSERT_TRUE(comes([&] { return room.asked.size() == 2; }));
  fill(1);
  world.run_for(20ms);
  EXPECT_FALSE(client.closed());
  fill(0);
  EXPECT_TRUE(comes([&] { return client.closed(); }));
  EXPECT_EQ(client.answer(), "a");
  EXPECT_EQ(client.answer(), "bye");
  EXPECT_EQ(room.asked.size(), 2u);
}

// Who says no more may still wait for an answer; who has left is found out when there is one.
TEST_F(Connections, AConversationEndsWithItsClientWhenAllIsAnswered) {
  open();
  auto client = std::make_unique<Client>(world, door->port());
  client->send("a ");
  ASSERT_TRUE(comes([&] { return room.asked.size() == 1; }));
  client->leave();
  world.run_for(50ms);
  EXPECT_EQ(room.here, 1);
  fill(0);
  EXPECT_TRUE(comes([&] { return door->clients() == 0 && room.here == 0; }));
  EXPECT_EQ(door->came(), 1u);
}

TEST_F(Connections, APortThatIsTakenIsSaidInWords) {
  open();
  try {
    doors::Connections second(world.loop(), door->port(), nullptr, limits);
    ADD_FAILURE() << "two doors at one port";
  } catch (const world::Trouble& trouble) {
    EXPECT_EQ(std::string(trouble.what()), "cannot open a door at 127.0.0.1:" + std::to_string(door->port()) + ": Address already in use");
  }
}

}  // namespace
