// Ops of two tensors, element by element, with broadcasting. The sweep sums adjoints back to each input's shape.
#include "ops/arithmetic.h"

#include <cmath>

#include "kernels/products.h"
#include "ops/instances.h"
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
  return Shape(axes, op, site);
}

namespace {

// The array for f(a, b): a temporary of the right shape that the rule does not keep is overwritten.
template <class Op, Real T>
Tensor<T> output_for(const Inputs<2>& in, const Operand<T>& a, const Operand<T>& b, bool keeps_a, bool keeps_b) {
  const Shape& p = a.tensor->shape();
  const Shape& q = b.tensor->shape();
  if (p == q) {
    if (a.temporary && !keeps_a) return in.output_over(*a.tensor);
    if (b.temporary && !keeps_b) return in.output_over(*b.tensor);
    return in.template output<T>(p);
  }
  return in.template output<T>(broadcast_shape(Op::traits.name, p, q, a.site));
}

// g k in a rule: past all that a recorded product needs, where it can. Behind a mask 0 where g is, whatever k is; and
// in what a rule recorded there, where k may be its adjoint, also where k is.
template <Real T>
Tensor<T> times(const Sweep& sweep, Tensor<T> g, const Tensor<T>& k) {
  if (sweep.entry->born_masked) return stopped(stopped(g * k, g, sweep.recording), k, sweep.recording);
  if (sweep.recording || !(g.shape() == k.shape())) {
    return sweep.masked ? stopped(g * k, g, sweep.recording) : std::move(g) * k;
  }
  if (sweep.masked) {
    return map_adjoint(std::move(g), k, [](const Lanes<T>& p, const Lanes<T>& q) {
      return where(p == Lanes<T>(0), Lanes<T>(0), p * q);
    });
  }
  return map_adjoint(std::move(g), k, [](const Lanes<T>& p, const Lanes<T>& q) { return p * q; });
}

// Whether a factor of that shape is a row of a matrix of several, the other factor: what its kernel is for.
constexpr std::size_t several_rows = 16;
template <Real T>
constexpr std::size_t least_row = 2 * Lanes<T>::count;
template <Real T>
constexpr std::size_t least_rows = several_rows * least_row<T>;
template <Real T>
bool is_row_of(const Shape& shape, const Shape& full) {
  std::size_t axis = 0, size = 1;
  while (axis < shape.rank() && shape.back(axis) == full.back(axis)) size *= shape.back(axis++);
  return size == shape.size() && size >= least_row<T> && full.size() >= several_rows * size;
}

// The adjoints of a matrix and a row that were multiplied, where neither a tape nor a mask wants more; else false.
template <Real T>
bool add_row_adjoints(Sweep& sweep, const Tensor<T>& g, std::size_t matrix, const Tensor<T>& a, const Tensor<T>& b) {
  const std::size_t row = 1 - matrix;
  if (sweep.recording || sweep.masked || sweep.tangent || sweep.entry->born_masked || !sweep.wants(row)) return false;
  if (!(a.shape() == g.shape()) || !is_row_of<T>(sweep.shape(row), g.shape())) return false;
  Tensor<T> da = sweep.wants(matrix) ? Tensor<T>::empty(g.shape()) : Tensor<T>();
  Tensor<T> db = Tensor<T>::empty(sweep.shape(row));
  kernels::row_product_adjoints(da ? da.mutable_data() : nullptr, db.mutable_data(), g.data(), a.data(),
                                da ? b.data() : nullptr, g.size() / db.size(), db.size());
  if (da) sweep.add(matrix, std::move(da));
  sweep.add(row, std::move(db));
  return true;
}

// y = Op::value(x, k) for a plain number k, dx = Op::adjoint(dy, k).
template <class Op, Real T>
Tensor<T> with_number(const Operand<T>& x, double k) {
  Inputs in(Op::traits.name, x.site, *x.tensor);
  const T* from = x.tensor->data();
  Tensor<T> y = x.temporary ? in.output_over(*x.tensor) : in.template output<T>(x.tensor->shape());
  kernels::map(y.mutable_data(), y.size(), [k = Lanes<T>(T(k))](const Lanes<T>& v) { return Op::value(v, k); }, from);
  if (in) {
    in.record(y, Op{k}, pointwise_minding_zeros([k](Sweep& sweep, Tensor<T> g) {
                const auto keeps_zeros = [k] { return Op::adjoint(T(0), static_cast<T>(k)) == 0; };
                if (!sweep.masked || keeps_zeros()) return sweep.add(0, Op::adjoint(std::move(g), k));
                sweep.add(0, stopped(Op::adjoint(g, k), g, sweep.recording));
              }));
  }
  return y;
}

// ---- with a plain number k
struct Shift {
  static constexpr OpTraits traits{.name = "shift",
                                   .depends = Depends::by_element,
                                   .formula = with_slopes({"x + k", "x + k"}, {"x", {"1", "1"}})};
  double k;
  static auto value(const auto& x, const auto& n) { return x + n; }
  static auto adjoint(auto g, double) { return g; }
  auto operator()(const auto& x) const { return value(x[0], k); }
};
struct Scale {
  static constexpr OpTraits traits{.name = "scale",
                                   .depends = Depends::by_element,
                                   .vanishes = Vanishes::with_number,
                                   .formula = with_slopes({"k * x", "k \\, x"}, {"x", {"k", "k"}})};
  double k;
  static auto value(const auto& x, const auto& n) { return x * n; }
  static auto adjoint(auto g, double n) { return std::move(g) * n; }
  auto operator()(const auto& x) const { return value(x[0], k); }
};
struct Complement {
  static constexpr OpTraits traits{.name = "complement",
                                   .depends = Depends::by_element,
                                   .formula = with_slopes({"k - x", "k - x"}, {"x", {"-1", "-1"}})};
  double k;
  static auto value(const auto& x, const auto& n) { return n - x; }
  static auto adjoint(auto g, double) { return std::move(g) * -1; }
  auto operator()(const auto& x) const { return value(x[0], k); }
};
struct DivideByNumber {
  static constexpr OpTraits traits{
      .name = "divide by number",
      .depends = Depends::by_element,
      .formula = with_slopes({"x / k", "\\frac{x}{k}"}, {"x", {"1 / k", "\\frac{1}{k}"}})};
  double k;
  static auto value(const auto& x, const auto& n) { return x / n; }
  static auto adjoint(auto g, double n) { return std::move(g) / n; }
  auto operator()(const auto& x) const { return value(x[0], k); }
};

// ---- add: y = a + b          da = dy          db = dy
struct Add {
  static constexpr OpTraits traits{
      .name = "add",
      .depends = Depends::by_element,
      .formula = with_slopes({"a + b", "a + b"}, {"a", {"1", "1"}}, {"b", {"1", "1"}})};
  auto operator()(const auto& x) const { return x[0] + x[1]; }
};

}  // namespace

