#include "labs/check/witness.h"

#include <algorithm>
#include <set>

#include "labs/check/object.h"
#include "mechanisms/core/text.h"

namespace check {
namespace {

using Kind = Action::Kind;

// Which operations of one key can stay.
class Staying {
 public:
  Staying(const History& whole, Model model, const std::vector<std::size_t>& of_key, std::vector<bool>& kept)
      : whole_(whole), model_(model), of_key_(of_key), kept_(kept) {}

  void run(std::vector<bool>& only_writes) {
    look_at_gone();
    if (!gone_) return;
    // That a delete found something rests on all that was there before it.
    for (const std::size_t i : of_key_)
      if (kind(i) == Kind::del) kept_[i] = false;
    look_at_gone();
    for (const std::size_t i : of_key_) {
      if (!kept_[i] || !rests(i)) continue;
      if (kind(i) == Kind::cas) only_writes[i] = true;
      else kept_[i] = false;
    }
  }

 private:
  Kind kind(std::size_t i) const { return kind_of(whole_.operations()[i], model_); }
  bool nothing(const std::string& value) const { return value.empty() && (whole_.empty_is_absent || model_ != Model::kv); }

  // What the writes that are left out may have left behind.
  void look_at_gone() {
    gone_ = nothing_gone_ = begun_anew_ = appended_ = false;
    values_gone_.clear(), appends_gone_.clear();
    for (const std::size_t i : of_key_) {
      const Operation& o = whole_.operations()[i];
      const Kind k = kind(i);
      appended_ = appended_ || k == Kind::append;
      const bool writes = k == Kind::put || k == Kind::append || k == Kind::cas || k == Kind::del;
      if (kept_[i] || !writes || o.outcome == core::Outcome::failed) continue;
      gone_ = true;
      begun_anew_ = begun_anew_ || k != Kind::append;
      if (k == Kind::append) appends_gone_.insert(o.value);
      else if (k == Kind::del || nothing(o.value)) nothing_gone_ = true;
      else values_gone_.insert(o.value);
    }
  }

  // Whether what this one read may be what one of those left.
  bool rests(std::size_t i) const {
    const Operation& o = whole_.operations()[i];
    switch (kind(i)) {
      case Kind::not_cas:
      case Kind::del: return true;
      case Kind::not_del: return left(std::nullopt);
      case Kind::cas: return left(asked_for(o));
      case Kind::get:
        if (o.outcome != core::Outcome::ok) return false;
        return ((o.result || o.siblings.empty()) && left(o.result)) ||
               std::any_of(o.siblings.begin(), o.siblings.end(), [&](const auto& sibling) { return left(sibling); });
      case Kind::put:
      case Kind::append: return false;
    }
    return false;
  }
  bool left(const std::optional<std::string>& value) const {
    const bool absent = !value || nothing(*value);
    if (!appended_) return absent ? nothing_gone_ : values_gone_.count(*value) > 0;
    // A text is the work of many, and what was there before it began anew may have been anything.
    return begun_anew_ || (!absent && std::any_of(appends_gone_.begin(), appends_gone_.end(),
                                                  [&](const std::string& part) { return value->find(part) != std::string::npos; }));
  }

