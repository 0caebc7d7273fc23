// Elementwise functions of one argument, each as one struct: formula, domain, value, derivative.
// V is a register of numbers in a kernel, a number in scalar code, and a Tensor when backward is recorded: a formula is
// written once for all of them.
#pragma once
#include <cmath>
#include <concepts>
#include <string_view>

#include "tapegrad/engine/op_traits.h"
#include "tapegrad/functions/formula.h"
#include "tapegrad/ops.h"

namespace tapegrad {

/// CallSite an op's test samples lie; kinks are kept `margin` away from 0.
struct Domain {
  double low, high;
  double margin = 0;
};

/// What a rule needs of the forward pass: only that is kept on the tape.
enum class Keeps { nothing, input, output };

// Functions of numbers that <cmath> lacks; the tensor forms are ops.
template <Real T> T sigmoid(T x) { return 1 / (1 + std::exp(-x)); }
template <Real T> T sign(T x) { return T((x > 0) - (x < 0)); }
template <Real T> T step(T x) { return x > 0 ? T(1) : T(0); }
template <Real T> T where(std::same_as<bool> auto chosen, T a, T b) { return chosen ? a : b; }

namespace engine {

/// What a tape says of a function of elements, from what its struct declares.
template <class F>
constexpr OpTraits traits_of_elements() {
  OpTraits traits{.name = F::name, .depends = Depends::by_element, .formula = F::formula};
  if constexpr (requires { F::vanishes; }) traits.vanishes = F::vanishes;
  if constexpr (requires { F::saturates; }) traits.saturates = F::saturates;
  return traits;
}

}  // namespace engine

namespace elementwise {

struct Negative {
  static constexpr std::string_view name = "negative";
  static constexpr Formula formula = of_x({"-x", "-x"}, {"-1", "-1"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V value(const V& x) { return -x; }
  template <class V> static V derivative(const V&) { return V(-1); }
};
struct Exp {
  static constexpr std::string_view name = "exp";
  static constexpr Formula formula = of_x({"exp(x)", "e^{x}"}, {"y", "y"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::exp; return exp(x); }
  template <class V> static V derivative(const V& y) { return y; }
};
struct Log {
  static constexpr std::string_view name = "log";
  static constexpr Formula formula = of_x({"log(x)", R"(\ln x)"}, {"1 / x", R"(\frac{1}{x})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log; return log(x); }
  template <class V> static V derivative(const V& x) { return 1 / x; }
};
struct Sqrt {
  static constexpr std::string_view name = "sqrt";
  static constexpr Formula formula = of_x({"sqrt(x)", R"(\sqrt{x})"}, {"1 / (2 * y)", R"(\frac{1}{2 y})"});
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::sqrt; return sqrt(x); }
  template <class V> static V derivative(const V& y) { return 0.5 / y; }
};
struct Square {
  static constexpr std::string_view name = "square";
  static constexpr Formula formula = of_x({"x^2", "x^2"}, {"2 * x", "2 x"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::with_factor;
  template <class V> static V value(const V& x) { return x * x; }
  template <class V> static V derivative(const V& x) { return 2 * x; }
};
struct Abs {
  static constexpr std::string_view name = "abs";
  static constexpr Formula formula = of_x({"abs(x)", "|x|"}, {"sign(x)", R"(\operatorname{sign} x)"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::abs; return abs(x); }
  template <class V> static V derivative(const V& x) { return sign(x); }  // 0 at 0 by choice
};
struct Sign {
  static constexpr std::string_view name = "sign";
  static constexpr Formula formula = of_x({"sign(x)", R"(\operatorname{sign} x)"}, {"0", "0"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::everywhere;
  template <class V> static V value(const V& x) { return sign(x); }
  template <class V> static V derivative(const V&) { return V(0); }
};
struct Step {
  static constexpr std::string_view name = "step";
  static constexpr Formula formula = of_x({"step(x)", "[x > 0]"}, {"0", "0"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::everywhere;
  template <class V> static V value(const V& x) { return step(x); }
  template <class V> static V derivative(const V&) { return V(0); }
};
struct Sin {
  static constexpr std::string_view name = "sin";
  static constexpr Formula formula = of_x({"sin(x)", R"(\sin x)"}, {"cos(x)", R"(\cos x)"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::sin; return sin(x); }
  template <class V> static V derivative(const V& x) { using std::cos; return cos(x); }
};
struct Cos {
  static constexpr std::string_view name = "cos";
  static constexpr Formula formula = of_x({"cos(x)", R"(\cos x)"}, {"-sin(x)", R"(-\sin x)"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::cos; return cos(x); }
  template <class V> static V derivative(const V& x) { using std::sin; return -sin(x); }
};
struct Tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr Formula formula = of_x({"tanh(x)", R"(\tanh x)"}, {"1 - y^2", "1 - y^2"});
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { using std::tanh; return tanh(x); }
  template <class V> static V derivative(const V& y) { return 1 - y * y; }
};
struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Formula formula =
      of_x({"1 / (1 + exp(-x))", R"(\frac{1}{1 + e^{-x}})"}, {"y * (1 - y)", "y (1 - y)"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { return sigmoid(x); }
  template <class V> static V derivative(const V& y) { return y * (1 - y); }
};
struct Relu {
  static constexpr std::string_view name = "relu";
  static constexpr Formula formula = of_x({"max(x, 0)", R"(\max(x, 0))"}, {"step(y)", "[y > 0]"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::below_zero;
  template <class V> static V value(const V& x) { return where(x <= 0, V(0), x); }  // a NaN stays one
  template <class V> static V derivative(const V& y) { return step(y); }  // 0 at 0 by choice
};
struct Softplus {
  static constexpr std::string_view name = "softplus";
  static constexpr Formula formula =
      of_x({"log(1 + exp(x))", R"(\ln(1 + e^{x}))"}, {"1 / (1 + exp(-x))", R"(\frac{1}{1 + e^{-x}})"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) {
    using std::abs, std::exp, std::log1p;
    return where(x > 0, x, V(0)) + log1p(exp(-abs(x)));  // no overflow
  }
  template <class V> static V derivative(const V& x) { return sigmoid(x); }
};

}  // namespace elementwise
}  // namespace tapegrad
