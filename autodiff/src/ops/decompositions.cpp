// Orthogonal and triangular factors, eigenvalues and singular values.
#include "tapegrad/ops/decompositions.h"

#include "kernels/lapack.h"
#include "ops/instances.h"
#include "ops/packed.h"
#include "ops/spectral.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/contractions.h"
#include "tapegrad/ops/linear_systems.h"

namespace tapegrad {
using namespace engine;
using namespace matrices;

// ---- qr: q r = a     da = (dq + q M) r^-T, M the symmetric matrix whose lower triangle is that of r dr^T - dq^T q
namespace {
template <Real T>
Tensor<T> packed_qr(const Tensor<T>& a, const CallSite& site);

struct Qr {
  static constexpr OpTraits traits{
      .name = "qr",
      .choices = Choices::held,
      .formula = with_adjoints({"q and r of q r = a", "q, r: q \\, r = a"},
                               {"a",
                                {"(g of q + q low(r g^T - g^T q)) r^-T",
                                 "(g_q + q \\operatorname{low}(r g_r^\\top - g_q^\\top q)) r^{-\\top}"}})};
  auto operator()(const auto& x) const { return packed_qr(x[0], CallSite{}); }
};

// Tangents, with c = q^T da r^-1 and w the skew matrix whose lower triangle is that of c:
// dr = (c - w) r,  dq = da r^-1 - q (c - w).
template <Real T>
struct QrRule {
  std::array<Shape, 2> shapes;
  Tensor<T> all;
  std::array<Tensor<T>, 2> factors(const CallSite& site) const {
    const auto results = unpacked(all, shapes);
    const Tensor<T>& r = results[1];
    const std::size_t n = r.shape().back(0);
    for (std::size_t i = 0; i < r.size() / std::max<std::size_t>(1, n); ++i) {
      if (r.data()[i * n + i % n] != 0) continue;
      fail(Qr::traits.name, leading(r.shape()), i / n, "has dependent columns, so that r is singular",
           "The derivative is not defined there", site);
    }
    return results;
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const auto [q, r] = factors(sweep.entry->site);
    const auto [dq, dr] = unpacked(g, shapes);
    const Tensor<T> m = product(r, dr, false, true) - product(dq, q, true);
    const Tensor<T> right = dq + product(q, lower_part(m) + turned(lower_part(m, -1)));
    sweep.add(0, turned(solve_triangular(r, turned(right), {.upper = true})));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const auto [q, r] = factors(push.entry->site);
    const Tensor<T> moved =
        turned(solve_triangular(r, turned(push.tangent<T>(0)), {.upper = true, .transposed = true}));
    const Tensor<T> c = product(q, moved, true), lower = lower_part(c, -1);
    const Tensor<T> upper = c - (lower - turned(lower));
    return packed<T, 2>({moved - product(q, upper), product(upper, r)});
  }
};

// Of matrices that are no wider than they are high.
template <Real T>
Tensor<T> packed_qr(const Tensor<T>& a, const CallSite& site) {
  Inputs in(Qr::traits.name, site, a);
  const std::size_t m = a.shape().back(1), n = a.shape().back(0);
  const std::array<Shape, 2> shapes{a.shape(), with_matrix(a.shape(), n, n)};
  Tensor<T> y = in.template output<T>(packed_shape(shapes));
  Tensor<T> columns = Tensor<T>::empty(a.shape());
  T *const q = y.mutable_data(), *const r = q + a.size(), *const turned_a = columns.mutable_data();
  for_each_matrix(leading(a.shape()).size(), m * n * n, [&, from = a.data()](std::size_t i) {
    kernels::turn(turned_a + i * m * n, from + i * m * n, m, n);
    kernels::qr(turned_a + i * m * n, r + i * n * n, m, n);
    kernels::turn(q + i * m * n, turned_a + i * m * n, n, m);
    return true;
  });
  if (in) in.record(y, Qr{}, QrRule<T>{shapes, y});
  return y;
}

// The columns [begin, end) of matrices.
template <Real T>
Tensor<T> columns_of(const Tensor<T>& a, std::size_t begin, std::size_t end, const CallSite& site) {
  Slices slices;
  for (const std::size_t length : a.shape()) slices.push_back({0, 1, length, false});
  slices[a.rank() - 1] = {static_cast<long>(begin), 1, end - begin, false};
  return slice(a, slices, site);
}
}  // namespace

template <Real T>
OrthogonalTriangular<T> qr(const Tensor<T>& a, CallSite site) {
  if (!a) fail_empty(Qr::traits.name, site);
  check_matrices(Qr::traits.name, a.shape(), site);
  const std::size_t m = a.shape().back(1), n = a.shape().back(0);
  const Tensor<T> square = m < n ? columns_of(a, 0, m, site) : a;
  const std::size_t k = square.shape().back(0);
  auto [q, r] = unpacked<T, 2>(packed_qr(square, site), {square.shape(), with_matrix(a.shape(), k, k)}, site);
  if (m < n) r = concatenate({r, multiply_matrices(q, columns_of(a, m, n, site), true, false, site)}, -1, site);
  return {q, r};
}

// ---- eigh: a v = v w     da = v (dw on the diagonal + F * v^T dv) v^T, F = 1 / (w_j - w_i)
namespace {
template <Real T>
Tensor<T> packed_eigh(const Tensor<T>& a, const CallSite& site);

struct Eigh {
  static constexpr OpTraits traits{
      .name = "eigh",
      .choices = Choices::held,
      .formula = with_adjoints({"w and v of a v = v w", "w, v: a v = v w"},
                               {"a",
                                {"v (g of w + v^T (g of v) / (w_j - w_i)) v^T",
                                 "v \\left(g_w + \\frac{v^\\top g_v}{w_j - w_i}\\right) v^\\top"}})};
  auto operator()(const auto& x) const { return packed_eigh(x[0], CallSite{}); }
};
constexpr const char* eigenvalue = "eigenvalue";

// Tangents  dw = the diagonal of p,  dv = v (F * p),  p = v^T da v.
template <Real T>
struct EighRule {
  std::array<Shape, 2> shapes;
  Tensor<T> all;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const auto [w, v] = unpacked(all, shapes);
    const auto [dw, dv] = unpacked(g, shapes);
    const Mask same = equal_pairs(w);
    const Tensor<T> p = product(v, dv, true);
    check_separate(Eigh::traits.name, eigenvalue, p, same, sweep.entry->site);
    const Tensor<T> inner = inverse_gaps(w, same) * p + einsum("...i->...ii", dw);
    sweep.add(0, symmetric_part(product(product(v, inner), v, false, true)));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const auto [w, v] = unpacked(all, shapes);
    const Mask same = equal_pairs(w);
    const Tensor<T> p = product(product(v, symmetric_part(push.tangent<T>(0)), true), v);
    check_separate(Eigh::traits.name, eigenvalue, p, same, push.entry->site);
    return packed<T, 2>({einsum("...ii->...i", p), product(v, inverse_gaps(w, same) * p)});
  }
};

template <Real T>
Tensor<T> packed_eigh(const Tensor<T>& a, const CallSite& site) {
  Inputs in(Eigh::traits.name, site, a);
  const std::size_t n = a.shape().back(0), count = leading(a.shape()).size();
  const std::array<Shape, 2> shapes{with_last(leading(a.shape()), n), a.shape()};
  Tensor<T> y = in.template output<T>(packed_shape(shapes)), rows = Tensor<T>::empty(a.shape());
  T *const w = y.mutable_data(), *const v = w + count * n, *const work = rows.mutable_data();
  const std::size_t failed = for_each_matrix(count, 8 * n * n * n, [&, data = a.data()](std::size_t matrix) {
    const T* const from = data + matrix * n * n;
    T* const to = work + matrix * n * n;
    bool finite = true;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        to[i * n + j] = (from[i * n + j] + from[j * n + i]) / 2;
        finite &= std::isfinite(to[i * n + j]);
      }
    }
    if (!finite || !kernels::eigh(to, w + matrix * n, n)) return false;
    kernels::turn(v + matrix * n * n, to, n, n);
    return true;
  });
  if (failed < count) {
    fail(Eigh::traits.name, leading(a.shape()), failed, "has no eigenvalues that LAPACK finds",
         "Is there a NaN or an infinity in it?", site);
  }
  if (in) in.record(y, Eigh{}, EighRule<T>{shapes, y});
  return y;
}
}  // namespace

template <Real T>
EigenSystem<T> eigh(const Tensor<T>& a, CallSite site) {
  if (!a) fail_empty(Eigh::traits.name, site);
  check_square(Eigh::traits.name, a.shape(), site);
  const Shape values = with_last(leading(a.shape()), a.shape().back(0));
  const auto [w, v] = unpacked<T, 2>(packed_eigh(a, site), {values, a.shape()}, site);
  return {w, v};
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct DecompositionOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<OrthogonalTriangular<T>(X, CallSite)>(qr),
                                        Function<EigenSystem<T>(X, CallSite)>(eigh)};
};
template struct DecompositionOps<float>;
template struct DecompositionOps<double>;

}  // namespace tapegrad
