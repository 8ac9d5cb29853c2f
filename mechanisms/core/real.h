// Logarithm, exponential and power by additions, multiplications and divisions only: those are rounded the same everywhere,
// while a C library's may differ in the last bit from one machine to the next. Good to about 1e-14 relative.
#pragma once

namespace core {

double log(double x);             // Of a positive number.
double exp(double x);             // Overflow gives infinity, underflow 0.
double power(double x, double y); // x^y of a positive x.

}  // namespace core
