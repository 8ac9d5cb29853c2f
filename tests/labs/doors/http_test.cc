// The HTTP door over a cluster of real sockets: what is asked, what is answered, and who is not let in.
#include <gtest/gtest.h>

#include "labs/doors/http.h"
#include "mechanisms/core/rng.h"
#include "visitor.h"

namespace {

using namespace std::chrono_literals;
using visits::Town;
using visits::Visitor;

std::string http(const std::string& method, const std::string& path, const std::string& body = "", const std::string& headers = "") {
  return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
}
// One answer: its status, and its body, which is as long as it says.
struct Heard {
  int status = 0;
  std::string head, body;
};
Heard hear_http(Visitor& visitor) {
  Heard heard;
  heard.head = visitor.hear("\r\n\r\n");
  if (heard.head.size() < 12) return heard;
  heard.status = std::stoi(heard.head.substr(9, 3));
  const auto length = heard.head.find("Content-Length: ");
  if (length != heard.head.npos) heard.body = visitor.hear_bytes(std::stoul(heard.head.substr(length + 16)));
  return heard;
}
Heard ask_http(Visitor& visitor, const std::string& request) {
  visitor.say(request);
  return hear_http(visitor);
}

class HttpDoor : public ::testing::TestWithParam<bool> {
 protected:
  Town town{GetParam() ? visits::raft_of_three() : visits::users_before_a_cache()};
  std::uint16_t port = town.open("http");
};
INSTANTIATE_TEST_SUITE_P(Worlds, HttpDoor, ::testing::Bool(), [](const auto& one) { return one.param ? "Raft" : "ServingPath"; });

TEST_P(HttpDoor, KeysAreWrittenReadAppendedToAndRemoved) {
  Visitor visitor = town.visitor(port);
  EXPECT_EQ(ask_http(visitor, http("GET", "/kv/a%20b")).status, 404);
  EXPECT_EQ(ask_http(visitor, http("PUT", "/kv/a%20b", "one")).status, 204);
  EXPECT_EQ(ask_http(visitor, http("POST", "/kv/a%20b?x", "+two")).status, 204);
  const auto read = ask_http(visitor, http("GET", "/kv/%61 b"));
  EXPECT_EQ(read.status, 400) << "a blank in a path is written as %20";
  Visitor next = town.visitor(port);
  EXPECT_EQ(ask_http(next, http("GET", "/kv/%61%20b")).body, "one+two");
  EXPECT_EQ(ask_http(next, http("DELETE", "/kv/a%20b")).status, 204);
  EXPECT_EQ(ask_http(next, http("DELETE", "/kv/a%20b")).status, 404);
  EXPECT_EQ(ask_http(next, http("GET", "/kv/a%20b")).status, 404);
}

TEST_P(HttpDoor, AValueOfAMebibyteOfAnyBytesComesBackAsItWas) {
  core::Rng rng(5);
  std::string value;
  for (int i = 0; i < 1 << 20; ++i) value += static_cast<char>(rng.below(256));
  Visitor visitor = town.visitor(port);
  ASSERT_EQ(ask_http(visitor, http("PUT", "/kv/large", value)).status, 204);
  EXPECT_TRUE(ask_http(visitor, http("GET", "/kv/large")).body == value);
}

TEST_P(HttpDoor, WhoSendsTooMuchIsToldSoThoughHeIsStillSending) {
  Visitor visitor = town.visitor(port);
  visitor.say(http("PUT", "/kv/large", std::string(8 << 20, 'x')));
  const auto answer = hear_http(visitor);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, "the body is longer than 1048576 bytes\n");
  EXPECT_EQ(visitor.hear_out(), "");
  EXPECT_FALSE(visitor.is_here());
}

TEST_P(HttpDoor, WhatIsAskedInOneGoIsDoneAndAnsweredInItsOrder) {
  Visitor visitor = town.visitor(port);
  std::string all;
  for (int i = 0; i < 50; ++i) all += http("PUT", "/kv/k", "v" + std::to_string(i)) + http("GET", "/kv/k");
  visitor.say(all);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(hear_http(visitor).status, 204) << i;
    EXPECT_EQ(hear_http(visitor).body, "v" + std::to_string(i));
  }
}

