#include "app/cli/again.h"

#include <thread>

#include "app/cli/cli.h"
#include "app/cli/interruptible.h"
#include "app/cli/progress.h"
#include "app/version.h"
#include "labs/check/history.h"
#include "labs/compare/decided.h"
#include "labs/compare/what_if.h"
#include "labs/record/open_run.h"
#include "mechanisms/core/codec.h"

namespace cli {

replay::Recipe recipe_in(const std::string& path) {
  replay::Recipe recipe = replay::recipe_of(*record::open_run(path));
  recipe.header.program = app::program_version();
  return recipe;
}

int with_run_file(const std::string& path, const std::function<int()>& work) {
  try {
    return work();
  } catch (const record::StoreError& error) {
    return fail(kCannotWrite, error.what());
  } catch (const record::BadRun& bad) {
    return fail(kBadData, bad.what());
  } catch (const core::Malformed& bad) {
    return fail(kBadData, path + " is damaged: " + bad.what());
  } catch (const check::BadHistory& bad) {
    return fail(kBadData, path + " is damaged: " + bad.what());
  }
}

int with_run(const std::string& path, const std::function<int()>& work) {
  const Interruptible interruptible;
  try {
    return with_run_file(path, work);
  } catch (const Interrupted&) {
    return fail(kInterrupted, "stopped");
  } catch (const replay::NotAgain& why) {
    return fail(kUnknown, path + " cannot be done again: " + why.what());
  } catch (const compare::BadChange& bad) {
    return fail(kUsage, bad.what());
  } catch (const compare::BadQuestion& bad) {
    return fail(kUsage, bad.what());
  } catch (const check::UnknownPromise& bad) {
    return fail(kUsage, bad.what());
  }
}

unsigned jobs_of(unsigned asked) { return asked > 0 ? asked : std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace cli
