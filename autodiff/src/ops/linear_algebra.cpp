// Products of matrices.
#include <array>

#include "kernels/gemm.h"
#include "kernels/reduce.h"
#include "ops/instances.h"
#include "ops/matrix_product.h"
#include "ops/sum_of_present.h"
#include "tapegrad/engine/loops/map.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// a, b: (..., rows, columns), read transposed when the flag is set; leading axes broadcast.
struct Product {
  Shape batch, result;
  std::size_t m, n, k;
};
using AxisLengths = ShortVector<std::size_t, 8>;
using matrices::Places;

Product product(const Shape& a, const Shape& b, bool ta, bool tb, const CallSite& site) {
  Product p;
  p.m = a.back(ta ? 0 : 1);
  p.k = a.back(ta ? 1 : 0);
  p.n = b.back(tb ? 1 : 0);
  const std::size_t rows = b.back(tb ? 0 : 1);
  bool fits = rows == p.k;
  AxisLengths axes(std::max(a.rank(), b.rank()) - 2);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t x = i + 2 < a.rank() ? a.back(i + 2) : 1, y = i + 2 < b.rank() ? b.back(i + 2) : 1;
    fits &= x == y || x == 1 || y == 1;
    axes[axes.size() - 1 - i] = x == 1 ? y : x;
  }
  if (!fits) {
    std::string hint;
    if (a.back(0) == b.back(0)) hint = ". Did you mean matmul(a, transpose(b))?";
    else if (a.back(1) == b.back(1)) hint = ". Did you mean matmul(transpose(a), b)?";
    else if (rows == p.k) hint = ". Leading axes must be equal or 1";
    throw ShapeError("matmul: columns of a must equal rows of b, but a is " + text(a) + " and b is " + text(b) +
                     text(site) + hint);
  }
  p.batch = Shape(axes, "matmul", site);
  axes.push_back(p.m);
  axes.push_back(p.n);
  p.result = Shape(axes, "matmul", site);
  return p;
}

