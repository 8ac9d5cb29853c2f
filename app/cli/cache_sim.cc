// `faultline cache-sim TRACE --policy a,b --size N,..`: which policy hits how often on a trace of requests. All caches go through
// the trace together, some ten thousand requests at a time, so that a trace of any length is read once and never kept; only
// sizes in percent need it twice, to know its footprint first.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/table.h"
#include "app/cli/trace.h"
#include "mechanisms/caching/policies/cache.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

// Grows when a field goes or changes its meaning. New fields may come at any time.
constexpr int kCacheSimFormat = 1;
constexpr std::size_t kTogether = 65536;

struct BadWords : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::vector<std::string> between_commas(const std::string& text) {
  std::vector<std::string> all{""};
  for (const char c : text) {
    if (c == ',') all.emplace_back();
    else all.back() += c;
  }
  return all;
}

std::vector<caching::Policy> policies_of(const std::string& words) {
  std::vector<caching::Policy> all;
  std::vector<std::string> known;
  for (const auto name : names(caching::Policy{})) known.emplace_back(name);
  known.emplace_back("all");
  for (const auto& word : between_commas(words)) {
    caching::Policy policy{};
    if (word == "all") {
      for (std::size_t i = 0; i < names(policy).size(); ++i) all.push_back(static_cast<caching::Policy>(i));
    } else if (core::parse(word, policy)) {
      all.push_back(policy);
    } else {
      const std::string near = core::nearest(word, known);
      throw BadWords("there is no policy `" + word + "`" + (near.empty() ? "; there are " + listed(known) : ", did you mean `" + near + "`?"));
    }
  }
  return all;
}

// As it was asked for: `1000` objects, `64MiB`, or `10%` of the trace's footprint.
struct Size {
  std::string words;
  enum class Of { objects, bytes, footprint } of{};
  std::uint64_t number = 0;
  double percent = 0;
};

Size size_of(const std::string& word) {
  Size size{word};
  if (word.ends_with('%')) {
    size.of = Size::Of::footprint;
    double part = 0;
    if (core::parse(word, part) && part > 0 && part <= 1) return size.percent = part * 100, size;
  } else if (word.ends_with('B') ? core::parse(word, size.number) || core::parse(word.substr(0, word.size() - 1), size.number)
                                 : core::parse(word, size.number)) {
    size.of = word.ends_with('B') ? Size::Of::bytes : Size::Of::objects;
    if (size.number > 0 && size.number <= 1'000'000'000'000) return size;
  }
  throw BadWords("--size takes numbers of objects, bytes such as 64MiB, or percent of the trace's footprint such as 10%, not `" + word + "`");
}

// What all distinct objects of a trace are together: an object that changes is as large as when it was met first.
struct Footprint {
  std::uint64_t objects = 0, bytes = 0;
};

std::ifstream opened(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw BadTrace("there is no such file");
  if (std::filesystem::is_directory(path, ignored)) throw BadTrace("it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadTrace("it cannot be read");
  return in;
}

Footprint footprint_of(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored) && !std::filesystem::is_directory(path, ignored))
    throw BadTrace("a size in percent needs the trace twice, and what comes through a pipe comes once");
  std::ifstream in = opened(path);
  TraceReader trace(in);
  std::unordered_set<std::uint64_t> met;
  Footprint footprint;
  for (TraceRequest request; trace.next(request);)
    if (met.insert(request.key).second) ++footprint.objects, footprint.bytes += request.bytes;
  return footprint;
}

struct Nothing {};   // Only sizes matter here.

struct Simulated {
  Simulated(caching::Policy p, const Size& s, const caching::CacheSettings& settings) : policy(p), size(s), cache(settings) {}
  caching::Policy policy;
  Size size;
  caching::Cache<std::uint64_t, Nothing> cache;
  std::uint64_t hit_bytes = 0;
  std::chrono::duration<double> took{};

  void go_through(const std::vector<TraceRequest>& requests) {
    const auto began = std::chrono::steady_clock::now();
    for (const TraceRequest& request : requests) {
      if (cache.get(request.key, core::kStart) != nullptr) hit_bytes += request.bytes;
      else cache.put(request.key, {}, request.bytes, caching::kNever, core::kStart);
    }
    took += std::chrono::steady_clock::now() - began;
  }
};

caching::CacheSettings settings_for(caching::Policy policy, const Size& size, const Footprint& footprint, bool sizes) {
  caching::CacheSettings settings;
  settings.policy = policy;
  const bool bytes = size.of == Size::Of::bytes || (size.of == Size::Of::footprint && sizes);
  std::uint64_t room = size.number;
  if (size.of == Size::Of::footprint)
    room = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(bytes ? footprint.bytes : footprint.objects) * size.percent / 100 + 0.5));
  settings.entries = bytes ? 0 : room;
  settings.bytes = bytes ? room : 0;
  return settings;
}

