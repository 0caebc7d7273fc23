// Activations of neural networks, with the words, defaults and choices at kinks of PyTorch. Each is one struct and one
// line that makes its function; the list at the end says what is there. `layer` names its layer in nn.
#pragma once
#include <cmath>

#include "tapegrad/functions/catalogue/exponentials.h"
#include "tapegrad/functions/catalogue/special.h"

namespace tapegrad {
namespace elementwise {

[[noreturn]] void fail_alpha(std::string_view op, const CallSite& site);

struct Sigmoid {
  static constexpr std::string_view name = "sigmoid", layer = "Sigmoid";
  static constexpr Formula formula =
      of_x({"1 / (1 + exp(-x))", R"(\frac{1}{1 + e^{-x}})"}, {"y * (1 - y)", "y (1 - y)"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) { using std::exp; return 1 / (1 + exp(-x)); }
  template <class V> static V derivative(const V& y) { return y * (1 - y); }
};
struct Relu {
  static constexpr std::string_view name = "relu", layer = "ReLU";
  static constexpr Formula formula = of_x({"max(x, 0)", R"(\max(x, 0))"}, {"step(y)", "[y > 0]"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::output;
  static constexpr engine::Vanishes vanishes = engine::Vanishes::below_zero;
  static constexpr bool cuts = true;
  template <class V> static V value(const V& x) { return where(x <= 0, V(0.), x); }  // a NaN stays one
  template <class V> static V derivative(const V& y) { return apply(Step(), y); }    // 0 at 0 by choice
};
struct Relu6 {
  static constexpr std::string_view name = "relu6", layer = "ReLU6";
  static constexpr Formula formula = 
      of_x({"min(max(x, 0), 6)", R"(\min(\max(x, 0), 6))"}, {"step(y) * step(6 - y)", "[0 < y < 6]"});
  static constexpr Domain domain{-2, 5, 0.1};
  static constexpr bool cuts = true;
  static constexpr Keeps keeps = Keeps::output;
  template <class V> static V value(const V& x) { return clip(x, 0, 6); }
  template <class V> static V derivative(const V& y) { return where(y > 0, where(y < 6, V(1.), V(0.)), V(0.)); }
};
struct LeakyRelu {
  static constexpr std::string_view name = "leaky_relu", layer = "LeakyReLU";
  static constexpr Formula formula = of_x({"max(x, 0) + slope * min(x, 0)", R"(\max(x, 0) + s \min(x, 0))"},
                                          {"slope + (1 - slope) * step(x)", R"([x > 0] + s \, [x \le 0])"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  double slope = 0.01;
  template <class V> V value(const V& x) const { return where(x > 0, x, V(slope * x)); }
  template <class V> V derivative(const V& x) const { return where(x > 0, V(1.), V(slope)); }
};
struct Elu {
  static constexpr std::string_view name = "elu", layer = "ELU";
  static constexpr Formula formula = 
      of_x({"max(x, 0) + alpha * (exp(min(x, 0)) - 1)", R"(\max(x, 0) + \alpha (e^{\min(x, 0)} - 1))"},
           {"step(x) + alpha * exp(x) * (1 - step(x))", R"([x > 0] + \alpha e^x [x \le 0])"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  double alpha = 1;
  template <class V> V value(const V& x) const { using std::expm1; return where(x > 0, x, V(alpha * expm1(x))); }
  template <class V> V derivative(const V& x) const {
    using std::exp;
    return where(x > 0, V(1.), V(alpha * exp(clip(x, -far, 0))));
  }
};
/// Klambauer et al. 2017.
struct Selu {
  static constexpr std::string_view name = "selu", layer = "SELU";
  static constexpr Formula formula = 
      of_x({"1.0507009873554805 * elu(x, 1.6732632423543772)", R"(1.0507 \operatorname{elu}_{1.6733}(x))"},
           {"1.0507009873554805 * (step(x) + 1.6732632423543772 * exp(x) * (1 - step(x)))",
            R"(1.0507 \left([x > 0] + 1.6733 \, e^x [x \le 0]\right))"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr double alpha = 1.6732632423543772, scale = 1.0507009873554805;
  template <class V> static V value(const V& x) { return scale * Elu{alpha}.value(x); }
  template <class V> static V derivative(const V& x) { return scale * Elu{alpha}.derivative(x); }
};
struct Celu {
  static constexpr std::string_view name = "celu", layer = "CELU";
  static constexpr Formula formula = 
      of_x({"max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)", R"(\max(x, 0) + \alpha (e^{\min(x, 0) / \alpha} - 1))"},
           {"step(x) + exp(x / alpha) * (1 - step(x))", R"([x > 0] + e^{x / \alpha} [x \le 0])"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  double alpha = 1;
  void check(const CallSite& site) const {
    if (!(alpha > 0)) fail_alpha(name, site);
  }
  template <class V> V value(const V& x) const {
    using std::expm1;
    return where(x > 0, x, V(alpha * expm1(x * (1 / alpha))));
  }
  template <class V> V derivative(const V& x) const {
    using std::exp;
    return where(x > 0, V(1.), V(exp(clip(x * (1 / alpha), -far, 0))));
  }
};
struct Softplus {
  static constexpr std::string_view name = "softplus", layer = "Softplus";
  static constexpr Formula formula =
      of_x({"log(1 + exp(x))", R"(\ln(1 + e^{x}))"}, {"1 / (1 + exp(-x))", R"(\frac{1}{1 + e^{-x}})"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) {
    using std::abs, std::exp, std::log1p;
    return where(x > 0, x, V(0.)) + log1p(exp(-abs(x)));  // no overflow
  }
  template <class V> static V derivative(const V& x) { return apply(Sigmoid(), x); }
};
struct Softsign {
  static constexpr std::string_view name = "softsign", layer = "Softsign";
  static constexpr Formula formula =
      of_x({"x / (1 + abs(x))", R"(\frac{x}{1 + |x|})"}, {"1 / (1 + abs(x))^2", R"(\frac{1}{(1 + |x|)^2})"});
  static constexpr Domain domain{-2, 2, 0.1};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr bool saturates = true;
  template <class V> static V value(const V& x) {
    using std::abs;
    const V near = clip(x, -1e30, 1e30);  // beyond it is 1 or -1, at infinity too
    return near / (1 + abs(near));
  }
  template <class V> static V derivative(const V& x) {
    using std::abs;
    return 1 / apply(Square(), V(1 + abs(clip(x, -beyond_squares<V>, beyond_squares<V>))));
  }
};
struct Silu {
  static constexpr std::string_view name = "silu", layer = "SiLU";
  static constexpr Formula formula =
      of_x({"x * sigmoid(x)", R"(x \, \sigma(x))"},
           {"sigmoid(x) * (1 + x * sigmoid(-x))", R"(\sigma(x) \left(1 + x \, \sigma(-x)\right))"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { return where(x < -far, V(0.), x * Sigmoid::value(x)); }
  template <class V> static V derivative(const V& x) {
    const V near = clip(x, -far, far);
    return apply(Sigmoid(), near) * (1 + near * apply(Sigmoid(), V(-near)));
  }
};
struct Mish {
  static constexpr std::string_view name = "mish", layer = "Mish";
  static constexpr Formula formula = 
      of_x({"x * tanh(softplus(x))", R"(x \tanh \ln(1 + e^x))"},
           {"tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x))^2)",
            R"(\frac{y}{x} + x \, \sigma(x) \left(1 - \frac{y^2}{x^2}\right))"});
  static constexpr Domain domain{-4, 4};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) {
    using std::tanh;
    return where(x < -far, V(0.), x * tanh(Softplus::value(x)));
  }
  template <class V> static V derivative(const V& x) {
    using std::tanh;
    const V near = clip(x, -far, far), t = tanh(apply(Softplus(), near));
    return t + near * apply(Sigmoid(), near) * (1 - t * t);
  }
};
/// By the error function, PyTorch's default.
struct Gelu {
  static constexpr std::string_view name = "gelu", layer = "GELU";
  static constexpr Formula formula = 
      of_x({"x * normal_cdf(x)", R"(x \, \Phi(x))"},
           {"normal_cdf(x) + x * exp(-x^2 / 2) / sqrt(2 * pi)", R"(\Phi(x) + x \, \varphi(x))"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  template <class V> static V value(const V& x) { return where(x < -far, V(0.), x * NormalCdf::value(x)); }
  template <class V> static V derivative(const V& x) {
    const V near = clip(x, -far, far);
    return apply(NormalCdf(), near) + near * NormalCdf::derivative(near);
  }
};
/// By tanh, PyTorch's approximate='tanh': within 5e-4 of gelu. It is x sigmoid(2 u), which does not cancel.
struct GeluTanh {
  static constexpr std::string_view name = "gelu_tanh", layer = "GELUTanh";
  static constexpr Formula formula = 
      of_x({"x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))",
            R"(\tfrac{x}{2} \left(1 + \tanh \left(\sqrt{\tfrac{2}{\pi}} (x + 0.044715 \, x^3)\right)\right))"},
           {"y / x + 2 * y * (1 - y / x) * sqrt(2 / pi) * (1 + 0.134145 * x^2)",
            R"(\frac{y}{x} + 2 y \left(1 - \frac{y}{x}\right) \sqrt{\tfrac{2}{\pi}} (1 + 0.134145 \, x^2))"});
  static constexpr Domain domain{-3, 3};
  static constexpr Keeps keeps = Keeps::input;
  static constexpr bool bounded_slope = true;
  static constexpr double slope = 2 * 0.7978845608028654, cubic = slope * 0.044715;
  template <class V> static V twice_u(const V& x) { return x * (slope + cubic * (x * x)); }
  template <class V> static V value(const V& x) { return where(x < -far, V(0.), x * Sigmoid::value(twice_u(x))); }
  template <class V> static V derivative(const V& x) {
    const V near = clip(x, -far, far), u = twice_u(near);
    return apply(Sigmoid(), u) * (1 + near * (slope + 3 * cubic * (near * near)) * apply(Sigmoid(), V(-u)));
  }
};
struct HardSigmoid {
  static constexpr std::string_view name = "hard_sigmoid", layer = "HardSigmoid";
  static constexpr Formula formula = 
      of_x({"min(max(x + 3, 0), 6) / 6", R"(\tfrac{1}{6} \min(\max(x + 3, 0), 6))"},
           {"step(x + 3) * step(3 - x) / 6", R"(\tfrac{1}{6} [-3 < x < 3])"});
  static constexpr Domain domain{-2.9, 2.9};
  static constexpr bool cuts = true;
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) { return clip(x + 3, 0, 6) / 6; }
  template <class V> static V derivative(const V& x) {
    return where(x > -3, where(x < 3, V(1. / 6), V(0.)), V(0.));
  }
};
struct HardSwish {
  static constexpr std::string_view name = "hard_swish", layer = "HardSwish";
  static constexpr Formula formula = 
      of_x({"x * min(max(x + 3, 0), 6) / 6", R"(\tfrac{x}{6} \min(\max(x + 3, 0), 6))"},
           {"(x / 3 + 1 / 2) * step(x + 3) * step(3 - x) + step(x - 3)",
            R"(\left(\tfrac{x}{3} + \tfrac{1}{2}\right) [-3 \le x \le 3] + [x > 3])"});
  static constexpr Domain domain{-2.9, 2.9};
  static constexpr bool cuts = true;
  static constexpr Keeps keeps = Keeps::input;
  template <class V> static V value(const V& x) {
    return where(x <= -3, V(0.), where(x >= 3, x, V(x * (x + 3) / 6)));
  }
  template <class V> static V derivative(const V& x) {
    return where(x < -3, V(0.), where(x > 3, V(1.), V(x / 3 + 0.5)));
  }
};

using Activations = Types<Sigmoid, Relu, Relu6, LeakyRelu, Elu, Selu, Celu, Softplus, Softsign, Silu, Mish, Gelu,
                          GeluTanh, HardSigmoid, HardSwish>;

}  // namespace elementwise

/// 1 / (1 + exp(-x))
template <Element X>
[[gnu::always_inline]] inline auto sigmoid(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Sigmoid(), x, site);
}
/// max(x, 0); derivative 0 at 0.
template <Element X>
[[gnu::always_inline]] inline auto relu(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Relu(), x, site);
}
/// min(max(x, 0), 6); derivative 0 at 0 and 6.
template <Element X>
[[gnu::always_inline]] inline auto relu6(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Relu6(), x, site);
}
/// x where x > 0, else slope * x; derivative `slope` at 0.
template <Element X>
[[gnu::always_inline]] inline auto leaky_relu(const X& x, double slope = 0.01, CallSite site = CallSite::current()) {
  return apply(elementwise::LeakyRelu{slope}, x, site);
}
/// x where x > 0, else alpha * (exp(x) - 1); derivative alpha at 0.
template <Element X>
[[gnu::always_inline]] inline auto elu(const X& x, double alpha = 1, CallSite site = CallSite::current()) {
  return apply(elementwise::Elu{alpha}, x, site);
}
/// elu with the factors that keep a layer's mean and variance, 1.0507 * elu(x, 1.6733).
template <Element X>
[[gnu::always_inline]] inline auto selu(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Selu(), x, site);
}
/// x where x > 0, else alpha * (exp(x / alpha) - 1). Throws DomainError unless alpha > 0.
template <Element X>
[[gnu::always_inline]] inline auto celu(const X& x, double alpha = 1, CallSite site = CallSite::current()) {
  return apply(elementwise::Celu{alpha}, x, site);
}
/// log(1 + exp(x)), without overflow
template <Element X>
[[gnu::always_inline]] inline auto softplus(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Softplus(), x, site);
}
/// x / (1 + |x|)
template <Element X>
[[gnu::always_inline]] inline auto softsign(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Softsign(), x, site);
}
/// x * sigmoid(x), also known as swish.
template <Element X>
[[gnu::always_inline]] inline auto silu(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Silu(), x, site);
}
/// x * tanh(softplus(x))
template <Element X>
[[gnu::always_inline]] inline auto mish(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Mish(), x, site);
}
/// x times the part of a standard normal distribution below x, PyTorch's gelu(x).
template <Element X>
[[gnu::always_inline]] inline auto gelu(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::Gelu(), x, site);
}
/// An approximation of gelu by tanh, PyTorch's gelu(x, approximate='tanh'). No faster here than gelu.
template <Element X>
[[gnu::always_inline]] inline auto gelu_tanh(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::GeluTanh(), x, site);
}
/// min(max(x + 3, 0), 6) / 6; derivative 0 at -3 and 3.
template <Element X>
[[gnu::always_inline]] inline auto hard_sigmoid(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::HardSigmoid(), x, site);
}
/// x * hard_sigmoid(x)
template <Element X>
[[gnu::always_inline]] inline auto hard_swish(const X& x, CallSite site = CallSite::current()) {
  return apply(elementwise::HardSwish(), x, site);
}

}  // namespace tapegrad
