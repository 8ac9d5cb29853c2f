#include "labs/exports/svg.h"

#include <algorithm>
#include <cmath>

#include "labs/folds/faults.h"

namespace exports {

const Palette kLightPalette{"#ffffff", "#1c2028", "#525a68", "#dfe2e8", "#7d8594", "#0a6aa8", "#007a58", "#9a5b00", "#c03a1c",
                            {"#0072b2", "#854000", "#2aa408", "#762477", "#8e7cf6", "#1b37a5", "#cc4d4b", "#4e5057"}};
const Palette kDarkPalette{"#14161b", "#e6e8ee", "#a3a8b4", "#262932", "#6b7180", "#56b4e9", "#2fb98c", "#e69f00", "#f0705a",
                           {"#56b4e9", "#ffc727", "#5ff0b1", "#c684a9", "#a5a100", "#7183ea", "#f26f5b", "#cfd6e5"}};

std::string style_of(const Palette& p) {
  std::string out;
  const auto rule = [&](std::string_view name, std::string_view colour) { ((((out += '.') += name) += "{color:") += colour) += '}'; };
  rule("ground", p.ground), rule("text", p.text), rule("muted", p.muted), rule("line", p.line), rule("strong", p.strong);
  rule("accent", p.accent), rule("good", p.good), rule("warn", p.warn), rule("bad", p.bad);
  for (std::size_t i = 0; i < p.series.size(); ++i) rule("c" + std::to_string(i), p.series[i]);
  return out;
}

void Svg::put(std::string& out, float number) {
  const auto tenths = static_cast<std::int64_t>(std::llround(static_cast<double>(number) * 10));
  if (tenths < 0) out += '-';
  put_number(out, std::abs(tenths) / 10);
  if (tenths % 10 != 0) put_number(out += '.', std::abs(tenths) % 10);
}

float Svg::wide(std::string_view words, float size) {
  const auto letters = std::count_if(words.begin(), words.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return static_cast<float>(letters) * size * 0.59f;
}

void Svg::attribute(std::string_view name, float number) {
  ((body_ += ' ') += name) += "=\"";
  put(body_, number);
  body_ += '"';
}

void Svg::begin(std::string_view look, std::string_view words) {
  put_xml(body_ += "<g class=\"", look);
  body_ += "\">";
  if (words.empty()) return;
  put_xml(body_ += "<title>", words);
  body_ += "</title>";
}

void Svg::line(float x0, float y0, float x1, float y1, std::string_view more) {
  body_ += "<line";
  attribute("x1", x0), attribute("y1", y0), attribute("x2", x1), attribute("y2", y1);
  ((body_ += " stroke=\"currentColor\" ") += more) += "/>";
}

void Svg::rect(float x0, float y0, float x1, float y1, std::string_view more) {
  body_ += "<rect";
  attribute("x", x0), attribute("y", y0), attribute("width", std::max(0.0f, x1 - x0)), attribute("height", std::max(0.0f, y1 - y0));
  ((body_ += " fill=\"currentColor\" ") += more) += "/>";
}

void Svg::circle(float x, float y, float radius, std::string_view more) {
  body_ += "<circle";
  attribute("cx", x), attribute("cy", y), attribute("r", radius);
  ((body_ += ' ') += more.empty() ? "fill=\"currentColor\"" : more) += "/>";
}

void Svg::path(std::string_view d, std::string_view more) { (((((body_ += "<path d=\"") += d) += "\" ") += more.empty() ? "fill=\"currentColor\"" : more)) += "/>"; }

void Svg::text(float x, float y, std::string_view words, std::string_view look, std::string_view anchor, float size) {
  body_ += "<text";
  attribute("x", x), attribute("y", y), attribute("font-size", size);
  if (anchor != "start") ((body_ += " text-anchor=\"") += anchor) += '"';
  ((body_ += " fill=\"currentColor\" class=\"") += look) += "\">";
  put_xml(body_, words);
  body_ += "</text>\n";
}

std::string Svg::finished(float height, bool alone) const {
  std::string out = alone ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" : "";
  out += "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" viewBox=\"0 0 ";
  put(out, width_), put(out += ' ', height);
  out += "\"";
  if (alone) {
    put(out += " width=\"", width_);
    put(out += "\" height=\"", height);
    out += '"';
  }
  out += " font-family=\"Inter, 'DejaVu Sans', Helvetica, Arial, sans-serif\">\n";
  put_xml(out += "<title>", title_);
  out += "</title>\n";
  if (alone) ((out += "<style>") += style_of(kLightPalette)) += "</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"currentColor\"/>\n";
  return (out += body_) += "</svg>\n";
}

std::string dasharray(folds::Dash dash) {
  std::string out = "stroke-dasharray=\"";
  Svg::put(out, dash.on);
  Svg::put(out += ' ', dash.off);
  return out += '"';
}

std::string shortened(std::string_view words, std::size_t letters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i)
    if ((static_cast<unsigned char>(words[i]) & 0xc0) != 0x80 && count++ == letters) return std::string(words.substr(0, i)) + "\u2026";
  return std::string(words);
}

void put_time_axis(Svg& svg, const folds::TimeAxis& time, float top, float bottom) {
  const auto most = static_cast<std::size_t>(std::max(2.0f, (time.right - time.left) / 100));
  for (const auto& tick : folds::time_ticks(time.shown, most)) {
    const float x = time.x(tick.at);
    svg.begin("line");
    svg.line(x, top, x, bottom + 4);
    svg.end();
    svg.text(x, bottom + 16, tick.text, "muted", x > time.right - 20 ? "end" : "middle");
  }
}

MarkRows::MarkRows(const timeline::Timeline& line, const folds::TimeAxis& time) : line_(line), time_(time) {
  std::array<float, kMostRows> free_from;
  free_from.fill(time.left);
  using Kind = timeline::Mark::Kind;
  for (const auto& glyph : folds::fold_marks(line.marks(), time, 3)) {
    // What only happened has a sign on its lane.
    std::size_t commands = 0;
    std::string words;
    for (std::size_t i = glyph.first; i < glyph.first + glyph.count; ++i) {
      if (line.marks()[i].kind != Kind::command) continue;
      const auto row = line.recording().at(line.marks()[i].row);
      if (commands++ == 0) words.assign(row.body.begin(), row.body.end());
    }
    const bool violation = glyph.kind == Kind::violation;
    if (!violation && commands == 0) continue;
    if (violation) words = "a promise is broken";
    words = shortened(words, 40);
    if (!violation && commands > 1) words += " +" + std::to_string(commands - 1);
    Mark mark{glyph.x, 0, words, folds::glyph_text(line, glyph, 12), 0, violation};
    const float width = Svg::wide(words, 10) + 8;
    mark.words_x = std::max(time.left, std::min(glyph.x, time.right - width));
    while (mark.row < kMostRows && free_from[mark.row] > mark.words_x) ++mark.row;
    if (mark.row < kMostRows) free_from[mark.row] = mark.words_x + width, rows_ = std::max(rows_, mark.row + 1);
    else ++wordless_;
    marks_.push_back(std::move(mark));
  }
}

void MarkRows::draw_words(Svg& svg, float top) const {
  for (const Mark& mark : marks_) {
    if (mark.row == kMostRows) continue;
    const float y = top - 5 - static_cast<float>(mark.row) * kRow;
    svg.begin(mark.violation ? "bad" : "warn", mark.title);
    svg.line(mark.x, y + 2, mark.x, top, "stroke-opacity=\"0.45\"");
    svg.text(mark.words_x, y, mark.words, mark.violation ? "bad" : "warn", "start", 10);
    svg.end();
  }
}

void MarkRows::draw_lines(Svg& svg, float top, float bottom) const {
  folds::Faults faults;
  faults.read(line_);
  auto bands = faults.bands(line_, time_, line_.end());
  std::erase_if(bands, [](const folds::Band& band) { return band.node != core::kNobody; });   // It is seen on its lane.
  const auto put = [&](const folds::Band& band, const char* more) {
    const auto x = [&](core::Time at) { return std::clamp(time_.x(std::min(at, line_.end())), time_.left, time_.right); };
    svg.rect(x(band.from), top, x(band.to), bottom, more);
    svg.end();
  };
  // A dozen faults at once veil what is behind them no more than one; each says what it is.
  for (const folds::Band& band : folds::merged(bands)) {
    const bool cut = band.what == folds::Band::What::cut;
    svg.begin(cut ? "bad" : "warn");
    put(band, cut ? "fill-opacity=\"0.09\"" : "fill-opacity=\"0.06\"");
  }
  for (const folds::Band& band : bands) {
    svg.begin(band.what == folds::Band::What::cut ? "cut" : "disturbed", folds::band_text(band, line_.end()));
    put(band, "fill-opacity=\"0\"");
  }
  for (const Mark& mark : marks_) {
    svg.begin(mark.violation ? "bad violated" : "warn command", mark.title);
    svg.line(mark.x, top, mark.x, bottom, mark.violation ? "stroke-width=\"1.6\"" : "stroke-dasharray=\"3 3\"");
    svg.end();
  }
}

}  // namespace exports
