// A door of a session: a real client comes in while the world runs on its thread, and no more once it is shut.
#include <gtest/gtest.h>

#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <thread>

#include "labs/catalog/labs.h"
#include "labs/session/session.h"

namespace session {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Session> over_sockets(bool loopback) {
  Origin origin;
  origin.lab = catalog::load_lab("raft-log-replication");
  origin.loopback = loopback;
  origin.settings = {"clients.active=off"};
  origin.program = "faultline test";
  return std::make_unique<Session>(std::move(origin));
}

bool until(const std::function<bool()>& is_so) {
  const auto patience = std::chrono::steady_clock::now() + 60s;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

// What comes back, so many bytes; empty: nobody is there.
std::string asked(const std::string& address, const std::string& bytes, std::size_t expected) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(address.find(':') + 1)));
  std::error_code failed;
  socket.connect({asio::ip::address_v4::loopback(), port}, failed);
  if (failed) return "";
  asio::write(socket, asio::buffer(bytes));
  std::string answer(expected, '\0');
  answer.resize(asio::read(socket, asio::buffer(answer), failed));
  return answer;
}

TEST(SessionDoors, LetARealClientInAndItsOperationsAreRecorded) {
  const auto session = over_sockets(true);
  session->stop_at_violation(false);
  session->as_fast_as_it_goes();
  session->open_door("resp");
  ASSERT_TRUE(until([&] { return session->status().doors.size() == 1; }));
  const std::string address = session->status().doors[0].addresses.at(0);
  EXPECT_TRUE(address.starts_with("127.0.0.1:"));
  EXPECT_EQ(asked(address, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n42\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n", 13), "+OK\r\n$2\r\n42\r\n");
  ASSERT_TRUE(until([&] { return session->status().doors[0].asked >= 2; }));
  const auto& run = session->recording();
  std::size_t begun = 0;
  run.visit(0, run.size(), [&](const record::Event& event, core::BytesView) { begun += event.kind == record::EventKind::invoke ? 1 : 0; });
  EXPECT_EQ(begun, 2u);
  session->close_door("resp");
  ASSERT_TRUE(until([&] { return session->status().doors.empty(); }));
  EXPECT_EQ(asked(address, "PING\r\n", 7), "");
}

TEST(SessionDoors, OfASimulatedWorldThereAreNone) {
  const auto session = over_sockets(false);
  session->open_door("resp");
  ASSERT_TRUE(until([&] { return !session->status().refused.empty(); }));
  EXPECT_NE(session->status().refused[0].why.find("real sockets"), std::string::npos);
}

TEST(SessionDoors, WhatIsNoDoorIsRefusedInWords) {
  const auto session = over_sockets(true);
  session->as_fast_as_it_goes();
  session->open_door("gopher");
  session->open_door("resp:0.0.0.0:7000");
  session->open_door("resp@S1");
  ASSERT_TRUE(until([&] { return session->status().refused.size() == 3; }));
  EXPECT_NE(session->status().refused[0].why.find("there is no door `gopher`"), std::string::npos);
  EXPECT_NE(session->status().refused[1].why.find("127.0.0.1 only"), std::string::npos);
  EXPECT_NE(session->status().refused[2].why.find("C1"), std::string::npos) << "the clients are named";
  EXPECT_TRUE(session->status().doors.empty());
}

}  // namespace
}  // namespace session
