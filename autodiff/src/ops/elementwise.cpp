// Elementwise functions of one argument: the structs of elementwise.h, made ops.
#include "tapegrad/elementwise.h"

#include "kernels/map.h"
#include "ops/families.h"
#include "record.h"

namespace tapegrad {
namespace {

// g * dy/dx in one pass; `kept` is the input or the output, as the struct declares.
template <class Op, Real T>
Tensor<T> fused_derivative(Tensor<T> g, const Tensor<T>& kept) {
  const bool reuse = unique(g.node()) && !g.node()->base;
  Tensor<T> d = reuse ? std::move(g) : Tensor<T>::empty(g.shape());
  kernels::map(d.mutable_data(), reuse ? d.data() : g.data(), kept.data(), d.size(),
               [](T adjoint, T k) { return adjoint * Op::derivative(k); });
  return d;
}

template <class Op, Real T>
Tensor<T> unary(const Tensor<T>& x, const Where& where) {
  auto in = tracked(Op::name, where, x);
  Tensor<T> y = Tensor<T>::empty(x.shape());
  kernels::map(y.mutable_data(), x.data(), x.size(), [](T v) { return Op::value(v); });
  if (!in) return y;
  if constexpr (Op::keeps == Keeps::output) {
    // The rule must not hold y itself, which holds its place on the tape: a place is a number, so no cycle arises.
    record<Op::name>(y, in, where, [y](Sweep& sweep, Tensor<T> g) {
      sweep.add(0, sweep.recording ? multiply(g, Op::derivative(y), sweep.where())
                                   : fused_derivative<Op>(std::move(g), y));
    });
  } else if constexpr (Op::keeps == Keeps::input) {
    record<Op::name>(y, in, where, [x = snapshot(x)](Sweep& sweep, Tensor<T> g) {
      sweep.add(0, sweep.recording ? multiply(g, Op::derivative(x), sweep.where())
                                   : fused_derivative<Op>(std::move(g), x));
    });
  } else {
    record<Op::name>(y, in, where, [](Sweep& sweep, Tensor<T> g) {
      sweep.add(0, multiply(g, Op::derivative(Tensor<T>(T(0))), sweep.where()));
    });
  }
  return y;
}

template <class Op, class F>
OpInfo info(F call) {
  auto first = [call](const auto& x) { return call(x[0]); };
  return {Op::name, {{"vector", {{5}}, Op::domain, first},
                     {"matrix", {{3, 4}}, Op::domain, first},
                     {"number", {Shape{}}, Op::domain, first},
                     {"empty", {{0, 3}}, Op::domain, first},
                     {"five axes", {{2, 1, 2, 1, 2}}, Op::domain, first}}};
}

}  // namespace

template <Real T> Tensor<T> negative(const Tensor<T>& x, Where where) { return unary<elementwise::Negative>(x, where); }
template <Real T> Tensor<T> exp(const Tensor<T>& x, Where where) { return unary<elementwise::Exp>(x, where); }
template <Real T> Tensor<T> log(const Tensor<T>& x, Where where) { return unary<elementwise::Log>(x, where); }
template <Real T> Tensor<T> sqrt(const Tensor<T>& x, Where where) { return unary<elementwise::Sqrt>(x, where); }
template <Real T> Tensor<T> square(const Tensor<T>& x, Where where) { return unary<elementwise::Square>(x, where); }
template <Real T> Tensor<T> abs(const Tensor<T>& x, Where where) { return unary<elementwise::Abs>(x, where); }
template <Real T> Tensor<T> sign(const Tensor<T>& x, Where where) { return unary<elementwise::Sign>(x, where); }
template <Real T> Tensor<T> step(const Tensor<T>& x, Where where) { return unary<elementwise::Step>(x, where); }
template <Real T> Tensor<T> sin(const Tensor<T>& x, Where where) { return unary<elementwise::Sin>(x, where); }
template <Real T> Tensor<T> cos(const Tensor<T>& x, Where where) { return unary<elementwise::Cos>(x, where); }
template <Real T> Tensor<T> tanh(const Tensor<T>& x, Where where) { return unary<elementwise::Tanh>(x, where); }
template <Real T> Tensor<T> sigmoid(const Tensor<T>& x, Where where) { return unary<elementwise::Sigmoid>(x, where); }
template <Real T> Tensor<T> relu(const Tensor<T>& x, Where where) { return unary<elementwise::Relu>(x, where); }
template <Real T> Tensor<T> softplus(const Tensor<T>& x, Where where) { return unary<elementwise::Softplus>(x, where); }

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

template Tensor<float> negative(const Tensor<float>&, Where);
template Tensor<float> exp(const Tensor<float>&, Where);
template Tensor<float> log(const Tensor<float>&, Where);
template Tensor<float> sqrt(const Tensor<float>&, Where);
template Tensor<float> square(const Tensor<float>&, Where);
template Tensor<float> abs(const Tensor<float>&, Where);
template Tensor<float> sign(const Tensor<float>&, Where);
template Tensor<float> step(const Tensor<float>&, Where);
template Tensor<float> sin(const Tensor<float>&, Where);
template Tensor<float> cos(const Tensor<float>&, Where);
template Tensor<float> tanh(const Tensor<float>&, Where);
template Tensor<float> sigmoid(const Tensor<float>&, Where);
template Tensor<float> relu(const Tensor<float>&, Where);
template Tensor<float> softplus(const Tensor<float>&, Where);
template Tensor<double> negative(const Tensor<double>&, Where);
template Tensor<double> exp(const Tensor<double>&, Where);
template Tensor<double> log(const Tensor<double>&, Where);
template Tensor<double> sqrt(const Tensor<double>&, Where);
template Tensor<double> square(const Tensor<double>&, Where);
template Tensor<double> abs(const Tensor<double>&, Where);
template Tensor<double> sign(const Tensor<double>&, Where);
template Tensor<double> step(const Tensor<double>&, Where);
template Tensor<double> sin(const Tensor<double>&, Where);
template Tensor<double> cos(const Tensor<double>&, Where);
template Tensor<double> tanh(const Tensor<double>&, Where);
template Tensor<double> sigmoid(const Tensor<double>&, Where);
template Tensor<double> relu(const Tensor<double>&, Where);
template Tensor<double> softplus(const Tensor<double>&, Where);

}  // namespace tapegrad
