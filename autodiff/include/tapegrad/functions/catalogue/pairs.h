// Functions of two arguments. Each is one struct, with the partial derivatives left (dy/da) and right (dy/db), and one
// line that makes its function; the list at the end says what is there.
#pragma once
#include <cmath>

#include "tapegrad/functions/catalogue/powers.h"

namespace tapegrad {
namespace elementwise {

/// The formula of a function of two numbers, a and b.
constexpr Formula of_a_and_b(const Expression& value, const Expression& left, const Expression& right) {
  return {value, {{{"a", left}, {"b", right}}}};
}

/// a^b of numbers and registers; the derivative for b is 0 where a <= 0. The op of tensors is in ops/arithmetic.h.
struct Power {
  template <class V> static V value(const V& a, const V& b) { using std::pow; return pow(a, b); }
  template <class V> static V left(const V& a, const V& b, const V&) {
    using std::pow;
    return b * pow(where(b == V(0), where(a == V(0), V(1), a), a), b - V(1));  // 0^0: 0, not 0 times infinity
  }
  template <class V> static V right(const V& a, const V&, const V& y) {
    using std::log;
    return where(a > V(0), y * log(where(a > V(0), a, V(1))), V(0));
  }
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
  template <class V> static V left(const V& a, const V&, const V& y) {
    return where(y <= 0, V(0.), a / where(y <= 0, V(1.), y));
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

/// Those that tensors have too.
using Pairs = Types<Hypot, Atan2, Larger, Smaller, PositiveDifference, Fmod, Remainder, Copysign>;

}  // namespace elementwise

/// a^b of scalars and dual numbers. The derivative for b is 0 where a <= 0.
template <class A, class B>
  requires NumberPair<A, B>
[[gnu::always_inline]] inline auto pow(const A& a, const B& b) {  // as xsimd's for any types, which it must win against
  return apply(elementwise::Power(), a, b);
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
