// The gamma distribution's share, quantile and derivatives for its concentration, for one number in double, all from
// one integral.
#include <cmath>
#include <limits>
#include <numbers>

#include "tapegrad/functions/gamma_quantile.h"

namespace tapegrad::elementwise {
namespace {

// With t = x e^s in the definition, the share below x is x p(a, x) times the integral of exp(a s - x (e^s - 1)) over
// s < 0, and that above x the one over s > 0. On the side where the integrand falls from the start on, below where
// x <= a, nothing is lost. A derivative for a brings a factor s.
enum class Side { below, above };
Side side_of(double a, double x) { return x <= a ? Side::below : Side::above; }

// The points and weights of double exponential quadrature over u > 0 for what falls as e^-u (Takahasi and Mori 1974).
struct Points {
  static constexpr int count = 61;
  double at[count], weight[count];
  Points() {
    constexpr double first = -3.6, step = 0.125;
    for (int i = 0; i < count; ++i) {
      const double t = first + step * i;
      at[i] = std::exp(t - std::exp(-t));
      weight[i] = step * at[i] * (1 + std::exp(-t));
    }
  }
};

// Where the exponent is about -1. For a small a it is its far end, e^-as or e^-xu, that counts.
double width_of(Side side, double a, double x) {
  if (a < 1) return 1 / (side == Side::below ? a : x);
  const double slope = std::abs(a - x);
  return 2 / (slope + std::sqrt(slope * slope + 2 * x));
}

// Adds the integrals with the factor s^0 to s^n. What is integrated over is -s below, e^s - 1 above, where e^s is too
// steep.
void add_moments(double* sums, Side side, double a, double x, int n) {
  static const Points points;
  const double width = width_of(side, a, x);
  for (int i = 0; i < Points::count; ++i) {
    const double u = width * points.at[i];
    const double s = side == Side::below ? -u : std::log1p(u);
    double term = width * points.weight[i];
    term *= side == Side::below ? std::exp(a * s - x * std::expm1(s)) : std::exp((a - 1) * s - x * u);
    for (int k = 0; k <= n; ++k, term *= s) sums[k] += term;
  }
}

// log(1 + d) - d, for d > -1.
double log1p_less(double d) {
  if (std::abs(d) > 0.3) return std::log1p(d) - d;
  const double r = d / (2 + d), square = r * r;  // log((1 + r) / (1 - r)) by its series
  double series = 0;
  for (int k = 25; k >= 3; k -= 2) series = series * square + 2. / k;
  return r * square * series - d * r;
}

// log gamma(a) less Stirling's (a - 1/2) log a - a + log(2 pi) / 2, for a >= 10.
double stirling_rest(double a) {
  const double u = 1 / (a * a);
  return (1. / 12 + u * (-1. / 360 + u * (1. / 1260 + u * (-1. / 1680 + u * (1. / 1188 - u * 691. / 360360))))) / a;
}

// log of x p(a, x), without the loss that a log x - x has where both are large (Loader 2000).
double log_point(double a, double x) {
  if (a < 10) return a * std::log(x) - x - log_gamma(a);
  return a * log1p_less((x - a) / a) + 0.5 * std::log(a / (2 * std::numbers::pi)) - stirling_rest(a);
}

constexpr double smallest = std::numeric_limits<double>::min();

}  // namespace

double gamma_quantile_of(double a, double p) {
  if (!(a > 0) || std::isinf(a) || !(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0) return 0;
  if (p == 1) return std::numeric_limits<double>::infinity();
  // Wilson and Hilferty 1931; of a small a, or far to the left, the first term of the series for P.
  const double t = std::sqrt(-2 * std::log(std::min(p, 1 - p)));
  const double z = t - (2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481));
  const double normal = p < 0.5 ? -z : z;  // a rough quantile of the normal distribution
  const double cube = 1 + normal / (3 * std::sqrt(a)) - 1 / (9 * a);
  double w = (std::log(p) + log_gamma(a + 1)) / a;  // log x
  if (a > 0.5 && cube > 0.2) w = std::log(a) + 3 * std::log(cube);
  // Newton's steps for log P, or log(1 - P), as a function of log x: both are concave, so that steps cannot run away.
  const double least = std::log(smallest);
  for (int step = 0; step < 50; ++step) {
    if (w <= least) return smallest;
    const double x = std::exp(w);
    const Side side = side_of(a, x);
    double part = 0;  // that on the side, over x p
    add_moments(&part, side, a, x, 0);
    const double log_part = log_point(a, x) + std::log(part);
    double change;
    if (side == Side::below) change = (std::log(p) - log_part) * part;
    else change = (log_part - std::log1p(-p)) * part;
    w += change;
    if (std::abs(change) < 1e-9) break;  // the next one would be its square
  }
  return std::max(std::exp(w), smallest);
}

double gamma_share_derivative(int n, double a, double x) {
  constexpr int largest = 12;
  if (!(a > 0) || !(x > 0) || n > largest) return std::numeric_limits<double>::quiet_NaN();
  const Side side = side_of(a, x);
  double integrals[largest + 1]{};
  add_moments(integrals, side, a, x, n);
  // Leibniz' rule for the product of x p and the integral.
  double total = 0, choose = 1;
  for (int k = 0; k <= n; ++k) {
    total += choose * GammaShareDerivative::density_ratio<double>(n - k, a, x) * integrals[k];
    choose *= double(n - k) / (k + 1);
  }
  return side == Side::below ? x * total : -x * total;
}

}  // namespace tapegrad::elementwise