template <Real T>
Tensor<T> sum_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return with_number<Shift>(a, b.number);
  if (!a.tensor) return with_number<Shift>(b, a.number);
  Inputs in(Add::traits.name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for<Add>(in, a, b, false, false);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p + q; });
  if (in) {
    in.record(y, Add{}, pointwise_minding_zeros([](Sweep& sweep, Tensor<T> g) {
                if (sweep.wants(0) && sweep.wants(1)) sweep.add(0, g);
                sweep.add(sweep.wants(1) ? 1 : 0, std::move(g));
              }));
  }
  return y;
}

// ---- subtract: y = a - b     da = dy          db = -dy
namespace {
struct Subtract {
  static constexpr OpTraits traits{
      .name = "subtract",
      .depends = Depends::by_element,
      .formula = with_slopes({"a - b", "a - b"}, {"a", {"1", "1"}}, {"b", {"-1", "-1"}})};
  auto operator()(const auto& x) const { return x[0] - x[1]; }
};
}  // namespace

template <Real T>
Tensor<T> difference_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return with_number<Shift>(a, -b.number);
  if (!a.tensor) return with_number<Complement>(b, a.number);
  Inputs in(Subtract::traits.name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for<Subtract>(in, a, b, false, false);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p - q; });
  if (in) {
    in.record(y, Subtract{}, pointwise_minding_zeros([](Sweep& sweep, Tensor<T> g) {
                if (!sweep.wants(1)) return sweep.add(0, std::move(g));
                sweep.add(0, g);
                sweep.add(1, std::move(g) * -1);
              }));
  }
  return y;
}

