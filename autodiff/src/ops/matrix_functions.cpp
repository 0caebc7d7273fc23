// Powers and exponentials of matrices.
#include <array>
#include <cmath>
#include <vector>

#include "ops/instances.h"
#include "ops/matrices.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/linear_systems.h"

namespace tapegrad {
using namespace engine;
using namespace matrices;

// ---- matrix_power: products
template <Real T>
Tensor<T> matrix_power(const Tensor<T>& a, long power, CallSite site) {
  if (!a) fail_empty("matrix_power", site);
  check_square("matrix_power", a.shape(), site);
  const std::size_t n = a.shape().back(0);
  if (power == 0) {  // the identity, whose derivatives are 0
    return where(lower_triangle(n, n, -static_cast<long>(n)), a, eye<T>(n), site);
  }
  Tensor<T> square = power < 0 ? inv(a, site) : reshape(a, a.shape(), site);  // never the variable itself
  Tensor<T> result;
  for (unsigned long left = power < 0 ? 0UL - static_cast<unsigned long>(power) : static_cast<unsigned long>(power);;) {
    if (left & 1) result = result ? matmul(result, square, site) : square;
    left >>= 1;
    if (left == 0) return result;
    square = matmul(square, square, site);
  }
}

// ---- expm: y = e^a     da = the derivative of the exponential at a^T, in direction dy
namespace {
struct Expm {
  static constexpr OpTraits traits{
      .name = "expm",
      .formula = with_adjoints({"e^a of matrices", "e^{a}"},
                               {"a", {"the derivative of e^a at a^T along g", "L_{\\exp}(a^\\top, g)"}})};
  auto operator()(const auto& x) const { return expm(x[0]); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

// The largest sum of magnitudes in a column of each matrix.
template <Real T>
Tensor<T> column_norms(const Tensor<T>& a) {
  return amax(sum(abs(a), {-2}), {-1});
}

// How often each matrix is to be halved until the approximant is exact to rounding: Higham (2005), table 2.3.
template <Real T>
std::vector<int> halvings(const Tensor<T>& a, const CallSite& site) {
  constexpr double reach = 5.371920351148152;
  const Tensor<T> norms = column_norms(a);
  std::vector<int> result;
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const double norm = norms.data()[i];
    if (!std::isfinite(norm)) {
      fail(Expm::traits.name, norms.shape(), i, "holds an infinity or a NaN", "Its exponential is not computed", site);
    }
    result.push_back(norm > reach ? static_cast<int>(std::ceil(std::log2(norm / reach))) : 0);
  }
  return result;
}

// The approximant of degree 13 over 13: (v - u)^-1 (v + u), where u has the odd powers and v the even ones.
template <Real T>
Tensor<T> approximant(const Tensor<T>& a) {
  constexpr std::array<double, 14> b{64764752532480000.,
                                     32382376266240000.,
                                     7771770303897600.,
                                     1187353796428800.,
                                     129060195264000.,
                                     10559470521600.,
                                     670442572800.,
                                     33522128640.,
                                     1323241920.,
                                     40840800.,
                                     960960.,
                                     16380.,
                                     182.,
                                     1.};
  constexpr double scale = 1 / b[0];  // so that floats do not overflow
  const Tensor<T> one = eye<T>(a.shape().back(0)), a2 = product(a, a), a4 = product(a2, a2), a6 = product(a4, a2);
  auto powers = [&](std::size_t first) {
    const Tensor<T> high =
        product(a6, a6 * (b[first + 12] * scale) + a4 * (b[first + 10] * scale) + a2 * (b[first + 8] * scale));
    return high + a6 * (b[first + 6] * scale) + a4 * (b[first + 4] * scale) + a2 * (b[first + 2] * scale) +
           one * (b[first] * scale);
  };
  const Tensor<T> u = product(a, powers(1)), v = powers(0);
  return solve(v - u, v + u);
}

template <Real T>
Tensor<T> exponential(const Tensor<T>& a, const CallSite& site) {
  const Tape::Pause pause;
  const std::vector<int> times = halvings(a, site);
  const Shape batch = leading(a.shape());
  Tensor<T> scale = Tensor<T>::empty(with_last(with_last(batch, 1), 1));
  std::transform(times.begin(), times.end(), scale.mutable_data(), [](int n) { return std::ldexp(T(1), -n); });
  Tensor<T> y = approximant(a * scale);
  const int most = times.empty() ? 0 : *std::max_element(times.begin(), times.end());
  for (int n = 0; n < most; ++n) {
    Mask squared(scale.shape());
    std::transform(times.begin(), times.end(), squared.mutable_data(), [n](int of_one) { return n < of_one; });
    y = where(squared, product(y, y), y);
  }
  return y;
}

// The derivative of the exponential at a along e.
template <Real T>
Tensor<T> derivative(const Tensor<T>& a, const Tensor<T>& e) {
  const auto n = a.shape().back(0);
  const Tensor<T> zeros = Tensor<T>::full(a.shape(), 0);
  const Tensor<T> blocks = concatenate({concatenate({a, e}, -1), concatenate({zeros, a}, -1)}, -2);
  Slices corner;
  for (const std::size_t length : a.shape()) corner.push_back({0, 1, length, false});
  corner[a.rank() - 1].start = static_cast<long>(n);
  return slice(expm(blocks), corner);
}
}  // namespace

template <Real T>
Tensor<T> expm(const Tensor<T>& a, CallSite site) {
  Inputs in(Expm::traits.name, site, a);
  check_square(Expm::traits.name, a.shape(), site);
  Tensor<T> y = in.template output<T>(a.shape());
  if (a.size() > 0) {
    const Tensor<T> value = exponential(constant(a), site);
    std::copy_n(value.data(), value.size(), y.mutable_data());
  }
  if (in) {
    in.record(y, Expm{},
              adjoint_and_tangent(
                  [a = snapshot(a)](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, derivative(turned(a), g)); },
                  [a = snapshot(a)](const Push& push) { return derivative(a, push.tangent<T>(0)); }));
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct MatrixFunctions {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, long, CallSite)>(matrix_power),
                                        Function<Tensor<T>(X, CallSite)>(expm)};
};
template struct MatrixFunctions<float>;
template struct MatrixFunctions<double>;

}  // namespace tapegrad
