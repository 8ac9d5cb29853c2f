// `faultline run --door http`, asked by the real curl and wrk.
#include <gtest/gtest.h>

#include <regex>

#include "open_doors.h"

namespace {

using program::OpenDoors;
using program::Words;

// The body, and behind it the status on a line of its own.
std::string curl(Words words) {
  words.insert(words.begin(), {"curl", "-s", "-m", "10", "-w", "\n%{http_code}"});
  return program::run(words).out;
}

// How many answers were 2xx, 503 or 504, and others; and what wrk itself says.
struct Wrk {
  long good = 0, cut_off = 0, others = 0;
  double rate = 0;
  std::string said;
};
Wrk wrk(const std::string& url, const std::string& method) {
  const program::Folder folder;
  const std::string script = folder.file("wrk.lua", "wrk.method = '" + method + R"('
wrk.body = wrk.method == 'PUT' and 'x' or nil
good, cut_off, others = 0, 0, 0
local threads = {}
function setup(thread) table.insert(threads, thread) end
function response(status)
  if status >= 200 and status < 300 then good = good + 1
  elseif status == 503 or status == 504 then cut_off = cut_off + 1
  else others = others + 1 end
end
function done()
  for _, t in ipairs(threads) do print(string.format('counted %d %d %d', t:get('good'), t:get('cut_off'), t:get('others'))) end
end
)");
  Wrk seen;
  seen.said = program::run({"wrk", "-t", "1", "-c", "20", "-d", "2", "--timeout", "5", "-s", script, url}).out;
  std::smatch found;
  if (std::regex_search(seen.said, found, std::regex("counted (\\d+) (\\d+) (\\d+)"))) seen.good = std::stol(found[1]), seen.cut_off = std::stol(found[2]), seen.others = std::stol(found[3]);
  if (std::regex_search(seen.said, found, std::regex("Requests/sec: +([0-9.]+)"))) seen.rate = std::stod(found[1]);
  return seen;
}

TEST(DoorHttp, CurlReadsWritesAppendsAndRemoves) {
  OpenDoors doors(program::kCachedLab, {"http"});
  const std::string site = "http://" + doors.address("http"), key = site + "/kv/a%20key";
  const program::Folder folder;
  EXPECT_EQ(curl({key}), "there is no such key\n\n404");
  EXPECT_EQ(curl({"-X", "PUT", "-d", "one", key}), "\n204");
  EXPECT_EQ(curl({"-d", "+two", key}), "\n204");
  EXPECT_EQ(curl({key}), "one+two\n200");
  EXPECT_EQ(curl({"--http1.0", key}), "one+two\n200");
  EXPECT_NE(curl({"-I", key}).find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_EQ(curl({"-X", "DELETE", key}), "\n204");
  EXPECT_EQ(curl({"-X", "DELETE", key}), "there is no such key\n\n404");
  // More than curl sends without asking first; and in chunks.
  const std::string large(1'000'000, 'v'), file = folder.file("large", large);
  EXPECT_EQ(curl({"-T", file, "-H", "Expect: 100-continue", key}), "\n204");
  EXPECT_EQ(curl({key}), large + "\n200");
  EXPECT_EQ(curl({"-T", file, "-H", "Transfer-Encoding: chunked", key}), "\n204");
  EXPECT_EQ(curl({"-T", folder.file("larger", large + large), key}), "the body is longer than 1048576 bytes\n\n413");
  EXPECT_EQ(curl({key, key}), large + "\n200" + large + "\n200") << "two requests of one connection";
  EXPECT_NE(curl({site}).find("curl -X PUT -d VALUE"), std::string::npos);
  EXPECT_EQ(curl({site + "/healthz"}), "U1 is up\n\n200");
  EXPECT_EQ(curl({"-H", "Host: evil.example", key}).substr(0, 12), "this is loca");
  EXPECT_TRUE(curl({"-H", "Host: evil.example", key}).ends_with("\n403"));
  EXPECT_TRUE(curl({"-H", "Origin: http://evil.example", key}).ends_with("\n403"));
  const std::string said = doors.end();
  EXPECT_TRUE(std::regex_search(said, std::regex("door http: \\d+ operations, 3 requests of other sites refused\n"))) << said;
}

TEST(DoorHttp, WrkIsAnsweredAsLongAsTheStoreIsThereAndAgainWhenItIsBack) {
  OpenDoors doors(program::kCachedLab, {"http"}, "wait 9s\npartition store | cache\nwait 7s\nheal\n");
  const std::string url = "http://" + doors.address("http") + "/kv/a", other = url + "nother";
  ASSERT_EQ(curl({"-X", "PUT", "-d", "x", url}) + curl({"-X", "PUT", "-d", "kept", other}), "\n204\n204");
  const Wrk reads = wrk(url, "GET"), writes = wrk(url, "PUT");
  for (const Wrk& healthy : {reads, writes}) {
    EXPECT_GT(healthy.good, 500) << healthy.said;
    EXPECT_EQ(healthy.cut_off, 0) << healthy.said;
    EXPECT_EQ(healthy.others, 0) << healthy.said;
    EXPECT_EQ(healthy.said.find("Socket errors"), std::string::npos) << healthy.said;
  }
  ASSERT_TRUE(program::within_20_s([&] { return curl({"-X", "PUT", "-d", "x", url}).ends_with("\n504"); }));
  const Wrk cut = wrk(url, "PUT");
  EXPECT_EQ(cut.good, 0) << cut.said;
  EXPECT_GT(cut.cut_off, 10) << cut.said;
  EXPECT_EQ(cut.others, 0) << cut.said;
  EXPECT_EQ(curl({url}), "nobody answered in time\n\n504") << "a write that may have been done made the cache forget it";
  EXPECT_EQ(curl({other}), "kept\n200") << "this one the cache still has";
  ASSERT_TRUE(program::within_20_s([&] { return curl({"-X", "PUT", "-d", "y", url}).ends_with("\n204"); }));
  const Wrk again = wrk(url, "PUT");
  EXPECT_GT(again.good, 500) << again.said;
  EXPECT_EQ(again.cut_off + again.others, 0) << again.said;
}

}  // namespace
