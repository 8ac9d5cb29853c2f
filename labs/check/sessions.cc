#include "labs/check/sessions.h"

#include <algorithm>
#include <charconv>

#include "labs/check/appended.h"
#include "labs/check/object.h"
#include "mechanisms/core/text.h"

namespace check {

Version read_version(const std::string& text) {
  Version version;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return {};
    version.push_back(number);
    at = next;
    if (at == end) return version;
    if (*at != '.' || ++at == end) return {};
  }
  return version;
}

bool earlier(const Version& a, const Version& b) { return !a.empty() && a.size() == b.size() && a < b; }

namespace {

using Kind = Action::Kind;

// All writes of one key, by what they wrote.
struct WrittenValues {
  Writers by_value;
  Writers appended;                              // If there are any, what a read returns is the work of many writes.
  std::vector<std::uint32_t> absent;             // Those that left nothing: deletes.
  std::map<std::string, std::size_t> failed;
  std::map<std::uint32_t, std::uint32_t> runs;   // By the write that began it.
};

class Matching {
 public:
  Matching(const History& history, Model model, Sessions& out) : history_(history), model_(model), out_(out) {}

  void run() {
    for (std::size_t i = 0; i < history_.operations().size(); ++i) add(i);
    written_.resize(keys_.size());
    out_.writes.resize(keys_.size());
    for (std::uint32_t a = 0; a < out_.accesses.size(); ++a) enter_write(a);
    for (const auto& [operation, key] : failed_) {
      const Operation& o = history_.operations()[operation];
      ++written_[key].failed[o.value];
    }
    for (std::uint32_t a = 0; a < out_.accesses.size(); ++a) match(a);
    for (const WrittenValues& written : written_) out_.appended.push_back(!written.appended.empty());
    tell_versions();
    leave_out_unseen();
  }

 private:
  const Operation& of(std::uint32_t access) const { return history_.operations()[out_.accesses[access].operation]; }
  bool nothing(const std::string& value) const { return value.empty() && (history_.empty_is_absent || model_ != Model::kv); }

  void add(std::size_t operation) {
    const Operation& o = history_.operations()[operation];
    const Kind kind = kind_of(o, model_);
    const auto [key, fresh] = keys_.emplace(o.key, static_cast<std::uint32_t>(keys_.size()));
    if (kind == Kind::get && (o.outcome != core::Outcome::ok || !o.result_known)) return;
    if (kind == Kind::not_cas || (o.outcome == core::Outcome::failed && kind != Kind::get && kind != Kind::not_del)) {
      failed_.emplace_back(operation, key->second);
      return;
    }
    Access access;
    access.operation = operation;
    access.key = key->second;
    access.writes = kind != Kind::get && kind != Kind::not_del;
    // What nobody knows the end of may be done at any later time: after it nothing of the process is.
    const auto [session, first] = sessions_.emplace(o.process, static_cast<std::uint32_t>(out_.sessions.size()));
    if (first) out_.sessions.emplace_back();
    access.session = session->second;
    if (o.end == Operation::kNever) sessions_.erase(session);
    access.place = static_cast<std::uint32_t>(out_.sessions[access.session].size());
    out_.sessions[access.session].push_back(static_cast<std::uint32_t>(out_.accesses.size()));
    if (access.writes) access.version = read_version(o.version);
    out_.accesses.push_back(std::move(access));
  }

  void enter_write(std::uint32_t a) {
    const Access& access = out_.accesses[a];
    if (!access.writes) return;
    out_.writes[access.key].push_back(a);
    WrittenValues& written = written_[access.key];
    const Kind kind = kind_of(of(a), model_);
    if (kind == Kind::append) written.appended[of(a).value].push_back(a);
    else if (kind == Kind::del || nothing(of(a).value)) written.absent.push_back(a);
    else written.by_value[of(a).value].push_back(a);
  }

  void unclear(const std::string& why) {
    if (out_.unclear.empty()) out_.unclear = why;
  }

  // Adds the write that left this behind; false: nobody can say which.
  bool find(std::uint32_t a, const std::optional<std::string>& value, std::vector<std::uint32_t>& seen) {
    const WrittenValues& written = written_[out_.accesses[a].key];
    const bool absent = !value || nothing(*value);
    if (absent && written.absent.empty()) {
      seen.push_back(Access::kInitial);
      return true;
    }
    const std::string what = "which write " + words(of(a)) + " saw: ";
    if (!written.appended.empty() && !absent) return find_run(a, *value, what, seen);
    static const std::vector<std::uint32_t> kNone;
    const auto it = absent ? written.by_value.end() : written.by_value.find(*value);
    const std::vector<std::uint32_t>& writers = absent ? written.absent : it == written.by_value.end() ? kNone : it->second;
    if (writers.size() == 1 && !absent) {
      seen.push_back(writers[0]);
      return true;
    }
    if (writers.empty()) {
      out_.unwritten.push_back({out_.accesses[a].operation, *value, written.failed.count(*value) > 0});
      return false;
    }
    for (const std::uint32_t w : writers)
      if (!of(w).version.empty() && of(w).version == of(a).version) {
        seen.push_back(w);
        return true;
      }
    unclear("nobody can say " + what + (absent ? "somebody deleted the key" : "several wrote the same value") + ", and no version tells");
    return false;
  }

