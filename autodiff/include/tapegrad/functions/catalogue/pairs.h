// Functions of two arguments. Each is one struct, with the partial derivatives left (dy/da) and right (dy/db), and one
// line that makes its function; the list at the end says what is there.
#pragma once
#include <cmath>
#include <limits>

#include "tapegrad/functions/catalogue/powers.h"

namespace tapegrad {
namespace elementwise {

/// The formula of a function of two numbers, a and b.
constexpr Formula of_a_and_b(const Expression& value, const Expression& left, const Expression& right) {
  return {value, {{{"a", left}, {"b", right}}}};
}

/// The derivative of a^b of order n for a and m for b: a^(b - n) times a polynomial in b and log(a), 0 where either one
/// is, whatever the other one. Where a <= 0 the exponent is a constant: all derivatives for it are 0 there.
struct PowerDerivative {
  static constexpr std::string_view name = "pow_derivative";
  static constexpr Formula formula = with_adjoints(
      {"the derivative of a^b, n times for a and m times for b", R"(\partial_a^n \partial_b^m {a}^{b})"},
      {"a", {"g * the derivative n + 1 and m times", R"(g \, \partial_a^{n + 1} \partial_b^m {a}^{b})"}},
      {"b", {"g * the derivative n and m + 1 times", R"(g \, \partial_a^n \partial_b^{m + 1} {a}^{b})"}});
  static constexpr Domain domain{0.5, 2};
  int n = 1, m = 0;
  template <class V> V value(const V& a, const V& b) const {
    return each([f = *this](auto p, auto q) { return f.of_numbers(p, q); }, a, b);
  }
  template <class V> V left(const V& a, const V& b, const V&) const { return apply(PowerDerivative{n + 1, m}, a, b); }
  template <class V> V right(const V& a, const V& b, const V&) const { return apply(PowerDerivative{n, m + 1}, a, b); }

