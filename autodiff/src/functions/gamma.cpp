// The gamma function's logarithm and its derivatives, for one number in double.
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "tapegrad/error.h"
#include "tapegrad/functions/catalogue/special.h"

namespace tapegrad::elementwise {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Bernoulli's numbers B_2, B_4, ...
constexpr double bernoulli[]{1. / 6,   -1. / 30,     1. / 42,      -1. / 30,          5. / 66,
                             -691. / 2730, 7. / 6, -3617. / 510, 43867. / 798, -174611. / 330};

double factorial(int n) { return std::tgamma(n + 1.); }

// The asymptotic series, for x >= 10 and n < x (Abramowitz and Stegun 6.3.18 and 6.4.11), without its sign.
double series(int n, double x) {
  double total = n == 0 ? -std::log(x) + 0.5 / x : factorial(n - 1) * std::pow(x, -n) * (1 + 0.5 * n / x);
  double term = factorial(n + 1) / 2 * std::pow(x, -n - 2);  // (2 k + n - 1)! / (2 k)! x^-(2 k + n), from k = 1 on
  for (int k = 1; k <= 10; ++k) {
    total += bernoulli[k - 1] * term;
    term *= (2. * k + n) * (2. * k + n + 1) / ((2. * k + 1) * (2. * k + 2)) / (x * x);
  }
  return total;
}

// The n-th derivative of pi cot(pi x): a polynomial in the cotangent.
double derivative_of_cotangent(int n, double x) {
  using std::numbers::pi;
  std::vector<double> c{0, pi};
  for (int order = 0; order < n; ++order) {  // c^k becomes -pi k c^(k - 1) (1 + c^2)
    std::vector<double> next(c.size() + 1, 0.);
    for (std::size_t k = 1; k < c.size(); ++k) {
      next[k - 1] -= pi * double(k) * c[k];
      next[k + 1] -= pi * double(k) * c[k];
    }
    c = next;
  }
  const double r = x - std::round(x);
  const double cotangent = std::abs(r) < 0.25 ? 1 / std::tan(pi * r) : std::tan(pi * (std::copysign(0.5, r) - r));
  double total = c.back();
  for (std::size_t k = c.size() - 1; k-- > 0;) total = total * cotangent + c[k];
  return total;
}

}  // namespace

double log_gamma(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}

double polygamma_of(int n, double x) {
  const double sign = n % 2 ? 1 : -1;  // of the value for x > 0
  if (std::isnan(x)) return x;
  if (x == infinity) return n == 0 ? infinity : 0;
  if (x <= 0 && x == std::floor(x)) {  // a pole: of one sign for odd n, else of that which a zero says
    return n % 2 ? infinity : x == 0 ? -std::copysign(infinity, x) : not_a_number;
  }
  if (x < 0.5) {
    // reflection: psi_n(1 - x) (-1)^n - psi_n(x) = the derivative of pi cot(pi x)
    return (n % 2 ? -1 : 1) * polygamma_of(n, 1 - x) - derivative_of_cotangent(n, x);
  }
  const double least = 10 + n, power = -n - 1.;
  double before = 0;
  for (; x < least; x += 1) before += std::pow(x, power);
  return sign * (factorial(n) * before + series(n, x));
}

void fail_order(int n, const CallSite& site) {
  throw DomainError("polygamma: the order must not be negative, but is " + std::to_string(n) + text(site) +
                    ". polygamma(0, x) is digamma(x), polygamma(1, x) its derivative");
}
void fail_alpha(std::string_view op, const CallSite& site) {
  throw DomainError(std::string(op) + ": alpha must be above 0, or there is a division by 0 or growth without bound" +
                    text(site) + ". PyTorch's default is 1");
}

}  // namespace tapegrad::elementwise
