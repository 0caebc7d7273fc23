// Ops of two tensors, element by element, with broadcasting. The sweep sums adjoints back to each input's shape.
#include <cmath>

#include "kernels/map.h"
#include "ops/families.h"
#include "record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
namespace {

Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b, const Where& where) {
  std::vector<std::size_t> axes(std::max(a.rank(), b.rank()));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t p = i < a.rank() ? a.back(i) : 1, q = i < b.rank() ? b.back(i) : 1;
    if (p != q && p != 1 && q != 1) {
      throw ShapeError(std::string(op) + ": shapes " + text(a) + " and " + text(b) + " do not broadcast" +
                       text(where) + ". Axes are matched from the end; each pair must be equal or contain a 1");
    }
    axes[axes.size() - 1 - i] = p == 1 ? q : p;
  }
  return Shape(axes);
}

template <Real T, class F>
Tensor<T> apply(std::string_view op, const Tensor<T>& a, const Tensor<T>& b, const Where& where, F f) {
  if (a.shape() == b.shape()) {
    Tensor<T> y = Tensor<T>::empty(a.shape());
    kernels::map(y.mutable_data(), a.data(), b.data(), y.size(), f);
    return y;
  }
  Tensor<T> y = Tensor<T>::empty(broadcast_shape(op, a.shape(), b.shape(), where));
  kernels::map_broadcast(y.mutable_data(), y.shape(), a.data(), a.shape(), b.data(), b.shape(), f);
  return y;
}

template <Real T, class F>
Mask compare(std::string_view op, const Tensor<T>& a, const Tensor<T>& b, const Where& where, F f) {
  const Tensor<T> bits = apply(op, a, b, where, [f](T p, T q) { return f(p, q) ? T(1) : T(0); });
  Mask mask(bits.shape());
  std::transform(bits.data(), bits.data() + bits.size(), mask.data(), [](T bit) { return bit != 0; });
  return mask;
}

// Weights of a choice between a and b as a constant: 1 where a was taken, 0 where b was, 1/2 at ties.
template <Real T, class F>
Tensor<T> share(const Tensor<T>& a, const Tensor<T>& b, F takes_a) {
  return apply("share", a, b, Where{}, [takes_a](T p, T q) { return p == q ? T(0.5) : takes_a(p, q) ? T(1) : T(0); });
}

constexpr std::string_view add_name = "add", subtract_name = "subtract", multiply_name = "multiply",
                           divide_name = "divide", pow_name = "pow", maximum_name = "maximum",
                           minimum_name = "minimum", where_name = "where", clip_name = "clip";

template <const std::string_view& name, Real T, class F>
Tensor<T> extreme(const Tensor<T>& a, const Tensor<T>& b, const Where& where, F takes_a) {
  auto in = tracked(name, where, a, b);
  Tensor<T> y = apply(name, a, b, where, [takes_a](T p, T q) { return takes_a(p, q) || p != p ? p : q; });
  if (in) {
    record<name>(y, in, where, [of_a = share(a, b, takes_a)](Sweep& sweep, const Tensor<T>& g) {
      const Where line = sweep.where();
      if (sweep.wants(0)) sweep.add(0, multiply(g, of_a, line));
      if (sweep.wants(1)) sweep.add(1, multiply(g, 1 - of_a, line));
    });
  }
  return y;
}

}  // namespace

// ---- add: y = a + b          da = dy          db = dy
template <Real T>
Tensor<T> add(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  auto in = tracked(add_name, where, a, b);
  Tensor<T> y = apply(add_name, a, b, where, [](T p, T q) { return p + q; });
  if (in) {
    record<add_name>(y, in, where, [](Sweep& sweep, Tensor<T> g) {
      sweep.add(0, g);
      sweep.add(1, std::move(g));
    });
  }
  return y;
}

// ---- subtract: y = a - b     da = dy          db = -dy
template <Real T>
Tensor<T> subtract(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  auto in = tracked(subtract_name, where, a, b);
  Tensor<T> y = apply(subtract_name, a, b, where, [](T p, T q) { return p - q; });
  if (in) {
    record<subtract_name>(y, in, where, [](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, g);
      if (sweep.wants(1)) sweep.add(1, negative(g, sweep.where()));
    });
  }
  return y;
}

