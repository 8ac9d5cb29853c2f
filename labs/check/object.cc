#include "labs/check/object.h"

#include <algorithm>

#include "mechanisms/core/text.h"

namespace check {
namespace {

using Kind = Action::Kind;

const std::vector<std::string>& functions_of(Model model) {
  static const std::vector<std::string> all[] = {{"read", "write"}, {"read", "write", "cas"}, {"get", "put", "append", "cas", "create", "delete"}};
  return all[static_cast<int>(model)];
}

[[noreturn]] void no_such_function(const Operation& o, Model model) {
  constexpr std::string_view kOf[] = {"a register (read, write)", "a cas-register (read, write, cas)",
                                      "a kv (get, put, append, cas, create, delete)"};
  std::string shown = o.function.substr(0, 40);  // A file may hold anything, and this is one line.
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  const std::string near = core::nearest(shown, functions_of(model));
  throw BadHistory((o.line == 0 ? "" : "line " + std::to_string(o.line) + ": ") + "`" + shown + "` is no operation of " + std::string(kOf[static_cast<int>(model)]) +
                   (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

}  // namespace

Action::Kind kind_of(const Operation& o, Model model) {
  const bool failed = o.outcome == core::Outcome::failed;
  if (model == Model::kv) {
    if (o.function == "get") return Kind::get;
    if (o.function == "put") return Kind::put;
    if (o.function == "append") return Kind::append;
    if (o.function == "cas" || o.function == "create") return failed ? Kind::not_cas : Kind::cas;
    if (o.function == "delete") return failed ? Kind::not_del : Kind::del;
  } else {
    if (o.function == "read") return Kind::get;
    if (o.function == "write") return Kind::put;
    if (o.function == "cas" && model == Model::cas_register) return failed ? Kind::not_cas : Kind::cas;
  }
  no_such_function(o, model);
}

namespace {

// An unknown write may never have been done. Where nobody ever saw its value, and nobody ever saw that something was
// there or was not, every order that has it is as good without it: what lies between it and the next write that hides
// it saw nothing. So it can be left out, and need not double the search.
void leave_out_unseen(std::vector<Action>& actions, const Values& values, Work& work) {
  bool appends = false;
  for (const Action& a : actions) {
    if (a.kind == Kind::not_cas || a.kind == Kind::not_del || a.kind == Kind::del) return;
    appends = appends || a.kind == Kind::append;
  }
  const std::vector<State> seen = seen_values(actions);
  const auto was_seen = [&](State value) {
    if (!appends) return std::binary_search(seen.begin(), seen.end(), value);
    const std::string& text = values.text(value);
    return text.empty() || std::any_of(seen.begin(), seen.end(), [&](State s) {
             work.done(1 + values.text(s).size() / 64);
             return work.over() || values.text(s).find(text) != std::string::npos;
           });
  };
  std::erase_if(actions, [&](const Action& a) {
    const bool writes = a.kind == Kind::put || a.kind == Kind::cas || a.kind == Kind::append;
    return a.forever && writes && a.value != kAbsent && !was_seen(a.value);
  });
}

}  // namespace

State Values::number(const std::string& value) {
  const auto [it, fresh] = numbers_.emplace(value, static_cast<State>(texts_.size()));
  if (fresh) {
    texts_.push_back(value);
    // The text twice, and the table's and the list's own.
    bytes_ += 2 * value.size() + 128;
  }
  return it->second;
}

void Values::see_only(const std::vector<State>& seen) {
  seen_.clear();
  for (const State state : seen) seen_.push_back(texts_[state]);
  std::sort(seen_.begin(), seen_.end());
  written_.assign(texts_.size(), ~State{0});
  appended_.clear();
}

bool Values::begins_something_seen(std::string_view text) const {
  const auto at = std::lower_bound(seen_.begin(), seen_.end(), text);
  return at != seen_.end() && at->starts_with(text);
}

State Values::written(State value) {
  if (value == kAbsent) return kAbsent;
  if (value >= written_.size()) return begins_something_seen(texts_[value]) ? value : kUnseen;
  State& known = written_[value];
  if (known == ~State{0}) known = begins_something_seen(texts_[value]) ? value : kUnseen;
  return known;
}

State Values::appended(State state, State value) {
  if (state == kUnseen) return kUnseen;
  const auto [it, fresh] = appended_.emplace(std::pair{state, value}, kUnseen);
  if (!fresh) return it->second;
  const std::string text = texts_[state] + texts_[value];
  if (begins_something_seen(text)) it->second = number(text);
  return it->second;
}

std::vector<State> seen_values(const std::vector<Action>& actions) {
  std::vector<State> seen;
  for (const Action& a : actions) {
    if (a.kind == Kind::get && !a.any_result) seen.push_back(a.value);
    if (a.kind == Kind::cas || a.kind == Kind::not_cas) seen.push_back(a.expected);
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  std::erase(seen, kAbsent);
  return seen;
}

std::map<std::string, std::vector<Action>> actions_by_key(const History& history, Model model, Values& values,
                                                        Work& work) {
  std::map<std::string, std::vector<Action>> by_key;
  const auto number = [&](const std::string& value) {
    // A register's empty value is Jepsen's nil.
    const bool absent = value.empty() && (history.empty_is_absent || model != Model::kv);
    return absent ? kAbsent : values.number(value);
  };
  for (std::size_t i = 0; i < history.operations().size(); ++i) {
    const Operation& o = history.operations()[i];
    Action a;
    a.kind = kind_of(o, model);
    a.operation = i;
    a.call = o.call, a.end = o.end;
    a.forever = o.end == Operation::kNever;
    // A read that failed or of which nothing is known says nothing; nor does a write that certainly was not done.
    if (a.kind == Kind::get && (o.outcome != core::Outcome::ok || !o.result_known)) continue;
    if (o.outcome == core::Outcome::failed && !a.reads()) continue;
    if (a.kind == Kind::get)
      a.value = o.result ? number(*o.result) : kAbsent;
    else
      a.value = number(o.value);
    const auto asked = asked_for(o);
    a.expected = asked ? number(*asked) : kAbsent;
    by_key[o.key].push_back(a);
  }
  for (auto& [key, actions] : by_key) leave_out_unseen(actions, values, work);
  return by_key;
}

Model model_of(std::string_view name) {
  const std::vector<std::string> known{"register", "cas-register", "kv"};
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i] == name) return static_cast<Model>(i);
  const std::string near = core::nearest(name, known);
  throw UnknownModel("there is no model `" + std::string(name) + "`; " +
                     (near.empty() ? "the models are register, cas-register and kv" : "did you mean `" + near + "`?"));
}

std::optional<Model> model_of(const History& history) {
  for (const Model model : {Model::kv, Model::reg, Model::cas_register}) {
    const auto& functions = functions_of(model);
    const auto its = [&](const Operation& o) { return std::find(functions.begin(), functions.end(), o.function) != functions.end(); };
    if (std::all_of(history.operations().begin(), history.operations().end(), its)) return model;
  }
  return std::nullopt;
}

}  // namespace check
