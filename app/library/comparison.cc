#include "app/library/comparison.h"

#include <algorithm>
#include <cctype>

#include "labs/guide/figures.h"
#include "labs/record/open_run.h"
#include "labs/session/session.h"

namespace library {
namespace {

using record::EventKind;

constexpr std::size_t kSlice = 4096;   // Rows between two looks at whether anybody still wants this.

std::string words_of(const record::Recording& run, const record::Event& event, core::BytesView body) {
  std::string line = record::line_text(run, event);
  const bool says = event.kind == EventKind::command || event.kind == EventKind::note || event.kind == EventKind::refuse ||
                    event.kind == EventKind::crash || event.kind == EventKind::violation;
  if (says) line += " " + std::string(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(body.size(), 500)));
  return line;
}

bool holds(const std::string& line, const std::string& text) {
  return std::search(line.begin(), line.end(), text.begin(), text.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
         }) != line.end();
}

// The same event in two runs: names by their words, for each run counts its own.
bool same(const record::Recording& a, const record::Row& x, const record::Recording& b, const record::Row& y) {
  const record::Event &e = x.event, &f = y.event;
  return e.at == f.at && e.kind == f.kind && e.node == f.node && e.peer == f.peer && e.ref == f.ref && e.id == f.id &&
         (e.value == f.value || (e.value != e.value && f.value != f.value)) &&
         std::equal(x.body.begin(), x.body.end(), y.body.begin(), y.body.end()) &&
         a.name(e.type) == b.name(f.type);
}

}  // namespace

Better better_of(std::string_view name) {
  const auto has = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
  };
  // What went wrong first: `operations failed` counts operations, too.
  if (has({"fail", "error", "dropped", "unknown", "rejected", "refused", "retries", "timeout", "lost", "broken", "crash", "miss",
           "latency", "_ms", "lag", "elections", "leader_changes", "stale", "conflict", "abort"}))
    return Better::lower;
  if (has({"operations", "hit", "committed", "throughput", "_ok"})) return Better::higher;
  return Better::neither;
}

Comparison::Comparison(std::vector<Wanted> runs, std::function<void()> on_change)
    : wanted_(std::move(runs)), on_change_(std::move(on_change)), thread_([this] { work_off(); }) {}

Comparison::~Comparison() {
  cancelled_ = true;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  called_.notify_all();
  thread_.join();
}

std::shared_ptr<const Compared> Comparison::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}
std::optional<Comparison::Work> Comparison::work() const {
  const std::lock_guard lock(mutex_);
  return work_;
}
void Comparison::cancel() { cancelled_ = true; }

void Comparison::align(const Alignment& alignment) {
  {
    const std::lock_guard lock(mutex_);
    alignment_ = alignment, again_ = true;
  }
  cancelled_ = false;
  called_.notify_all();
}

void Comparison::set_baseline(std::size_t which) {
  {
    const std::lock_guard lock(mutex_);
    baseline_ = which, again_ = true;
  }
  cancelled_ = false;
  called_.notify_all();
}

void Comparison::wait() {
  std::unique_lock lock(mutex_);
  called_.wait(lock, [&] { return !busy_ && !again_; });
}

void Comparison::tell(const std::string& words, double part) {
  if (cancelled_) throw Cancelled{};
  {
    const std::lock_guard lock(mutex_);
    work_ = Work{words, part};
  }
  if (on_change_) on_change_();
}

void Comparison::publish(const std::function<void(Compared&)>& change) {
  {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<Compared>(*known_);
    change(*next);
    known_ = std::move(next);
  }
  if (on_change_) on_change_();
}

void Comparison::work_off() {
  bool read_all = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    lock.unlock();
    try {
      const double share = 0.8 / static_cast<double>(std::max<std::size_t>(1, wanted_.size()));
      if (!read_all)
        for (std::size_t i = 0; i < wanted_.size(); ++i) read(wanted_[i], share * static_cast<double>(i), share);
      read_all = true;
      align_and_part();
    } catch (const Cancelled&) {
      // What is known stays.
    }
    lock.lock();
    busy_ = false, work_.reset();
    called_.notify_all();
    lock.unlock();
    if (on_change_) on_change_();
    lock.lock();
    called_.wait(lock, [&] { return over_ || again_; });
    if (over_) return;
    // A cancelled reading is not taken up again: what was not read is not asked for.
    read_all = true;
    again_ = false, busy_ = true;
  }
}

