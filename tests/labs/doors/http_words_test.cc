// How HTTP requests are read, and answers written: the grammar, and what strangers make of it.
#include <gtest/gtest.h>

#include "labs/doors/http_words.h"
#include "mechanisms/core/rng.h"

namespace {

using doors::BadHttp;
using doors::HttpLimits;
using doors::HttpReader;
using doors::HttpRequest;

HttpRequest read_whole(const std::string& text) {
  HttpReader reader;
  std::size_t taken = 0;
  const auto request = reader.read(text, taken);
  EXPECT_TRUE(request) << text;
  EXPECT_EQ(taken, text.size());
  return request.value_or(HttpRequest{});
}

// The status with which it is refused; 0: it is not, so far.
int refusal(const std::string& text, const HttpLimits& limits = {}) {
  HttpReader reader(limits);
  std::size_t taken = 0;
  try {
    reader.read(text, taken);
    return 0;
  } catch (const BadHttp& bad) {
    EXPECT_STRNE(bad.what(), "");
    return bad.status;
  }
}

const std::string kHost = "Host: localhost\r\n";

TEST(HttpWords, ARequestHasAMethodATargetAndHeaders) {
  const auto request = read_whole("GET /kv/a%20b?x=1 HTTP/1.1\r\nHost: LocalHost:80\r\nX-Other:  two words \t\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/kv/a%20b?x=1");
  EXPECT_EQ(request.path(), "/kv/a%20b");
  EXPECT_EQ(request.host, "LocalHost:80");
  ASSERT_NE(request.header("x-other"), nullptr);
  EXPECT_EQ(*request.header("x-other"), "two words");
  EXPECT_EQ(request.header("x-nothing"), nullptr);
  EXPECT_EQ(request.body, "");
}

TEST(HttpWords, ABodyIsAsLongAsItSaysOrComesInChunks) {
  EXPECT_EQ(read_whole("PUT /kv/a HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\n\r\nhe\r\no").body, "he\r\no");
  EXPECT_EQ(read_whole("PUT /kv/a HTTP/1.1\r\n" + kHost + "Transfer-Encoding: Chunked\r\n\r\n5;why=not\r\nhello\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n").body,
            "hello0123456789");
}

TEST(HttpWords, WhatComesByteByByteIsReadTheSame) {
  const std::string text = "POST /kv/a HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  HttpReader reader;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size(); ++i) ASSERT_FALSE(reader.read(std::string_view(text).substr(0, i), taken)) << i;
  const auto request = reader.read(text, taken);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, "abc");
  EXPECT_EQ(taken, text.size());
}

TEST(HttpWords, OneRequestAfterTheOtherIsRead) {
  const std::string one = "PUT /kv/a HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc", two = "GET /kv/a HTTP/1.1\r\n" + kHost + "\r\n";
  HttpReader reader;
  std::size_t taken = 0;
  ASSERT_TRUE(reader.read(one + two, taken));
  EXPECT_EQ(taken, one.size());
  const auto second = reader.read(two, taken);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->method, "GET");
  EXPECT_EQ(second->body, "");
  EXPECT_EQ(second->headers.size(), 1u);
}

TEST(HttpWords, AConnectionStaysAsTheVersionAndTheClientSay) {
  EXPECT_TRUE(read_whole("GET / HTTP/1.1\r\n" + kHost + "\r\n").stays);
  EXPECT_FALSE(read_whole("GET / HTTP/1.1\r\n" + kHost + "Connection: foo, Close\r\n\r\n").stays);
  EXPECT_FALSE(read_whole("GET / HTTP/1.0\r\n\r\n").stays);
  EXPECT_TRUE(read_whole("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").stays);
}

