// The error function of registers, by one polynomial on either side of 1. xsimd's erfc was wrong before 11.2, and the
// normal distribution's lower tail needs more than 1 - erf.
#pragma once
#include <array>
#include <cstddef>
#include <numbers>
#include <type_traits>

#include "tapegrad/functions/lanes.h"

namespace tapegrad::elementwise {

/// The coefficients for T: float needs fewer. Interpolated at Chebyshev's points in 40 digits.
template <Real T>
struct ErrorFunction {
  /// erf(x) / x by powers of x^2, for |x| <= 1.
  static constexpr std::array near{
      1.1283791670955126,    -0.37612638903183748,   0.11283791670954882,   -0.026866170645077334,
      0.0052239776248232226, -0.0008548326981129666, 0.00012055331122299265, -1.4925595519506043e-5,
      1.6461004480962035e-6, -1.6350354461959656e-7, 1.4660051998394848e-8,  -1.1373902296430912e-9,
      5.9589307431349412e-11};
  /// (1 + 2 x) e^(x^2) erfc(x) by powers of (x - 3.75) / (x + 3.75), for x >= 0: Shepherd and Laframboise 1981.
  static constexpr std::array tail{
      1.2375126308378275,     -0.14024059858554696,   0.0035854154854790256,  0.082276738490145208,
      -0.10880393014244461,   0.092304321160377479,   -0.05869339857664934,   0.028362277418956394,
      -0.0097465796832652504, 0.0017556258528953682,  0.00029371437804490324, -0.00029015408054114523,
      5.1646529741930949e-5,  2.2384239155889575e-5,  -1.1438048033631918e-5, -9.7355989813708603e-7,
      1.7419821589514249e-6,  -5.7218229027755647e-8, -2.4857126271276774e-7, 2.3263507601499514e-8,
      3.1979266808173489e-8,  -3.7442096395570237e-9, -2.6231073623858516e-9, 3.1114326199531875e-10};
};
template <>
struct ErrorFunction<float> {
  static constexpr std::array near{1.12837917f,    -0.376126269f,   0.112835975f,  -0.0268543288f,
                                   0.00518931194f, -0.000801885499f, 7.88249711e-5f};
  static constexpr std::array tail{1.23751262f,    -0.140243066f,   0.00358627039f,  0.0823265701f,
                                   -0.10881427f,   0.0920211291f,   -0.0586468587f,  0.0290255734f,
                                   -0.00984449486f, 0.00105959116f, 0.000396307613f};
};

/// c[0] + c[1] x + c[2] x^2 + ...
template <class V, class T, std::size_t n>
V polynomial(const std::array<T, n>& c, const V& x) {
  V sum(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = fma(sum, x, V(c[i]));
  return sum;
}

/// e^(-scale x^2) for 0 <= x <= 40. A rounded square alone would be off by x^2 units in the last place: x is cut where
/// the square of its first part is exact.
template <Real T, class Arch>
Lanes<T, Arch> gaussian(const Lanes<T, Arch>& x, T scale) {
  constexpr T cut = std::is_same_v<T, float> ? 0x1.8p17 : 0x1.8p32;  // a sum with it has 6 or 20 bits of fraction
  const Lanes<T, Arch> first = (x + cut) - cut;
  return exp(-scale * (first * first)) * exp(-scale * ((x - first) * (x + first)));
}
/// erfc(x) e^(x^2) for x >= 0.
template <Real T, class Arch>
Lanes<T, Arch> scaled_tail(const Lanes<T, Arch>& x) {
  return polynomial(ErrorFunction<T>::tail, (x - T(3.75)) / (x + T(3.75))) / (T(1) + T(2) * x);
}
/// |x|, or 40 where it is more: in double all tails are 0 there.
template <Real T, class Arch>
Lanes<T, Arch> distance(const Lanes<T, Arch>& x) {
  const Lanes<T, Arch> far = abs(x);
  return where(far > T(40), T(40), far);
}
/// erfc(|x|).
template <Real T, class Arch>
Lanes<T, Arch> erfc_of_distance(const Lanes<T, Arch>& x) {
  const Lanes<T, Arch> z = distance(x);
  return gaussian(z, T(1)) * scaled_tail(z);
}

}  // namespace tapegrad::elementwise

namespace tapegrad {

template <Real T, class Arch>
Lanes<T, Arch> erf(const Lanes<T, Arch>& x) {
  using namespace elementwise;
  const Lanes<T, Arch> far = T(1) - erfc_of_distance(x);
  return where(abs(x) <= T(1), x * polynomial(ErrorFunction<T>::near, x * x), where(x < T(0), -far, far));
}
template <Real T, class Arch>
Lanes<T, Arch> erfc(const Lanes<T, Arch>& x) {
  const Lanes<T, Arch> far = elementwise::erfc_of_distance(x);
  return where(x < T(0), T(2) - far, far);
}

/// The part of a standard normal distribution below x.
template <Real T, class Arch>
Lanes<T, Arch> lower_part(const Lanes<T, Arch>& x) {
  using namespace elementwise;
  const Lanes<T, Arch> z = distance(x);
  const Lanes<T, Arch> below = gaussian(z, T(0.5)) * scaled_tail(z * T(1 / std::numbers::sqrt2)) * T(0.5);
  return where(x < T(0), below, T(1) - below);
}

}  // namespace tapegrad