TEST_P(HttpDoor, ThePagesSayWhatThisIsAndWhetherItIsWell) {
  Visitor visitor = town.visitor(port);
  const auto front = ask_http(visitor, http("GET", "/"));
  EXPECT_EQ(front.status, 200);
  EXPECT_NE(front.body.find("curl localhost:"), std::string::npos) << front.body;
  EXPECT_EQ(ask_http(visitor, http("GET", "/healthz")).status, 200);
  EXPECT_EQ(ask_http(visitor, http("GET", "/nowhere")).status, 404);
  const auto head = visitor.ask(http("HEAD", "/"), "\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: " + std::to_string(front.body.size())), std::string::npos) << head;
  EXPECT_EQ(ask_http(visitor, http("GET", "/healthz")).status, 200) << "no body came after the head";
  town.world.apply("crash " + town.doors.seen().front().node);
  const auto down = ask_http(visitor, http("GET", "/healthz"));
  EXPECT_EQ(down.status, 503);
  const auto value = ask_http(visitor, http("GET", "/kv/a"));
  EXPECT_EQ(value.status, 503);
  EXPECT_NE(value.head.find("Retry-After: "), std::string::npos);
  EXPECT_NE(value.body.find("is not there"), std::string::npos) << value.body;
}

TEST_P(HttpDoor, AClusterThatIsCutOffIs504ForWritesAndIsWellAgainAfterwards) {
  Visitor visitor = town.visitor(port);
  ASSERT_EQ(ask_http(visitor, http("PUT", "/kv/a", "1")).status, 204);
  town.cut_off_the_client();
  EXPECT_EQ(ask_http(visitor, http("PUT", "/kv/a", "2")).status, 504);
  town.world.apply("heal");
  EXPECT_EQ(ask_http(visitor, http("PUT", "/kv/a", "3")).status, 204);
  EXPECT_EQ(ask_http(visitor, http("GET", "/kv/a")).body, "3");
}

TEST_P(HttpDoor, OldAndNewClientsKeepOrEndTheirConnectionAsTheySay) {
  Visitor old = town.visitor(port);
  EXPECT_NE(old.ask("GET /healthz HTTP/1.0\r\n\r\n", "is up\n").find("Connection: close"), std::string::npos);
  EXPECT_EQ(old.hear_out(), "");
  EXPECT_FALSE(old.is_here());
  Visitor bench = town.visitor(port);   // As ab asks.
  for (int i = 0; i < 3; ++i)
    EXPECT_NE(bench.ask("GET /healthz HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: 127.0.0.1\r\n\r\n", "is up\n").find("Connection: keep-alive"), std::string::npos);
  EXPECT_TRUE(bench.is_here());
  Visitor last = town.visitor(port);
  last.say(http("PUT", "/kv/a", "x", "Connection: close\r\n") + http("PUT", "/kv/a", "y"));
  EXPECT_TRUE(last.hear_out().starts_with("HTTP/1.1 204"));
  Visitor reader = town.visitor(port);
  EXPECT_EQ(ask_http(reader, http("GET", "/kv/a")).body, "x") << "behind a close nothing is asked";
  Visitor half = town.visitor(port);   // As `nc -N`: says all, and waits.
  half.say(http("GET", "/kv/a"));
  half.says_no_more();
  EXPECT_TRUE(half.hear_out().ends_with("\r\n\r\nx"));
}

