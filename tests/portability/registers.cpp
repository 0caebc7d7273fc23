// Every function of the catalogue on registers next to the same on single numbers, special values included.
#include <string>

#include "check.h"
#include "registers.h"
#include "tapegrad/functions/catalogue.h"
#include "tapegrad/functions/error_function.h"
#include "tapegrad/functions/lanes.h"

using namespace tapegrad;

namespace portability {
namespace {

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();

/// How many points each function is computed at, besides special ones.
constexpr int points = 256;

/// f of registers against `reference` of single numbers, at points from low to high and at `special` ones, to 8 units
/// in the last place: of the result, or of `terms`, where f is a sum of terms of that size that may cancel.
template <class T, class F, class Reference>
void function(const std::string& name, double low, double high, double terms, F f, Reference reference,
              std::initializer_list<double> special) {
  constexpr std::size_t count = Lanes<T>::count;
  const auto check = [&](const T (&x)[count]) {
    alignas(64) T y[count];
    f(Lanes<T>::load(x)).store(y);
    for (std::size_t i = 0; i < count; ++i) expect_close(name.c_str(), x[i], y[i], reference(x[i]), 8, terms);
  };
  alignas(64) T x[count];
  for (int begin = 0; begin < points; begin += int(count)) {
    for (std::size_t i = 0; i < count; ++i) x[i] = T(low + (high - low) * (begin + int(i) + 0.5) / points);
    check(x);
  }
  for (const double value : special) {  // in one lane, beside ordinary numbers
    for (std::size_t i = 0; i < count; ++i) x[i] = T(low + (high - low) * (double(i) + 0.5) / double(count));
    x[count / 2] = T(value);
    check(x);
  }
}

constexpr double inf = infinity<double>, none = nan<double>;

/// The value and the derivative of a function of the catalogue: what registers give against what numbers give, for
/// which the catalogue's own test has 50 digits.
template <class T, class F>
void of_catalogue() {
  const std::string value(F::name), derivative = "the derivative of " + value;
  constexpr auto domain = F::domain;
  const std::initializer_list<double> special{0, -0., 1, -1, 1e3, -1e3, inf, -inf, none};
  function<T>(
      value, domain.low, domain.high, 0, [](auto x) { return F().value(x); },
      [](T x) { return F().value(double(x)); }, special);
  function<T>(
      derivative, domain.low, domain.high, 0.25, [](auto x) { return F().derivative(x); },
      [](T x) { return F().derivative(double(x)); }, special);
}

/// The value and both derivatives of a function of two numbers.
template <class T, class F>
void of_pairs() {
  const std::string name(F::name);
  for (const double b : {0.3, -1.7}) {
    const auto check = [&](const std::string& what, auto f) {
      function<T>(
          what + name, F::domain.low, F::domain.high, 0, [&](auto x) { return f(x, Lanes<T>(T(b))); },
          [&](T x) { return f(double(x), double(T(b))); }, {0, 1, -1, b});
    };
    check("", [](auto x, auto y) { return F::value(x, y); });
    check("the left derivative of ", [](auto x, auto y) { return F::left(x, y, F::value(x, y)); });
    check("the right derivative of ", [](auto x, auto y) { return F::right(x, y, F::value(x, y)); });
  }
}

/// What is no function of the catalogue, against long double.
template <class T>
void arithmetic() {
  using R = long double;
  function<T>(
      "pow 1.5", 0, 9, 0, [](auto x) { return pow(x, Lanes<T>(T(1.5))); }, [](R x) { return std::pow(x, R(1.5)); },
      {0, inf, -1, none});
  function<T>(
      "pow 3", -3, 3, 0, [](auto x) { return pow(x, Lanes<T>(T(3))); }, [](R x) { return std::pow(x, R(3)); },
      {0, inf, -inf});
  function<T>(
      "arithmetic", 1, 3, 0, [](auto x) { return -(x * x - T(3)) / (x + T(1)); },
      [](R x) { return -(x * x - 3) / (x + 1); }, {inf, none, -1});
  function<T>(
      "fma", 1, 3, 0, [](auto x) { return fma(x, x, x); }, [](R x) { return x * x + x; }, {0, inf, none});
}

template <class T>
void functions() {
  [&]<class... F>(Types<F...>) { (of_catalogue<T, F>(), ...); }(Functions());
  [&]<class... F>(Types<F...>) { (of_pairs<T, F>(), ...); }(PairFunctions());
  arithmetic<T>();
}

/// All masks of two comparisons, with the lanes of each known.
template <class T>
void masks() {
  constexpr std::size_t count = Lanes<T>::count;
  alignas(64) T x[count], y[count];
  for (std::size_t i = 0; i < count; ++i) x[i] = i % 5 == 4 ? nan<T> : T(i % 3);
  const auto lanes = Lanes<T>::load(x);
  const auto check = [&](const char* what, const typename Lanes<T>::Mask& mask, auto expected) {
    where(mask, T(1), T(0)).store(y);
    bool same = true;
    for (std::size_t i = 0; i < count; ++i) same &= y[i] == (expected(x[i]) ? T(1) : T(0));
    expect(same, what);
  };
  check("mask >", lanes > T(1), [](T v) { return v > 1; });
  check("mask <", lanes < T(1), [](T v) { return v < 1; });
  check("mask >=", lanes >= T(1), [](T v) { return v >= 1; });
  check("mask <=", lanes <= T(1), [](T v) { return v <= 1; });
  check("mask ==", lanes == T(1), [](T v) { return v == 1; });
  check("mask &&", lanes >= T(1) && lanes <= T(1), [](T v) { return v == 1; });
  check("mask ||", lanes < T(1) || lanes > T(1), [](T v) { return v < 1 || v > 1; });
  check("mask ^", (lanes >= T(1)) ^ (lanes <= T(1)), [](T v) { return v < 1 || v > 1; });
  check("mask !", !(lanes > T(1)), [](T v) { return !(v > 1); });
}

/// Loads, stores and sums of a part of a register.
template <class T>
void parts() {
  constexpr std::size_t count = Lanes<T>::count;
  T x[count], y[count];
  for (std::size_t i = 0; i < count; ++i) x[i] = T(i + 1);
  for (std::size_t some = 0; some <= count; ++some) {
    std::fill(y, y + count, T(-1));
    Lanes<T>::load_part(x, some, T(7)).store_part(y, some);
    bool same = true;
    for (std::size_t i = 0; i < count; ++i) same &= y[i] == (i < some ? x[i] : T(-1));
    expect(same, "load_part and store_part");
    expect(Lanes<T>::load(x).first(some).total() == T(some * (some + 1) / 2), "first and total");
  }
}

}  // namespace

void registers() {
  functions<float>();
  functions<double>();
  masks<float>();
  masks<double>();
  parts<float>();
  parts<double>();
}

}  // namespace portability
