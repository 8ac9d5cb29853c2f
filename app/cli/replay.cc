// `faultline replay RUN`: does a recorded run again from its own file, and says whether every event is the same.
#include <iostream>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/cli/progress.h"
#include "app/cli/summary.h"
#include "app/cli/table.h"
#include "app/version.h"
#include "labs/record/open_run.h"
#include "labs/replay/replay.h"

namespace cli {
namespace {

std::string events_text(std::size_t count) { return grouped(count) + (count == 1 ? " event" : " events"); }

void print_parting(const record::RunHeader& header, const replay::Result& result) {
  const auto& parting = *result.parting;
  std::cout << "they part at row " << parting.row << ", after " << events_text(result.same) << " that are the same"
            << (parting.differs.empty() ? "" : "; what differs: " + parting.differs) << "\n"
            << "  recorded  " << plain_line(parting.recorded) << "\n"
            << "  again     " << plain_line(parting.again) << "\n";
  if (header.program != app::program_version())
    std::cout << "it was recorded by " << plain_line(header.program) << ", and this is " << app::program_version()
              << ": another version may make another run of the same commands\n";
}

}  // namespace

int replay_run(const ReplayArguments& a) {
  try {
    const auto recording = record::open_run(a.path);
    const auto& header = recording->header();
    std::cout << origin(header) << std::flush;
    const replay::Result result = replay::replay(*recording, progress_line());
    if (result.parting)
      print_parting(header, result);
    else
      std::cout << events_text(result.same) << ", the same\n";
    if (const std::string missing = replay::not_compared(header); !missing.empty()) std::cout << "not compared: " << missing << "\n";
    return result.parting ? kInvalid : kValid;
  } catch (const replay::NotAgain& why) {
    return fail(kUnknown, a.path + " cannot be done again: " + why.what());
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  }
}

}  // namespace cli
