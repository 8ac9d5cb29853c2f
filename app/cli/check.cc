// `faultline check HISTORY --promise P --model M`: all that was asked for is kept (exit 0), something is broken (1), or is
// unknown and nothing is broken (2).
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "labs/check/promise.h"
#include "labs/check/read_history.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

bool is_run_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char magic[16] = {};
  in.read(magic, sizeof magic);
  return std::string(magic, sizeof magic) == std::string("SQLite format 3\0", 16);
}

check::History history_of(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw check::BadHistory("there is no such file");
  if (std::filesystem::is_directory(path, ignored)) throw check::BadHistory("it is a folder");
  if (::access(path.c_str(), R_OK) != 0) throw check::BadHistory("it cannot be read");
  if (!is_run_file(path)) return check::read_history_file(path);
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
  using Answer = check::Verdict::Answer;
  std::cout << (one_of_several && verdict.answer == Answer::unknown ? core::text(promise) + ": " : "") << check::answer_text(promise, verdict.answer) << "\n";
  const std::string before = one_of_several ? "  " : "";
  if (!verdict.reason.empty()) std::cout << before << plain(verdict.reason) << "\n";
  if (promise == check::Promise::linearizable && verdict.answer == Answer::broken)
    std::cout << before << "The shortest offending prefix is the first " << verdict.prefix << " of " << history.events() << " beginnings and ends.\n";
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
    for (const check::Promise promise : promises) {
      const check::Verdict verdict = check::judge(history, promise, model, limits);
      broken = broken || verdict.answer == check::Verdict::Answer::broken;
      unknown = unknown || verdict.answer == check::Verdict::Answer::unknown;
      print(history, promise, verdict, promises.size() > 1);
    }
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
