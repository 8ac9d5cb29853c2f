// What clients did as a history in EDN, as Jepsen writes it and its checkers read it; what was done to the world is the
// nemesis. An operation of which nobody knows the outcome ends as :info and never as :fail: a checker that took it for failed
// would call a good history broken, or a broken one good.
//
// A run of gets, puts and appends alone is written as the test data of porcupine has it, which its tests read by a regular
// expression: these keys, in this order, and no others. All else has Jepsen's :index and :time, and a key and its value
// as a tuple, as jepsen.independent has them.
#include <map>

#include "labs/check/history.h"
#include "labs/exports/writers.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"

namespace exports {
namespace {

using record::Event;
using Kind = record::EventKind;

class Edn {
 public:
  explicit Edn(Export& e) : e_(e) {}

  void write() {
    e_.pass(0, 2);
    e_.each([&](std::string&, const Event& event, core::BytesView body) {
      if (event.kind != Kind::invoke) return;
      const auto f = core::decode<core::Invocation>(body).function;
      porcupine_ = porcupine_ && (f == "get" || f == "put" || f == "append");
      any_ = true;
    });
    if (!any_) throw NotThis("there is no client operation in it, so there is no history");
    e_.pass(1, 2);
    e_.each([&](std::string& out, const Event& event, core::BytesView body) {
      if (event.kind == Kind::invoke) begin(out, event, core::decode<core::Invocation>(body));
      if (event.kind == Kind::complete) end(out, event, core::decode<core::Completion>(body));
      if (event.kind == Kind::command) command(out, event, {reinterpret_cast<const char*>(body.data()), body.size()});
    });
  }

 private:
  // A string of EDN knows fewer escapes than JSON; other bytes stand for themselves.
  static void put_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      if (c == '\n') out += "\\n";
      else if (c == '\r') out += "\\r";
      else if (c == '\t') out += "\\t";
      else out += c;
    }
    out += '"';
  }
  void head(std::string& out, const Event& event, std::string_view process, std::string_view type, std::string_view function) {
    out += '{';
    if (!porcupine_) {
      put_number(out += ":index ", index_++);
      put_number(out += ", :time ", event.at.time_since_epoch().count());
      out += ", ";
    }
    ((out += ":process ") += process) += ", :type :";
    ((out += type) += ", :f :") += function;
  }
  // Of what was written or read; null: nil.
  void value(std::string& out, const core::Invocation& asked, const std::string* value, bool tells) {
    if (porcupine_) {
      put_string(out += ", :key ", asked.key);
      out += ", :value ";
      value != nullptr ? put_string(out, *value) : void(out += tells ? "\"\"" : "nil");
    } else {
      put_string(out += ", :value [", asked.key);
      out += ' ';
      if (asked.function == "cas") put_string(out += '[', asked.expected), put_string(out += ' ', asked.value), out += ']';
      else value != nullptr ? put_string(out, *value) : void(out += "nil");
      out += ']';
    }
    out += "}\n";
  }
  static bool reads(const core::Invocation& asked) { return asked.function == "get" || asked.function == "read"; }
  void begin(std::string& out, const Event& event, core::Invocation asked) {
    head(out, event, std::to_string(asked.process), "invoke", asked.function);
    value(out, asked, reads(asked) || asked.function == "delete" ? nullptr : &asked.value, false);
    open_[asked.id] = std::move(asked);
  }
  void end(std::string& out, const Event& event, const core::Completion& done) {
    const auto it = open_.find(done.id);
    if (it == open_.end()) return;   // It began before the range.
    const core::Invocation& asked = it->second;
    const bool ok = done.outcome == core::Outcome::ok, read = reads(asked);
    head(out, event, std::to_string(asked.process), ok ? "ok" : done.outcome == core::Outcome::failed ? "fail" : "info", asked.function);
    value(out, asked, read ? (done.value && ok ? &*done.value : nullptr) : asked.function == "delete" ? nullptr : &asked.value, read && ok);
    open_.erase(it);
  }
  void command(std::string& out, const Event& event, std::string_view words) {
    std::string function(words.substr(0, words.find(' ')));
    if (check::says_quiet(words)) function = "quiet";
    for (char& c : function)
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') c = '-';
    head(out, event, ":nemesis", "info", function.empty() ? "nothing" : function);
    put_string(out += ", :value ", words);
    out += "}\n";
  }

  Export& e_;
  bool porcupine_ = true, any_ = false;
  std::uint64_t index_ = 0;
  std::map<std::uint64_t, core::Invocation> open_;
};

}  // namespace

void write_edn(Export& e) { Edn(e).write(); }

}  // namespace exports
