// The stages of a discrete Fourier transform: butterflies over lines that stand side by side.
#pragma once
#include <array>
#include <type_traits>

#include "kernels/fourier_plan.h"
#include "tapegrad/functions/lanes.h"

namespace tapegrad::kernels {

template <class V>
struct NumberOf {
  using type = V;
};
template <Real T, class Arch>
struct NumberOf<Lanes<T, Arch>> {
  using type = T;
};

/// c + a b and c - a b, rounded once where the processor can.
template <class V>
V plus_product(const V& c, const V& a, const V& b) {
  if constexpr (std::is_arithmetic_v<V>) return c + a * b;
  else return fma(a, b, c);
}
template <class V>
V minus_product(const V& c, const V& a, const V& b) {
  if constexpr (std::is_arithmetic_v<V>) return c - a * b;
  else return V(xsimd::fnma(a.batch, b.batch, c.batch));
}

/// A complex number, or a register of them; with what butterflies need, no more.
template <class V>
struct Turnable {
  using T = typename NumberOf<V>::type;
  V re, im;

  static Turnable load(Planar<T> from, std::size_t place) {
    if constexpr (std::is_arithmetic_v<V>) return {from.re[place], from.im[place]};
    else return {V::load(from.re + place), V::load(from.im + place)};
  }
  void store(Planar<T> to, std::size_t place) const {
    if constexpr (std::is_arithmetic_v<V>) {
      to.re[place] = re;
      to.im[place] = im;
    } else {
      re.store(to.re + place);
      im.store(to.im + place);
    }
  }
  friend Turnable operator+(const Turnable& a, const Turnable& b) { return {a.re + b.re, a.im + b.im}; }
  friend Turnable operator-(const Turnable& a, const Turnable& b) { return {a.re - b.re, a.im - b.im}; }
  Turnable plus(const V& factor, const Turnable& other) const {
    return {plus_product(re, factor, other.re), plus_product(im, factor, other.im)};
  }
  Turnable times(const V& real, const V& imaginary) const {
    return {minus_product(V(re * real), im, imaginary), plus_product(V(re * imaginary), im, real)};
  }
  /// Times i: a quarter turn to the left.
  Turnable left() const { return {-im, re}; }
};

/// x[k] = the sum of x[j] e^(-2 pi i j k / radix), in place. `roots` are those, for an odd radix.
template <class V>
void butterfly(Turnable<V>* x, std::integral_constant<std::size_t, 2>, Planar<const typename NumberOf<V>::type>) {
  const Turnable<V> a = x[0], b = x[1];
  x[0] = a + b;
  x[1] = a - b;
}
template <class V>
void butterfly(Turnable<V>* x, std::integral_constant<std::size_t, 4>, Planar<const typename NumberOf<V>::type>) {
  const Turnable<V> a = x[0] + x[2], b = x[0] - x[2], c = x[1] + x[3], d = (x[1] - x[3]).left();
  x[0] = a + c;
  x[1] = b - d;
  x[2] = a - c;
  x[3] = b + d;
}
/// Any odd radix, a number that the compiler knows or not: x[j] and x[radix - j] have one cosine, and sines that differ
/// by their sign.
template <class V, class Radix>
[[gnu::always_inline]] inline void butterfly(Turnable<V>* x, Radix radix,
                                             Planar<const typename NumberOf<V>::type> roots) {
  constexpr bool known = !std::is_same_v<Radix, std::size_t>;
  constexpr std::size_t most = [] {
    if constexpr (known) return Radix::value;
    else return largest_radix;
  }();
  const std::size_t half = radix / 2;
  std::array<Turnable<V>, most / 2> sums{}, gaps{};
  const Turnable<V> first = x[0];
  for (std::size_t j = 0; j < half; ++j) {
    sums[j] = x[j + 1] + x[radix - 1 - j];
    gaps[j] = x[j + 1] - x[radix - 1 - j];
    x[0] = x[0] + sums[j];
  }
  for (std::size_t k = 1; k <= half; ++k) {
    Turnable<V> even = first.plus(V(roots.re[k]), sums[0]),
                odd{V(roots.im[k]) * gaps[0].re, V(roots.im[k]) * gaps[0].im};
    for (std::size_t j = 1; j < half; ++j) {
      const std::size_t place = (j + 1) * k % radix;
      even = even.plus(V(roots.re[place]), sums[j]);
      odd = odd.plus(V(roots.im[place]), gaps[j]);
    }
    x[k] = even + odd.left();
    x[radix - k] = even - odd.left();
  }
}

/// One butterfly for each of the places from `begin` to `end` of a stride, a register of them at a time.
template <class V, class T, class Radix>
std::size_t butterflies(std::size_t begin, std::size_t end, Planar<T> from, std::size_t from_step, Planar<T> to,
                        std::size_t to_step, Radix radix, Planar<const T> turns, Planar<const T> roots) {
  constexpr std::size_t together = [] {
    if constexpr (std::is_arithmetic_v<V>) return std::size_t(1);
    else return V::count;
  }();
  constexpr std::size_t most = [] {
    if constexpr (std::is_same_v<Radix, std::size_t>) return largest_radix;
    else return Radix::value;
  }();
  for (; begin + together <= end; begin += together) {
    std::array<Turnable<V>, most> x{};
    for (std::size_t j = 0; j < radix; ++j) x[j] = Turnable<V>::load(from, begin + j * from_step);
    butterfly(x.data(), radix, roots);
    x[0].store(to, begin);
    for (std::size_t k = 1; k < radix; ++k) {
      x[k].times(V(turns.re[k - 1]), V(turns.im[k - 1])).store(to, begin + k * to_step);
    }
  }
  return begin;
}

/// A stage of Stockham's algorithm, which leaves the numbers in their order: element q + stride (p + rest j) of `from`
/// goes into butterfly p as number j, its number k becomes element q + stride (radix p + k) of `to`.
template <class T, class Radix>
void run_stage(const FourierPlan<T>& plan, const FourierStage& stage, Planar<T> from, Planar<T> to, std::size_t stride,
               Radix radix) {
  const Planar<const T> roots{plan.roots.re.data() + stage.roots, plan.roots.im.data() + stage.roots};
  Planar<const T> turns{plan.turns.re.data() + stage.turns, plan.turns.im.data() + stage.turns};
  for (std::size_t p = 0; p < stage.rest; ++p, turns = turns.from(radix - 1)) {
    const Planar<T> source = from.from(stride * p), target = to.from(stride * radix * p);
    const std::size_t done =
        butterflies<Lanes<T>>(0, stride, source, stride * stage.rest, target, stride, radix, turns, roots);
    butterflies<T>(done, stride, source, stride * stage.rest, target, stride, radix, turns, roots);
  }
}
template <class T>
void run_stage(const FourierPlan<T>& plan, const FourierStage& stage, Planar<T> from, Planar<T> to,
               std::size_t stride) {
  const auto run = [&](auto radix) { run_stage(plan, stage, from, to, stride, radix); };
  switch (stage.radix) {
    case 2: return run(std::integral_constant<std::size_t, 2>());
    case 3: return run(std::integral_constant<std::size_t, 3>());
    case 4: return run(std::integral_constant<std::size_t, 4>());
    case 5: return run(std::integral_constant<std::size_t, 5>());
    default: return run(stage.radix);
  }
}

}  // namespace tapegrad::kernels