TEST(HttpWords, TheHostInTheTargetCountsMoreThanTheHeader) {
  const auto request = read_whole("GET http://evil.example:80?x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(request.host, "evil.example:80");
  EXPECT_EQ(request.target, "?x");
  EXPECT_EQ(read_whole("GET HTTP://a HTTP/1.1\r\nHost: localhost\r\n\r\n").target, "/");
}

TEST(HttpWords, WhoWaitsToBeToldToGoOnIsToldOnce) {
  const std::string head = "PUT /kv/a HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  HttpReader reader;
  std::size_t taken = 0;
  ASSERT_FALSE(reader.read(head.substr(0, 30), taken));
  EXPECT_FALSE(reader.must_say_go_on());
  ASSERT_FALSE(reader.read(head, taken));
  EXPECT_TRUE(reader.must_say_go_on());
  EXPECT_FALSE(reader.must_say_go_on());
  EXPECT_TRUE(reader.read(head + "abc", taken));
}

TEST(HttpWords, WhatCouldBeReadInTwoWaysIsRefused) {
  const std::string put = "PUT /kv/a HTTP/1.1\r\n" + kHost;
  EXPECT_EQ(refusal(put + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length: 3, 3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length: +3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length: 0x3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length:\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Content-Length : 3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(refusal("PUT /kv/a HTTP/1.0\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "X: a\r\n b\r\n\r\n"), 400) << "a folded line";
  EXPECT_EQ(refusal(put + "X: a\n\r\n"), 400) << "a bare line feed";
  EXPECT_EQ(refusal(put + "X: a\rb\r\n\r\n"), 400) << "a bare carriage return";
  EXPECT_EQ(refusal(put + "Host: other\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\n\r\n-3\r\n"), 400);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\n\r\n0x3\r\n"), 400);
  EXPECT_EQ(refusal(put + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n"), 400);
}

TEST(HttpWords, OtherProtocolsAreRefused) {
  EXPECT_EQ(refusal("*1\r\n$4\r\nPING\r\n"), 400);
  EXPECT_EQ(refusal("get key\r\n"), 400);
  EXPECT_EQ(refusal("GET /\r\n"), 400) << "HTTP/0.9";
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\n"), 505);
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refusal(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12)), 400) << "TLS";
  EXPECT_EQ(refusal("GET / HTTP/1.x\r\n"), 505);
  EXPECT_EQ(refusal("GET /a b HTTP/1.1\r\n"), 400);
  EXPECT_EQ(refusal("\r\n\r\nGET / HTTP/1.1\r\n"), 400);
  EXPECT_EQ(refusal("G\x01T / HTTP/1.1\r\n"), 400);
}

TEST(HttpWords, EveryLengthHasALimit) {
  const std::string put = "PUT /kv/a HTTP/1.1\r\n" + kHost, chunked = put + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refusal("GET /" + std::string(9000, 'a')), 414);
  EXPECT_EQ(refusal("GET /" + std::string(8000, 'a')), 0);
  EXPECT_EQ(refusal(put + "X: " + std::string(40'000, 'a')), 431);
  std::string many = put;
  for (int i = 0; i < 99; ++i) many += "X: a\r\n";
  EXPECT_EQ(refusal(many), 0);
  EXPECT_EQ(refusal(many + "X: a\r\n"), 431);
  EXPECT_EQ(refusal(put + "Content-Length: 1048577\r\n\r\n"), 413);
  EXPECT_EQ(refusal(put + "Content-Length: 99999999999999999999999999\r\n\r\n"), 413);
  EXPECT_EQ(refusal(put + "Content-Length: 1048576\r\n\r\n"), 0);
  EXPECT_EQ(refusal(chunked + "100001\r\n"), 413);
  EXPECT_EQ(refusal(chunked + "ffffffffffffffff\r\n"), 413);
  EXPECT_EQ(refusal(chunked + std::string(300, '0')), 400);
  EXPECT_EQ(refusal(chunked + "1;" + std::string(300, 'x')), 400);
  EXPECT_EQ(refusal(chunked + "0\r\n" + std::string(40'000, 'x')), 431);
  std::string trailers = chunked + "0\r\n";
  for (int i = 0; i < 102; ++i) trailers += "x\r\n";
  EXPECT_EQ(refusal(trailers), 431);
  std::string chunks = chunked;
  for (int i = 0; i < 3; ++i) chunks += "80000\r\n" + std::string(0x80000, 'x') + "\r\n";
  EXPECT_EQ(refusal(chunks), 413) << "each of them is short enough";
}

TEST(HttpWords, NoBytesWhateverTheyAreDoAnythingElse) {
  core::Rng rng(7);
  const std::string whole = "POST /kv/a%20b HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n";
  int read = 0, refused = 0, open = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole;
    for (std::uint64_t change = rng.below(4); change > 0; --change) {
      const std::size_t at = rng.below(text.size());
      const std::uint64_t kind = rng.below(3);
      if (kind == 0) text[at] = static_cast<char>(rng.below(256));
      else if (kind == 1) text.erase(at, rng.below(8) + 1);
      else text.insert(at, text.substr(rng.below(text.size()), 9));
    }
    HttpReader reader;
    std::size_t taken = 0;
    try {
      // In two pieces: what was read of the first is not read again.
      const std::size_t cut = rng.below(text.size() + 1);
      const bool early = reader.read(std::string_view(text).substr(0, cut), taken).has_value();
      const bool done = early || reader.read(text, taken).has_value();
      done ? ++read : ++open;
      if (done) { ASSERT_LE(taken, text.size()); }
    } catch (const BadHttp&) {
      ++refused;
    }
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(open, 100);
}

TEST(HttpWords, AnAnswerSaysItsLengthAndWhetherTheConnectionStays) {
  const std::string text = doors::http_text({404, "no\n", {{"X-More", "y"}}}, true);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 404 Not Found\r\nDate: ")) << text;
  EXPECT_NE(text.find(" GMT\r\nX-More: y\r\n"), text.npos) << text;
  EXPECT_NE(text.find("\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nno\n"), text.npos) << text;
  const std::string head = doors::http_text({200, "body"}, false, false);
  EXPECT_TRUE(head.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n")) << head;
  const std::string none = doors::http_text({204, ""}, true);
  EXPECT_EQ(none.find("Content-"), none.npos) << "RFC 9110, 8.6: no length with 204";
}

TEST(HttpWords, PercentsAreDecodedOrRefused) {
  EXPECT_EQ(doors::percent_decoded("a%20b%2fC%00"), std::string("a b/C\0", 6));
  EXPECT_EQ(doors::percent_decoded("a+b"), "a+b");
  EXPECT_FALSE(doors::percent_decoded("a%2"));
  EXPECT_FALSE(doors::percent_decoded("a%"));
  EXPECT_FALSE(doors::percent_decoded("%+1"));
  EXPECT_FALSE(doors::percent_decoded("%zz"));
}

TEST(HttpWords, AHostIsANameAndAPort) {
  EXPECT_EQ(doors::read_host("LOCALHOST")->name, "localhost");
  EXPECT_EQ(doors::read_host("127.0.0.1:8080")->port, 8080u);
  EXPECT_EQ(doors::read_host("[::1]:80")->name, "[::1]");
  EXPECT_EQ(doors::read_host("[::1]")->port, 0u);
  for (const char* bad : {"", ":80", "a:", "a:b", "a:99999", "[::1", "[::1]x", "a:0", "a:80:80"}) EXPECT_FALSE(doors::read_host(bad)) << bad;
}

}  // namespace
