#include "labs/replay/make.h"

#include <filesystem>

#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/record/spill.h"

namespace replay {
namespace {

constexpr unsigned kEventsBetweenWords = 4096;

void run_to_its_end(const Recipe& recipe, Making& making, const std::function<void(double)>& told) {
  const auto whole = static_cast<double>(recipe.end.time_since_epoch().count());
  try {
    making.pass(recipe.end, [&, n = 0u]() mutable {
      if (++n % kEventsBetweenWords == 0) told(whole > 0 ? static_cast<double>(making.world().now().time_since_epoch().count()) / whole : 1);
      return false;
    });
  } catch (const world::BadCommand&) {
    // Time stands still in it: it ends here.
  }
}

// The memory of a run that nobody keeps. The spill goes before its recording does.
struct Unkept {
  explicit Unkept(record::RunHeader header) : recording(std::move(header)), spill(recording) {}
  record::Recording recording;
  record::Spill spill;
};

}  // namespace

Made make(const Recipe& recipe, const std::string& path, const std::function<void(double)>& told) {
  Making making(recipe);
  if (path.empty()) {
    const auto unkept = std::make_shared<Unkept>(recipe.header);
    unkept->recording.began(std::chrono::system_clock::now());
    making.world().listen(&unkept->recording);
    run_to_its_end(recipe, making, told);
    if (const auto trouble = unkept->spill.trouble(); !trouble.empty()) throw record::StoreError(trouble);
    return {std::shared_ptr<const record::Recording>(unkept, &unkept->recording), making.refused()};
  }
  record::Recording recording(recipe.header);
  recording.began(std::chrono::system_clock::now());
  record::RunStore store(recording, path);
  try {
    making.world().listen(&recording);
    run_to_its_end(recipe, making, told);
    store.finish();
  } catch (...) {
    store.finish();
    std::error_code none;
    std::filesystem::remove(path, none);
    throw;
  }
  if (const auto trouble = store.trouble(); !trouble.empty()) throw record::StoreError(trouble);
  return {record::open_run(path), making.refused()};
}

}  // namespace replay