TEST_P(HttpDoor, WhoWaitsWithTheBodyIsToldToGoOn) {
  Visitor visitor = town.visitor(port);
  visitor.say("PUT /kv/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(visitor.hear("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(ask_http(visitor, "abc").status, 204);
  EXPECT_EQ(ask_http(visitor, http("GET", "/kv/a")).body, "abc");
}

// What a page in a browser can have sent from here.
TEST_P(HttpDoor, ForeignHostsAndPagesAreRefusedAndCounted) {
  const std::string here = "Host: localhost:" + std::to_string(port) + "\r\n";
  const auto answer_to = [&](const std::string& headers) {
    Visitor visitor = town.visitor(port);
    const std::string words = visitor.ask("PUT /kv/page HTTP/1.1\r\n" + headers + "Content-Length: 1\r\n\r\nx", "\r\n");
    return words.substr(0, 12) + (words.starts_with("HTTP/1.1 403") ? visitor.hear_out().substr(0, 0) + (visitor.is_here() ? " stays" : "") : "");
  };
  const std::string refused = "HTTP/1.1 403", done = "HTTP/1.1 204", other = std::to_string(port ^ 1);
  for (const std::string host : {"evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "127.0.0.2", "0.0.0.0", "[::2]", ""})
    EXPECT_EQ(answer_to("Host: " + host + "\r\n"), refused) << host;
  EXPECT_EQ(answer_to("Host: localhost:" + other + "\r\n"), refused);
  for (const char* origin : {"http://evil.example", "https://localhost", "null", "http://localhost", "http://localhost:"})
    EXPECT_EQ(answer_to(here + "Origin: " + origin + "\r\n"), refused) << origin;
  EXPECT_EQ(answer_to(here + "Origin: http://localhost:" + other + "\r\n"), refused);
  for (const char* site : {"cross-site", "same-site", "what"}) EXPECT_EQ(answer_to(here + "Sec-Fetch-Site: " + site + "\r\n"), refused) << site;
  EXPECT_EQ(town.doors.seen().front().refused, 17u);
  EXPECT_EQ(town.doors.seen().front().asked, 0u);
  for (const char* host : {"localhost", "LOCALHOST", "127.0.0.1", "[::1]"}) {
    EXPECT_EQ(answer_to("Host: " + std::string(host) + "\r\n"), done) << host;
    EXPECT_EQ(answer_to("Host: " + std::string(host) + ":" + std::to_string(port) + "\r\n"), done) << host;
  }
  EXPECT_EQ(answer_to(here + "Origin: http://localhost:" + std::to_string(port) + "\r\nSec-Fetch-Site: same-origin\r\n"), done);
  EXPECT_EQ(answer_to(here + "Sec-Fetch-Site: none\r\n"), done);
  EXPECT_EQ(town.doors.seen().front().refused, 17u);
}

TEST_P(HttpDoor, WhatIsNotUnderstoodIsRefusedInWords) {
  const auto answer_to = [&](const std::string& request) {
    Visitor visitor = town.visitor(port);
    return ask_http(visitor, request);
  };
  const auto patch = answer_to(http("PATCH", "/kv/a", "x"));
  EXPECT_EQ(patch.status, 405);
  EXPECT_NE(patch.head.find("Allow: GET, HEAD, PUT, POST, DELETE\r\n"), std::string::npos);
  EXPECT_EQ(answer_to(http("DELETE", "/")).status, 405);
  EXPECT_EQ(answer_to(http("OPTIONS", "*")).status, 404);
  EXPECT_EQ(answer_to(http("GET", "/kv/")).status, 400);
  EXPECT_EQ(answer_to(http("GET", "/kv/%4")).status, 400);
  EXPECT_EQ(answer_to(http("GET", "/kv/" + std::string(1025, 'k'))).status, 414);
  EXPECT_EQ(answer_to(http("PUT", "/kv/a", "x", "If-None-Match: *\r\n")).status, 501);
  EXPECT_EQ(town.doors.seen().front().asked, 0u);
  for (const std::string request : {"PING\r\n", "get a\r\n", "\x80\x01\n"}) {
    const auto heard = answer_to(request);
    EXPECT_EQ(heard.status, 400) << request;
    EXPECT_NE(heard.body, "");
    EXPECT_NE(heard.head.find("Connection: close"), std::string::npos);
  }
}

TEST(HttpDoorOfDynamo, AStoreThatCannotAppendIs501AndSiblingsAre300) {
  world::System system;
  system.groups.push_back({"nodes", catalog::find_kind("dynamo"), 3, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("dynamo-client"), 2, {"nodes"}, {{"active", "false"}, {"give_up", "2s"}}});
  system.disk.files = false;
  Town town(system);
  const std::string first = town.world.nodes()[3].name, second = town.world.nodes()[4].name;
  const std::uint16_t one = town.open("http@" + first), two = town.open("http:0@" + second);
  Visitor here = town.visitor(one), there = town.visitor(two);
  EXPECT_EQ(ask_http(here, http("POST", "/kv/a", "x")).status, 501);
  ASSERT_EQ(ask_http(here, http("PUT", "/kv/a", "mine")).status, 204);
  ASSERT_EQ(ask_http(there, http("PUT", "/kv/a", "yours")).status, 204);
  const auto read = ask_http(here, http("GET", "/kv/a"));
  EXPECT_EQ(read.status, 300);
  EXPECT_NE(("\n" + read.body).find("\nmine\n"), std::string::npos) << read.body;
  EXPECT_NE(("\n" + read.body).find("\nyours\n"), std::string::npos) << read.body;
}

}  // namespace
