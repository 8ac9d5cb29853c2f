// A report as one page of HTML: what was run, what was done, what came of it, with pictures. It needs no network and no script,
// follows the reader's choice of dark or light, and prints.
#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "labs/catalog/labs.h"
#include "labs/check/promise.h"
#include "labs/exports/svg.h"
#include "labs/exports/writers.h"
#include "labs/folds/words.h"
#include "labs/guide/promises.h"
#include "mechanisms/core/codec.h"
#include "mechanisms/core/operation.h"

namespace exports {
namespace {

using record::Event;
constexpr std::size_t kMostCommands = 200, kMostViolations = 50;   // In the tables; of more is said how many there are.
constexpr auto kJudgedFor = std::chrono::seconds(2);               // Each promise.
constexpr core::Duration kBeforeFault = std::chrono::milliseconds(100), kAfterFault = std::chrono::milliseconds(400);

constexpr std::string_view kPageStyle =
    "body{font:15px/1.5 Inter,'DejaVu Sans',Helvetica,Arial,sans-serif;max-width:1200px;margin:2rem auto;padding:0 1rem;background:var(--ground);color:var(--text)}"
    "h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}p{margin:.4rem 0}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.2rem 1.2rem .2rem 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--rule)}td.n,th.n{text-align:right}code{font-family:'JetBrains Mono','DejaVu Sans Mono',monospace;font-size:.9em;overflow-wrap:anywhere}"
    "svg{width:100%;height:auto;display:block;margin:.5rem 0}.scroll{overflow-x:auto}.scroll svg{min-width:900px}b.bad,b.good,b.warn{font-weight:600}"
    "@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}svg,tr{break-inside:avoid}.scroll svg{min-width:0}}";

void put_page_style(std::string& out) {
  const auto put = [&](const Palette& p) {
    (((((out += ":root{--ground:") += p.ground) += ";--text:") += p.text) += ";--rule:") += p.line;
    (out += "}") += style_of(p);
  };
  out += "<style>:root{color-scheme:light dark}";
  put(kLightPalette);
  out += kPageStyle;
  // Paper is white.
  out += "@media screen and (prefers-color-scheme:dark){";
  put(kDarkPalette);
  out += "}</style>\n";
}

// Of all rows of the range, what a page tells.
struct Told {
  std::array<std::size_t, names(record::EventKind{}).size()> kinds{};
  std::vector<std::pair<core::Time, std::string>> commands;      // And what had them done, if it was no person.
  struct Violation {
    core::Time at;
    core::NodeId node;
    std::string reason;
  };
  std::vector<Violation> violations;
  std::map<std::string, std::array<std::size_t, 4>> operations;  // By function: begun, ok, failed, unknown.
  std::map<std::string, std::vector<double>> latencies;          // Of those that went well, in ms, by function.
  check::History history;
  bool odd_history = false;                                      // It is none: the run is damaged, or the range begins within it.
  core::Time fault = core::Time::max();                          // The first thing that somebody did or that went wrong.
};

class Telling {
 public:
  Telling(const Export& e, Told& told) : e_(e), told_(told) {}

  void read(const Event& event, core::BytesView body) {
    using record::EventKind;
    ++told_.kinds[static_cast<std::size_t>(event.kind)];
    switch (event.kind) {
      case EventKind::command: return command(event, {body.begin(), body.end()});
      case EventKind::crash:
        if (!begun_.empty() || event.at > core::kStart) fault(event.at);
        return;
      case EventKind::pause: return fault(event.at);
      case EventKind::violation:
        fault(event.at);
        return told_.violations.push_back({event.at, event.node, std::string(body.begin(), body.end())});
      case EventKind::invoke:
      case EventKind::complete: return operation(event, body);
      default: return;
    }
  }

 private:
  void fault(core::Time at) { told_.fault = std::min(told_.fault, at); }

  void command(const Event& event, const std::string& text) {
    if (check::says_quiet(text)) told_.history.quiet();
    else if (!text.starts_with("mark ")) fault(event.at);
    std::string words = text;
    if (event.type != 0) words += "   (" + e_.run.name(event.type) + ")";
    told_.commands.emplace_back(event.at, std::move(words));
  }