  const History& whole_;
  const Model model_;
  const std::vector<std::size_t>& of_key_;
  std::vector<bool>& kept_;
  bool gone_ = false, nothing_gone_ = false, begun_anew_ = false, appended_ = false;
  std::set<std::string> values_gone_, appends_gone_;
};

Part without(const Part& part, Model model, std::size_t begin, std::size_t end) {
  std::vector<bool> kept(part.operations.size(), true);
  std::fill(kept.begin() + static_cast<std::ptrdiff_t>(begin), kept.begin() + static_cast<std::ptrdiff_t>(end), false);
  Part smaller = part_of(part.history, model, kept);
  for (std::size_t& i : smaller.operations) i = part.operations[i];
  return smaller;
}

}  // namespace

Part part_of(const History& whole, Model model, const std::vector<bool>& wanted) {
  const auto& all = whole.operations();
  std::vector<bool> kept = wanted, only_writes(all.size());
  std::map<std::string, std::vector<std::size_t>> keys;
  for (std::size_t i = 0; i < all.size(); ++i) keys[all[i].key].push_back(i);
  for (const auto& [key, of_key] : keys) Staying(whole, model, of_key, kept).run(only_writes);

  struct Moment {
    std::uint64_t position;
    std::size_t operation;
    bool begins;
  };
  Part part;
  part.history.empty_is_absent = whole.empty_is_absent;
  std::vector<Moment> moments;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!kept[i]) continue;
    part.operations.push_back(i);
    moments.push_back({all[i].call, i, true});
    if (all[i].end != Operation::kNever) moments.push_back({all[i].end, i, false});
  }
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.position < b.position; });
  for (const Moment& m : moments) {
    const Operation& o = all[m.operation];
    if (whole.quiet_since() && !part.history.quiet_since() && m.position > *whole.quiet_since()) part.history.quiet();
    if (m.begins) {
      const std::string function = !only_writes[m.operation] ? o.function : model == Model::kv ? "put" : "write";
      part.history.begin({m.operation, o.process, function, o.key, o.value, only_writes[m.operation] ? "" : o.expected}, o.line);
      // Whatever its process does later, it stays open.
      if (o.end == Operation::kNever) part.history.end({m.operation, core::Outcome::unknown, {}, {}, o.version});
    } else {
      part.history.end({m.operation, o.outcome, o.result, o.siblings, o.version});
    }
  }
  return part;
}

Part smallest(Part part, Model model, const std::function<bool(const History&)>& breaks, const std::function<bool()>& over) {
  for (std::size_t chunk = std::max<std::size_t>(1, part.operations.size() / 2);; chunk = (chunk + 1) / 2) {
    bool smaller = false;
    for (std::size_t end = part.operations.size(); end > 0 && !over();) {
      const std::size_t begin = end > chunk ? end - chunk : 0;
      Part rest = without(part, model, begin, end);
      if (breaks(rest.history)) part = std::move(rest), smaller = true;
      end = std::min(begin, part.operations.size());
    }
    if (over() || (chunk == 1 && !smaller)) return part;
  }
}

std::string story(const History& history) {
  std::vector<std::uint64_t> processes;
  std::map<std::uint64_t, std::string> told;
  for (const Operation& o : history.operations()) {
    std::string& text = told[o.process];
    if (text.empty()) processes.push_back(o.process);
    text += text.empty() ? "process " + std::to_string(o.process) + " " : ", then ";
    const std::string key = o.key.empty() ? "" : " " + o.key;
    const auto value = [](const std::string& v) { return core::text(v); };
    if (is_read(o)) {
      text += "read" + key + " -> " + (o.result ? value(*o.result) : o.siblings.empty() ? "nothing" : "");
      for (std::size_t i = 0; i < o.siblings.size(); ++i) text += (i > 0 || o.result ? " and " : "") + value(o.siblings[i]);
    } else if (o.function == "put" || o.function == "write") {
      text += "wrote" + key + (key.empty() ? " " : " = ") + value(o.value);
    } else if (o.function == "append") {
      text += "appended " + value(o.value) + " to" + key;
    } else if (o.function == "create") {
      text += o.outcome == core::Outcome::failed ? "found" + key + " to be there" : "made" + key + " = " + value(o.value);
    } else if (o.function == "cas") {
      text += o.outcome == core::Outcome::failed ? "found" + key + " not to be " + value(o.expected)
                                                 : "changed" + key + " from " + value(o.expected) + " to " + value(o.value);
    } else {
      text += o.outcome == core::Outcome::failed ? "found nothing to delete at" + key : "deleted" + key;
    }
    if (!o.version.empty()) text += " (version " + o.version + ")";
    if (o.outcome == core::Outcome::unknown) text += " (nobody answered)";
  }
  std::string all;
  for (const std::uint64_t process : processes) all += (all.empty() ? "" : "; ") + told[process];
  return all;
}

}  // namespace check
