// A cell of an answer as people and other programs read it.
#pragma once
#include <string>

#include "labs/ask/views.h"

namespace ask {

// NULL is `-`, bytes are hexadecimal.
std::string cell_text(const Cell& cell);
// NULL is nothing; text is quoted where it must be, and no spreadsheet takes it for a formula.
void put_csv_cell(std::string& out, const Cell& cell);
// NULL is null; bytes are a text of hexadecimal digits.
void put_json_cell(std::string& out, const Cell& cell);

}  // namespace ask
