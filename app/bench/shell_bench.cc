// Part of `faultline bench window`: what the whole window costs the processor, without a graphics driver: scrubbing beside standing
// still, the world's speed with the window open beside without it, and, where there is a display, the first frame beside
// that of a bare window.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "app/bench/bench.h"
#include "app/bench/display.h"
#include "app/window/host.h"
#include "app/window/off_screen.h"
#include "labs/catalog/labs.h"

namespace bench {
namespace {

using Wall = std::chrono::steady_clock;
using session::Session;

double thread_seconds() {
  struct timespec now {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::unique_ptr<Session> made(std::size_t memory) {
  session::Origin origin;
  origin.lab = catalog::load_lab("raft-losing-the-leader");
  origin.lab.steps.clear();   // Nothing to be done that a fast world would stop for.
  origin.memory = memory;
  return std::make_unique<Session>(std::move(origin));
}

// The middle one: a noisy machine makes some frames long.
// Frames of this thread's time, each after `before`.
template <class Before>
double frame_seconds(window::OffScreen& screen, int frames, const Before& before) {
  std::vector<double> all;
  for (int i = 0; i < frames; ++i) {
    before(i);
    const double began = thread_seconds();
    screen.frame();
    all.push_back(thread_seconds() - began);
  }
  return median(std::move(all));
}

void scrubbing(std::vector<Figure>& figures) {
  constexpr std::size_t kEvents = 10'000'000;
  auto owned = made(std::size_t{6} << 30);
  Session& session = *owned;
  session.stop_at_violation(false);
  session.as_fast_as_it_goes();
  while (session.status().events < kEvents) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  session.stand();
  window::OffScreen screen({});
  screen.shell().open(std::move(owned));
  screen.shell().wish(window::Play{false});
  for (int i = 0; i < 20 || screen.shell().player()->busy(); ++i) screen.frame();
  const auto end = screen.shell().player()->view().end.time_since_epoch().count();
  const auto frame = [&] { return frame_seconds(screen, 1, [](int) {}); };
  // The wish is done at the end of a frame; the next one draws it: both are counted, and beside them a frame that stands
  // still before and one that stands still there.
  std::vector<double> standing, scrubbed;
  for (int i = 0; i < 200; ++i) {
    const double before = frame();
    screen.shell().wish(window::Seek{core::kStart + core::Duration(end / 200 * ((i * 37) % 200))});
    const double wished = frame(), drawn = frame();
    frame();
    const double there = frame();
    standing.push_back(there);
    scrubbed.push_back(drawn + std::max(0.0, wished - before));
  }
  const double still = median(std::move(standing)), scrub = median(std::move(scrubbed));
  figures.push_back({"frame, standing still in 10 M events", still * 1e3, "ms", ""});
  figures.push_back({"frame, scrubbed anywhere in 10 M events", scrub * 1e3, "ms", ""});
  figures.push_back({"scrubbing / standing still", scrub / still, "", "<= 1.5"});
}

// Events a second of the world, over half a second of this clock.
double speed(const Session& session, const std::function<void()>& meanwhile) {
  const auto began = Wall::now();
  const auto events = session.status().events;
  while (Wall::now() - began < std::chrono::milliseconds(500)) meanwhile();
  return static_cast<double>(session.status().events - events) / std::chrono::duration<double>(Wall::now() - began).count();
}

double headless_speed() {
  const auto session = made(std::size_t{512} << 20);
  session->as_fast_as_it_goes();
  return speed(*session, [] { std::this_thread::sleep_for(std::chrono::milliseconds(10)); });
}

double speed_with_window() {
  window::OffScreen screen({});
  screen.shell().open(made(std::size_t{512} << 20));
  screen.shell().wish(window::SetSpeed{0});
  screen.shell().wish(window::Play{true});
  screen.frame();
  auto next = Wall::now();
  return speed(screen.shell().player()->session(), [&] {
    screen.frame();
    next = std::max(next + std::chrono::microseconds(16'667), Wall::now());
    std::this_thread::sleep_until(next);
  });
}

// In turns, the best of each: other work on the machine only ever slows the world down.
void throughput(std::vector<Figure>& figures) {
  double headless = 0, open = 0;
  for (int round = 0; round < 8; ++round) headless = std::max(headless, headless_speed()), open = std::max(open, speed_with_window());
  figures.push_back({"world as fast as it goes, headless", headless / 1e6, "M events/s", ""});
  figures.push_back({"world as fast as it goes, window open", open / 1e6, "M events/s", ""});
  figures.push_back({"window open / headless", open / headless, "", ">= 0.8"});
}

// A server without -noreset forgets itself when its last window has closed, and refuses who comes just then.
void let_it_forget() { std::this_thread::sleep_for(std::chrono::milliseconds(200)); }

// From nothing to the first picture on the display, of our window or of a bare one.
double window_seconds(bool ours) {
  let_it_forget();
  const auto began = Wall::now();
  // As window.cc does it.
  std::unique_ptr<window::Shell> shell;
  if (ours) shell = std::make_unique<window::Shell>(window::Outside{});
  window::Host host(1600, 1000, false, ours ? 1 : 0);
  window::Look look;
  look.fonts = host.letters();
  if (ours) window::set_style(*look.theme, 1), window::use_look(look);
  host.wait(0);
  host.begin_frame(0.016);
  ImGui::NewFrame();
  if (shell) shell->draw(0.016);
  else ImGui::Begin("bare"), ImGui::TextUnformatted("A window with a line of text."), ImGui::End();
  ImGui::Render();
  host.end_frame(0);
  return std::chrono::duration<double>(Wall::now() - began).count();
}

void first_frame(std::vector<Figure>& figures) {
  const Display display;
  const auto none = [&](const std::string& why) {
    figures.push_back({"first frame: not measured, " + why, std::numeric_limits<double>::quiet_NaN(), "", ""});
  };
  if (!display.missing().empty()) return none(display.missing());
  std::vector<double> bare, ours, opening;
  try {
    window_seconds(false);   // The driver loads itself.
    for (int i = 0; i < 9; ++i) bare.push_back(window_seconds(false)), ours.push_back(window_seconds(true));
  } catch (const window::NoDisplay& no) {
    return none(no.why);
  }
  // The quickest of each: other work on the machine only ever slows it down, and the display's server along with it.
  const double least = *std::min_element(bare.begin(), bare.end()), gallery = *std::min_element(ours.begin(), ours.end());
  figures.push_back({"first frame of a bare window", least * 1e3, "ms", ""});
  figures.push_back({"first frame of the gallery", gallery * 1e3, "ms", ""});
  figures.push_back({"first frame, ours / bare", gallery / least, "", "<= 1.5"});
  for (int i = 0; i < 5; ++i) let_it_forget(), opening.push_back(opening_ms());
  if (median(opening) > 0) figures.push_back({"from the program's start to its first frame", median(opening), "ms", "<= 1000"});
}

}  // namespace

std::vector<Figure> shell_bench() {
  std::vector<Figure> figures;
  first_frame(figures);
  throughput(figures);
  scrubbing(figures);
  return figures;
}

}  // namespace bench
