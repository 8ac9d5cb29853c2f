#include "app/window/panels/checks_judge.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "labs/check/witness.h"
#include "mechanisms/core/codec.h"

namespace window {

void OperationLog::add(Said said) {
  if (!last_) last_ = std::make_shared<Block>(), last_->reserve(kBlock);
  last_->push_back(std::move(said));
  ++size_;
  if (last_->size() == kBlock) full_.push_back(std::move(last_)), last_ = nullptr;
}

bool OperationLog::read(const record::Recording& run, std::size_t until, std::size_t budget) {
  const std::size_t begin = rows_, end = std::min(until, begin + budget);
  std::size_t row = begin;
  run.visit(begin, end, [&](const record::Event& event, core::BytesView body) {
    const std::size_t here = row++;
    try {
      using What = Said::What;
      if (event.kind == record::EventKind::invoke) add({What::begins, core::decode<core::Invocation>(body), {}, here, event.at});
      if (event.kind == record::EventKind::complete) add({What::ends, {}, core::decode<core::Completion>(body), here, event.at});
      if (event.kind == record::EventKind::command && check::says_quiet({reinterpret_cast<const char*>(body.data()), body.size()}))
        add({What::quiet, {}, {}, here, event.at});
    } catch (const core::Malformed&) {
      // A file of a stranger: what cannot be read is no operation.
    }
  });
  rows_ = std::max(begin, end);
  return rows_ >= until;
}

// Full blocks are shared; the last one still grows, and is copied.
OperationLog::Copy OperationLog::copy() const {
  Copy copy{full_, size_};
  if (last_) copy.blocks.push_back(std::make_shared<Block>(*last_));
  return copy;
}

namespace {

struct Whole {
  check::History history;
  std::vector<Excerpt::Place> places;
};

Whole whole_of(const OperationLog::Copy& log) {
  Whole whole;
  std::map<std::uint64_t, std::size_t> open;
  for (const auto& block : log.blocks)
    for (const Said& said : *block) {
      if (said.what == Said::What::quiet) {
        whole.history.quiet();
      } else if (said.what == Said::What::begins) {
        whole.history.begin(said.invocation);
        open[said.invocation.id] = whole.places.size();
        whole.places.push_back({said.row, static_cast<std::size_t>(-1), said.at, core::Time::max()});
      } else {
        whole.history.end(said.completion);
        Excerpt::Place& place = whole.places[open[said.completion.id]];
        place.end_row = said.row, place.end = said.at;
        open.erase(said.completion.id);
      }
    }
  return whole;
}

// What the value of a key surely was right after an operation that had the key for itself.
struct Certain {
  std::size_t operation = static_cast<std::size_t>(-1);
  std::uint64_t end = 0;               // Its position; 0: the beginning, where the key is absent.
  std::optional<std::string> value;
};

// What an operation leaves behind for certain when nothing else happens meanwhile; false: that depends.
bool leaves(const check::Operation& o, std::optional<std::string>& value) {
  if (o.outcome != core::Outcome::ok || o.end == check::Operation::kNever) return false;
  if (is_read(o)) {
    if (o.result_known) value = o.result;
    return o.result_known;
  }
  if (o.function == "put" || o.function == "write" || o.function == "cas" || o.function == "create") {
    value = o.value;
    return true;
  }
  if (o.function == "delete") {
    value.reset();
    return true;
  }
  return false;
}

// By key: the last certain moment before a position. Operations of the key in order of their beginnings.
Certain certain_before(const std::vector<check::Operation>& all, const std::vector<std::size_t>& of_key, std::uint64_t position) {
  Certain best;
  std::uint64_t busy_until = 0;        // Until the greatest end of those that change the key and came before.
  for (std::size_t i = 0; i < of_key.size(); ++i) {
    const auto& o = all[of_key[i]];
    if (o.call >= position) break;
    std::optional<std::string> value;
    const bool alone_before = busy_until < o.call;
    if (alone_before && o.end < position && leaves(o, value)) {
      // Nobody who changes it may begin before this one has ended.
      const auto disturbed = std::find_if(of_key.begin() + static_cast<std::ptrdiff_t>(i) + 1, of_key.end(), [&](std::size_t j) {
        return all[j].call > o.end || (!is_read(all[j]) && all[j].end != check::Operation::kNever);
      });
      if (disturbed == of_key.end() || all[*disturbed].call > o.end) best = {of_key[i], o.end, value};
    }
    // One that nobody answered may be done at any later time: it is kept whatever comes, and disturbs nothing.
    if (!is_read(o) && o.end != check::Operation::kNever) busy_until = std::max(busy_until, o.end);
  }
  return best;
}

// The operations to be judged: of each key those from its certain moment on, and those of which nobody knows the end.
std::vector<std::size_t> chosen_of(const Whole& whole, std::uint64_t position, std::map<std::string, Certain>& begins) {
  const auto& all = whole.history.operations();
  std::map<std::string, std::vector<std::size_t>> keys;
  for (std::size_t i = 0; i < all.size(); ++i) keys[all[i].key].push_back(i);
  std::vector<std::size_t> chosen;
  for (const auto& [key, of_key] : keys) {
    const Certain certain = certain_before(all, of_key, position);
    begins[key] = certain;
    for (const std::size_t i : of_key) {
      const bool later = all[i].call > certain.end, never = all[i].end == check::Operation::kNever && !is_read(all[i]);
      if (certain.end == 0 || later || never) chosen.push_back(i);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

// Tells a history its beginnings and ends in the order in which they were.
class Retelling {
 public:
  explicit Retelling(Excerpt& excerpt) : excerpt_(excerpt) {}

  void value(const std::string& key, const std::string& value) {
    excerpt_.history.begin({++id_, process(), "put", key, value, ""});
    excerpt_.history.end({id_, core::Outcome::ok, std::nullopt});
    excerpt_.places.emplace_back();
  }
  void operations(const Whole& whole, const std::vector<std::size_t>& chosen) {
    struct Moment {
      std::uint64_t position;
      std::size_t operation;
      bool begins;
    };
    std::vector<Moment> moments;
    const auto& all = whole.history.operations();
    for (const std::size_t i : chosen) {
      moments.push_back({all[i].call, i, true});
      if (all[i].end != check::Operation::kNever) moments.push_back({all[i].end, i, false});
    }
    std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.position < b.position; });
    std::map<std::size_t, std::uint64_t> ids;
    for (const Moment& m : moments) {
      const auto& o = all[m.operation];
      if (m.begins) {
        ids[m.operation] = ++id_;
        // One whose end is unknown keeps its process busy for ever, and that process may begin another one: give each its own.
        const std::uint64_t who = o.end == check::Operation::kNever ? process() : o.process;
        excerpt_.history.begin({id_, who, o.function, o.key, o.value, o.expected});
        excerpt_.places.push_back(whole.places[m.operation]);
      } else {
        excerpt_.history.end({ids[m.operation], o.outcome, o.result, o.siblings, o.version});
      }
    }
    excerpt_.operations = chosen.size();
  }

 private:
  std::uint64_t process() { return made_up_--; }
  Excerpt& excerpt_;
  std::uint64_t id_ = 0, made_up_ = ~std::uint64_t{0};
};

}  // namespace

Excerpt excerpt_of(const OperationLog::Copy& log, std::size_t last, check::Promise promise) {
  Excerpt excerpt;
  Whole whole;
  try {
    whole = whole_of(log);
  } catch (const check::BadHistory& bad) {
    excerpt.trouble = bad.what();
    return excerpt;
  }
  const auto& all = whole.history.operations();
  if (last == 0 || all.size() <= last) {
    excerpt.operations = all.size();
    excerpt.history = std::move(whole.history);
    excerpt.places = std::move(whole.places);
    return excerpt;
  }
  if (promise != check::Promise::linearizable) {
    std::vector<bool> kept(all.size());
    std::fill(kept.end() - static_cast<std::ptrdiff_t>(last), kept.end(), true);
    check::Part part = check::part_of(whole.history, check::Model::kv, kept);
    for (const std::size_t i : part.operations) excerpt.places.push_back(whole.places[i]);
    excerpt.operations = part.operations.size(), excerpt.left_out = all.size() - excerpt.operations;
    excerpt.history = std::move(part.history);
    return excerpt;
  }
  std::map<std::string, Certain> begins;
  const auto chosen = chosen_of(whole, all[all.size() - last].call, begins);
  Retelling retelling(excerpt);
  for (const auto& [key, certain] : begins)
    if (certain.end != 0 && certain.value) retelling.value(key, *certain.value);
  retelling.operations(whole, chosen);
  excerpt.left_out = all.size() - chosen.size();
  return excerpt;
}

Finding judge(const OperationLog::Copy& log, std::size_t last, check::Promise promise, const std::atomic<bool>& stop) {
  const auto began = std::chrono::steady_clock::now();
  Finding finding;
  finding.promise = promise;
  finding.entries = log.size;
  if (!log.blocks.empty()) finding.until = log.blocks.back()->back().at;
  try {
    const Excerpt excerpt = excerpt_of(log, last, promise);
    finding.judged = excerpt.operations, finding.left_out = excerpt.left_out;
    if (!excerpt.trouble.empty()) throw check::BadHistory(excerpt.trouble);
    check::Limits limits;
    limits.stop = &stop;
    const check::Verdict verdict = check::judge(excerpt.history, promise, check::Model::kv, limits);
    finding.answer = verdict.answer, finding.reason = verdict.reason;
    if (verdict.answer == check::Verdict::Answer::broken) {
      std::set<std::size_t> about(verdict.relevant.begin(), verdict.relevant.end());
      about.insert(verdict.operation);
      for (const std::size_t i : about)
        finding.operations.push_back({check::words(excerpt.history.operations()[i]), excerpt.history.operations()[i].process, excerpt.places[i], i == verdict.operation});
    }
  } catch (const check::BadHistory& bad) {
    finding.answer = check::Verdict::Answer::unknown, finding.reason = bad.what();
  }
  finding.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return finding;
}

Judging::Judging(OperationLog::Copy log, std::size_t last, std::vector<check::Promise> promises)
    : thread_([this, copied = std::move(log), last, asked = std::move(promises)] {
        for (const check::Promise promise : asked)
          if (!stop_) findings_.push_back(judge(copied, last, promise, stop_));
        done_.store(true, std::memory_order_release);
      }) {}

Judging::~Judging() {
  stop_ = true;
  thread_.join();
}

std::optional<std::vector<Finding>> Judging::take() {
  if (!done_.load(std::memory_order_acquire)) return std::nullopt;
  return std::move(findings_);
}

}  // namespace window
