// `faultline check HISTORY --model M`: linearizable (exit 0), not linearizable (1), unknown (2).
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "labs/check/linearizability.h"
#include "labs/check/read_history.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"

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
  });
  // As of a text: that nobody asked anything is no proof.
  if (history.operations().empty()) throw check::BadHistory("there is no operation in it");
  return history;
}

}  // namespace

int check(const CheckArguments& a) {
  try {
    const check::Model model = check::model_of(a.model);
    const check::History history = history_of(a.path);
    check::Limits limits;
    limits.time = std::chrono::seconds(a.seconds);
    const check::Verdict verdict = check::linearizable(history, model, limits);
    std::cout << check::answer_text(verdict.answer) << "\n";
    if (!verdict.reason.empty()) std::cout << plain(verdict.reason) << "\n";
    if (verdict.answer == check::Verdict::Answer::not_linearizable)
      std::cout << "The shortest offending prefix is the first " << verdict.prefix << " of "
                << history.events() << " beginnings and ends.\n";
    return static_cast<int>(verdict.answer);
  } catch (const check::UnknownModel& bad) {
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