  void operation(const Event& event, core::BytesView body) {
    try {
      if (event.kind == record::EventKind::invoke) {
        const auto asked = core::decode<core::Invocation>(body);
        begun_[asked.id] = {event.at, asked.function};
        ++told_.operations[asked.function][0];
        told_.history.begin(asked);
        return;
      }
      const auto told = core::decode<core::Completion>(body);
      const auto found = begun_.find(told.id);
      if (found == begun_.end()) return void(told_.odd_history = true);
      ++told_.operations[found->second.second][1 + static_cast<std::size_t>(told.outcome)];
      if (told.outcome == core::Outcome::ok) told_.latencies[found->second.second].push_back(static_cast<double>((event.at - found->second.first).count()) / 1e6);
      begun_.erase(found);
      told_.history.end(told);
    } catch (const core::Malformed&) {
      told_.odd_history = true;
    } catch (const check::BadHistory&) {
      told_.odd_history = true;
    }
  }

  const Export& e_;
  Told& told_;
  std::map<std::uint64_t, std::pair<core::Time, std::string>> begun_;   // Operations under way.
};

class Page {
 public:
  Page(Export& e, const timeline::Timeline& line, const Told& told) : e_(e), run_(e.run), line_(line), told_(told) {
    try {
      lab_ = guide::read_lab(run_.header().lab, run_.header().lab_text, catalog::all_kinds());
    } catch (const guide::BadLab& bad) {
      no_lab_ = bad.what();
    }
  }

