// `faultline check HISTORY --promise P --model M`: all that was asked for is kept (exit 0), something is broken (1), or is
// unknown and nothing is broken (2). With --json the same for programs: kJsonFormat says which form it has.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "labs/check/promise.h"
#include "labs/check/read_history.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using Answer = check::Verdict::Answer;

// Grows when a field goes or changes its meaning. New fields may come at any time.
constexpr int kJsonFormat = 1;

check::History history_of(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw check::BadHistory("there is no such file");
  if (std::filesystem::is_directory(path, ignored)) throw check::BadHistory("it is a folder");
  if (::access(path.c_str(), R_OK) != 0) throw check::BadHistory("it cannot be read");
  if (!record::is_run_file(path)) return check::read_history_file(path);
  const auto run = record::open_run(path);
  check::History history;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView body) {
    if (e.kind == record::EventKind::invoke) history.begin(core::decode<core::Invocation>(body));
    if (e.kind == record::EventKind::complete) history.end(core::decode<core::Completion>(body));
    if (e.kind == record::EventKind::command && check::says_quiet({reinterpret_cast<const char*>(body.data()), body.size()})) history.quiet();
  });
  // As of a text: that nobody asked anything is no proof.
  if (history.operations().empty()) throw check::BadHistory("there is no operation in it");
  return history;
}

// Prints the verdict, after the promise's name where several are asked for.
void print(const check::History& history, check::Promise promise, const check::Verdict& verdict, bool one_of_several) {
  std::cout << (one_of_several && verdict.answer == Answer::unknown ? core::text(promise) + ": " : "") << check::answer_text(promise, verdict.answer) << "\n";
  const std::string before = one_of_several ? "  " : "";
  if (!verdict.reason.empty()) std::cout << before << plain(verdict.reason) << "\n";
  if (promise == check::Promise::linearizable && verdict.answer == Answer::broken)
    std::cout << before << "The shortest offending prefix is the first " << verdict.prefix << " of " << history.events() << " beginnings and ends.\n";
}

const char* word(Answer answer) { return answer == Answer::kept ? "kept" : answer == Answer::broken ? "broken" : "unknown"; }

// What is not known, or does not apply, is not there.
Json json_of(const check::Operation& o) {
  Json json{{"id", o.id}, {"process", o.process}, {"function", o.function}, {"key", o.key}};
  if (o.function == "cas") json["expected"] = o.expected;
  if (!check::is_read(o) && o.function != "delete") json["value"] = o.value;
  json["outcome"] = core::text(o.outcome);
  if (check::is_read(o) && o.outcome == core::Outcome::ok && o.result_known) {
    json["result"] = o.result ? Json(*o.result) : Json();
    if (!o.siblings.empty()) json["siblings"] = o.siblings;
  }
  if (!o.version.empty()) json["version"] = o.version;
  json["began"] = o.call;
  if (o.end != check::Operation::kNever) json["ended"] = o.end;
  if (o.line > 0) json["line"] = o.line;
  return json;
}

Json json_of(const check::History& history, check::Promise promise, const check::Verdict& verdict) {
  Json json{{"promise", core::text(promise)}, {"answer", word(verdict.answer)}};
  if (!verdict.reason.empty()) json["reason"] = plain(verdict.reason);
  if (promise == check::Promise::linearizable && verdict.answer == Answer::broken) json["prefix"] = verdict.prefix;
  if (verdict.answer == Answer::broken) json["witness"] = Json::array();
  for (const std::size_t i : verdict.relevant) json["witness"].push_back(json_of(history.operations()[i]));
  return json;
}

}  // namespace

int check(const CheckArguments& a) {
  try {
    const check::Model model = check::model_of(a.model);
    const auto promises = check::promises_of(a.promises);
    const check::History history = history_of(a.path);
    check::Limits limits;
    limits.time = std::chrono::seconds(a.seconds);
    bool broken = false, unknown = false;
    Json json{{"format", kJsonFormat}, {"history", a.path}, {"model", a.model}, {"operations", history.operations().size()},
              {"events", history.events()}, {"answer", ""}, {"promises", Json::array()}};
    for (const check::Promise promise : promises) {
      const check::Verdict verdict = check::judge(history, promise, model, limits);
      broken = broken || verdict.answer == check::Verdict::Answer::broken;
      unknown = unknown || verdict.answer == check::Verdict::Answer::unknown;
      if (a.json) json["promises"].push_back(json_of(history, promise, verdict));
      else print(history, promise, verdict, promises.size() > 1);
    }
    json["answer"] = word(broken ? Answer::broken : unknown ? Answer::unknown : Answer::kept);
    // What a client wrote need not be a text.
    if (a.json) std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return broken ? kInvalid : unknown ? kUnknown : kValid;
  } catch (const check::UnknownModel& bad) {
    return fail(kUsage, bad.what());
  } catch (const check::UnknownPromise& bad) {
    return fail(kUsage, bad.what());
  } catch (const check::BadHistory& bad) {
    return fail(kBadData, a.path + ": " + bad.what());
  } catch (const core::Malformed& bad) {
    return fail(kBadData, a.path + " is damaged: " + bad.what());
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  }
}

}  // namespace cli
