// Elementwise functions of one argument: the structs of elementwise.h, made ops.
#include "tapegrad/functions/elementwise.h"

#include "ops/arithmetic.h"
#include "ops/families.h"

namespace tapegrad {
using namespace engine;
namespace {

// g * dy/dx in one pass, over g where nobody else holds it; `kept` is the input or the output, as the struct declares.
template <class Op, Real T>
Tensor<T> times_derivative(Tensor<T> g, const Tensor<T>& kept, bool recording) {
  if (recording) return g * Op::derivative(kept);
  return map_adjoint(std::move(g), kept, [](const Lanes<T>& a, const Lanes<T>& k) { return a * Op::derivative(k); });
}

template <class F, Real T>
Tensor<T> unary(const Tensor<T>& x, const CallSite& site);

template <class F>
struct OfElements {
  static constexpr OpTraits traits = traits_of_elements<F>();
  auto operator()(const auto& x) const { return unary<F>(x[0], CallSite{}); }
};

template <class F, Real T>
Tensor<T> unary(const Tensor<T>& x, const CallSite& site) {
  Inputs in(F::name, site, x);
  Tensor<T> y = in.template output<T>(x.shape());
  kernels::map(y.mutable_data(), y.size(), [](const Lanes<T>& v) { return F::value(v); }, x.data());
  if (!in) return y;
  if constexpr (F::keeps == Keeps::nothing) {
    in.record(y, OfElements<F>{},
              pointwise([](Sweep& sweep, Tensor<T> g) { sweep.add(0, std::move(g) * F::derivative(T(0))); }));
  } else {
    in.record(y, OfElements<F>{},
              pointwise([kept = F::keeps == Keeps::output ? y : snapshot(x)](Sweep& sweep, Tensor<T> g) {
                sweep.add(0, times_derivative<F>(std::move(g), kept, sweep.recording));
              }));
  }
  return y;
}

template <class Op, class F>
OpInfo info(F call) {
  auto first = [call](const auto& x) { return call(x[0]); };
  return {Op::name, {{"vector", {{5}}, Op::domain, first},
                     {"matrix", {{3, 4}}, Op::domain, first},
                     {"long", {{3, 37}}, Op::domain, first},
                     {"number", {Shape{}}, Op::domain, first},
                     {"empty", {{0, 3}}, Op::domain, first},
                     {"five axes", {{2, 1, 2, 1, 2}}, Op::domain, first}}};
}

}  // namespace

template <Real T>
Tensor<T> negative(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Negative>(x, site);
}
template <Real T>
Tensor<T> exp(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Exp>(x, site);
}
template <Real T>
Tensor<T> log(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Log>(x, site);
}
template <Real T>
Tensor<T> sqrt(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Sqrt>(x, site);
}
template <Real T>
Tensor<T> square(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Square>(x, site);
}
template <Real T>
Tensor<T> abs(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Abs>(x, site);
}
template <Real T>
Tensor<T> sign(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Sign>(x, site);
}
template <Real T>
Tensor<T> step(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Step>(x, site);
}
template <Real T>
Tensor<T> sin(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Sin>(x, site);
}
template <Real T>
Tensor<T> cos(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Cos>(x, site);
}
template <Real T>
Tensor<T> tanh(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Tanh>(x, site);
}
template <Real T>
Tensor<T> sigmoid(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Sigmoid>(x, site);
}
template <Real T>
Tensor<T> relu(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Relu>(x, site);
}
template <Real T>
Tensor<T> softplus(const Tensor<T>& x, CallSite site) {
  return unary<elementwise::Softplus>(x, site);
}

std::vector<OpInfo> elementwise_ops() {
  using namespace elementwise;
  return {info<Negative>([](const auto& x) { return negative(x); }),
          info<Exp>([](const auto& x) { return exp(x); }),
          info<Log>([](const auto& x) { return log(x); }),
          info<Sqrt>([](const auto& x) { return sqrt(x); }),
          info<Square>([](const auto& x) { return square(x); }),
          info<Abs>([](const auto& x) { return abs(x); }),
          info<Sign>([](const auto& x) { return sign(x); }),
          info<Step>([](const auto& x) { return step(x); }),
          info<Sin>([](const auto& x) { return sin(x); }),
          info<Cos>([](const auto& x) { return cos(x); }),
          info<Tanh>([](const auto& x) { return tanh(x); }),
          info<Sigmoid>([](const auto& x) { return sigmoid(x); }),
          info<Relu>([](const auto& x) { return relu(x); }),
          info<Softplus>([](const auto& x) { return softplus(x); })};
}

template Tensor<float> negative(const Tensor<float>&, CallSite);
template Tensor<float> exp(const Tensor<float>&, CallSite);
template Tensor<float> log(const Tensor<float>&, CallSite);
template Tensor<float> sqrt(const Tensor<float>&, CallSite);
template Tensor<float> square(const Tensor<float>&, CallSite);
template Tensor<float> abs(const Tensor<float>&, CallSite);
template Tensor<float> sign(const Tensor<float>&, CallSite);
template Tensor<float> step(const Tensor<float>&, CallSite);
template Tensor<float> sin(const Tensor<float>&, CallSite);
template Tensor<float> cos(const Tensor<float>&, CallSite);
template Tensor<float> tanh(const Tensor<float>&, CallSite);
template Tensor<float> sigmoid(const Tensor<float>&, CallSite);
template Tensor<float> relu(const Tensor<float>&, CallSite);
template Tensor<float> softplus(const Tensor<float>&, CallSite);
template Tensor<double> negative(const Tensor<double>&, CallSite);
template Tensor<double> exp(const Tensor<double>&, CallSite);
template Tensor<double> log(const Tensor<double>&, CallSite);
template Tensor<double> sqrt(const Tensor<double>&, CallSite);
template Tensor<double> square(const Tensor<double>&, CallSite);
template Tensor<double> abs(const Tensor<double>&, CallSite);
template Tensor<double> sign(const Tensor<double>&, CallSite);
template Tensor<double> step(const Tensor<double>&, CallSite);
template Tensor<double> sin(const Tensor<double>&, CallSite);
template Tensor<double> cos(const Tensor<double>&, CallSite);
template Tensor<double> tanh(const Tensor<double>&, CallSite);
template Tensor<double> sigmoid(const Tensor<double>&, CallSite);
template Tensor<double> relu(const Tensor<double>&, CallSite);
template Tensor<double> softplus(const Tensor<double>&, CallSite);

}  // namespace tapegrad
