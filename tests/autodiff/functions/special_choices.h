// Where a function at a special point is neither the mathematical limit nor what JAX gives, with the reason; and the
// words of docs/special_values.md, which the test of special values writes.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace special {

using Point = std::vector<double>;
/// The point, the value there, and the derivative's name, as "aab".
using Fits = bool (*)(const Point&, double value, const std::string& derivative);
struct Choice {
  std::string_view name, functions;  // those that it is for, between spaces
  Fits at;
  std::string_view reason;
  bool alike = true;  // for all kinds
};

inline bool has_nan(const Point& x) {
  return std::ranges::any_of(x, [](double each) { return std::isnan(each); });
}
inline bool has_infinity(const Point& x) {
  return std::ranges::any_of(x, [](double each) { return std::isinf(each); });
}
inline bool has_tiny(const Point& x) {
  return std::ranges::any_of(x, [](double each) { return each != 0 && std::abs(each) < 1e-300; });
}

/// The first that fits is the one.
inline constexpr std::array choices{
    Choice{"a kink", " abs celu leaky_relu hard_swish softsign hypot atan2 ",
           [](const Point& x, auto...) { return (x[0] == 0 && x.back() == 0) || std::abs(x[0]) == 3; },
           "where the slopes of the two sides differ, the derivative is 0 for `abs`, `hypot` and `atan2`, that of the "
           "side x <= 0 for `celu` and `leaky_relu`, of the middle for `hard_swish` at -3 and 3, and half of both for "
           "the second of `softsign`; for `abs`, `celu` and `leaky_relu` as PyTorch. JAX has 1 for `abs` and "
           "`leaky_relu`, 1/2 for each side of `hypot`."},
    Choice{"a tie", " fmax fmin maximum minimum ", [](const Point& x, auto...) { return x[0] == x[1]; },
           "equal arguments share the derivative half and half, as of PyTorch's `maximum`. JAX gives all of it to the "
           "second one in `fmax` and `fmin`."},
    Choice{"NaN given", " power pow copysign ", [](const Point& x, auto...) { return has_nan(x); },
           "`pow(NaN, 0)` is 1, and its derivatives 0. `copysign` reads the sign that a NaN has."},
    Choice{"-0", " copysign rsqrt ", [](const Point& x, auto...) { return x[0] == 0 || x.back() == 0; },
           "-0 counts as negative: `copysign(a, b)` and `rsqrt` are what they are in C, and their derivatives fit."},
    Choice{"a pole", " digamma lgamma polygamma tgamma ", [](const Point& x, auto...) { return x[0] <= 0; },
           "at 0 the derivatives of the gamma functions go to infinity with one sign on one side and with the other on "
           "the other; the sign of the 0 says which. At -1, -2, ... they are NaN, or infinite where the sides agree."},
    Choice{"the smallest numbers", " sqrt rsqrt log2 log10 logb ",
           [](const Point& x, auto...) { return has_tiny(x); }, "below 2.2e-308 JAX takes numbers for 0."},
    Choice{"the logarithm of the smallest numbers", " log pow ", [](const Point& x, auto...) { return has_tiny(x); },
           "of registers, in tensors and `fuse`, it is off by 2 below 2.2e-308, in the derivative of `pow` for b "
           "too: exactness there would cost every `log` a fifth of its time.", false},
    Choice{"quotients of the smallest numbers", " atan2 hypot ", [](const Point& x, auto...) { return has_tiny(x); },
           "second derivatives are sums of infinite terms there: an infinity or a NaN, and not the same for all kinds.",
           false},
    Choice{"an infinite quotient", " fmod remainder ",
           [](const Point& x, auto...) { return std::isinf(x[0] / x[1]); },
           "where a / b is infinite, though neither is, the second derivative for b is NaN."},
    Choice{"a constant exponent", " pow ",
           [](const Point& x, double, const std::string& of) { return x[0] <= 0 && of.find('b') != std::string::npos; },
           "where a <= 0, `pow(a, b)` is a function of a only: all its derivatives for b are 0, mixed ones too. For "
           "a < 0 it has values at whole b alone; at a = 0 its limits for b are 0 from one side and infinite from the "
           "other. PyTorch and JAX have NaN for a < 0."},
    Choice{"infinite arguments", " pow fdim hypot atan2 fmod remainder ",
           [](const Point& x, auto...) { return has_infinity(x); },
           "where an argument is infinite and there is no limit for all ways to get there, what is 0 times infinity by "
           "the formula is 0: `a^b` of an infinite b is constant on either side of a = 1."},
};

inline const Choice* choice_of(const std::string& function, const Point& x, double value,
                               const std::string& derivative) {
  for (const Choice& choice : choices) {
    if (choice.functions.find(' ' + function + ' ') == std::string_view::npos) continue;
    if (choice.at(x, value, derivative)) return &choice;
  }
  return nullptr;
}

inline constexpr std::string_view page_begin = R"(# Special values

What every function of elements and its derivatives are at 0, -0, 1, -1, infinity, NaN, kinks, ties, and the largest and
smallest numbers. Tensors, scalars, dual numbers and `fuse` give the same, in plain and in recorded sweeps, for
derivatives of orders 0 to 3; for two arguments, for all mixed ones. The rule:

1. Where the derivative has a limit, it is the limit: a number, or an infinity with its sign. `sqrt` at 0 has the
   derivatives infinity, -infinity, infinity; `x^0.5` has the same. There is a NaN only where there is no limit,
   but for quotients at the ends of the numbers that are named below.
2. Where it has none, it is what JAX gives, or a choice that is named below.
3. A NaN given is a NaN returned: `relu(NaN)` and `sign(NaN)` are NaN. `step(NaN)` is 0, since it asks x > 0; so the
   derivative of `relu` is 0 there, as JAX's, and that of `sign` is 0 everywhere. (In PyTorch `sign(NaN)` is 0.)
   Where a function is NaN its derivatives mean nothing, and are not compared: some are NaN, some numbers, as those of
   `log` below 0, which are 1 / x in JAX and PyTorch too.

`tests/autodiff/functions/special_values_test.cpp` compares them, and wrote this page. The limits are computed in 850
digits, from the formulas; JAX is 0.10.2, in double (`tests/references/special_values.py`).

| function | numbers | as JAX | the limit, unlike JAX | choices |
|---|---|---|---|---|
)";
inline constexpr std::string_view page_middle = R"(
Where JAX lacks a function, the limit is all there is to compare with. "The limit, unlike JAX": its rules multiply 0 by
infinity, or it takes numbers below 2.2e-308 for 0.

# The choices

)";

}  // namespace special
