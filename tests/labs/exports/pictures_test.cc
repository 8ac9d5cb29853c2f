// Pictures and the report: that xmllint reads them, that their marks are the events, that hostile words stay words, and that
// nothing in them is fetched from elsewhere.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "labs/exports/exports.h"
#include "labs/world/links.h"
#include "mechanisms/core/codec.h"
#include "tests/labs/exports/lab_run.h"
#include "tests/labs/record/made_run.h"

namespace exports {
namespace {

using PictureKind = record::EventKind;

std::string drawn(const record::Recording& run, const char* format, Range range = {}, const std::string& metric = "", std::string* warning = nullptr) {
  record::Folder folder;
  Request request{find_format(format), folder / "a", false, range};
  request.metric = metric;
  const Written written = write(run, request);
  if (warning != nullptr) *warning = written.warning;
  if (std::system("command -v xmllint >/dev/null 2>&1") == 0) {
    EXPECT_EQ(std::system(("xmllint --noout '" + (folder / "a") + "' >'" + (folder / "said") + "' 2>&1").c_str()), 0) << std::ifstream(folder / "said").rdbuf();
  }
  std::ifstream in(folder / "a", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::size_t times(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}
Range between_seconds(double from, double to) {
  const auto at = [](double s) { return core::Time(core::Duration(static_cast<std::int64_t>(s * 1e9))); };
  return {at(from), at(to)};
}
// Nothing is named by an address but the language itself, and nothing is a script, a font or a picture from elsewhere.
void expect_needs_nothing(const std::string& text) {
  const std::string known = "http://www.w3.org/2000/svg";
  EXPECT_EQ(times(text, "http"), times(text, known));
  for (const char* part : {"<script", "<link", "<img", "<iframe", "<foreignObject", "@import", "url(", "href=", "src=", " on"})
    EXPECT_EQ(times(std::regex_replace(text, std::regex(">[^<]*<"), "><"), part), 0u) << part;
}

std::unique_ptr<record::Recording> evil_run() {
  auto header = record::made_header();
  const std::vector<std::string> evil{"</title><script>", "\"onload=\"x", "<b>&'", "]]>", "\x01\xff"};
  for (std::size_t i = 0; i < header.nodes.size(); ++i) header.nodes[i].name = evil[i], header.nodes[i].group = evil[4 - i];
  header.lab = "</style></svg><script>alert(1)</script>", header.settings = {"<a href='x'>"}, header.lab_text = "<b>";
  auto run = std::make_unique<record::Recording>(header);
  run->on_name(1, "</g><image>");
  constexpr PictureKind kKinds[] = {PictureKind::note, PictureKind::send, PictureKind::deliver, PictureKind::send, PictureKind::drop, PictureKind::metric, PictureKind::command,
                                    PictureKind::show, PictureKind::violation, PictureKind::crash, PictureKind::restart, PictureKind::invoke, PictureKind::complete};
  record::Event e;
  for (std::uint32_t i = 1; i <= 130; ++i) {
    e.id = i, e.at = core::Time(core::Duration(i * 1'000'000)), e.type = 1, e.ref = i - 1, e.value = i;
    e.node = static_cast<core::NodeId>(1 + i % 5), e.peer = static_cast<core::NodeId>(1 + (i + 1) % 5);
    e.kind = kKinds[i % std::size(kKinds)];
    run->on_event(e, record::bytes_of("<script>&\"" + std::to_string(i) + "\x02\xfe]]>"));
  }
  return run;
}

TEST(ExportSvg, EveryMessageIsAnArrowAndEveryLossAnArrowThatEndsInACross) {
  const auto run = lab_run("raft-losing-the-leader", 3);
  const Range range = between_seconds(0.74, 0.84);
  std::string warning;
  const std::string svg = drawn(*run, "svg", range, "", &warning);
  EXPECT_EQ(warning, "");
  // All that is under way at some time in the range has an arrow.
  std::map<std::uint64_t, record::Event> open;
  std::size_t messages = 0, lost = 0;
  std::map<PictureKind, std::size_t> kinds;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView) {
    if (e.at >= range.from && e.at <= range.to) ++kinds[e.kind];
    if (e.kind == PictureKind::send) open[e.id] = e;
    if (e.kind != PictureKind::deliver && e.kind != PictureKind::drop) return;
    const auto sent = open.find(e.ref);
    if (sent == open.end()) return;
    const bool seen = sent->second.at <= range.to && e.at >= range.from;
    messages += seen, lost += seen && e.kind == PictureKind::drop;
    open.erase(sent);
  });
  for (const auto& [id, e] : open) messages += e.at >= range.from && e.at <= range.to;
  EXPECT_EQ(times(svg, "<g class=\"message "), messages);
  EXPECT_EQ(times(svg, "<g class=\"message lost bad\""), lost);
  EXPECT_GT(lost, 5u);
  EXPECT_EQ(times(svg, "<g class=\"warn command\""), kinds[PictureKind::command]);
  EXPECT_EQ(times(svg, ">partition leader | rest</text>"), 1u);
  EXPECT_EQ(times(svg, "<g class=\"cut\""), 1u);
  EXPECT_GT(times(svg, "<g class=\"role accent\""), 0u);
  for (const auto& node : run->header().nodes) EXPECT_EQ(times(svg, ">" + node.name + "</text>"), 1u) << node.name;
  expect_needs_nothing(svg);
}

TEST(ExportSvg, CrashesAndRestartsAreMarkedAlsoWhereThereIsNoRoomForMessages) {
  const auto run = lab_run("cascade-and-recovery", 1);
  std::string warning;
  const std::string svg = drawn(*run, "svg", between_seconds(1, 40), "", &warning);
  EXPECT_NE(warning.find("too many for single arrows"), std::string::npos) << warning;
  EXPECT_EQ(times(svg, "<g class=\"message "), 0u);
  EXPECT_GT(times(svg, "<g class=\"density "), 0u);
  std::size_t crashes = 0, restarts = 0;
  run->visit(run->first_at_or_after(between_seconds(1, 1).from), run->size(), [&](const record::Event& e, core::BytesView) { crashes += e.kind == PictureKind::crash, restarts += e.kind == PictureKind::restart; });
  ASSERT_GT(crashes, 0u);
  EXPECT_EQ(times(svg, "<g class=\"sign crash "), crashes);
  EXPECT_EQ(times(svg, "<g class=\"sign restart "), restarts);
  EXPECT_LT(svg.size(), 400'000u);   // However long the run.
}

TEST(ExportPictures, HostileWordsStayWords) {
  const auto run = evil_run();
  for (const char* format : {"svg", "plot", "html"}) {
    const std::string text = drawn(*run, format);
    expect_needs_nothing(text);
    EXPECT_EQ(times(text, "<image"), 0u) << format;
    EXPECT_GT(times(text, "&lt;/"), 0u) << format;
  }
}

// A run of one gauge and one counter.
std::unique_ptr<record::Recording> measured_run(std::uint64_t samples) {
  auto run = std::make_unique<record::Recording>(record::made_header(), std::size_t{1} << 30);
  run->on_name(1, "depth"), run->on_name(2, "client_latency_ms");
  record::Event e;
  for (std::uint64_t i = 1; i <= samples; ++i) {
    e.id = i, e.at = core::Time(core::Duration(static_cast<std::int64_t>(i * 10'000'000'000 / samples)));
    e.kind = PictureKind::metric, e.type = 1, e.node = 1, e.value = i == samples / 2 ? 777 : static_cast<double>(i % 100);
    run->on_event(e, {});
  }
  return run;
}

TEST(ExportPlot, AMillionSamplesDrawLikeAThousandAndTheHighestIsSeen) {
  const std::string few = drawn(*measured_run(2'000), "plot", {}, "depth"), many = drawn(*measured_run(1'000'000), "plot", {}, "depth");
  EXPECT_LT(many.size(), 3 * few.size());
  EXPECT_EQ(times(many, "<g class=\"curve "), 1u);
  // 777 is one of a million, and the axis has room for it: its corner is the topmost of the curve.
  EXPECT_EQ(times(many, ">800</text>"), 1u);
  const auto curve = many.substr(many.find("<g class=\"curve "));
  const std::regex corner("[ML]([0-9.]+) ([0-9.]+)");
  double top = 1e9;
  std::size_t corners = 0;
  for (std::sregex_iterator it(curve.begin(), curve.end(), corner), end; it != end; ++it) top = std::min(top, std::stod((*it)[2])), ++corners;
  EXPECT_LT(corners, 10'000u);
  double bottom = 0;
  for (std::sregex_iterator it(curve.begin(), curve.end(), corner), end; it != end; ++it) bottom = std::max(bottom, std::stod((*it)[2]));
  EXPECT_NEAR((bottom - top) / 170, 777.0 / 800, 0.02);
}

TEST(ExportPlot, EachMetricSaysWhatItIsAndEachNodeHasALine) {
  const auto run = lab_run("raft-losing-the-leader", 3);
  const std::string svg = drawn(*run, "plot", {}, "consensus_term,client_latency_ms,client_operations_total");
  EXPECT_EQ(times(svg, "consensus_term, gauge"), 1u);
  EXPECT_EQ(times(svg, "client_latency_ms, timing, p50 to p99, ms"), 1u);
  EXPECT_EQ(times(svg, "client_operations_total, counter, as a rate, operations/s"), 1u);
  EXPECT_EQ(times(svg, "<g class=\"band "), 1u);
  EXPECT_EQ(times(svg, "<g class=\"curve "), 5u + 2u + 1u);
  expect_needs_nothing(svg);
}

TEST(ExportPlot, AMetricThatIsNotThereIsRefusedWithTheNearestName) {
  const auto run = lab_run("raft-losing-the-leader", 3);
  try {
    drawn(*run, "plot", {}, "consensus_term,consensus_trem");
    FAIL();
  } catch (const NotThis& bad) {
    EXPECT_STREQ(bad.what(), "this run has no metric `consensus_trem`, did you mean `consensus_term`?");
  }
  EXPECT_THROW(drawn(record::Recording(record::made_header()), "plot"), NotThis);
}

TEST(ExportHtml, TheReportSaysWhatWasRunDoneAndKept) {
  const auto run = lab_run("raft-stale-reads", 1);
  const std::string html = drawn(*run, "html");
  expect_needs_nothing(html);
  std::map<PictureKind, std::size_t> kinds;
  std::string command;
  run->visit(0, run->size(), [&](const record::Event& e, core::BytesView body) {
    if (e.kind == PictureKind::command && kinds[e.kind] == 0) command.assign(body.begin(), body.end());
    ++kinds[e.kind];
  });
  for (const auto& [kind, count] : kinds)
    EXPECT_EQ(times(html, "<td>" + std::string(core::name_of(kind)) + "</td><td class=\"n\">" + std::to_string(count) + "</td>"), count > 0 ? 1u : 0u) << core::name_of(kind);
  EXPECT_GE(times(html, "<code>" + command), 1u);
  // What the lab is about comes first, in a table of its own.
  const auto lab = html.find("<th>The lab speaks of</th>"), judged = html.find("<td>linearizable</td><td><b class=\"bad\">broken</b></td>"),
             other = html.find("<th>What else clients could rely on</th>"), weaker = html.find("<td>sequential</td><td><b");
  ASSERT_NE(weaker, html.npos);
  EXPECT_TRUE(lab < judged && judged < other && other < weaker) << lab << " " << judged << " " << other << " " << weaker;
  EXPECT_EQ(times(html, "<td>linearizable</td>"), 1u);
  EXPECT_EQ(times(html, "judged as those of a key-value store"), 1u);
  EXPECT_EQ(times(html, "<svg "), 2u);
  EXPECT_EQ(times(html, "prefers-color-scheme:dark"), 1u);
}

TEST(ExportHtml, OfALabThatPromisesClientsNothingItIsSaid) {
  const std::string html = drawn(*lab_run("raft-elections", 1), "html");
  EXPECT_EQ(times(html, "The lab promises clients nothing of this by name."), 1u);
  EXPECT_EQ(times(html, "The lab speaks of"), 0u);
  EXPECT_EQ(times(html, "<th>What clients could rely on</th>"), 1u);
  EXPECT_EQ(times(html, "<td>linearizable</td><td><b class=\"good\">kept</b></td>"), 1u);
}

struct Did {
  std::string function, value;
  std::optional<std::string> result{};
};
// A run of somebody's own lab: one client after the other, each when the one before was answered.
std::unique_ptr<record::Recording> asked_run(const std::vector<Did>& all, const std::string& lab_text) {
  auto header = record::made_header();
  header.lab_text = lab_text;
  auto run = std::make_unique<record::Recording>(header);
  record::Event e;
  const auto happens = [&](PictureKind kind, const core::Bytes& body) {
    e.kind = kind, e.id += 1, e.node = 1, e.at += core::Duration(1'000'000);
    run->on_event(e, body);
  };
  for (std::uint64_t i = 1; i <= all.size(); ++i) {
    const Did& one = all[i - 1];
    e.ref = i;
    happens(PictureKind::invoke, core::encode(core::Invocation{i, i, one.function, "x", one.value, ""}));
    happens(PictureKind::complete, core::encode(core::Completion{i, core::Outcome::ok, one.result}));
  }
  return run;
}

TEST(ExportHtml, ARegistersHistoryIsJudgedAsARegister) {
  const std::string lab = "# Somebody's\n\n```system\n[[group]]\nname = \"servers\"\nkind = \"raft\"\ncount = 5\n```\n";
  const std::string kept = "<td>linearizable</td><td><b class=\"good\">kept</b></td>", broken = "<td>linearizable</td><td><b class=\"bad\">broken</b></td>";
  const std::string good = drawn(*asked_run({{"write", "1"}, {"read", "", "1"}, {"write", "2"}, {"read", "", "2"}}, lab), "html");
  EXPECT_EQ(times(good, "judged as those of a register."), 1u);
  EXPECT_EQ(times(good, kept), 1u);
  const std::string bad = drawn(*asked_run({{"write", "1"}, {"write", "2"}, {"read", "", "1"}}, lab), "html");
  EXPECT_EQ(times(bad, broken), 1u);
  EXPECT_EQ(times(drawn(*asked_run({{"write", "1"}, {"cas", "2"}, {"read", "", "1"}}, lab), "html"), "judged as those of a register with compare and set."), 1u);
  EXPECT_EQ(times(drawn(*asked_run({{"put", "1"}, {"get", "", "1"}}, lab), "html"), "judged as those of a key-value store."), 1u);
}

TEST(ExportHtml, OperationsOfNoObjectThatItKnowsAreNotJudged) {
  const std::string html = drawn(*asked_run({{"add", "1"}, {"add", "2"}, {"read", "", "3"}}, "# A counter\n"), "html");
  EXPECT_EQ(times(html, "is not judged: their operations (add, read) are not those of a register or of a key-value store"), 1u);
  EXPECT_EQ(times(html, "<td>linearizable</td>"), 0u) << "a counter is no key-value store";
}

TEST(ExportHtml, OfALabThatThisProgramCannotReadItIsSaid) {
  const std::string newer = "# Newer\n\n```system\n[[group]]\nname = \"servers\"\nkind = \"viewstamped\"\ncount = 3\n```\n";
  const std::string html = drawn(*asked_run({{"put", "1"}, {"get", "", "1"}}, newer), "html");
  EXPECT_EQ(times(html, "This program cannot read the lab of this run, so it does not know what was promised to clients: "), 1u);
  EXPECT_EQ(times(html, "viewstamped"), 1u) << "and why";
  EXPECT_EQ(times(html, "<td>linearizable</td><td><b class=\"good\">kept</b></td>"), 1u) << "what clients could rely on is judged all the same";
}

TEST(ExportHtml, ARunInWhichNothingHappenedHasAReportToo) {
  const std::string html = drawn(record::Recording(record::made_header()), "html");
  EXPECT_EQ(times(html, "Nothing: nobody gave a command."), 1u);
  EXPECT_EQ(times(html, "There were no operations of clients."), 1u);
}

}  // namespace
}  // namespace exports
