// What it costs to write ten million events as other programs read them, beside writing the same bytes; and to open the run's
// file, beside reading its index.
#include <chrono>
#include <filesystem>

#include "app/bench/bench.h"
#include "app/bench/scratch.h"
#include "app/window/off_screen.h"
#include "labs/catalog/kinds.h"
#include "labs/exports/exports.h"
#include "labs/exports/output.h"
#include "labs/record/open_run.h"
#include "labs/record/run_store.h"
#include "labs/timeline/timeline.h"
#include "labs/world/simulated.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWritten = 10'000'000;

template <class Work>
double took(const Work& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::uintmax_t bytes_of(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return fs::file_size(path, ignored);
  std::uintmax_t all = 0;
  for (const auto& entry : fs::directory_iterator(path, ignored)) all += entry.file_size(ignored);
  return all;
}

// Five servers of Raft and a client, as busy as they can be.
std::unique_ptr<record::Recording> long_run(const std::string& file) {
  world::System system;
  system.groups.push_back({"servers", catalog::find_kind("raft"), 5, {}, {}});
  system.groups.push_back({"clients", catalog::find_kind("raft-client"), 1, {"servers"}, {{"sessions", "50"}}});
  system.link.delay = std::chrono::milliseconds(1);
  system.judge = false;
  world::SimulatedWorld world(system, 1);
  record::RunHeader header;
  header.program = "faultline bench", header.lab = "bench", header.world = "simulated", header.seed = 1;
  header.nodes = world.nodes();
  auto recording = std::make_unique<record::Recording>(header, std::size_t{8} << 30);
  record::RunStore store(*recording, file);
  world.listen(recording.get());
  while (recording->size() < kWritten) world.run_for(std::chrono::milliseconds(100));
  store.finish();
  return recording;
}

void write_as(const record::Recording& run, const char* format, std::vector<Figure>& figures) {
  const Scratch folder;
  exports::Request request;
  request.format = exports::find_format(format), request.path = folder.path + "/out";
  const double ours = took([&] { exports::write(run, request); });
  const auto bytes = bytes_of(request.path);
  const std::string block(1 << 20, 'x');
  // The same way to the disk, without anything to think about.
  const double bare = took([&] {
    exports::Output out(folder.path + "/bare", false, false);
    for (std::uintmax_t written = 0; written < bytes; written += block.size()) out.write(block);
    out.finish();
  });
  const std::string name = format;
  figures.push_back({name + ", 10 M events", static_cast<double>(bytes) / ours / 1e6, "MB/s", ""});
  figures.push_back({name + ", fwrite of as many bytes", static_cast<double>(bytes) / bare / 1e6, "MB/s", ""});
  figures.push_back({name + " / fwrite", bare / ours, "", ">= 0.5"});
}

void open_it(const std::string& file, std::vector<Figure>& figures) {
  std::shared_ptr<const record::Recording> run;
  const double opened = took([&] { run = record::open_run(file); });
  const double index = took([&] {
    timeline::Timeline line(*run);
    while (!line.catch_up(std::chrono::milliseconds(50))) {
    }
  });
  window::OffScreen screen({});
  const double shown = took([&] {
    screen.shell().wish(window::OpenRun{file});
    while (screen.shell().player() == nullptr) screen.frame();
    screen.frame();
  });
  const double whole = took([&] {
    while (screen.shell().player()->busy()) screen.frame();
  });
  figures.push_back({"10 M events: checking the file", opened, "s", ""});
  figures.push_back({"reading its index", index, "s", ""});
  figures.push_back({"in the window: until it is seen", shown, "s", ""});
  figures.push_back({"in the window: until all of it is known", shown + whole, "s", ""});
  figures.push_back({"in the window / checking and reading the index", (shown + whole) / (opened + index), "", "<= 1.2"});
}

}  // namespace

std::vector<Figure> exports_bench() {
  std::vector<Figure> figures;
  const Scratch folder;
  const std::string file = folder.path + "/long.run";
  {
    const auto run = long_run(file);
    for (const char* format : {"csv", "perfetto"}) write_as(*run, format, figures);
  }
  open_it(file, figures);
  return figures;
}

}  // namespace bench
