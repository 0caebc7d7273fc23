// Linear systems, inverses and determinants from the factors P L U of a matrix.
#include "tapegrad/ops/linear_systems.h"

#include <cmath>

#include "kernels/lapack.h"
#include "ops/instances.h"
#include "ops/matrices.h"
#include "tapegrad/engine/record.h"

namespace tapegrad {
using namespace engine;
using namespace matrices;
namespace {

// The factors of the transposes of all matrices of a, for every right-hand side, every order of derivative.
template <Real T>
struct Factors {
  Tensor<T> lu;
  Indices pivots{Shape()};
  std::size_t singular = 0;  // the first singular one, or how many there are
  std::size_t count = 0;
  std::size_t order() const { return lu.shape().back(0); }
  Shape batch() const { return leading(lu.shape()); }
};

template <Real T>
Factors<T> factorized(const Tensor<T>& a) {
  const std::size_t n = a.shape().back(0);
  Factors<T> f{Tensor<T>::empty(a.shape()), Indices(with_last(leading(a.shape()), n))};
  f.count = leading(a.shape()).size();
  std::copy_n(a.data(), a.size(), f.lu.mutable_data());
  T* const lu = f.lu.mutable_data();
  std::int32_t* const pivots = f.pivots.mutable_data();
  f.singular = for_each_matrix(f.count, n * n * n,
                               [=](std::size_t i) { return n == 0 || kernels::lu(lu + i * n * n, pivots + i * n, n); });
  return f;
}
template <Real T>
void check_regular(std::string_view op, const Factors<T>& f, const std::string& fix, const CallSite& site) {
  if (f.singular < f.count) fail(op, f.batch(), f.singular, "is singular", fix, site);
}
constexpr const char* not_solvable = "Use lstsq or pinv, or add a multiple of eye(n) to it";

// ---- solve: x = a^-1 b     db = a^-T dx     da = -db x^T
template <Real T>
Tensor<T> solved(const Tensor<T>& a, const Tensor<T>& b, bool transposed, const Factors<T>* known,
                 const CallSite& site);

struct Solve {
  static constexpr OpTraits traits{
      .name = "solve",
      .formula = with_adjoints({"a^-1 b", "a^{-1} b"}, {"a", {"-(a^-T g) y^T", "-(a^{-\\top} g) \\, y^\\top"}},
                               {"b", {"a^-T g", "a^{-\\top} g"}})};
  bool transposed;
  auto operator()(const auto& x) const { return again(x[0], x[1]); }
  auto batched(const auto& x, const Batch& b) const { return (*this)(b.aligned(x)); }
  template <Real T>
  Tensor<T> again(const Tensor<T>& a, const Tensor<T>& b) const {
    return solved<T>(a, b, transposed, nullptr, CallSite{});
  }
};

// Tangent  dx = a^-1 (db - da x).
template <Real T>
struct SolveRule {
  Factors<T> factors;
  Tensor<T> a, x;
  bool transposed;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> of_b = solved(a, g, !transposed, &factors, CallSite{});
    if (sweep.wants(0)) sweep.add(0, -(transposed ? product(x, of_b, false, true) : product(of_b, x, false, true)));
    sweep.add(1, of_b);
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> right;
    if (push.has(0)) right = -product(push.tangent<T>(0), x, transposed);
    if (push.has(1)) right = right ? std::move(right) + push.tangent<T>(1) : push.tangent<T>(1);
    return solved(a, right, transposed, &factors, CallSite{});
  }
};

void check_system(std::string_view op, const Shape& a, const Shape& b, const CallSite& site) {
  check_square(op, a, site);
  if (b.rank() >= 2 && b.back(1) == a.back(0)) return;
  throw ShapeError(std::string(op) + ": b needs as many rows as a, but a is " + text(a) + " and b is " + text(b) +
                   text(site) + ". Right-hand sides are columns, (..., n, k), or one vector (n,)");
}
Shape system_shape(std::string_view op, const Shape& a, const Shape& b, const CallSite& site) {
  return with_matrix(broadcast_shape(op, with_matrix(a, 1, 1), with_matrix(b, 1, 1), site), b.back(1), b.back(0));
}

// y = f(a, rows) for all systems, where the rows are the columns of b; work(i, rows) solves in place.
template <Real T, class Work>
void for_each_system(Tensor<T>& y, const Shape& a, const Tensor<T>& b, const Work& work) {
  const Shape batch = leading(y.shape());
  const std::size_t n = y.shape().back(1), k = y.shape().back(0), size = n * k;
  Tensor<T> columns = k == 1 ? y : Tensor<T>::empty(y.shape());
  T *const to = y.mutable_data(), *const rows = k == 1 ? to : columns.mutable_data();
  const Places in_a(a, batch), in_b(b.shape(), batch);
  for_each_matrix(batch.size(), n * n * k, [&](std::size_t i) {
    kernels::turn(rows + i * size, b.data() + in_b(i), n, k);
    work(in_a(i), rows + i * size);
    if (k != 1) kernels::turn(to + i * size, rows + i * size, k, n);
    return true;
  });
}

template <Real T>
Tensor<T> solved(const Tensor<T>& a, const Tensor<T>& b, bool transposed, const Factors<T>* known,
                 const CallSite& site) {
  Inputs in(Solve::traits.name, site, a, b);
  check_system(Solve::traits.name, a.shape(), b.shape(), site);
  const Factors<T> factors = known ? *known : factorized(a);
  check_regular(Solve::traits.name, factors, not_solvable, site);
  Tensor<T> y = in.template output<T>(system_shape(Solve::traits.name, a.shape(), b.shape(), site));
  const std::size_t n = factors.order();
  for_each_system(y, a.shape(), b, [&, k = b.shape().back(0)](std::size_t at, T* rows) {
    if (n) kernels::lu_solve(factors.lu.data() + at, factors.pivots.data() + at / n, rows, n, k, transposed);
  });
  if (in) in.record(y, Solve{transposed}, SolveRule<T>{factors, snapshot(a), y, transposed});
  return y;
}

// f(b as columns) for a b that is a matrix, or a vector as one column.
template <Real T, class F>
Tensor<T> with_columns(const Tensor<T>& b, const CallSite& site, const F& f) {
  if (b.rank() != 1) return f(b);
  const Tensor<T> x = f(reshape(b, {b.size(), 1}, site));
  return reshape(x, with_last(leading(x.shape()), b.size()), site);
}
}  // namespace

