// Singular values, and what is made of them.
#include "kernels/finite.h"
#include "kernels/lapack.h"
#include "ops/instances.h"
#include "ops/packed.h"
#include "ops/spectral.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/contractions.h"
#include "tapegrad/ops/decompositions.h"

namespace tapegrad {
using namespace engine;
using namespace matrices;

// ---- svd: u s vh = a     da = u (ds on the diagonal + skew(u^T du) / E s + s skew(v^T dv) / E) vh, and what of du and
// dv is outside of the spaces of u and v; E = s_j^2 - s_i^2
namespace {
template <Real T>
Tensor<T> packed_svd(const Tensor<T>& a, const CallSite& site);

struct Svd {
  static constexpr OpTraits traits{
      .name = "svd",
      .choices = Choices::held,
      .formula =
          with_adjoints({"u, s and v of u s v^T = a", "u, s, v: u \\, s \\, v^\\top = a"},
                        {"a",
                         {"u (g of s + (skew(u^T g) s + s skew(v^T g)) / (s_j^2 - s_i^2)) v^T",
                          "u \\left(g_s + \\frac{\\operatorname{skew}(u^\\top g_u) s + s \\operatorname{skew}(v^\\top "
                          "g_v)}{s_j^2 - s_i^2}\\right) v^\\top"}})};
  auto operator()(const auto& x) const { return packed_svd(x[0], CallSite{}); }
};

std::array<Shape, 3> svd_shapes(const Shape& a) {
  const std::size_t m = a.back(1), n = a.back(0), k = std::min(m, n);
  return {with_matrix(a, m, k), with_last(leading(a), k), with_matrix(a, k, n)};
}

template <Real T>
bool all_zero(const Tensor<T>& x) {
  return std::all_of(x.data(), x.data() + x.size(), [](T number) { return number == 0; });
}

// Tangents, with p = u^T da v:  ds = the diagonal of p,  du = u ((p s + s p^T) / E),  dv = v ((s p + p^T s) / E), and
// what of da is outside of the spaces of u and v.
template <Real T>
struct SvdRule {
  std::array<Shape, 3> shapes;
  Tensor<T> all;

