#include "labs/ask/cells.h"

#include "labs/exports/texts.h"

namespace ask {
namespace {

std::string hex_of(const core::Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) out += {kDigits[byte >> 4], kDigits[byte & 15]};
  return out;
}

struct InText {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const {
    std::string out;
    exports::put_real(out, number);
    return out;
  }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const core::Bytes& bytes) const { return hex_of(bytes); }
};

struct InCsv {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(std::int64_t number) const { exports::put_number(out, number); }
  void operator()(double number) const { exports::put_real(out, number); }
  void operator()(const std::string& text) const { exports::put_csv(out, text); }
  void operator()(const core::Bytes& bytes) const { out += hex_of(bytes); }
};

struct InJson {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(std::int64_t number) const { exports::put_number(out, number); }
  void operator()(double number) const { exports::put_json_real(out, number); }
  void operator()(const std::string& text) const { exports::put_json(out, text); }
  void operator()(const core::Bytes& bytes) const { exports::put_json(out, hex_of(bytes)); }
};

}  // namespace

std::string cell_text(const Cell& cell) { return std::visit(InText(), cell); }
void put_csv_cell(std::string& out, const Cell& cell) { std::visit(InCsv{out}, cell); }
void put_json_cell(std::string& out, const Cell& cell) { std::visit(InJson{out}, cell); }

}  // namespace ask