// ---- matmul: c = a b, either operand read transposed     da = dc b^T     db = a^T dc
struct Matmul {
  static constexpr OpTraits traits{
      .name = "matmul",
      .depends = Depends::by_row_and_column,
      .vanishes = Vanishes::with_factor,
      .formula = with_adjoints({"a b", "a \\, b"}, {"a", {"g b^T", "g \\, b^\\top"}}, {"b", {"a^T g", "a^\\top g"}})};
  auto operator()(const auto& x) const { return multiply_matrices(x[0], x[1], false, false, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return (*this)(b.aligned(x)); }
};
// In rules: its rows and columns are not those of the arrays.
struct MatmulTransposed {
  static constexpr OpTraits traits{
      .name = Matmul::traits.name, .vanishes = Vanishes::with_factor, .formula = Matmul::traits.formula};
  bool ta, tb;
  auto operator()(const auto& x) const { return multiply_matrices(x[0], x[1], ta, tb, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const { return (*this)(b.aligned(x)); }
};

// b of matrices that all of a's leading axes share: those axes are more rows of one product.
bool shared(const Shape& a, const Shape& b, bool ta) { return b.rank() == 2 && a.rank() > 2 && !ta; }
template <Real T>
Tensor<T> as_rows(const Tensor<T>& x) {
  return x.rank() == 2 ? x : reshape(x, {x.size() / std::max<std::size_t>(1, x.shape().back(0)), x.shape().back(0)});
}

// Adjoints  da = dc b^T,  db = a^T dc.   Tangent  dc = da b + a db.
template <Real T>
struct ProductRule {
  Tensor<T> a, b;
  bool ta, tb;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const CallSite none{};
    if (sweep.wants(0)) {
      sweep.add(0, ta ? multiply_matrices(b, g, tb, true, none) : multiply_matrices(g, b, false, !tb, none));
    }
    if (!sweep.wants(1)) return;
    const bool as_one = shared(a.shape(), sweep.shape(1), ta) && a.size() > 0 && g.size() > 0;
    const Tensor<T> left = as_one ? as_rows(a) : a, right = as_one ? as_rows(g) : g;
    sweep.add(1, tb ? multiply_matrices(right, left, true, ta, none)
                    : multiply_matrices(left, right, !ta, false, none));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> p, q;
    if (push.has(0)) p = multiply_matrices(push.tangent<T>(0), b, ta, tb, CallSite{});
    if (push.has(1)) q = multiply_matrices(a, push.tangent<T>(1), ta, tb, CallSite{});
    return sum_of_present(std::move(p), q);
  }
};

}  // namespace

template <Real T>
Tensor<T> multiply_matrices(const Tensor<T>& a, const Tensor<T>& b, bool ta, bool tb, const CallSite& site) {
  Inputs in(Matmul::traits.name, site, a, b);
  const Product p = product(a.shape(), b.shape(), ta, tb, site);
  Tensor<T> y = in.template output<T>(p.result);
  const bool as_one = shared(a.shape(), b.shape(), ta);
  const std::size_t count = as_one ? 1 : p.batch.size(), m = as_one ? p.batch.size() * p.m : p.m;
  kernels::gemm_each<T>(count, m, p.n, p.k,
                        [&, at_a = Places(a.shape(), p.batch), at_b = Places(b.shape(), p.batch),
                         out = y.mutable_data()](std::size_t i) -> kernels::Factors<T> {
                          return {{a.data() + at_a(i), ta}, {b.data() + at_b(i), tb}, out + i * p.m * p.n};
                        });
  if (!in) return y;
  ProductRule<T> rule{snapshot_if(a, in[1]), snapshot_if(b, in[0]), ta, tb};
  if (ta || tb) in.record(y, MatmulTransposed{ta, tb}, std::move(rule));
  else in.record(y, Matmul{}, std::move(rule));
  return y;
}

// A vector counts as a row on the left and as a column on the right
template <Real T>
Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty(Matmul::traits.name, site);
  if (a.rank() == 0 || b.rank() == 0) {
    throw ShapeError("matmul: a number is no matrix, but a is " + text(a.shape()) + " and b is " + text(b.shape()) +
                     text(site) + ". Use a * b");
  }
  if (a.rank() > 1 && b.rank() > 1) return multiply_matrices(a, b, false, false, site);
  const Tensor<T> left = a.rank() == 1 ? reshape(a, {1, a.size()}, site) : a;
  const Tensor<T> right = b.rank() == 1 ? reshape(b, {b.size(), 1}, site) : b;
  Tensor<T> y = multiply_matrices(left, right, false, false, site);
  std::vector<std::size_t> axes = y.shape().vector();
  if (b.rank() == 1) axes.pop_back();
  if (a.rank() == 1) axes.erase(axes.end() - (b.rank() == 1 ? 1 : 2));
  return reshape(y, Shape(axes), site);
}