  // Of a text that was appended to.
  bool find_run(std::uint32_t a, const std::string& text, const std::string& what, std::vector<std::uint32_t>& seen) {
    Access& reader = out_.accesses[a];
    WrittenValues& written = written_[reader.key];
    const TakenApart found = take_apart(text, written.by_value, written.appended, budget_);
    if (found.how == TakenApart::How::unwritten) {
      out_.unwritten.push_back({reader.operation, text, written.failed.count(text) > 0});
      return false;
    }
    if (found.how == TakenApart::How::unclear || !of(a).siblings.empty()) {
      unclear("nobody can say " + what + "the text can have been appended in several ways, or is too long to be sure");
      return false;
    }
    if (found.writes.front() == TakenApart::kNothing && !written.absent.empty()) {
      unclear("nobody can say " + what + "it was appended to nothing, and somebody deleted the key");
      return false;
    }
    if (!enter_run(reader, written, found.writes)) {
      unclear("nobody can say " + what + "others read the same appends in another order, or their versions tell one");
      return false;
    }
    if (out_.joined.empty()) out_.joined = "nobody asks whether " + words(of(a)) + " shows all that it should: it was appended to";
    seen.push_back(found.writes.back());
    return true;
  }

  // Whether it goes together with what others have read.
  bool enter_run(Access& reader, WrittenValues& written, const std::vector<std::uint32_t>& writes) {
    const auto [it, fresh] = written.runs.emplace(writes.front(), static_cast<std::uint32_t>(out_.runs.size()));
    if (fresh) out_.runs.emplace_back();
    auto& known = out_.runs[it->second];
    if (!std::equal(writes.begin(), writes.begin() + static_cast<std::ptrdiff_t>(std::min(writes.size(), known.size())), known.begin())) return false;
    for (std::size_t i = known.size(); i < writes.size(); ++i)
      if (writes[i] != Access::kInitial && out_.accesses[writes[i]].run != Access::kNoRun) return false;
    // What a failover takes away and its client writes again has two places.
    Version latest;
    for (const std::uint32_t w : writes) {
      if (w == Access::kInitial || out_.accesses[w].version.empty()) continue;
      if (earlier(out_.accesses[w].version, latest)) return false;
      latest = out_.accesses[w].version;
    }
    for (std::size_t i = known.size(); i < writes.size(); ++i) {
      known.push_back(writes[i]);
      if (writes[i] == Access::kInitial) continue;
      out_.accesses[writes[i]].run = it->second;
      out_.accesses[writes[i]].rank = static_cast<std::uint32_t>(i);
    }
    reader.seen_run = it->second;
    reader.seen_rank = static_cast<std::uint32_t>(writes.size() - 1);
    return true;
  }

  void match(std::uint32_t a) {
    const Operation& o = of(a);
    const Kind kind = kind_of(o, model_);
    std::vector<std::uint32_t> seen;
    bool clear = true;
    if (kind == Kind::not_del) clear = find(a, std::nullopt, seen);
    if (kind == Kind::cas && o.outcome == core::Outcome::ok) clear = find(a, asked_for(o), seen) && seen[0] != a;
    if (kind == Kind::get) {
      if (o.result || o.siblings.empty()) clear = find(a, o.result, seen);
      for (const auto& sibling : o.siblings) clear = find(a, sibling, seen) && clear;
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (std::size_t i = 0; i < seen.size(); ++i)
      for (std::size_t j = i + 1; j < seen.size(); ++j) out_.told_apart.push_back({seen[i], seen[j], a});
    if (clear) out_.accesses[a].seen = std::move(seen);
  }

  // A write of which nobody heard again has its version from a read that saw it.
  void tell_versions() {
    for (std::uint32_t a = 0; a < out_.accesses.size(); ++a) {
      const Access& access = out_.accesses[a];
      if (access.writes || access.seen.size() != 1 || access.seen[0] == Access::kInitial) continue;
      Access& write = out_.accesses[access.seen[0]];
      if (write.version.empty()) write.version = read_version(of(a).version);
    }
  }

  // A write of unknown outcome that nobody saw need not have been done.
  void leave_out_unseen() {
    std::vector<bool> was_seen(out_.accesses.size());
    for (const Access& access : out_.accesses)
      for (const std::uint32_t w : access.seen)
        if (w != Access::kInitial) was_seen[w] = true;
    for (const auto& run : out_.runs)
      for (const std::uint32_t w : run)
        if (w != Access::kInitial) was_seen[w] = true;
    for (auto& of_key : out_.writes)
      std::erase_if(of_key, [&](std::uint32_t w) { return of(w).outcome == core::Outcome::unknown && !was_seen[w]; });
    for (auto& session : out_.sessions)
      std::erase_if(session, [&](std::uint32_t a) { return of(a).outcome == core::Outcome::unknown && !was_seen[a]; });
    for (auto& session : out_.sessions)
      for (std::uint32_t place = 0; place < session.size(); ++place) out_.accesses[session[place]].place = place;
  }

  const History& history_;
  const Model model_;
  Sessions& out_;
  std::size_t budget_ = std::size_t{1} << 26;  // To take texts apart: a few seconds at most.
  std::map<std::string, std::uint32_t> keys_;
  std::map<std::uint64_t, std::uint32_t> sessions_;
  std::vector<WrittenValues> written_;
  std::vector<std::pair<std::size_t, std::uint32_t>> failed_;
};

}  // namespace

Sessions::Sessions(const History& history, Model model) { Matching(history, model, *this).run(); }

}  // namespace check