template <Real T>
Tensor<T> solve(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  if (!a || !b) fail_empty(Solve::traits.name, site);
  if (b.rank() == 1 && a.rank() >= 2 && b.size() != a.shape().back(0)) {
    check_system(Solve::traits.name, a.shape(), b.shape(), site);
  }
  return with_columns(b, site, [&](const Tensor<T>& columns) { return solved<T>(a, columns, false, nullptr, site); });
}

// ---- solve_triangular: x = a^-1 b     db = a^-T dx     da = -(db x^T) in the triangle
namespace {
struct SolveTriangular {
  static constexpr OpTraits traits{
      .name = "solve_triangular",
      .formula =
          with_adjoints({"a^-1 b", "a^{-1} b"}, {"a", {"-(a^-T g) y^T in its triangle", "-(a^{-\\top} g) \\, y^\\top"}},
                        {"b", {"a^-T g", "a^{-\\top} g"}})};
  TriangularOptions options;
  auto operator()(const auto& x) const { return solve_triangular(x[0], x[1], options); }
  auto batched(const auto& x, const Batch& b) const { return (*this)(b.aligned(x)); }
};

template <Real T>
Tensor<T> triangle(const Tensor<T>& x, TriangularOptions options) {
  return options.upper ? upper_part(x, options.unit_diagonal) : lower_part(x, -long(options.unit_diagonal));
}

template <Real T>
struct SolveTriangularRule {
  Tensor<T> a, x;
  TriangularOptions options;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    TriangularOptions other = options;
    other.transposed = !options.transposed;
    const Tensor<T> of_b = solve_triangular(a, g, other);
    if (sweep.wants(0)) {
      const Tensor<T> of_a = options.transposed ? product(x, of_b, false, true) : product(of_b, x, false, true);
      sweep.add(0, -triangle(of_a, options));
    }
    sweep.add(1, of_b);
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> right;
    if (push.has(0)) right = -product(triangle(push.tangent<T>(0), options), x, options.transposed);
    if (push.has(1)) right = right ? std::move(right) + push.tangent<T>(1) : push.tangent<T>(1);
    return solve_triangular(a, right, options);
  }
};

