// Redis' protocol, as it is written: whole, in pieces, and by somebody who means no good.
#include "labs/doors/resp_words.h"

#include <gtest/gtest.h>

#include <chrono>

#include "mechanisms/core/rng.h"

namespace {

using doors::BadResp;
using doors::RespReader;
using Words = std::vector<std::string>;

// All requests in `bytes`.
std::vector<Words> all_of(std::string_view bytes) {
  RespReader reader;
  std::vector<Words> all;
  for (std::size_t taken = 1; taken > 0 && !bytes.empty(); bytes.remove_prefix(taken))
    if ((taken = reader.read(bytes)) > 0) all.push_back(reader.words());
  return all;
}

std::string complaint(std::string_view bytes) {
  try {
    RespReader().read(bytes);
  } catch (const BadResp& bad) {
    return bad.what();
  }
  return "";
}

TEST(RespWords, ARequestIsAnArrayOfWordsOfAnyBytes) {
  EXPECT_EQ(all_of("*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n"), (std::vector<Words>{{"GET", "a\r\nb"}}));
  EXPECT_EQ(all_of("*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"), (std::vector<Words>{{"PING"}, {"ECHO", ""}}));
  EXPECT_EQ(all_of("*0\r\n*-1\r\n*1\r\n$1\r\nx\r\n"), (std::vector<Words>{{}, {}, {"x"}}));
}

TEST(RespWords, ALineOfWordsIsARequestToo) {
  EXPECT_EQ(all_of("SET k  v\r\n\r\nPING\n"), (std::vector<Words>{{"SET", "k", "v"}, {}, {"PING"}}));
  EXPECT_EQ(all_of("set k \"a b\\n\\x41\\\"\" 'c \\'d'\r\n"), (std::vector<Words>{{"set", "k", "a b\nA\"", "c 'd"}}));
  EXPECT_EQ(complaint("set k \"a b\r\n"), "Protocol error: unbalanced quotes in request");
  EXPECT_EQ(complaint("set k \"a\"b\r\n"), "Protocol error: unbalanced quotes in request");
}

TEST(RespWords, ARequestMayComeByteByByte) {
  const std::string bytes = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12\r\nhello\r\nworld\r\nPING\r\n";
  RespReader reader;
  std::vector<Words> all;
  std::size_t from = 0;
  for (std::size_t come = 1; come <= bytes.size(); ++come)
    if (const auto taken = reader.read(std::string_view(bytes).substr(from, come - from)); taken > 0) from += taken, all.push_back(reader.words());
  EXPECT_EQ(all, (std::vector<Words>{{"SET", "k", "hello\r\nworld"}, {"PING"}}));
}

TEST(RespWords, WhatIsNoRequestIsSaidInWords) {
  EXPECT_EQ(complaint("*1\r\n:5\r\n"), "Protocol error: expected '$', got ':'");
  EXPECT_EQ(complaint("*x\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(complaint("*1\r\n$x\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(complaint("*1\r\n$-1\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(complaint("*1\r\n$2\r\nabc\r\n"), "Protocol error: a bulk string does not end where it says");
}

TEST(RespWords, EveryLengthHasALimitThatIsKnownBeforeAnythingIsKept) {
  EXPECT_EQ(complaint("*1000000000\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(complaint("*99999999999999999999999\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(complaint("*1\r\n$512000000\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(complaint("*" + std::string(40, '1')), "Protocol error: invalid multibulk length");
  EXPECT_EQ(complaint(std::string(70'000, 'a')), "Protocol error: too big inline request");
  std::string many = "*10\r\n";
  for (int i = 0; i < 5; ++i) many += "$1000000\r\n" + std::string(1'000'000, 'a') + "\r\n";
  EXPECT_EQ(complaint(many), "Protocol error: too big request");
}

// What comes byte by byte must not be read from its beginning for each byte: 300 KB would be 45 GB.
TEST(RespWords, ALongRequestInSmallPiecesIsReadOnce) {
  std::string bytes = "*20000\r\n";
  for (int i = 0; i < 20'000; ++i) bytes += "$8\r\nabcdefgh\r\n";
  RespReader reader;
  const auto began = std::chrono::steady_clock::now();
  std::size_t taken = 0;
  for (std::size_t come = 1; come <= bytes.size(); ++come) taken = reader.read(std::string_view(bytes).substr(0, come));
  EXPECT_EQ(taken, bytes.size());
  EXPECT_EQ(reader.words().size(), 20'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST(RespWords, RandomBytesAreARequestOrAnErrorAndNeverMoreThanCame) {
  core::Rng rng(7);
  const std::string_view letters = "*$:+-\r\n0123459 \"'\\xGET";
  std::size_t read = 0, bad = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = round % 2 == 0 ? "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" : "";
    for (std::uint64_t i = rng.below(40); i > 0; --i) {
      const char letter = rng.chance(0.2) ? static_cast<char>(rng.below(256)) : letters[rng.below(letters.size())];
      if (bytes.empty() || rng.chance(0.5)) bytes += letter;
      else bytes[rng.below(bytes.size())] = letter;
    }
    try {
      RespReader reader;
      const auto taken = reader.read(bytes);
      ASSERT_LE(taken, bytes.size());
      read += taken > 0 ? 1 : 0;
    } catch (const BadResp&) {
      ++bad;
    }
  }
  EXPECT_GT(read, 1000u);
  EXPECT_GT(bad, 1000u);
}

TEST(RespWords, AnErrorIsOneLineWhateverItSays) { EXPECT_EQ(doors::resp_error("ERR no\r\n+OK"), "-ERR no  +OK\r\n"); }

}  // namespace