// ---- multiply: y = a b       da = dy b        db = dy a
template <Real T>
Tensor<T> multiply(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  auto in = tracked(multiply_name, where, a, b);
  Tensor<T> y = apply(multiply_name, a, b, where, [](T p, T q) { return p * q; });
  if (in) {
    record<multiply_name>(
        y, in, where, [a = snapshot_if(a, in[1]), b = snapshot_if(b, in[0])](Sweep& sweep, const Tensor<T>& g) {
          if (sweep.wants(0)) sweep.add(0, multiply(g, b, sweep.where()));
          if (sweep.wants(1)) sweep.add(1, multiply(g, a, sweep.where()));
        });
  }
  return y;
}

// ---- divide: y = a / b       da = dy / b      db = -dy a / b^2
template <Real T>
Tensor<T> divide(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  auto in = tracked(divide_name, where, a, b);
  Tensor<T> y = apply(divide_name, a, b, where, [](T p, T q) { return p / q; });
  if (in) {
    record<divide_name>(y, in, where,
                        [a = snapshot_if(a, in[1]), b = snapshot(b)](Sweep& sweep, const Tensor<T>& g) {
                          const Where line = sweep.where();
                          if (sweep.wants(0)) sweep.add(0, divide(g, b, line));
                          if (sweep.wants(1)) {
                            sweep.add(1, negative(divide(multiply(g, a, line), square(b, line), line), line));
                          }
                        });
  }
  return y;
}

// ---- pow: y = a^b            da = dy b a^(b-1)      db = dy y log(a), 0 where a <= 0
template <Real T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, Where line) {
  auto in = tracked(pow_name, line, a, b);
  Tensor<T> y = apply(pow_name, a, b, line, [](T p, T q) { return std::pow(p, q); });
  if (in) {
    record<pow_name>(y, in, line, [a = snapshot(a), b = snapshot(b)](Sweep& sweep, const Tensor<T>& g) {
      const Where line = sweep.where();
      if (sweep.wants(0)) sweep.add(0, multiply(g, b * pow(a, b - 1, line), line));
      if (sweep.wants(1)) {
        const Mask positive = a > 0;
        const Tensor<T> safe = where(positive, a, Tensor<T>(T(1)), line);  // no log of what is not positive
        sweep.add(1, multiply(g, pow(a, b, line) * log(safe, line), line));
      }
    });
  }
  return y;
}
template <Real T>
Tensor<T> pow(const Tensor<T>& a, std::type_identity_t<T> b, Where where) {
  return pow(a, Tensor<T>(b), where);
}

// ---- maximum, minimum: the adjoint goes to the one that was taken, half to each at a tie
template <Real T>
Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  return extreme<maximum_name>(a, b, where, [](T p, T q) { return p > q; });
}
template <Real T>
Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, Where where) {
  return extreme<minimum_name>(a, b, where, [](T p, T q) { return p < q; });
}

// ---- where: y = a if mask else b     da = dy if mask else 0     db = 0 if mask else dy
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, Where line) {
  auto in = tracked(where_name, line, a, b);
  const Shape either = broadcast_shape(where_name, a.shape(), b.shape(), line);
  const Shape shape = broadcast_shape(where_name, mask.shape(), either, line);
  Tensor<T> bits = Tensor<T>::empty(mask.shape());
  std::copy_n(mask.data(), bits.size(), bits.mutable_data());
  bits = broadcast_to(bits, shape);
  const Tensor<T> left = broadcast_to(constant(a), shape), right = broadcast_to(constant(b), shape);
  Tensor<T> y = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < y.size(); ++i) {
    y.mutable_data()[i] = bits.data()[i] != 0 ? left.data()[i] : right.data()[i];
  }
  if (in) {
    record<where_name>(y, in, line, [mask](Sweep& sweep, const Tensor<T>& g) {
      const Tensor<T> zero(T(0));
      if (sweep.wants(0)) sweep.add(0, where(mask, g, zero, sweep.where()));
      if (sweep.wants(1)) sweep.add(1, where(mask, zero, g, sweep.where()));
    });
  }
  return y;
}