struct Totals {
  std::uint64_t requests = 0, bytes = 0;
  bool sizes = false;
};

double percent_of(std::uint64_t part, std::uint64_t whole) { return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole); }

double rate_of(const Simulated& one, const Totals& totals) {
  return one.took.count() <= 0 ? 0 : static_cast<double>(totals.requests) / one.took.count();
}

std::string with_two_digits(double number) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.2f", number);
  return buffer;
}

std::string room_of(const Simulated& one) {
  const auto& settings = one.cache.settings();
  const std::string room = settings.bytes > 0 ? grouped(settings.bytes) + " bytes" : grouped(settings.entries) + (settings.entries == 1 ? " object" : " objects");
  return one.size.of == Size::Of::footprint ? one.size.words + " = " + room : room;
}

void print(const std::vector<Simulated>& all, const Totals& totals) {
  std::vector<std::vector<std::string>> rows{{"policy", "size", "hits %", "evictions", "requests/s"}};
  if (totals.sizes) rows[0].insert(rows[0].begin() + 3, "hit bytes %");
  for (const auto& one : all) {
    auto& row = rows.emplace_back(std::vector<std::string>{core::text(one.policy), room_of(one), with_two_digits(percent_of(one.cache.counts().hits, totals.requests)),
                                                           grouped(one.cache.counts().evictions), rounded(rate_of(one, totals))});
    if (totals.sizes) row.insert(row.begin() + 3, with_two_digits(percent_of(one.hit_bytes, totals.bytes)));
  }
  std::cout << grouped(totals.requests) << " requests" << (totals.sizes ? " of " + grouped(totals.bytes) + " bytes" : "") << "\n" << table(rows);
}

Json json_of(const std::string& path, const std::vector<Simulated>& all, const Totals& totals, const Footprint& footprint) {
  Json json{{"format", kCacheSimFormat}, {"trace", plain_line(path)}, {"requests", totals.requests}};
  if (totals.sizes) json["bytes"] = totals.bytes;
  if (footprint.objects > 0) json["footprint"] = {{"objects", footprint.objects}, {"bytes", footprint.bytes}};
  for (const auto& one : all) {
    Json result{{"policy", core::text(one.policy)}, {"size", one.size.words}};
    const auto& settings = one.cache.settings();
    if (settings.bytes > 0) result["capacity_bytes"] = settings.bytes;
    else result["capacity_objects"] = settings.entries;
    result["hits"] = one.cache.counts().hits;
    result["misses"] = one.cache.counts().misses;
    result["evictions"] = one.cache.counts().evictions;
    result["hit_rate_percent"] = percent_of(one.cache.counts().hits, totals.requests);
    if (totals.sizes) result["byte_hit_rate_percent"] = percent_of(one.hit_bytes, totals.bytes);
    result["requests_per_second"] = rate_of(one, totals);
    json["results"].push_back(result);
  }
  return json;
}

// Every policy with every size, through the whole trace.
std::vector<Simulated> simulate(std::istream& in, const std::vector<caching::Policy>& policies, const std::vector<Size>& sizes, const Footprint& footprint, Totals& totals) {
  TraceReader trace(in);
  totals.sizes = trace.has_sizes();
  std::vector<Simulated> all;
  for (const Size& size : sizes)
    for (const auto policy : policies) all.emplace_back(policy, size, settings_for(policy, size, footprint, totals.sizes));
  std::vector<TraceRequest> together;
  for (bool more = true; more;) {
    together.clear();
    for (TraceRequest request; together.size() < kTogether && (more = trace.next(request));) {
      together.push_back(request);
      totals.bytes += request.bytes;
    }
    totals.requests += together.size();
    for (auto& one : all) one.go_through(together);
  }
  return all;
}

}  // namespace

int cache_sim(const CacheSimArguments& a) {
  try {
    const auto policies = policies_of(a.policies);
    std::vector<Size> sizes;
    bool twice = false;
    for (const auto& word : between_commas(a.sizes)) {
      sizes.push_back(size_of(word));
      twice = twice || sizes.back().of == Size::Of::footprint;
    }
    const bool standard_input = a.path == "-";
    if (twice && standard_input) throw BadWords("a size in percent needs the trace twice, and the standard input comes once: give a file, or a number");
    const Footprint footprint = twice ? footprint_of(a.path) : Footprint{};
    std::ifstream file;
    if (!standard_input) file = opened(a.path);
    else std::ios::sync_with_stdio(false);
    Totals totals;
    const auto all = simulate(standard_input ? std::cin : file, policies, sizes, footprint, totals);
    if (a.json) std::cout << json_of(a.path, all, totals, footprint).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    else print(all, totals);
    return kValid;
  } catch (const BadWords& bad) {
    return fail(kUsage, bad.what());
  } catch (const BadTrace& bad) {
    return fail(kBadData, (a.path == "-" ? "the standard input" : a.path) + ": " + bad.what());
  }
}

}  // namespace cli
