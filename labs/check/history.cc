#include "labs/check/history.h"

#include "mechanisms/core/text.h"

namespace check {

void History::begin(const core::Invocation& i, std::uint64_t line) {
  if (!busy_.emplace(i.process, i.id).second)
    throw BadHistory("process " + std::to_string(i.process) + " begins an operation while another is open");
  if (!open_.emplace(i.id, operations_.size()).second)
    throw BadHistory("operation " + std::to_string(i.id) + " begins twice");
  Operation operation;
  operation.id = i.id, operation.process = i.process;
  operation.function = i.function, operation.key = i.key;
  operation.value = i.value, operation.expected = i.expected;
  operation.call = ++position_;
  operation.line = line;
  operations_.push_back(std::move(operation));
}

void History::end(const core::Completion& c) {
  const auto it = open_.find(c.id);
  if (it == open_.end()) throw BadHistory("operation " + std::to_string(c.id) + " ends but did not begin");
  Operation& operation = operations_[it->second];
  operation.outcome = c.outcome;
  operation.result = c.value;
  operation.siblings = c.siblings;
  operation.version = c.version;
  ++position_;
  // Of an unknown outcome the process learned nothing: the operation stays open for ever.
  if (c.outcome != core::Outcome::unknown) operation.end = position_;
  busy_.erase(operation.process);
  open_.erase(it);
}

History History::until(std::uint64_t position) const {
  History cut;
  cut.empty_is_absent = empty_is_absent;
  cut.position_ = position;
  if (quiet_ && *quiet_ <= position) cut.quiet_ = quiet_;
  for (const Operation& operation : operations_) {
    if (operation.call > position) break;
    cut.operations_.push_back(operation);
    if (operation.end == Operation::kNever || operation.end <= position) continue;
    Operation& open = cut.operations_.back();
    open.end = Operation::kNever;
    open.outcome = core::Outcome::unknown;
    open.result.reset();
    open.siblings.clear();
    open.version.clear();
  }
  return cut;
}

std::string words(const Operation& o) {
  std::string all = o.function + (o.key.empty() ? "" : " " + o.key);
  if (!o.expected.empty()) all += " from " + core::text(o.expected);
  if (!o.value.empty()) all += (o.expected.empty() ? " " : " to ") + core::text(o.value);
  if (o.outcome == core::Outcome::ok && is_read(o)) {
    all += " -> " + (o.result ? core::text(*o.result) : o.result_known ? "nothing" : "anything");
    for (const auto& sibling : o.siblings) all += " and " + core::text(sibling);
  }
  if (o.outcome == core::Outcome::failed) all += " (failed)";
  if (o.outcome == core::Outcome::unknown) all += " (unknown)";
  return all + " by process " + std::to_string(o.process);
}

bool says_quiet(std::string_view command) {
  constexpr std::string_view kMark = "mark quiet";
  return command.starts_with(kMark) && (command.size() == kMark.size() || command[kMark.size()] == ' ');
}

bool is_read(const Operation& o) { return o.function == "get" || o.function == "read"; }

}  // namespace check
