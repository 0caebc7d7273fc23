// Cholesky's factor.
#include "kernels/lapack.h"
#include "ops/instances.h"
#include "ops/matrices.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/linear_systems.h"

namespace tapegrad {
using namespace engine;
using namespace matrices;

// ---- cholesky: l l^T = a     da = the symmetric part of l^-T P l^-1, P = l^T dl as half(...)
namespace {
struct Cholesky {
  static constexpr OpTraits traits{
      .name = "cholesky",
      .formula = with_adjoints({"the lower y of y y^T = a", "y: y \\, y^\\top = a"},
                               {"a",
                                {"the symmetric part of y^-T half(y^T g) y^-1",
                                 "\\operatorname{sym}(y^{-\\top} \\Phi(y^\\top g) \\, y^{-1})"}})};
  auto operator()(const auto& x) const { return cholesky(x[0]); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

// The lower triangle, with half of the diagonal.
template <Real T>
Tensor<T> half(const Tensor<T>& x) {
  return (lower_part(x) + lower_part(x, -1)) * 0.5;
}

// Tangent  dl = l half(l^-1 da l^-T).
template <Real T>
struct CholeskyRule {
  Tensor<T> l;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> left = solve_triangular(l, half(product(l, g, true, false)), {.transposed = true});
    sweep.add(0, symmetric_part(solve_triangular(l, turned(left), {.transposed = true})));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const Tensor<T> left = solve_triangular(l, symmetric_part(push.tangent<T>(0)));
    return product(l, half(solve_triangular(l, turned(left))));
  }
};
}  // namespace

template <Real T>
Tensor<T> cholesky(const Tensor<T>& a, CallSite site) {
  constexpr std::string_view name = Cholesky::traits.name;
  Inputs in(name, site, a);
  check_square(name, a.shape(), site);
  const Shape batch = leading(a.shape());
  const std::size_t n = a.shape().back(0), count = batch.size();
  Tensor<T> y = in.template output<T>(a.shape());
  const std::size_t failed = for_each_matrix(count, n * n * n, [&, to = y.mutable_data()](std::size_t matrix) {
    const T* const from = a.data() + matrix * n * n;
    T* const l = to + matrix * n * n;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) l[i * n + j] = (from[i * n + j] + from[j * n + i]) / 2;
    }
    return kernels::cholesky(l, n) == 0;
  });
  if (failed < count) {
    fail(name, batch, failed, "is not positive definite",
         "Add a multiple of eye(n) to it; eigh factorizes any symmetric matrix", site);
  }
  if (in) in.record(y, Cholesky{}, CholeskyRule<T>{y});
  return y;
}

template <Real T>
Tensor<T> cholesky_solve(const Tensor<T>& b, const Tensor<T>& l, CallSite site) {
  return solve_triangular(l, solve_triangular(l, b, {}, site), {.transposed = true}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct CholeskyOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, CallSite)>(cholesky),
                                        Function<Tensor<T>(X, X, CallSite)>(cholesky_solve)};
};
template struct CholeskyOps<float>;
template struct CholeskyOps<double>;

}  // namespace tapegrad
