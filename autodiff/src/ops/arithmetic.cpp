// Ops of two tensors, element by element, with broadcasting. The sweep sums adjoints back to each input's shape.
#include "ops/arithmetic.h"

#include <cmath>

#include "ops/families.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b, const CallSite& site) {
  if (a == b) return a;
  ShortVector<std::size_t, 8> axes(std::max(a.rank(), b.rank()));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t p = i < a.rank() ? a.back(i) : 1, q = i < b.rank() ? b.back(i) : 1;
    if (p != q && p != 1 && q != 1) {
      throw ShapeError(std::string(op) + ": shapes " + text(a) + " and " + text(b) + " do not broadcast" +
                       text(site) + ". Axes are matched from the end; each pair must be equal or contain a 1");
    }
    axes[axes.size() - 1 - i] = p == 1 ? q : p;
  }
  return Shape(axes);
}

namespace {

constexpr std::string_view add_name = "add", subtract_name = "subtract", multiply_name = "multiply",
                           divide_name = "divide", scale_name = "scale", shift_name = "shift",
                           complement_name = "complement", divide_by_number_name = "divide by number";

// The array for f(a, b): a temporary of the right shape that the rule does not keep is overwritten.
template <Real T>
Tensor<T> output_for(std::string_view op, const Inputs<2>& in, const Operand<T>& a, const Operand<T>& b, bool keeps_a,
                     bool keeps_b) {
  const Shape& p = a.tensor->shape();
  const Shape& q = b.tensor->shape();
  if (p == q) {
    if (a.temporary && !keeps_a) return in.output_over(*a.tensor);
    if (b.temporary && !keeps_b) return in.output_over(*b.tensor);
    return in.template output<T>(p);
  }
  return in.template output<T>(broadcast_shape(op, p, q, a.site));
}

// g k in a rule: past all that a recorded product needs, where it can.
template <Real T>
Tensor<T> times(const Sweep& sweep, Tensor<T> g, const Tensor<T>& k) {
  if (sweep.recording || !(g.shape() == k.shape())) return std::move(g) * k;
  return map_adjoint(std::move(g), k, [](const Lanes<T>& p, const Lanes<T>& q) { return p * q; });
}

// f(x, k) for a plain number k, with the rule g -> rule(g, k).
template <const std::string_view& name, Real T, class F, class Rule>
Tensor<T> with_number(const Operand<T>& x, double k, F f, Rule rule) {
  Inputs in(name, x.site, *x.tensor);
  const T* from = x.tensor->data();
  Tensor<T> y = x.temporary ? in.output_over(*x.tensor) : in.template output<T>(x.tensor->shape());
  kernels::map(y.mutable_data(), y.size(), [k = Lanes<T>(T(k)), f](const Lanes<T>& v) { return f(v, k); }, from);
  if (in) {
    in.template record<name>(
        y, pointwise([k, rule](Sweep& sweep, Tensor<T> g) { sweep.add(0, rule(std::move(g), k)); }),
        [k, f](const auto& inputs) { return f(inputs[0], k); });
  }
  return y;
}

template <Real T>
Tensor<T> shift(const Operand<T>& x, double k) {
  return with_number<shift_name>(x, k, [](const auto& v, const auto& n) { return v + n; },
                                 [](Tensor<T> g, double) { return g; });
}
template <Real T>
Tensor<T> scale(const Operand<T>& x, double k) {
  return with_number<scale_name>(x, k, [](const auto& v, const auto& n) { return v * n; },
                                 [](Tensor<T> g, double n) { return std::move(g) * n; });
}
template <Real T>
Tensor<T> complement(const Operand<T>& x, double k) {
  return with_number<complement_name>(x, k, [](const auto& v, const auto& n) { return n - v; },
                                      [](Tensor<T> g, double) { return std::move(g) * -1; });
}
template <Real T>
Tensor<T> divide_by_number(const Operand<T>& x, double k) {
  return with_number<divide_by_number_name>(x, k, [](const auto& v, const auto& n) { return v / n; },
                                            [](Tensor<T> g, double n) { return std::move(g) / n; });
}

}  // namespace

// ---- add: y = a + b          da = dy          db = dy
template <Real T>
Tensor<T> sum_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return shift(a, b.number);
  if (!a.tensor) return shift(b, a.number);
  Inputs in(add_name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for(add_name, in, a, b, false, false);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p + q; });
  if (in) {
    in.template record<add_name>(
        y,
        pointwise([](Sweep& sweep, Tensor<T> g) {
          if (sweep.wants(0) && sweep.wants(1)) sweep.add(0, g);
          sweep.add(sweep.wants(1) ? 1 : 0, std::move(g));
        }),
        [](const auto& x) { return x[0] + x[1]; });
  }
  return y;
}

