// How sure a mean of few values is. Student's t distribution (Gosset, The Probable Error of a Mean, Biometrika 1908), its
// quantiles computed for any number of degrees of freedom.
#pragma once
#include <vector>

namespace compare {

// The probability of a value below t.
double student_cdf(double t, double degrees);
// The t below which a value lies with this probability, between 0 and 1.
double student_quantile(double probability, double degrees);

// Where the true mean lies with 95 % confidence, when the values are draws of one distribution that is not too far from a
// normal one. Of fewer than two values nothing is known: low and high are infinite.
struct MeanInterval {
  double mean = 0, low = 0, high = 0;
};
MeanInterval mean_interval(const std::vector<double>& values);

}  // namespace compare
