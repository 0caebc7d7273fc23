// Powers of a decay rate, for bias correction: a running average that starts at 0 is divided by 1 - beta^n.
#pragma once
#include <cmath>
#include <cstdint>

namespace tapegrad::optim {

/// base^n, at the price of one multiplication where n is one more than at the last call. Its bits follow from base and
/// n alone, so that an optimizer that was saved and restored goes on with the same ones.
class Power {
 public:
  double operator()(double base, std::uint64_t n) {
    if (base != base_ || n < n_ || n / run != n_ / run) {
      base_ = base;
      n_ = n / run * run;
      power_ = std::pow(base, static_cast<double>(n_));
    }
    for (; n_ < n; ++n_) power_ *= base;
    return power_;
  }

 private:
  static constexpr std::uint64_t run = 1024;  // every so often the product starts from std::pow
  double base_ = 0, power_ = 1;
  std::uint64_t n_ = 0;
};

}  // namespace tapegrad::optim