template <Real T>
Tensor<T> solved_triangular(const Tensor<T>& a, const Tensor<T>& b, TriangularOptions options, const CallSite& site) {
  constexpr std::string_view name = SolveTriangular::traits.name;
  Inputs in(name, site, a, b);
  check_system(name, a.shape(), b.shape(), site);
  const std::size_t n = a.shape().back(0), all = leading(a.shape()).size();
  for (std::size_t i = 0; !options.unit_diagonal && i < all * n; ++i) {
    if (a.data()[i / n * n * n + i % n * (n + 1)] != 0) continue;
    fail(name, leading(a.shape()), i / n, "has a 0 on its diagonal, in row " + std::to_string(i % n),
         "It is singular; use lstsq or pinv", site);
  }
  Tensor<T> y = in.template output<T>(system_shape(name, a.shape(), b.shape(), site));
  for_each_system(y, a.shape(), b, [&, k = b.shape().back(0)](std::size_t at, T* rows) {
    kernels::triangular_solve(a.data() + at, rows, n, k, options.upper, options.transposed, options.unit_diagonal);
  });
  if (in) in.record(y, SolveTriangular{options}, SolveTriangularRule<T>{snapshot(a), y, options});
  return y;
}
}  // namespace

template <Real T>
Tensor<T> solve_triangular(const Tensor<T>& a, const Tensor<T>& b, TriangularOptions options, CallSite site) {
  if (!a || !b) fail_empty(SolveTriangular::traits.name, site);
  if (b.rank() == 1 && a.rank() >= 2 && b.size() != a.shape().back(0)) {
    check_system(SolveTriangular::traits.name, a.shape(), b.shape(), site);
  }
  return with_columns(b, site, [&](const Tensor<T>& columns) { return solved_triangular(a, columns, options, site); });
}

