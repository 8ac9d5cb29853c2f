#include "app/cli/table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// In letters, not in bytes.
std::size_t width(const std::string& cell) {
  return static_cast<std::size_t>(
      std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool is_number(const std::string& cell) {
  return cell.empty() || cell == "-" || (cell[0] >= '0' && cell[0] <= '9') ||
         ((cell[0] == '-' || cell[0] == '+') && cell[1] >= '0' && cell[1] <= '9');
}

std::string columns(const Rows& rows, std::size_t heading) {
  std::vector<std::size_t> widths;
  std::vector<bool> numbers;
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      if (widths.size() <= i) widths.push_back(0), numbers.push_back(true);
      widths[i] = std::max(widths[i], width(rows[r][i]));
      if (r >= heading && !is_number(rows[r][i])) numbers[i] = false;
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - width(row[i]), ' ');
      line += (numbers[i] ? pad + row[i] : row[i] + pad) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

// With so many significant digits, and no exponent.
std::string significant(double number, int digits) {
  if (number == 0) return "0";
  char buffer[64];
  // The exponent after rounding: 0.9996 is 1.00 and not 1.000.
  std::snprintf(buffer, sizeof buffer, "%.*e", digits - 1, number);
  const int exponent = std::atoi(std::string(buffer).substr(std::string(buffer).find('e') + 1).c_str());
  std::snprintf(buffer, sizeof buffer, "%.*f", std::clamp(digits - 1 - exponent, 0, 9), number);
  return buffer;
}

}  // namespace

std::string table(const Rows& rows) { return columns(rows, 1); }

std::string list(const Rows& rows) { return columns(rows, 0); }

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string latency(double ms) {
  // 999.6 ms would be rounded to four digits.
  return ms >= 999.5 ? significant(ms / 1000, 3) + " s" : significant(ms, 3) + " ms";
}

std::string seconds(core::Duration time) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.3f s", std::chrono::duration<double>(time).count());
  return buffer;
}

std::string rounded(double number) {
  return number >= 1000 && number < 1e15 ? grouped(static_cast<std::uint64_t>(number + 0.5))
                                         : significant(number, 3);
}

}  // namespace cli