// ---- linear: y = x w + b
namespace {
struct Linear {
  static constexpr OpTraits traits{
      .name = "linear",
      .depends = Depends::by_row_and_column,
      .vanishes = Vanishes::with_factor,
      .formula = with_adjoints({"x w + b", "x \\, w + b"}, {"x", {"g w^T", "g \\, w^\\top"}},
                               {"w", {"x^T g", "x^\\top g"}},
                               {"b", {"g summed over its rows", "g \\text{ summed over its rows}"}})};
  auto operator()(const auto& x) const { return linear(x[0], x[1], x[2]); }
  // Weights of each example make it a product of matrices.
  auto batched(const auto& x, const Batch& b) const {
    if (!b.has[1] && !b.has[2]) return (*this)(x);
    const std::size_t rank = std::max<std::size_t>(2, b.shapes[0].rank());
    const auto rows = b.shapes[0].rank() == 1 && !b.has[0] ? reshape(x[0], {1, x[0].size()}) : b.raised(x[0], 0, rank);
    const auto y = multiply_matrices(rows, b.raised(x[1], 1, rank), false, false, CallSite{});
    const auto sum = y + b.raised(x[2], 2, rank);
    return reshape(sum, b + b.result);
  }
};

// Adds a b, either read transposed, to the adjoint of input i.
template <Real T>
void add_product(Sweep& sweep, std::size_t i, const Tensor<T>& a, bool ta, const Tensor<T>& b, bool tb, std::size_t m,
                 std::size_t n, std::size_t k) {
  bool accumulate;
  T* to = sweep.into<T>(i, accumulate);
  kernels::gemm<T>({a.data(), ta}, {b.data(), tb}, to, m, n, k, accumulate);
}

// Adds the sum of g's rows to the adjoint of input i.
template <Real T>
void add_row_sums(Sweep& sweep, std::size_t i, const Tensor<T>& g, std::size_t rows, std::size_t columns) {
  bool accumulate;
  T* to = sweep.into<T>(i, accumulate);
  kernels::sum_rows(to, g.data(), rows, columns, accumulate);
}

// All axes but the last, as one.
std::size_t rows_of(const Shape& shape) {
  std::size_t rows = 1;
  for (std::size_t i = 0; i + 1 < shape.rank(); ++i) rows *= shape[i];
  return rows;
}

// Adjoints  dx = dy w^T,  dw = x^T dy,  db = sum of dy over the rows.   Tangent  dy = dx w + x dw + db.
template <Real T>
struct LinearRule {
  Tensor<T> x, w;
  std::size_t m, n, k;
  void operator()(Sweep& sweep, const Tensor<T>& dy) const {
    const Tensor<T> g = dy.rank() == 2 ? dy : reshape(dy, {m, n});
    if (sweep.recording) {
      if (sweep.wants(0)) sweep.add(0, reshape(multiply_matrices(g, w, false, true, CallSite{}), sweep.shape(0)));
      if (sweep.wants(1)) {
        sweep.add(1, multiply_matrices(x.rank() == 2 ? x : reshape(x, {m, k}), g, true, false, CallSite{}));
      }
    } else {
      if (sweep.wants(0)) add_product(sweep, 0, g, false, w, true, m, k, n);
      if (sweep.wants(1)) add_product(sweep, 1, x, true, g, false, k, n, m);
    }
    if (!sweep.wants(2)) return;
    if (sweep.recording) sweep.add(2, sum_to(g, Shape{n}));
    else add_row_sums(sweep, 2, g, m, n);
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    auto rows = [&](const Tensor<T>& t) { return t.rank() == 2 ? t : reshape(t, {m, k}); };
    Tensor<T> p, q;
    if (push.has(0)) p = multiply_matrices(rows(push.tangent<T>(0)), w, false, false, CallSite{});
    if (push.has(1)) q = multiply_matrices(rows(x), push.tangent<T>(1), false, false, CallSite{});
    p = sum_of_present(std::move(p), q);
    if (push.has(2)) p = p ? std::move(p) + push.tangent<T>(2) : broadcast_to(push.tangent<T>(2), {m, n});
    return reshape(p, push.shape());
  }
};

Shape with_last_axis(const Shape& shape, std::size_t length, const CallSite& site) {
  if (shape.rank() == 2) return Shape(std::array{shape[0], length}, Linear::traits.name, site);
  AxisLengths axes(shape.begin(), shape.end());
  axes[axes.size() - 1] = length;
  return Shape(axes, Linear::traits.name, site);
}
}  // namespace

template <Real T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& b, CallSite site) {
  Inputs in(Linear::traits.name, site, x, w, b);
  if (x.rank() == 0 || w.rank() != 2 || x.shape().back(0) != w.shape()[0] || !(b.shape() == Shape{w.shape()[1]})) {
    throw ShapeError("linear: needs x (..., in), w (in, out) and b (out,), but x is " + text(x.shape()) + ", w is " +
                     text(w.shape()) + " and b is " + text(b.shape()) + text(site));
  }
  const std::size_t k = w.shape()[0], n = w.shape()[1], m = rows_of(x.shape());
  Tensor<T> y = in.template output<T>(with_last_axis(x.shape(), n, site));
  kernels::gemm<T>({x.data()}, {w.data()}, y.mutable_data(), m, n, k, false, b.data());
  if (in) {
    in.record(y, Linear{}, LinearRule<T>{snapshot_if(x, in[1]), snapshot_if(w, in[0]), m, n, k});
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct LinearAlgebraOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, CallSite)>(matmul),
      Function<Tensor<T>(X, X, bool, bool, const CallSite&)>(multiply_matrices),
      Function<Tensor<T>(X, X, X, CallSite)>(linear)};
};
template struct LinearAlgebraOps<float>;
template struct LinearAlgebraOps<double>;

}  // namespace tapegrad