 private:
  template <Real T> T of_numbers(T a, T b) const {
    if (m > 0 && a <= 0) return b == b ? 0 : b;
    const T power = std::pow(a, b - T(n)), factor = polynomial(n, m, b, m > 0 ? std::log(a) : T(0));
    return power == 0 || factor == 0 ? 0 : factor * power;
  }
  template <Real T> static T polynomial(int of_a, int of_b, T b, T log_a) {
    if (of_a == 0) return of_b == 0 ? 1 : log_a * polynomial(0, of_b - 1, b, log_a);
    const T product = polynomial(of_a - 1, of_b, b, log_a) * (b - T(of_a - 1));
    return of_b == 0 ? product : product + T(of_b) * polynomial(of_a - 1, of_b - 1, b, log_a);
  }
};
struct Power {
  static constexpr std::string_view name = "pow";
  static constexpr Formula formula = of_a_and_b({"a^b", "{a}^{b}"}, {"b * a^(b - 1)", R"(b \, {a}^{b - 1})"},
                                                {"y * log(a)", R"(y \ln a)"});
  static constexpr Domain domain{0.5, 2};
  template <class V> static V value(const V& a, const V& b) { using std::pow; return pow(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    if constexpr (Real<V> || is_lanes<V>) {
      using std::pow;
      const V power = pow(a, b - V(1));
      return where(b == V(0), V(0), where(power == V(0), V(0), b * power));
    } else {
      return apply(PowerDerivative{1, 0}, a, b);
    }
  }
  template <class V> static V right(const V& a, const V& b, const V& y) {
    if constexpr (Real<V> || is_lanes<V>) {  // without another power
      using std::log;
      const V slope = y * log(where(a <= V(0), V(1), a));
      return where(a <= V(0), where(b <= b, V(0), b), where(y <= V(0), where(a > V(1), V(0), slope), slope));
    } else {
      return apply(PowerDerivative{0, 1}, a, b);
    }
  }
};
/// x^k for a plain number k, of numbers and registers. The op of tensors is in ops/arithmetic.h.
struct PowerOf {
  static constexpr Keeps keeps = Keeps::input;
  double k;
  template <class V> V value(const V& x) const { using std::pow; return pow(x, V(k)); }
  template <class V> V derivative(const V& x) const { return k == 0 ? V(0.) : V(k * apply(PowerOf{k - 1}, x)); }
};
/// Both derivatives are 0 where y is, by choice.
struct Hypot {
  static constexpr std::string_view name = "hypot";
  static constexpr Formula formula =
      of_a_and_b({"sqrt(a^2 + b^2)", R"(\sqrt{a^2 + b^2})"}, {"a / y", R"(\frac{a}{y})"}, {"b / y", R"(\frac{b}{y})"});
  static constexpr Domain domain{0.3, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::hypot(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V& y) {
    using std::abs;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto along_a = abs(a) >= infinity && abs(b) < infinity;
    return where(y <= 0, V(0.), where(along_a, apply(Sign(), a), V(a / where(y <= 0 || along_a, V(1.), y))));
  }
  template <class V> static V right(const V& a, const V& b, const V& y) { return left(b, a, y); }
};
/// The angle of the point (b, a); both derivatives are 0 at (0, 0), by choice.
struct Atan2 {
  static constexpr std::string_view name = "atan2";
  static constexpr Formula formula = 
      of_a_and_b({"atan2(a, b)", R"(\operatorname{atan2}(a, b))"}, {"b / (a^2 + b^2)", R"(\frac{b}{a^2 + b^2})"},
                 {"-a / (a^2 + b^2)", R"(-\frac{a}{a^2 + b^2})"});
  static constexpr Domain domain{0.3, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::atan2(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V&) {
    const V distance = apply(Hypot(), a, b);  // whose square may overflow
    return Hypot::left(b, a, distance) / where(distance <= 0, V(1.), distance);
  }
  template <class V> static V right(const V& a, const V& b, const V& y) { return -left(b, a, y); }
};
/// The derivative goes to the larger one; equal ones share it half and half.
struct Larger {
  static constexpr std::string_view name = "fmax";
  static constexpr Formula formula =
      of_a_and_b({"max(a, b)", R"(\max(a, b))"}, {"step(a - b)", "[a > b]"}, {"step(b - a)", "[b > a]"});
  static constexpr bool cuts = true;
  static constexpr Domain domain{0.2, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::fmax(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V&) {
    const V alone = where(a <= a, V(1.), V(0.));  // where one of them is a NaN, it goes to the other one
    return where(a >= b, where(a <= b, V(0.5), V(1.)), where(a < b, V(0.), alone));
  }
  template <class V> static V right(const V& a, const V& b, const V& y) { return left(b, a, y); }
};
struct Smaller {
  static constexpr std::string_view name = "fmin";
  static constexpr Formula formula =
      of_a_and_b({"min(a, b)", R"(\min(a, b))"}, {"step(b - a)", "[a < b]"}, {"step(a - b)", "[b < a]"});
  static constexpr bool cuts = true;
  static constexpr Domain domain{0.2, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::fmin(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V& y) { return Larger::left(V(-a), V(-b), y); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return left(b, a, y); }
};
struct PositiveDifference {
  static constexpr std::string_view name = "fdim";
  static constexpr Formula formula =
      of_a_and_b({"max(a - b, 0)", R"(\max(a - b, 0))"}, {"step(a - b)", "[a > b]"}, {"-step(a - b)", "-[a > b]"});
  static constexpr bool cuts = true;
  static constexpr Domain domain{0.2, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::fdim(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V&) { return where(a > b, V(1.), V(0.)); }
  template <class V> static V right(const V& a, const V& b, const V&) { return where(a > b, V(-1.), V(0.)); }
};
struct Fmod {
  static constexpr std::string_view name = "fmod";
  static constexpr Formula formula =
      of_a_and_b({"a - trunc(a / b) * b", R"(a - \operatorname{trunc}(\tfrac{a}{b}) \, b)"}, {"1", "1"},
                 {"-trunc(a / b)", R"(-\operatorname{trunc}(\tfrac{a}{b}))"});
  static constexpr Domain domain{1.2, 1.9};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::fmod(p, q); }, a, b);
  }
  template <class V> static V left(const V&, const V&, const V&) { return V(1.); }
  template <class V> static V right(const V& a, const V& b, const V& y) { return apply(Round(), V((y - a) / b)); }
};
struct Remainder : Fmod {
  static constexpr std::string_view name = "remainder";
  static constexpr Formula formula =
      of_a_and_b({"a - rint(a / b) * b", R"(a - \operatorname{rint}(\tfrac{a}{b}) \, b)"}, {"1", "1"},
                 {"-rint(a / b)", R"(-\operatorname{rint}(\tfrac{a}{b}))"});
  static constexpr Domain domain{1.2, 1.65};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::remainder(p, q); }, a, b);
  }
};
struct Copysign {
  static constexpr std::string_view name = "copysign";
  static constexpr Formula formula = 
      of_a_and_b({"abs(a) * sign(b)", R"(|a| \operatorname{sign} b)"},
                 {"sign(a) * sign(b)", R"(\operatorname{sign} a \operatorname{sign} b)"}, {"0", "0"});
  static constexpr Domain domain{0.2, 2};
  template <class V> static V value(const V& a, const V& b) {
    return each([](auto p, auto q) { return std::copysign(p, q); }, a, b);
  }
  template <class V> static V left(const V& a, const V& b, const V&) {
    const V one(1.);
    return apply(Copysign(), one, a) * apply(Copysign(), one, b);
  }
  template <class V> static V right(const V&, const V&, const V&) { return V(0.); }
};

/// Powers, whose op has more forms: ops/arithmetic.h.
using PowersOfPairs = Types<Power, PowerDerivative>;
/// The others that tensors have too.
using Pairs = Types<Hypot, Atan2, Larger, Smaller, PositiveDifference, Fmod, Remainder, Copysign>;

}  // namespace elementwise

/// a^b of scalars and dual numbers. The derivative for b is 0 where a <= 0.
template <class A, class B>
  requires NumberPair<A, B>
[[gnu::always_inline]] inline auto pow(const A& a, const B& b) {  // as xsimd's for any types, which it must win against
  if constexpr (std::is_arithmetic_v<B>) return apply(elementwise::PowerOf{double(b)}, a);
  else return apply(elementwise::Power(), a, b);
}
/// sqrt(a^2 + b^2), where the squares would overflow too.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto hypot(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Hypot(), a, b, site);
}
/// The angle of the point (b, a), from -pi to pi.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto atan2(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Atan2(), a, b, site);
}
/// The larger of the two, or the one that is no NaN.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmax(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Larger(), a, b, site);
}
/// The smaller of the two, or the one that is no NaN.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmin(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Smaller(), a, b, site);
}
/// a - b where that is positive, else 0.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fdim(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::PositiveDifference(), a, b, site);
}
/// What is left of a after division by b, with the sign of a.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto fmod(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Fmod(), a, b, site);
}
/// a less the multiple of b that is nearest.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto remainder(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Remainder(), a, b, site);
}
/// |a| with the sign of b.
template <class A, class B>
  requires DifferentiablePair<A, B>
[[gnu::always_inline]] inline auto copysign(const A& a, const B& b, CallSite site = CallSite::current()) {
  return apply(elementwise::Copysign(), a, b, site);
}

}  // namespace tapegrad