// ---- multiply: y = a b       da = dy b        db = dy a
namespace {
struct Multiply {
  static constexpr OpTraits traits{
      .name = "multiply",
      .depends = Depends::by_element,
      .vanishes = Vanishes::with_factor,
      .formula = with_slopes({"a * b", "a \\, b"}, {"a", {"b", "b"}}, {"b", {"a", "a"}})};
  auto operator()(const auto& x) const { return x[0] * x[1]; }
};
}  // namespace

template <Real T>
Tensor<T> product_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return with_number<Scale>(a, b.number);
  if (!a.tensor) return with_number<Scale>(b, a.number);
  Inputs in(Multiply::traits.name, a.site, *a.tensor, *b.tensor);
  Tensor<T> y = output_for<Multiply>(in, a, b, in[1], in[0]);
  map_pair(y, *a.tensor, *b.tensor, [](const auto& p, const auto& q) { return p * q; });
  if (in) {
    in.record(y, Multiply{},
              pointwise_minding_zeros([a = snapshot_if(*a.tensor, in[1]), b = snapshot_if(*b.tensor, in[0])](
                                          Sweep& sweep, Tensor<T> g) {
                if (g.size() >= least_rows<T> &&
                    (add_row_adjoints(sweep, g, 0, a, b) || add_row_adjoints(sweep, g, 1, b, a))) return;
                if (!sweep.wants(1)) return sweep.add(0, times(sweep, std::move(g), b));
                if (sweep.wants(0)) sweep.add(0, times(sweep, g, b));
                sweep.add(1, times(sweep, std::move(g), a));
              }));
  }
  return y;
}

// ---- divide: y = a / b       da = dy / b      db = -dy a / b^2
namespace {
struct Divide {
  static constexpr OpTraits traits{
      .name = "divide",
      .depends = Depends::by_element,
      .formula = with_slopes({"a / b", "\\frac{a}{b}"}, {"a", {"1 / b", "\\frac{1}{b}"}},
                             {"b", {"-a / b^2", "-\\frac{a}{b^2}"}})};
  auto operator()(const auto& x) const { return x[0] / x[1]; }
};
}  // namespace

template <Real T>
Tensor<T> quotient_of(const Operand<T>& a, const Operand<T>& b) {
  if (!b.tensor) return with_number<DivideByNumber>(a, b.number);
  const Tensor<T> number = a.tensor ? Tensor<T>() : a.as_tensor();
  const Operand<T> top(a.tensor ? *a.tensor : number, a.site);
  Inputs in(Divide::traits.name, a.site, *top.tensor, *b.tensor);
  Tensor<T> y = output_for<Divide>(in, top, b, in[1], in[0] || in[1]);
  map_pair(y, *top.tensor, *b.tensor, [](const auto& p, const auto& q) { return p / q; });
  if (in) {
    in.record(y, Divide{},
              pointwise([a = snapshot_if(*top.tensor, in[1]), b = snapshot(*b.tensor)](Sweep& sweep, Tensor<T> g) {
                if (sweep.wants(0)) sweep.add(0, g / b);
                if (!sweep.wants(1)) return;
                // Recorded, the derivative of b^2 is 0 where b is, and what it is multiplied by infinite.
                const Tensor<T> d = sweep.recording ? std::move(g) * (a / b) / b * -1 : std::move(g) * a / (b * b) * -1;
                sweep.add(1, sweep.entry->born_masked ? stopped(d, a, sweep.recording) : d);
              }));
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ArithmeticOps {
  static constexpr std::tuple functions{
      Function<Tensor<T>(const Operand<T>&, const Operand<T>&)>(sum_of),
      Function<Tensor<T>(const Operand<T>&, const Operand<T>&)>(difference_of),
      Function<Tensor<T>(const Operand<T>&, const Operand<T>&)>(product_of),
      Function<Tensor<T>(const Operand<T>&, const Operand<T>&)>(quotient_of)};
};
template struct ArithmeticOps<float>;
template struct ArithmeticOps<double>;

}  // namespace tapegrad