// ---- clip: y = min(max(x, low), high)     dx = dy where low <= x <= high
template <Real T>
Tensor<T> clip(const Tensor<T>& x, std::type_identity_t<T> low, std::type_identity_t<T> high, Where where) {
  if (!(low <= high)) {
    throw DomainError("clip: low " + std::to_string(low) + " is above high " + std::to_string(high) + text(where));
  }
  auto in = tracked(clip_name, where, x);
  Tensor<T> y = Tensor<T>::empty(x.shape()), inside = Tensor<T>::empty(x.shape());
  kernels::map(y.mutable_data(), x.data(), x.size(), [=](T v) { return v < low ? low : v > high ? high : v; });
  kernels::map(inside.mutable_data(), x.data(), x.size(), [=](T v) { return v >= low && v <= high ? T(1) : T(0); });
  if (in) {
    record<clip_name>(y, in, where, [inside](Sweep& sweep, const Tensor<T>& g) {
      sweep.add(0, multiply(g, inside, sweep.where()));
    });
  }
  return y;
}

template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, Where where) { return compare("greater", a, b, where, std::greater<T>()); }
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, Where where) { return compare("less", a, b, where, std::less<T>()); }
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, Where where) { return compare("greater_equal", a, b, where, std::greater_equal<T>()); }
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, Where where) { return compare("less_equal", a, b, where, std::less_equal<T>()); }

std::vector<OpInfo> arithmetic_ops() {
  auto pairs = [](std::string_view name, Domain domain, auto f) {
    auto call = [f](const auto& x) { return f(x[0], x[1]); };
    auto twice = [f](const auto& x) { return f(x[0], x[0] + x[0]); };
    return OpInfo{name, {{"same shapes", {{2, 3}, {2, 3}}, domain, call},
                         {"row", {{4, 3}, {3}}, domain, call},
                         {"column and row", {{4, 1}, {1, 3}}, domain, call},
                         {"number", {{2, 2}, Shape{}}, domain, call},
                         {"more axes", {{3, 1}, {2, 1, 4}}, domain, call},
                         {"empty", {{0, 3}, {3}}, domain, call},
                         {"one input twice", {{3}}, domain, twice}}};
  };
  const Domain any{-2, 2}, positive{0.5, 2}, apart{-2, 2, 0.1};
  return {pairs(add_name, any, [](const auto& a, const auto& b) { return add(a, b); }),
          pairs(subtract_name, any, [](const auto& a, const auto& b) { return subtract(a, b); }),
          pairs(multiply_name, any, [](const auto& a, const auto& b) { return multiply(a, b); }),
          pairs(divide_name, positive, [](const auto& a, const auto& b) { return divide(a, b); }),
          pairs(pow_name, positive, [](const auto& a, const auto& b) { return pow(a, b); }),
          pairs(maximum_name, apart, [](const auto& a, const auto& b) { return maximum(a, b); }),
          pairs(minimum_name, apart, [](const auto& a, const auto& b) { return minimum(a, b); }),
          pairs(where_name, any, [](const auto& a, const auto& b) {
            const xt::xarray<bool> mask{true, false, true};
            return where(a.rank() && a.shape().back(0) == 3 ? Mask(mask) : Mask(xt::xarray<bool>(true)), a, b);
          }),
          {clip_name, {{"matrix", {{3, 4}}, {-2, 2}, [](const auto& x) { return clip(x[0], -1.05, 1.05); }}}}};
}

template Tensor<float> add(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> subtract(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> multiply(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> divide(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> pow(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> maximum(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> minimum(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> pow(const Tensor<float>&, float, Where);
template Tensor<float> where(const Mask&, const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> clip(const Tensor<float>&, float, float, Where);
template Mask greater(const Tensor<float>&, const Tensor<float>&, Where);
template Mask less(const Tensor<float>&, const Tensor<float>&, Where);
template Mask greater_equal(const Tensor<float>&, const Tensor<float>&, Where);
template Mask less_equal(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<double> add(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> subtract(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> multiply(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> divide(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> pow(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> maximum(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> minimum(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> pow(const Tensor<double>&, double, Where);
template Tensor<double> where(const Mask&, const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> clip(const Tensor<double>&, double, double, Where);
template Mask greater(const Tensor<double>&, const Tensor<double>&, Where);
template Mask less(const Tensor<double>&, const Tensor<double>&, Where);
template Mask greater_equal(const Tensor<double>&, const Tensor<double>&, Where);
template Mask less_equal(const Tensor<double>&, const Tensor<double>&, Where);

}  // namespace tapegrad
