// Of a number of which two runs have different ones: which of them is to be wished for.
#pragma once
#include <string>

#include "mechanisms/core/metric.h"

namespace compare {

// What is declared of it: by its metric, beside the mechanism, or where runs' own figures are made (labs/guide/figures.h). Of
// what nobody declares, as in a run of another program, neither.
core::Better better_of(const std::string& figure);

// Whether a value is better (1) or worse (-1) than another; 0: neither, or nobody would see a difference.
int sense_of(core::Better better, double was, double is);

}  // namespace compare
