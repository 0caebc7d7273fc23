// The quantile of the gamma distribution and the derivatives of its share against numbers of 40 digits
// (tests/references/gamma_quantile.py), and what is at its ends.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/gamma_quantile.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

using namespace tapegrad;
using doctest::Approx;
using elementwise::gamma_quantile_of, elementwise::gamma_share_derivative;

TEST_CASE("the gamma distribution's quantile and the derivatives of its share are those of mpmath") {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/gamma_quantile.txt");
  std::size_t points = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    double a, x, share, density, derivatives[3];
    words >> a >> x >> share >> density >> derivatives[0] >> derivatives[1] >> derivatives[2];
    REQUIRE_MESSAGE(words, line);
    CAPTURE(line);
    // What the last bit of the share stands for, which is much far to the right.
    const double last = 1e-16 / (density * x);
    CHECK(gamma_quantile_of(a, share) == Approx(x).epsilon(1e-12 + 3 * last));
    // Where a derivative passes through 0 its terms cancel: it is compared with their size.
    const double scale = std::pow(std::log(x) - elementwise::polygamma_of(0, a), 2) + elementwise::polygamma_of(1, a);
    for (int n = 1; n <= 3; ++n) {
      const double terms = std::pow(scale, (n - 1) / 2.) * std::abs(derivatives[0]);
      const double size = std::abs(derivatives[n - 1]) + 1e-2 * terms;
      CHECK(std::abs(gamma_share_derivative(n, a, x) - derivatives[n - 1]) <= 1e-10 * size);
    }
    ++points;
  }
  CHECK(points > 90);
}

TEST_CASE("the gamma distribution's quantile at its ends") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(gamma_quantile(Tensor<double>(2.), 0.).item() == 0);
  CHECK(gamma_quantile(Tensor<double>(2.), 1.).item() == infinity);
  CHECK(std::isnan(gamma_quantile(Tensor<double>(0.), 0.5).item()));
  CHECK(std::isnan(gamma_quantile(Tensor<double>(-1.), 0.5).item()));
  CHECK(std::isnan(gamma_quantile(Tensor<double>(2.), 1.5).item()));
  CHECK(std::isnan(gamma_quantile_of(infinity, 0.5)));
  CHECK(gamma_quantile_of(0.001, 1e-3) == std::numeric_limits<double>::min());  // 1e-3434
  CHECK(gamma_quantile_of(1, 0.5) == Approx(std::log(2.)).epsilon(1e-15));     // an exponential distribution
  CHECK(gamma_quantile_of(0.5, std::erf(1.)) == Approx(1).epsilon(1e-14));      // half of the square of a normal number
}

TEST_CASE("scalars and dual numbers have the gamma distribution's quantile too") {
  CHECK(gradcheck([](const Scalar<double>& a, const Scalar<double>& p) { return gamma_quantile(a, p); },
                  {1.7, 0.3}).passed());
  const Dual<double> y = gamma_quantile(Dual<double>::input(1.7), Dual<double>(0.3));
  const double h = 1e-5;
  const double difference = gamma_quantile_of(1.7 + h, 0.3) - gamma_quantile_of(1.7 - h, 0.3);
  CHECK(y.along() == Approx(difference / (2 * h)).epsilon(1e-8));
}
