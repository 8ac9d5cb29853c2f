#include "mutate.h"

#include <algorithm>
#include <cstring>

namespace hostile {
namespace {

constexpr std::size_t kPage = 8192;              // Of a run file: see labs/record/run_file.cc.
constexpr std::size_t kLargest = 1u << 20;       // Nothing is doubled beyond this.
constexpr std::string_view kSqlite = "SQLite format 3";

class Mutator {
 public:
  Mutator(std::string text, const std::vector<std::string>& corpus, core::Rng& chance)
      : text_(std::move(text)), corpus_(corpus), chance_(chance) {}

  std::string changed() {
    const bool database = text_.starts_with(kSqlite);
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) database && below(2) == 0 ? change_page() : change();
    return std::move(text_);
  }

 private:
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(chance_.below(end)); }
  // Mostly short, sometimes any length; within the text.
  std::size_t length(std::size_t at) { return std::min(text_.size() - at, 1 + below(below(4) == 0 ? text_.size() + 1 : 32)); }
  std::size_t place() { return below(text_.size() + 1); }

  void change() {
    switch (below(11)) {
      case 0: return flip();
      case 1: return overwrite();
      case 2: return lose();
      case 3: return repeat();
      case 4: return swap();
      case 5: return insert();
      case 6:
      case 7: return make_extreme();
      case 8: return cut_off();
      case 9: return splice();
      default: return mix_lines();
    }
  }

  void flip() {
    for (std::size_t bits = 1 + below(8); bits > 0 && !text_.empty(); --bits) {
      char& byte = text_[below(text_.size())];
      byte = static_cast<char>(byte ^ (1 << below(8)));
    }
  }
  void overwrite() {
    const std::size_t at = place(), end = at + length(at);
    const bool same = below(2) == 0;
    const char value = static_cast<char>(below(256));
    for (std::size_t i = at; i < end; ++i) text_[i] = same ? value : static_cast<char>(below(256));
  }
  void lose() {
    const std::size_t at = place();
    text_.erase(at, length(at));
  }
  // Rarely so often that what counts depth or length must say no.
  void repeat() {
    const std::size_t at = place();
    const std::string piece = text_.substr(at, length(at));
    for (std::size_t times = below(20) == 0 ? 5000 : 1 + below(3); times > 0 && text_.size() + piece.size() < kLargest; --times)
      text_.insert(at, piece);
  }
  void swap() {
    std::size_t at = place(), other = place();
    if (at > other) std::swap(at, other);
    const std::string piece = text_.substr(at, std::min(length(at), other - at));
    text_.erase(at, piece.size());
    text_.insert(other - piece.size(), piece);
  }
  // What means something in one of the languages.
  void insert() {
    static const std::vector<std::string> kPieces{
        "\n", "\r\n", " ", "\t", std::string(1, '\0'), "\"", "'", "\\", "\\u0000", "\\ud800", "[", "]", "{", "}", "(", ")", "#", "#_", "^", ";",
        "|", "*", "/", "/(a*)*b/", "-", "--", "=", "==", "<", ">=", ",", ".", "..", ":", "::", "@", "$", "%", "`", "```", "```do\n", "```until\n", "## ",
        "null", "nil", "true", "\xff\xfe", "\xef\xbb\xbf", "\xc0\xaf", "\xed\xa0\x80", "or", "not", "at 0s ", "wait ", "[[group]]\n", "count = ",
        "select ", " union all select ", " cross join events", "zeroblob(1000000000)", "randomblob(1e9)", "{:process 0, :type :info"};
    text_.insert(place(), kPieces[below(kPieces.size())]);
  }
  // One of the numbers in it, or four bytes.
  void make_extreme() {
    static const std::vector<std::string> kNumbers{
        "0", "-1", "1", "00", "-0", "255", "256", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "0.1", "1e308",
        "1e309", "-1e309", "1e-400", "nan", "inf", "1_000", "0x10", "1ms", "-1ms", "9999999999h", "1e9s", "1%", "101%", std::string(400, '9')};
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto first = std::find_if(text_.begin() + static_cast<std::ptrdiff_t>(place()), text_.end(), digit);
    if (first == text_.end()) return overwrite_number();
    const auto last = std::find_if_not(first, text_.end(), digit);
    if (below(4) == 0) return overwrite_number();
    text_.replace(first, last, kNumbers[below(kNumbers.size())]);
  }
  void overwrite_number() {
    static constexpr std::uint8_t kBytes[][4] = {{0, 0, 0, 0}, {255, 255, 255, 255}, {127, 255, 255, 255}, {128, 0, 0, 0}, {0, 0, 0, 1}, {0x81, 0x80, 0x80, 0}};
    if (text_.size() < 4) return;
    std::memcpy(text_.data() + below(text_.size() - 3), kBytes[below(std::size(kBytes))], 4);
  }
  void cut_off() { text_.resize(place()); }
  void splice() {
    const std::string& other = corpus_[below(corpus_.size())];
    text_ = text_.substr(0, place()) + other.substr(below(other.size() + 1));
  }
  void mix_lines() {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size() - 1) + 1;
      lines.push_back(text_.substr(at, end - at));
      at = end;
    }
    if (lines.empty()) return;
    const std::size_t at = below(lines.size()), other = below(lines.size());
    switch (below(3)) {
      case 0: std::swap(lines[at], lines[other]); break;
      case 1: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); break;
      default: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[other])); break;
    }
    text_.clear();
    for (const auto& line : lines) text_ += line;
  }

  // Where a database's pages say what they are, where their cells are, and how long; or pages that have changed places.
  void change_page() {
    if (text_.size() < kPage) return;
    const std::size_t page = below(text_.size() / kPage) * kPage;
    const std::string other = text_.substr(below(text_.size() / kPage) * kPage, kPage);
    switch (below(5)) {
      case 0: text_.replace(page, kPage, other); break;
      case 1: text_.replace(page, kPage, kPage, '\0'); break;
      case 2: text_.resize(page); break;
      case 3:
        for (std::size_t bytes = 1 + below(4); bytes > 0; --bytes) text_[page + below(64)] = static_cast<char>(below(256));
        break;
      // The file's own header, but for the words that say that it is one.
      default: text_[16 + below(84)] = static_cast<char>(below(3) == 0 ? 255 : below(256)); break;
    }
  }

  std::string text_;
  const std::vector<std::string>& corpus_;
  core::Rng& chance_;
};

}  // namespace

std::string mutant(const std::vector<std::string>& corpus, std::uint64_t number) {
  core::Rng chance(core::derive_seed(number, "hostile"));
  std::string text = corpus[chance.below(corpus.size())];
  return Mutator(std::move(text), corpus, chance).changed();
}

}  // namespace hostile