  void check(const char* what, const Tensor<T>& x, const Mask& same, const CallSite& site) const {
    check_separate(Svd::traits.name, what, x, same, site);
  }
  // 1 / s, for vectors outside of the spaces of u and v, of which there are some where the sides differ; 0 of a 0,
  // which throws where vectors are `met` by an adjoint or a tangent.
  Tensor<T> inverse_values(const Tensor<T>& s, bool met, const CallSite& site) const {
    const std::size_t k = s.shape().back(0);
    const T tiny = std::numeric_limits<T>::epsilon() * static_cast<T>(k);
    Mask zero(s.shape());
    for (std::size_t i = 0; i < s.size(); ++i) {
      zero.mutable_data()[i] = !(s.data()[i] > tiny * s.data()[i / k * k]);
      if (!met || !zero.data()[i]) continue;
      fail(Svd::traits.name, leading(s.shape(), 1), i / k,
           "has a singular value of 0, whose vectors have no derivative", "Use the singular values alone, or pinv",
           site);
    }
    return where(zero, Tensor<T>(T(0)), 1 / where(zero, Tensor<T>(T(1)), s));
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const auto [u, s, vh] = unpacked(all, shapes);
    const auto [du, ds, dvh] = unpacked(g, shapes);
    const CallSite& site = sweep.entry->site;
    const Mask same = equal_pairs(s);
    const Tensor<T> x = product(u, du, true), y = product(vh, dvh, false, true), gaps = inverse_gaps(square(s), same);
    check(singular_value, x, same, site);
    check(singular_value, y, same, site);
    const Tensor<T> inner =
        (x - turned(x)) * gaps * as_row(s) + as_column(s) * ((y - turned(y)) * gaps) + einsum("...i->...ii", ds);
    Tensor<T> of_a = product(product(u, inner), vh);
    const bool u_met = !all_zero(du), v_met = !all_zero(dvh);
    if (shapes[0].back(1) > shapes[0].back(0) && (sweep.recording || u_met)) {
      of_a = of_a + product((du - product(u, x)) * as_row(inverse_values(s, u_met, site)), vh);
    }
    if (shapes[2].back(0) > shapes[2].back(1) && (sweep.recording || v_met)) {
      of_a = of_a + product(u * as_row(inverse_values(s, v_met, site)), dvh - product(y, vh, true));
    }
    sweep.add(0, of_a);
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const auto [u, s, vh] = unpacked(all, shapes);
    const CallSite& site = push.entry->site;
    const Mask same = equal_pairs(s);
    const Tensor<T> da = push.tangent<T>(0), along_v = product(da, vh, false, true), along_u = product(u, da, true);
    const Tensor<T> p = product(u, along_v, true), gaps = inverse_gaps(square(s), same);
    check(singular_value, p, same, site);
    Tensor<T> du = product(u, (p * as_row(s) + turned(p * as_row(s))) * gaps);
    Tensor<T> dvh = product((as_column(s) * p + turned(as_column(s) * p)) * gaps, vh, true);
    if (shapes[0].back(1) > shapes[0].back(0)) {
      du = du + (along_v - product(u, p)) * as_row(inverse_values(s, true, site));
    }
    if (shapes[2].back(0) > shapes[2].back(1)) {
      dvh = dvh + as_column(inverse_values(s, true, site)) * (along_u - product(p, vh));
    }
    return packed<T, 3>({du, einsum("...ii->...i", p), dvh});
  }
  static constexpr const char* singular_value = "singular value";
};

// u, s and vh of all matrices, one after the other in `to`.
template <Real T>
void decompose(T* to, const Tensor<T>& a, std::string_view op, const CallSite& site) {
  const std::size_t m = a.shape().back(1), n = a.shape().back(0), k = std::min(m, n), count = leading(a.shape()).size();
  Tensor<T> copy = Tensor<T>::empty(a.shape());
  T *const work = copy.mutable_data(), *const u = to, *const s = u + count * m * k, *const vh = s + count * k;
  const std::size_t failed = for_each_matrix(count, 8 * m * n * k, [&, data = a.data()](std::size_t i) {
    const T* const from = data + i * m * n;
    if (!kernels::all_finite(from, m * n)) return false;
    std::copy_n(from, m * n, work + i * m * n);
    return kernels::svd(work + i * m * n, u + i * m * k, s + i * k, vh + i * k * n, m, n);
  });
  if (failed == count) return;
  fail(op, leading(a.shape()), failed, "has no singular values that LAPACK finds",
       "Is there a NaN or an infinity in it?", site);
}

template <Real T>
Tensor<T> packed_svd(const Tensor<T>& a, const CallSite& site) {
  Inputs in(Svd::traits.name, site, a);
  const std::array<Shape, 3> shapes = svd_shapes(a.shape());
  Tensor<T> y = in.template output<T>(packed_shape(shapes));
  decompose(y.mutable_data(), a, Svd::traits.name, site);
  if (in) in.record(y, Svd{}, SvdRule<T>{shapes, y});
  return y;
}
}  // namespace

template <Real T>
SingularValues<T> svd(const Tensor<T>& a, CallSite site) {
  if (!a) fail_empty(Svd::traits.name, site);
  check_matrices(Svd::traits.name, a.shape(), site);
  const auto [u, s, vh] = unpacked(packed_svd(a, site), svd_shapes(a.shape()), site);
  return {u, s, vh};
}

// ---- pinv: y = a^+     da = -y^T dy y^T + (1 - a y) dy^T y y^T + y^T y dy^T (1 - y a)
namespace {
struct Pinv {
  static constexpr OpTraits traits{
      .name = "pinv",
      .formula = with_adjoints({"a^+", "a^{+}"}, {"a",
                                                  {"-y^T g y^T + (1 - a y) g^T y y^T + y^T y g^T (1 - y a)",
                                                   "-y^\\top g y^\\top + (1 - a y) g^\\top y y^\\top"
                                                   " + y^\\top y g^\\top (1 - y a)"}})};
  std::optional<double> rcond;
  auto operator()(const auto& x) const { return pinv(x[0], rcond); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

// Tangent  dy = -y da y + y y^T da^T (1 - a y) + (1 - y a) da^T y^T y.
template <Real T>
struct PinvRule {
  Tensor<T> a, y;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> left = product(product(g, y, true), y, false, true);   // g^T y y^T
    const Tensor<T> right = product(product(y, y, true), g, false, true);  // y^T y g^T
    sweep.add(0, left - product(a, product(y, left)) + right - product(product(right, y), a) -
                     product(product(y, g, true), y, false, true));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const Tensor<T> da = push.tangent<T>(0);
    const Tensor<T> left = product(y, product(y, da, true, true));   // y y^T da^T
    const Tensor<T> right = product(product(da, y, true, true), y);  // da^T y^T y
    return left - product(product(left, a), y) + right - product(y, product(a, right)) - product(product(y, da), y);
  }
};
}  // namespace

template <Real T>
Tensor<T> pinv(const Tensor<T>& a, std::optional<double> rcond, CallSite site) {
  Inputs in(Pinv::traits.name, site, a);
  check_matrices(Pinv::traits.name, a.shape(), site);
  const std::size_t m = a.shape().back(1), n = a.shape().back(0), k = std::min(m, n);
  Tensor<T> y = in.template output<T>(with_matrix(a.shape(), n, m));
  {
    const Tape::Pause pause;
    const std::array<Shape, 3> shapes = svd_shapes(a.shape());
    Tensor<T> all = Tensor<T>::empty(packed_shape(shapes));
    decompose(all.mutable_data(), a, Pinv::traits.name, site);
    const auto [u, s, vh] = unpacked(all, shapes);
    const double least = rcond.value_or(static_cast<double>(std::max(m, n)) * std::numeric_limits<T>::epsilon());
    Tensor<T> inverse = Tensor<T>::empty(s.shape());
    for (std::size_t i = 0; i < s.size(); ++i) {
      const T value = s.data()[i];
      inverse.mutable_data()[i] = value > least * s.data()[i / k * k] ? 1 / value : T(0);
    }
    const Tensor<T> value = product(vh * as_column(inverse), u, true, true);
    std::copy_n(value.data(), value.size(), y.mutable_data());
  }
  if (in) in.record(y, Pinv{rcond}, PinvRule<T>{snapshot(a), y});
  return y;
}

// ---- lstsq: x = a^+ b
template <Real T>
Tensor<T> lstsq(const Tensor<T>& a, const Tensor<T>& b, std::optional<double> rcond, CallSite site) {
  if (!a || !b) fail_empty("lstsq", site);
  check_matrices("lstsq", a.shape(), site);
  if (b.rank() == 0 || b.shape().back(b.rank() == 1 ? 0 : 1) != a.shape().back(1)) {
    throw ShapeError("lstsq: b needs as many rows as a, but a is " + text(a.shape()) + " and b is " + text(b.shape()) +
                     text(site) + ". Right-hand sides are columns, (..., m, k), or one vector (m,)");
  }
  return matmul(pinv(a, rcond, site), b, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SingularValueOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<SingularValues<T>(X, CallSite)>(svd),
                                        Function<Tensor<T>(X, std::optional<double>, CallSite)>(pinv),
                                        Function<Tensor<T>(X, X, std::optional<double>, CallSite)>(lstsq)};
};
template struct SingularValueOps<float>;
template struct SingularValueOps<double>;

}  // namespace tapegrad
