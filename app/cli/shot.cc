// `faultline shot LAB`: draws the window to a picture, without a display.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/plain.h"
#include "app/version.h"
#include "app/window/off_screen.h"
#include "app/window/opening.h"
#include "labs/catalog/labs.h"
#include "mechanisms/core/text.h"

namespace cli {
namespace {

using session::Session;

// Until the world has come as far as it was let go, and its past is known.
void wait_for(const Session& session) {
  for (;;) {
    const auto status = session.status();
    if (!status.trouble.empty()) throw world::BadCommand(status.trouble);
    if (!status.working && status.rebuilding >= 1) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::unique_ptr<Session> made(const ShotArguments& a, core::Time at) {
  session::Origin origin;
  origin.lab = catalog::load_lab(a.lab);
  guide::apply_settings(origin.lab.system, a.settings);
  origin.seed = a.has_seed ? a.seed : origin.lab.seed;
  origin.settings = a.settings;
  origin.program = app::program_version();
  std::vector<world::ScriptLine> script;
  if (!a.script.empty()) {
    std::ifstream in(a.script, std::ios::binary);
    if (!in) throw world::BadCommand("cannot read the script " + a.script);
    script = world::parse_script(std::string(std::istreambuf_iterator<char>(in), {}));
  }
  auto session = std::make_unique<Session>(std::move(origin));
  session->stop_at_violation(false);
  core::Time when{};
  for (const auto& line : script) {
    when += line.wait;
    if (when > at) break;
    session->run_until(when);
    wait_for(*session);
    session->give(line.command);
    wait_for(*session);
  }
  session->run_until(at);
  wait_for(*session);
  return session;
}

// A time of the command line; false, with a word about it: it is none.
bool read_time(const char* option, const std::string& words, core::Duration& out) {
  if (core::parse(words, out)) return true;
  fail(kUsage, std::string(option) + " takes a time such as `12s`, not `" + words + "`");
  return false;
}

constexpr std::string_view kDialogs[] = {"palette", "help", "preferences", "export", "new", "what if", "chance"};

// What is looked at in the window, as hands would have it.
void look_at(const ShotArguments& a, core::Duration from, core::Duration to, window::Shell& shell) {
  if (!a.select.empty()) shell.select(a.select);
  window::Selection& selection = shell.selection();
  if (a.event > 0) selection.row = a.event - 1;
  if (a.from.empty() && a.to.empty()) return;
  selection.follow = false;
  if (!a.from.empty()) selection.from = core::kStart + from;
  selection.to = a.to.empty() ? selection.from + std::chrono::seconds(10) : core::kStart + to;
}

}  // namespace

int shot(const ShotArguments& a) {
  core::Duration at{}, from{}, to{};
  int width = 0, height = 0;
  if (!read_time("--at", a.at.empty() ? "5s" : a.at, at) || (!a.from.empty() && !read_time("--from", a.from, from)) || (!a.to.empty() && !read_time("--to", a.to, to))) return kUsage;
  if (!a.to.empty() && to <= from) return fail(kUsage, "--to must be later than --from");
  if (a.compare.size() == 1 || (!a.compare.empty() && !a.lab.empty())) return fail(kUsage, "--compare takes two or more run files, and no lab");
  if (std::sscanf(a.size.c_str(), "%dx%d", &width, &height) != 2 || width < 100 || height < 100 || width > 8192 || height > 8192)
    return fail(kUsage, "--size takes a size such as `1600x1000`, not `" + a.size + "`");
  try {
    window::OffScreen::Setup setup;
    setup.width = width, setup.height = height, setup.scale = static_cast<float>(a.scale), setup.theme = a.theme;
    setup.outside.program = app::program_version();
    window::OffScreen screen(std::move(setup));
    const bool dialog = std::find(std::begin(kDialogs), std::end(kDialogs), a.panel) != std::end(kDialogs);
    if (a.panel == "runs") screen.shell().wish(window::GoTo{window::Place::runs});
    else if (!dialog) screen.shell().only(a.panel);
    const auto kind = window::kind_of_file(a.lab);
    const bool kept = kind == window::FileKind::run || kind == window::FileKind::sweep;
    if (kept) {
      screen.shell().wish(window::OpenRun{a.lab});
      screen.settle_all();
      if (!a.at.empty()) screen.shell().wish(window::Seek{core::kStart + at});
    }
    if (!a.lab.empty() && !kept) screen.shell().open(made(a, core::kStart + at));
    if (!a.compare.empty()) screen.shell().wish(window::CompareRuns{a.compare});
    look_at(a, from, to, screen.shell());
    screen.settle_all();
    // Some of them are about what was opened.
    if (dialog) screen.shell().wish(window::Ask{a.panel});
    screen.settle_all();
    if (!window::write_png(screen.stage().picture(), a.out)) return fail(kCannotWrite, "cannot write " + a.out);
    std::cout << "drawn in " << plain_line(a.out) << "\n";
    return kValid;
  } catch (const guide::BadLab& bad) {
    return fail(kUsage, bad.what());
  } catch (const world::BadCommand& bad) {
    return fail(kUsage, bad.what());
  }
}

}  // namespace cli