// ---- inv: y = a^-1     da = -y^T dy y^T
namespace {
struct Inv {
  static constexpr OpTraits traits{
      .name = "inv", .formula = with_adjoints({"a^-1", "a^{-1}"}, {"a", {"-y^T g y^T", "-y^\\top g \\, y^\\top"}})};
  auto operator()(const auto& x) const { return inv(x[0]); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

template <Real T>
Tensor<T> inverse(const Tensor<T>& a, const Factors<T>& f, const CallSite& site) {
  Inputs in(Inv::traits.name, site, a);
  check_regular(Inv::traits.name, f, "Use pinv, or add a multiple of eye(n) to it", site);
  Tensor<T> y = in.template output<T>(a.shape());
  const std::size_t n = f.order();
  std::fill_n(y.mutable_data(), y.size(), T(0));
  for_each_matrix(f.count, n * n * n, [&, to = y.mutable_data()](std::size_t i) {
    T* const rows = to + i * n * n;  // row j is the solution x of a^T x = e_j
    for (std::size_t j = 0; j < n; ++j) rows[j * (n + 1)] = 1;
    kernels::lu_solve(f.lu.data() + i * n * n, f.pivots.data() + i * n, rows, n, n, true);
    return true;
  });
  if (in) {
    in.record(y, Inv{},
              adjoint_and_tangent(
                  [y](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, -product(product(y, g, true, false), y, false, true));
                  },
                  [y](const Push& push) { return -product(product(y, push.tangent<T>(0)), y); }));
  }
  return y;
}
}  // namespace

template <Real T>
Tensor<T> inv(const Tensor<T>& a, CallSite site) {
  if (!a) fail_empty(Inv::traits.name, site);
  check_square(Inv::traits.name, a.shape(), site);
  return inverse(a, factorized(a), site);
}

// ---- det: y = det a     da = dy y a^-T
namespace {
struct Det {
  static constexpr OpTraits traits{
      .name = "det", .formula = with_adjoints({"det a", "\\det a"}, {"a", {"g * y * a^-T", "g \\, y \\, a^{-\\top}"}})};
  auto operator()(const auto& x) const { return det(x[0]); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

// f(matrix, sign of the permutation, diagonal of U) for all matrices.
template <Real T, class F>
void for_each_diagonal(const Factors<T>& f, const F& use) {
  const std::size_t n = f.order();
  for (std::size_t i = 0; i < f.count; ++i) {
    bool odd = false;
    for (std::size_t j = 0; j < n; ++j) odd ^= f.pivots.data()[i * n + j] != static_cast<std::int32_t>(j + 1);
    use(i, odd ? -1 : 1, [&, i](std::size_t j) { return f.lu.data()[(i * n + j) * n + j]; });
  }
}

// The rule of what has the derivative k a^-T, where k is a factor of each matrix.
template <Real T>
struct OfDeterminant {
  Factors<T> factors;
  Tensor<T> a;
  Tensor<T> inverse_at(const CallSite& site, std::string_view op) const {
    check_regular(op, factors, "The derivative is not computed there: it needs the inverse", site);
    return inverse(a, factors, CallSite{});
  }
  Tensor<T> adjoint(const Entry* entry, const Tensor<T>& factor) const {
    const Tensor<T> inverted = inverse_at(entry->site, entry->kind->name());
    return reshape(factor, with_last(with_last(factors.batch(), 1), 1)) * turned(inverted);
  }
  // The trace of a^-1 da.
  Tensor<T> tangent(const Push& push) const {
    const Tensor<T> inverted = inverse_at(push.entry->site, push.entry->kind->name());
    return sum(turned(inverted) * push.tangent<T>(0), {-2, -1});
  }
};
}  // namespace

template <Real T>
Tensor<T> det(const Tensor<T>& a, CallSite site) {
  Inputs in(Det::traits.name, site, a);
  check_square(Det::traits.name, a.shape(), site);
  const Factors<T> f = factorized(a);
  Tensor<T> y = in.template output<T>(f.batch());
  for_each_diagonal(f, [&, n = f.order(), to = y.mutable_data()](std::size_t i, int sign, const auto& diagonal) {
    to[i] = static_cast<T>(sign);
    for (std::size_t j = 0; j < n; ++j) to[i] *= diagonal(j);
  });
  if (in) {
    const OfDeterminant<T> rule{f, snapshot(a)};
    in.record(y, Det{},
              adjoint_and_tangent(
                  [rule, y](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, rule.adjoint(sweep.entry, g * y)); },
                  [rule, y](const Push& push) { return y * rule.tangent(push); }));
  }
  return y;
}

// ---- slogdet: y = (sign, log |det a|), one after the other     da = dy[1] a^-T
namespace {
template <Real T>
Tensor<T> sign_and_logarithm(const Tensor<T>& a, const CallSite& site);

struct Slogdet {
  static constexpr OpTraits traits{
      .name = "slogdet",
      .formula = with_adjoints({"sign and log of |det a|", "\\operatorname{sgn} \\det a, \\log |\\det a|"},
                               {"a", {"g of the log * a^-T", "g_2 \\, a^{-\\top}"}})};
  auto operator()(const auto& x) const { return sign_and_logarithm(x[0], CallSite{}); }
  auto batched(const auto& x, const Batch&) const { return moveaxis((*this)(x), 0, 1); }
};

template <Real T>
Tensor<T> sign_and_logarithm(const Tensor<T>& a, const CallSite& site) {
  Inputs in(Slogdet::traits.name, site, a);
  check_square(Slogdet::traits.name, a.shape(), site);
  const Factors<T> f = factorized(a);
  ShortVector<std::size_t, 8> axes{2};
  for (const std::size_t length : f.batch()) axes.push_back(length);
  Tensor<T> y = in.template output<T>(Shape(axes));
  for_each_diagonal(f, [&, n = f.order(), to = y.mutable_data()](std::size_t i, int sign, const auto& diagonal) {
    double s = sign, logarithm = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double u = diagonal(j);
      s *= u > 0 ? 1 : u < 0 ? -1 : u;
      logarithm += std::log(std::abs(u));
    }
    to[i] = static_cast<T>(s);
    to[f.count + i] = static_cast<T>(logarithm);
  });
  if (in) {
    const OfDeterminant<T> rule{f, snapshot(a)};
    in.record(y, Slogdet{},
              adjoint_and_tangent(
                  [rule](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, rule.adjoint(sweep.entry, slice(g, {{1, 1, 1, true}})));
                  },
                  [rule](const Push& push) {
                    const Tensor<T> logarithm = rule.tangent(push);
                    return stack({Tensor<T>::full(logarithm.shape(), 0), logarithm});
                  }));
  }
  return y;
}
}  // namespace

template <Real T>
SignAndLogarithm<T> slogdet(const Tensor<T>& a, CallSite site) {
  const Tensor<T> both = sign_and_logarithm(a, site);
  return {slice(both, {{0, 1, 1, true}}, site), slice(both, {{1, 1, 1, true}}, site)};
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct LinearSystemOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, X, CallSite)>(solve),
                                        Function<Tensor<T>(X, X, TriangularOptions, CallSite)>(solve_triangular),
                                        Function<Tensor<T>(X, CallSite)>(inv), Function<Tensor<T>(X, CallSite)>(det),
                                        Function<SignAndLogarithm<T>(X, CallSite)>(slogdet)};
};
template struct LinearSystemOps<float>;
template struct LinearSystemOps<double>;

}  // namespace tapegrad
