// Every function of registers next to <cmath> in long double, special values included.
#include <array>

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

/// f of registers against `reference` of single numbers, at ordinary and at `special` places.
template <class T, class F, class Reference>
void function(const char* name, double low, double high, F f, Reference reference, std::initializer_list<T> special) {
  constexpr std::size_t count = Lanes<T>::count;
  const auto check = [&](const T (&x)[count]) {
    T y[count];
    f(Lanes<T>::load(x)).store(y);
    for (std::size_t i = 0; i < count; ++i) expect_close(name, x[i], y[i], reference((long double)x[i]), 8);
  };
  alignas(64) T x[count];
  for (int begin = 0; begin < 256; begin += int(count)) {
    for (std::size_t i = 0; i < count; ++i) x[i] = T(low + (high - low) * (begin + int(i) + 0.5) / 256);
    check(x);
  }
  for (const T value : special) {  // in one lane, beside ordinary numbers
    for (std::size_t i = 0; i < count; ++i) x[i] = T(low + (high - low) * (double(i) + 0.5) / double(count));
    x[count / 2] = value;
    check(x);
  }
}

template <class T>
void functions() {
  constexpr T inf = infinity<T>, none = nan<T>;
  using R = long double;
  function<T>("exp", -20, 20, [](auto x) { return exp(x); }, [](R x) { return std::exp(x); },
              {0, inf, -inf, none, 1000});
  function<T>("log", 0.01, 30, [](auto x) { return log(x); }, [](R x) { return std::log(x); }, {0, 1, inf, -1, none});
  function<T>("log1p", -0.9, 9, [](auto x) { return log1p(x); }, [](R x) { return std::log1p(x); }, {0, -1, -2, none});
  function<T>("sqrt", 0, 30, [](auto x) { return sqrt(x); }, [](R x) { return std::sqrt(x); }, {0, inf, -1, none});
  function<T>(
      "abs", -3, 3, [](auto x) { return abs(x); }, [](R x) { return std::fabs(x); }, {0, -inf, inf, none});
  function<T>(
      "sin", -1.5, 1.5, [](auto x) { return sin(x); }, [](R x) { return std::sin(x); }, {0, 100, inf, none});
  function<T>(
      "cos", -1.5, 1.5, [](auto x) { return cos(x); }, [](R x) { return std::cos(x); }, {0, 100, inf, none});
  function<T>(
      "tanh", -9, 9, [](auto x) { return tanh(x); }, [](R x) { return std::tanh(x); }, {0, 100, -inf, inf, none});
  function<T>(
      "expm1", -9, 9, [](auto x) { return expm1(x); }, [](R x) { return std::expm1(x); }, {0, -inf, inf, none});
  function<T>(
      "exp2", -9, 9, [](auto x) { return exp2(x); }, [](R x) { return std::exp2(x); }, {0, -inf, inf, none});
  function<T>(
      "floor", -9, 9, [](auto x) { return floor(x); }, [](R x) { return std::floor(x); }, {0, -inf, inf, none});
  function<T>(
      "erf", -5, 5, [](auto x) { return erf(x); }, [](R x) { return std::erf(x); }, {0, 100, -inf, inf, none});
  function<T>(
      "erfc", -5, 9, [](auto x) { return erfc(x); }, [](R x) { return std::erfc(x); }, {0, 100, -inf, none});
  function<T>(
      "lower_part", -5, 9, [](auto x) { return lower_part(x); },
      [](R x) { return std::erfc(-x * std::sqrt(R(0.5))) / 2; }, {0, 100, -inf, inf, none});
  function<T>(
      "sigmoid", -20, 20, [](auto x) { return sigmoid(x); }, [](R x) { return 1 / (1 + std::exp(-x)); },
      {0, inf, -inf, none});
  function<T>("sign", -3, 3, [](auto x) { return sign(x); }, [](R x) { return R((x > 0) - (x < 0)); }, {0, inf, -inf});
  function<T>("step", -3, 3, [](auto x) { return step(x); }, [](R x) { return R(x > 0); }, {0, inf, -inf});
  function<T>("relu", -3, 3, [](auto x) { return elementwise::Relu::value(x); },
              [](R x) { return x <= 0 ? R(0) : x; }, {0, inf, -inf, none});
  function<T>("softplus", -9, 9, [](auto x) { return elementwise::Softplus::value(x); },
              [](R x) { return (x > 0 ? x : R(0)) + std::log1p(std::exp(-std::fabs(x))); }, {0, inf, -inf, 500});
  function<T>("pow 1.5", 0, 9, [](auto x) { return pow(x, Lanes<T>(T(1.5))); }, [](R x) { return std::pow(x, R(1.5)); },
              {0, inf, -1, none});
  function<T>("pow 3", -3, 3, [](auto x) { return pow(x, Lanes<T>(T(3))); }, [](R x) { return std::pow(x, R(3)); },
              {0, inf, -inf});
  function<T>("arithmetic", 1, 3, [](auto x) { return -(x * x - T(3)) / (x + T(1)); },
              [](R x) { return -(x * x - 3) / (x + 1); }, {inf, none, -1});
  function<T>("fma", 1, 3, [](auto x) { return fma(x, x, x); }, [](R x) { return x * x + x; }, {0, inf, none});
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
