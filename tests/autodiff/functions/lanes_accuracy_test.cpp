// Registers against numbers: every function of the catalogue, and the tails of those that lanes have their own form of.
#include <doctest/doctest.h>
#include <tapegrad/functions/catalogue.h>
#include <tapegrad/functions/error_function.h>

#include <cmath>
#include <limits>
#include <string>

using namespace tapegrad;

namespace {

// How many units in the last place of T a register's values are off by, at points from low to high.
template <Real T, class F, class Exact>
double units_off(F f, Exact exact, double low, double high) {
  double most = 0;
  for (int i = 0; i <= 2000; ++i) {
    const T x = T(low + (high - low) * i / 2000.);
    alignas(64) T found[Lanes<T>::count];
    f(Lanes<T>(x)).store(found);
    const double expected = exact(double(x));
    const double unit = double(std::numeric_limits<T>::epsilon()) *
                        std::max(std::abs(expected), double(std::numeric_limits<T>::min()) * 1e3);
    most = std::max(most, std::abs(double(found[0]) - expected) / unit);
  }
  return most;
}

template <Real T, class F>
void check(double low, double high, double most) {
  CAPTURE(std::string(F::name));
  CHECK(units_off<T>([](const Lanes<T>& x) { return F().value(x); }, [](double x) { return double(F().value(x)); }, low,
                     high) <= most);
}

}  // namespace

TEST_CASE("registers agree with numbers to a few units in the last place, in double and in float") {
  [&]<class... F>(Types<F...>) {
    // Away from 0, where relative errors of differences say nothing.
    (check<double, F>(F::domain.low < 0 ? 0.1 : F::domain.low, F::domain.high, 6), ...);
    (check<float, F>(F::domain.low < 0 ? 0.1 : F::domain.low, F::domain.high, 6), ...);
  }(Functions());
}

TEST_CASE("the error function, its complement and the normal distribution keep their digits in the tails") {
  using namespace elementwise;
  check<double, Erf>(-6, 6, 3);
  check<float, Erf>(-6, 6, 3);
  check<double, Erfc>(-6, 26, 6);
  check<float, Erfc>(-6, 9, 6);
  check<float, NormalCdf>(-12, 12, 6);
  check<float, Gelu>(-12, 12, 6);
  check<double, NormalCdf>(-6, 6, 40);  // the number's own x / sqrt(2) is rounded before it is squared
}