  std::string written() {
    head();
    what_was_run();
    what_was_done();
    what_happened();
    plots();
    operations();
    checks();
    first_fault();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  void text(std::string_view words) { put_xml(out_, words); }
  void heading(std::string_view words) {
    out_ += "<h2>";
    text(words);
    out_ += "</h2>\n";
  }
  void paragraph(std::string_view words) {
    out_ += "<p>";
    text(words);
    out_ += "</p>\n";
  }
  void row(std::string_view what, std::string_view value) {
    out_ += "<tr><th>";
    text(what);
    out_ += "</th><td><code>";
    text(value);
    out_ += "</code></td></tr>\n";
  }
  void cell(std::string_view words, bool number = false) {
    out_ += number ? "<td class=\"n\">" : "<td>";
    text(words);
    out_ += "</td>";
  }
  static std::string when(core::Time at) {
    std::string out;
    put_time(out, at, 1'000'000'000);
    return out + " s";
  }
  std::string node(core::NodeId id) const {
    const auto* known = run_.node(id);
    return known != nullptr ? known->name : "";
  }

  void head() {
    out_ += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
    text(run_.header().lab + ", seed " + std::to_string(run_.header().seed));
    out_ += "</title>\n";
    put_page_style(out_);
    out_ += "</head>\n<body>\n<h1>";
    text(run_.header().lab);
    out_ += "</h1>\n";
    const std::size_t broken = told_.violations.size();
    out_ += broken > 0 ? "<p><b class=\"bad\">" : "<p><b class=\"good\">";
    text(broken == 0 ? "No promise of a mechanism was broken." : std::to_string(broken) + (broken == 1 ? " promise was broken." : " promises were broken."));
    out_ += "</b></p>\n";
  }

  void what_was_run() {
    const auto& h = run_.header();
    heading("What was run");
    out_ += "<table>\n";
    row("Program", h.program), row("World", h.world), row("Seed", std::to_string(h.seed));
    for (const auto& setting : h.settings) row("Setting", setting);
    std::map<std::string, std::vector<std::string>> groups;
    for (const auto& one : h.nodes) groups[one.kind].push_back(one.name);
    for (const auto& [kind, all] : groups) {
      std::string words;
      for (const auto& name : all) words += (words.empty() ? "" : ", ") + name;
      row("Nodes of kind " + kind, shortened(words, 300));
    }
    if (const auto began = run_.began()) {
      const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(*began).time_since_epoch().count();
      std::tm utc{};
      char words[64] = "";
      if (::gmtime_r(&seconds, &utc) != nullptr) std::strftime(words, sizeof words, "%Y-%m-%d %H:%M:%S UTC", &utc);
      row("Begun", words);
    }
    row("Shown here", when(e_.shown().from) + " to " + when(e_.shown().to) + " of " + when(run_.end()));
    out_ += "</table>\n";
  }

  void what_was_done() {
    heading("What was done");
    if (told_.commands.empty()) return paragraph("Nothing: nobody gave a command.");
    out_ += "<table>\n<tr><th class=\"n\">Time</th><th>Command</th></tr>\n";
    for (std::size_t i = 0; i < std::min(kMostCommands, told_.commands.size()); ++i) {
      out_ += "<tr>";
      cell(when(told_.commands[i].first), true);
      out_ += "<td><code>";
      text(told_.commands[i].second);
      out_ += "</code></td></tr>\n";
    }
    out_ += "</table>\n";
    if (told_.commands.size() > kMostCommands) paragraph("And " + std::to_string(told_.commands.size() - kMostCommands) + " more.");
  }

  void what_happened() {
    heading("What happened");
    out_ += "<table>\n<tr><th>Events</th><th class=\"n\">How many</th></tr>\n";
    for (std::size_t i = 0; i < told_.kinds.size(); ++i) {
      if (told_.kinds[i] == 0) continue;
      out_ += "<tr>";
      cell(core::name_of(static_cast<record::EventKind>(i)));
      cell(std::to_string(told_.kinds[i]), true);
      out_ += "</tr>\n";
    }
    out_ += "</table>\n";
  }

  void picture(const Picture& drawn) { ((out_ += "<div class=\"scroll\">\n") += drawn.svg) += "</div>\n"; }

  // Those of which the lab's own conditions speak come first.
  void plots() {
    const auto names = lab_ ? folds::metrics_told(*lab_) : std::vector<std::string>{};
    const auto specs = folds::default_plots(line_, folds::metrics_of(line_), names);
    heading("How it went");
    if (specs.empty()) return paragraph("Nothing was measured.");
    picture(plots_picture(line_, specs, e_.shown(), false));
  }

  void operations() {
    heading("What clients saw");
    if (told_.operations.empty()) return paragraph("There were no operations of clients.");
    out_ += "<table>\n<tr><th>Operation</th><th class=\"n\">Begun</th><th class=\"n\">Ok</th><th class=\"n\">Share</th><th class=\"n\">Failed</th><th class=\"n\">Unknown</th>"
            "<th class=\"n\">p50</th><th class=\"n\">p90</th><th class=\"n\">p99</th><th class=\"n\">Longest</th></tr>\n";
    for (const auto& [function, counts] : told_.operations) {
      out_ += "<tr>";
      cell(function);
      cell(std::to_string(counts[0]), true), cell(std::to_string(counts[1]), true);
      char share[16];
      std::snprintf(share, sizeof share, "%.1f %%", counts[0] > 0 ? 100.0 * static_cast<double>(counts[1]) / static_cast<double>(counts[0]) : 0);
      cell(share, true);
      cell(std::to_string(counts[2]), true), cell(std::to_string(counts[0] - counts[1] - counts[2]), true);
      const auto found = told_.latencies.find(function);
      std::vector<double> sorted = found == told_.latencies.end() ? std::vector<double>{} : found->second;
      std::sort(sorted.begin(), sorted.end());
      for (const double part : {0.5, 0.9, 0.99, 1.0}) {
        // The nearest rank.
        const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
        cell(sorted.empty() ? "\u2013" : folds::seconds_text(core::Duration(static_cast<std::int64_t>(sorted[rank - 1] * 1e6))), true);
      }
      out_ += "</tr>\n";
    }
    out_ += "</table>\n";
    paragraph("Latencies are of what went well. Unknown is what nobody answered: it may have happened.");
  }

  void checks() {
    heading("What was promised");
    if (!told_.violations.empty()) {
      out_ += "<table>\n<tr><th class=\"n\">Time</th><th>Node</th><th>What was broken</th></tr>\n";
      for (std::size_t i = 0; i < std::min(kMostViolations, told_.violations.size()); ++i) {
        out_ += "<tr>";
        cell(when(told_.violations[i].at), true), cell(node(told_.violations[i].node)), cell(told_.violations[i].reason);
        out_ += "</tr>\n";
      }
      out_ += "</table>\n";
      if (told_.violations.size() > kMostViolations) paragraph("And " + std::to_string(told_.violations.size() - kMostViolations) + " more.");
    }
    judgements();
  }

  // What the clients' history as a whole keeps. A range that begins later has no beginning to judge from.
  void judgements() {
    if (told_.operations.empty()) return;
    if (told_.odd_history || e_.request.range.from > core::kStart) return paragraph("The promises to clients are judged from the beginning of a run: here it is not known.");
    const auto model = check::model_of(told_.history);
    if (!model) return not_judged();
    const auto told = lab_ ? guide::promises_told(*lab_) : std::vector<check::Promise>{};
    if (!told.empty()) judged("The lab speaks of", told, *model);
    if (!lab_) paragraph("This program cannot read the lab of this run, so it does not know what was promised to clients: " + no_lab_);
    else if (told.empty()) paragraph("The lab promises clients nothing of this by name.");
    auto others = check::promises_of("all");
    std::erase_if(others, [&](const check::Promise one) { return std::find(told.begin(), told.end(), one) != told.end(); });
    judged(told.empty() ? "What clients could rely on" : "What else clients could rely on", others, *model);
    constexpr std::string_view kModels[] = {"a register", "a register with compare and set", "a key-value store"};
    paragraph("Their operations are judged as those of " + std::string(kModels[static_cast<std::size_t>(*model)]) + ".");
  }

  void not_judged() {
    std::string functions;
    for (const auto& [function, counts] : told_.operations) functions += (functions.empty() ? "" : ", ") + function;
    paragraph("What clients could rely on is not judged: their operations (" + shortened(functions, 200) +
              ") are not those of a register or of a key-value store, and this program knows no other object.");
  }

  void judged(std::string_view head, const std::vector<check::Promise>& promises, check::Model model) {
    out_ += "<table>\n<tr><th>";
    text(head);
    out_ += "</th><th>Kept?</th><th>Why</th></tr>\n";
    check::Limits limits;
    limits.time = kJudgedFor, limits.smallest = false;
    for (const auto promise : promises) {
      const auto verdict = check::judge(told_.history, promise, model, limits);
      using Answer = check::Verdict::Answer;
      const bool kept = verdict.answer == Answer::kept, broken = verdict.answer == Answer::broken;
      out_ += "<tr>";
      cell(core::name_of(promise));
      ((out_ += "<td><b class=\"") += kept ? "good" : broken ? "bad" : "warn") += "\">";
      text(kept ? "kept" : broken ? "broken" : "unknown");
      out_ += "</b></td>";
      cell(verdict.reason);
      out_ += "</tr>\n";
    }
    out_ += "</table>\n";
  }

  void first_fault() {
    heading("Around the first fault");
    if (told_.fault == core::Time::max()) return paragraph("Nothing was done to this run, and nothing went wrong.");
    const auto all = e_.shown();
    const folds::Stretch around{std::max(all.from, told_.fault - kBeforeFault), std::min(all.to, told_.fault + kAfterFault)};
    picture(space_time_picture(e_, line_, around, false));
  }

  Export& e_;
  const record::Recording& run_;
  const timeline::Timeline& line_;
  const Told& told_;
  std::optional<guide::Lab> lab_;      // Nothing: `no_lab_` says why it cannot be read.
  std::string no_lab_;
  std::string out_;
};

}  // namespace

void write_html(Export& e) {
  Told told;
  Telling telling(e, told);
  e.each([&](std::string&, const Event& event, core::BytesView body) { telling.read(event, body); });
  const auto line = e.index();
  e.out.write(Page(e, *line, told).written());
}

}  // namespace exports
