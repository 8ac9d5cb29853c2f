#include "labs/compare/part.h"

#include <algorithm>

#include "labs/catalog/body_text.h"

namespace compare {
namespace {

constexpr std::size_t kRowsBetweenWords = 4096;
constexpr std::size_t kMostWords = 500;   // Of an event: bodies may hold whole logs.

// The same event in two runs: names by their words, for each run counts its own.
bool is_same(const record::Recording& a, const record::Row& x, const record::Recording& b, const record::Row& y) {
  const record::Event &e = x.event, &f = y.event;
  return e.at == f.at && e.kind == f.kind && e.node == f.node && e.peer == f.peer && e.ref == f.ref && e.id == f.id &&
         (e.value == f.value || (e.value != e.value && f.value != f.value)) &&
         std::equal(x.body.begin(), x.body.end(), y.body.begin(), y.body.end()) && a.name(e.type) == b.name(f.type);
}

std::string why_not(const record::RunHeader& a, const record::RunHeader& b) {
  if (a.lab_text != b.lab_text) return "they are of different labs";
  if (a.world != b.world) return "they are of different worlds";
  if (a.seed != b.seed) return "they have different seeds: all is different from the start";
  if (a.level != b.level) return "not as much was recorded of one as of the other";
  return "";
}

}  // namespace

Parting part(const record::Recording& a, const record::Recording& b, const Progress& progress) {
  Parting parting;
  parting.why_not = why_not(a.header(), b.header());
  if (!parting.why_not.empty()) return parting;
  const std::size_t both = std::min(a.size(), b.size());
  std::size_t row = 0;
  for (; row < both; ++row) {
    if (row % kRowsBetweenWords == 0) progress(static_cast<double>(row) / static_cast<double>(both));
    if (!is_same(a, a.at(row), b, b.at(row))) break;
  }
  if (row == both && a.size() == b.size()) return parting;
  parting.row = row;
  // When it was the first of the two events.
  parting.at = core::Time::max();
  const auto said = [&](const record::Recording& run) {
    if (row >= run.size()) return std::string("it ends here");
    const record::Row one = run.at(row);
    parting.at = std::min(parting.at, one.event.at);
    std::string words = catalog::event_text(run, one.event, one.body);
    if (words.size() > kMostWords) words.resize(kMostWords);
    return words;
  };
  parting.baseline = said(a), parting.other = said(b);
  return parting;
}

}  // namespace compare