// ---- subtract: y = a - b     da = dy          db = -dy
template <Real T>
Tensor<T> difference_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return shift(a, -b.number);
  if (!a.tensor) return complement(b, a.number);
  Inputs in(subtract_name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for(subtract_name, in, a, b, false, false);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p - q; });
  if (in) {
    in.template record<subtract_name>(
        y,
        pointwise([](Sweep& sweep, Tensor<T> g) {
          if (!sweep.wants(1)) return sweep.add(0, std::move(g));
          sweep.add(0, g);
          sweep.add(1, std::move(g) * -1);
        }),
        [](const auto& x) { return x[0] - x[1]; });
  }
  return y;
}

// ---- multiply: y = a b       da = dy b        db = dy a
template <Real T>
Tensor<T> product_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return scale(a, b.number);
  if (!a.tensor) return scale(b, a.number);
  Inputs in(multiply_name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for(multiply_name, in, a, b, in[1], in[0]);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p * q; });
  if (in) {
    in.template record<multiply_name>(
        y,
        pointwise([a = snapshot_if(*a.tensor, in[1]), b = snapshot_if(*b.tensor, in[0])](Sweep& sweep, Tensor<T> g) {
          if (!sweep.wants(1)) return sweep.add(0, times(sweep, std::move(g), b));
          if (sweep.wants(0)) sweep.add(0, times(sweep, g, b));
          sweep.add(1, times(sweep, std::move(g), a));
        }),
        [](const auto& x) { return x[0] * x[1]; });
  }
  return y;
}

// ---- divide: y = a / b       da = dy / b      db = -dy a / b^2
template <Real T>
Tensor<T> quotient_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return divide_by_number(a, b.number);
  const Tensor<T> number = a.tensor ? Tensor<T>() : a.as_tensor();
  const Operand<T> top(a.tensor ? *a.tensor : number, a.site);
  Inputs in(divide_name, a.site, *top.tensor, *b.tensor);
  Tensor<T> y = output_for(divide_name, in, top, b, in[1], in[0] || in[1]);
  map_pair(y, *top.tensor, *b.tensor, [](const auto& p, const auto& q) { return p / q; });
  if (in) {
    in.template record<divide_name>(
        y,
        pointwise([a = snapshot_if(*top.tensor, in[1]), b = snapshot(*b.tensor)](Sweep& sweep, Tensor<T> g) {
          if (sweep.wants(0)) sweep.add(0, g / b);
          if (sweep.wants(1)) sweep.add(1, std::move(g) * a / (b * b) * -1);
        }),
        [](const auto& x) { return x[0] / x[1]; });
  }
  return y;
}

std::vector<OpInfo> arithmetic_ops() {
  const Domain any{-2, 2}, positive{0.5, 2};
  auto number = [any](std::string_view name, auto f) {
    return OpInfo{name, {{"matrix", {{3, 4}}, any, [f](const auto& x) { return f(x[0]); }},
                         {"number", {Shape{}}, any, [f](const auto& x) { return f(x[0]); }}}};
  };
  return {pair_op(add_name, any, [](const auto& a, const auto& b) { return a + b; }),
          pair_op(subtract_name, any, [](const auto& a, const auto& b) { return a - b; }),
          pair_op(multiply_name, any, [](const auto& a, const auto& b) { return a * b; }),
          pair_op(divide_name, positive, [](const auto& a, const auto& b) { return a / b; }),
          number(shift_name, [](const auto& x) { return 2 + x - 0.25; }),
          number(scale_name, [](const auto& x) { return 3 * (x * -0.5); }),
          number(complement_name, [](const auto& x) { return 1.5 - x; }),
          number(divide_by_number_name, [](const auto& x) { return x / 3; })};
}

template Tensor<float> sum_of(const Operand<float>&, const Operand<float>&);
template Tensor<float> difference_of(const Operand<float>&, const Operand<float>&);
template Tensor<float> product_of(const Operand<float>&, const Operand<float>&);
template Tensor<float> quotient_of(const Operand<float>&, const Operand<float>&);
template Tensor<double> sum_of(const Operand<double>&, const Operand<double>&);
template Tensor<double> difference_of(const Operand<double>&, const Operand<double>&);
template Tensor<double> product_of(const Operand<double>&, const Operand<double>&);
template Tensor<double> quotient_of(const Operand<double>&, const Operand<double>&);

}  // namespace tapegrad