void Comparison::read(const Wanted& wanted, double from, double share) {
  auto one = std::make_shared<ComparedRun>();
  one->path = wanted.path, one->name = wanted.name;
  const std::string words = "Reading " + wanted.name;
  tell(words, from);
  try {
    one->run = record::open_run(wanted.path, &cancelled_);
    const record::Recording& run = *one->run;
    const std::size_t rows = run.size();
    const auto part = [&](std::size_t done) { return rows == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(rows); };
    one->line = std::make_unique<timeline::Timeline>(run);
    while (!one->line->catch_up(std::chrono::milliseconds(20))) tell(words, from + share * part(one->line->rows()) / 2);
    guide::Facts facts(run.header().nodes);
    for (record::NameId id = 1; id < run.names(); ++id) facts.on_name(id, run.name(id));
    for (std::size_t row = 0; row < rows; row += kSlice) {
      run.visit(row, std::min(rows, row + kSlice), [&](const record::Event& event, core::BytesView body) { facts.on_event(event, body); });
      tell(words, from + share * (1 + part(row)) / 2);
    }
    for (auto& figure : guide::figures_of(facts)) one->figures.push_back({std::move(figure.name), std::move(figure.unit), figure.value});
    for (const auto& given : session::commands_of(run)) one->commands.push_back({given.at, world::command_text(given.command)});
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& why) {
    if (cancelled_) throw Cancelled{};
    one->run.reset(), one->line.reset();
    one->trouble = why.what();
  }
  publish([&](Compared& all) { all.runs.push_back(one); });
}

void Comparison::align_and_part() {
  Alignment alignment;
  std::size_t baseline = 0;
  std::shared_ptr<const Compared> now;
  {
    const std::lock_guard lock(mutex_);
    alignment = alignment_, baseline = baseline_, now = known_;
  }
  if (baseline >= now->runs.size()) return;
  const double share = 0.1 / static_cast<double>(now->runs.size());
  std::vector<std::optional<core::Time>> aligned;
  std::vector<Parting> parting;
  for (std::size_t i = 0; i < now->runs.size(); ++i)
    aligned.push_back(now->runs[i]->run ? find(*now->runs[i]->run, alignment, 0.8 + share * static_cast<double>(i), share) : std::nullopt);
  for (std::size_t i = 0; i < now->runs.size(); ++i)
    parting.push_back(i == baseline ? Parting{} : part(*now->runs[baseline], *now->runs[i], 0.9 + share * static_cast<double>(i), share));
  publish([&](Compared& all) {
    all.alignment = alignment, all.baseline = baseline, all.aligned = std::move(aligned), all.parting = std::move(parting);
    all.whole = true;
  });
}

std::optional<core::Time> Comparison::find(const record::Recording& run, const Alignment& alignment, double from, double share) {
  using How = Alignment::How;
  if (alignment.how == How::start) return core::kStart;
  if (alignment.how == How::first_text && alignment.words.empty()) return {};
  std::optional<core::Time> found;
  const auto fits = [&](const record::Event& e, core::BytesView body) {
    switch (alignment.how) {
      case How::first_command: return e.kind == EventKind::command;
      case How::first_partition: return e.kind == EventKind::command && holds(std::string(body.begin(), body.end()), "partition");
      case How::first_role: return e.kind == EventKind::show && run.name(e.type) == alignment.words;
      case How::first_text: return holds(words_of(run, e, body), alignment.words);
      case How::start: break;
    }
    return false;
  };
  for (std::size_t row = 0; row < run.size() && !found; row += kSlice) {
    tell("Aligning", from + share * static_cast<double>(row) / static_cast<double>(run.size()));
    run.visit(row, std::min(run.size(), row + kSlice), [&](const record::Event& event, core::BytesView body) {
      if (!found && fits(event, body)) found = event.at;
    });
  }
  return found;
}

Parting Comparison::part(const ComparedRun& baseline, const ComparedRun& other, double from, double share) {
  Parting parting;
  if (!baseline.run || !other.run) return parting.why_not = "one of them cannot be opened", parting;
  const record::Recording &a = *baseline.run, &b = *other.run;
  if (a.header().lab_text != b.header().lab_text) return parting.why_not = "they are of different labs", parting;
  if (a.header().world != b.header().world) return parting.why_not = "they are of different worlds", parting;
  if (a.header().seed != b.header().seed) return parting.why_not = "they have different seeds: all is different from the start", parting;
  if (a.header().level != b.header().level) return parting.why_not = "not as much was recorded of one as of the other", parting;
  const std::size_t both = std::min(a.size(), b.size());
  std::size_t row = 0;
  for (; row < both; ++row) {
    if (row % kSlice == 0) tell("Looking where they part", from + share * static_cast<double>(row) / static_cast<double>(both));
    if (!same(a, a.at(row), b, b.at(row))) break;
  }
  if (row == both && a.size() == b.size()) return parting;
  parting.row = row;
  const auto said = [&](const record::Recording& run, const char* none) {
    if (row >= run.size()) return std::string(none);
    const record::Row one = run.at(row);
    parting.at = one.event.at;
    return words_of(run, one.event, one.body);
  };
  parting.baseline = said(a, "it ends here"), parting.other = said(b, "it ends here");
  return parting;
}

}  // namespace library
