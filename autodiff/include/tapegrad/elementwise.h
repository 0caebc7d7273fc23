// Elementwise functions of one argument, each as one struct: formula, domain, value, derivative.
// V is a register of numbers in a kernel, a number in scalar code, and a Tensor when backward is recorded: a formula is
// written once for all of them.
#pragma once
#include <cmath>
#include <string_view>

#include "tapegrad/ops.h"

namespace tapegrad {

/// Where an op's test samples lie; kinks are kept `margin` away from 0.
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
template <Real T> T where(bool chosen, T a, T b) { return chosen ? a : b; }

namespace elementwise {

// y = -x              dy/dx = -1
struct Negative {
  static constexpr std::string_view name = "negative";
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V value(const V& x) { return -x; }
  template <class V> static V derivative(const V&) { return V(-1); }
};
// y = exp(x)          dy/dx = y
struct Exp {
  static constexpr std::string_view name = "exp";
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::exp; return exp(x); }
  template <class V> static V derivative(const V& y) { return y; }
};
// y = log(x)          dy/dx = 1 / x
struct Log {
  static constexpr std::string_view name = "log";
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::log; return log(x); }
  template <class V> static V derivative(const V& x) { return 1 / x; }
};
// y = sqrt(x)         dy/dx = 1 / (2 y)
struct Sqrt {
  static constexpr std::string_view name = "sqrt";
  static constexpr Domain domain{0.5, 3};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::sqrt; return sqrt(x); }
  template <class V> static V derivative(const V& y) { return 0.5 / y; }
};
// y = x^2             dy/dx = 2 x
struct Square {
  static constexpr std::string_view name = "square";
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return x * x; }
  template <class V> static V derivative(const V& x) { return 2 * x; }
};
// y = |x|             dy/dx = sign(x), 0 at 0 by choice
struct Abs {
  static constexpr std::string_view name = "abs";
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::abs; return abs(x); }
  template <class V> static V derivative(const V& x) { return sign(x); }
};
// y = sign(x)         dy/dx = 0
struct Sign {
  static constexpr std::string_view name = "sign";
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V value(const V& x) { return sign(x); }
  template <class V> static V derivative(const V&) { return V(0); }
};
// y = 1 if x > 0 else 0     dy/dx = 0
struct Step {
  static constexpr std::string_view name = "step";
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::nothing;
  template <class V> static V value(const V& x) { return step(x); }
  template <class V> static V derivative(const V&) { return V(0); }
};
// y = sin(x)          dy/dx = cos(x)
struct Sin {
  static constexpr std::string_view name = "sin";
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::sin; return sin(x); }
  template <class V> static V derivative(const V& x) { using std::cos; return cos(x); }
};
// y = cos(x)          dy/dx = -sin(x)
struct Cos {
  static constexpr std::string_view name = "cos";
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { using std::cos; return cos(x); }
  template <class V> static V derivative(const V& x) { using std::sin; return -sin(x); }
};
// y = tanh(x)         dy/dx = 1 - y^2
struct Tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr Domain domain{-2, 2};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { using std::tanh; return tanh(x); }
  template <class V> static V derivative(const V& y) { return 1 - y * y; }
};
// y = 1 / (1 + e^-x)  dy/dx = y (1 - y)
struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return sigmoid(x); }
  template <class V> static V derivative(const V& y) { return y * (1 - y); }
};
// y = max(x, 0)       dy/dx = 1 if y > 0 else 0; 0 at 0 by choice
struct Relu {
  static constexpr std::string_view name = "relu";
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return where(x <= 0, V(0), x); }  // a NaN stays one
  template <class V> static V derivative(const V& y) { return step(y); }
};
// y = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)     dy/dx = sigmoid(x)
struct Softplus {
  static constexpr std::string_view name = "softplus";
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) {
    using std::abs, std::exp, std::log1p;
    return where(x > 0, x, V(0)) + log1p(exp(-abs(x)));
  }
  template <class V> static V derivative(const V& x) { return sigmoid(x); }
};

}  // namespace elementwise
}  // namespace tapegrad
