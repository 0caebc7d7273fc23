// Several numbers at once: one SIMD register, with the functions that elementwise formulas are written in.
#pragma once
#include <array>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "tapegrad/tensor/node.h"

namespace tapegrad {

/// What a comparison of registers gives: a yes or no for each lane. A type of its own that stands for no number and no
/// bool, since on some processors xsimd's is an integer that converts to bool, and a formula that took one for a number
/// would compile for those only. It chooses by where(mask, a, b).
template <Real T, class Arch = xsimd::default_arch>
struct LanesMask {
  using Bits = xsimd::batch_bool<T, Arch>;
  explicit LanesMask(const std::same_as<Bits> auto& lanes) : bits(lanes) {}
  friend LanesMask operator&&(const LanesMask& a, const LanesMask& b) { return LanesMask(a.bits & b.bits); }
  friend LanesMask operator||(const LanesMask& a, const LanesMask& b) { return LanesMask(a.bits | b.bits); }
  friend LanesMask operator!(const LanesMask& a) { return LanesMask(~a.bits); }
  friend LanesMask operator&(const LanesMask& a, const LanesMask& b) { return a && b; }
  friend LanesMask operator|(const LanesMask& a, const LanesMask& b) { return a || b; }
  /// Not xsimd's, which in version 8.1 is an or with AVX-512.
  friend LanesMask operator^(const LanesMask& a, const LanesMask& b) { return (a && !b) || (!a && b); }
  friend LanesMask operator~(const LanesMask& a) { return !a; }
  friend LanesMask operator!=(const LanesMask& a, const LanesMask& b) { return a ^ b; }
  friend LanesMask operator==(const LanesMask& a, const LanesMask& b) { return !(a ^ b); }
  template <std::same_as<bool> B>
  operator B() const {
    static_assert(!std::same_as<B, bool>,
                  "fuse: a comparison has a yes or no for each element, so ?: and if cannot follow it: choose by "
                  "where(mask, a, b), for the larger one maximum(a, b)");
    return false;
  }

  Bits bits;
};

/// A register of T. The instruction set is part of the type, so that files built for different ones never share a
/// function.
template <Real T, class Arch = xsimd::default_arch>
struct Lanes {
  using value_type = T;
  using Batch = xsimd::batch<T, Arch>;
  using Mask = LanesMask<T, Arch>;
  static constexpr std::size_t count = Batch::size;

  Lanes() = default;
  Lanes(Batch lanes) : batch(lanes) {}
  Lanes(T number) : batch(number) {}
  static Lanes load(const T* from) { return Batch::load_unaligned(from); }
  /// The first `some` numbers at `from`, `fill` for the rest.
  static Lanes load_part(const T* from, std::size_t some, T fill = 0) {
    alignas(64) T part[count];
    for (std::size_t i = 0; i < count; ++i) part[i] = i < some ? from[i] : fill;
    return Batch::load_aligned(part);
  }
  void store(T* to) const { batch.store_unaligned(to); }
  void store_part(T* to, std::size_t some) const {
    alignas(64) T part[count];
    batch.store_aligned(part);
    for (std::size_t i = 0; i < some; ++i) to[i] = part[i];
  }
  /// The first `some` lanes, zeros for the rest.
  Lanes first(std::size_t some) const {
    alignas(64) static constexpr auto places = [] {
      std::array<T, count> all{};
      for (std::size_t i = 0; i < count; ++i) all[i] = T(i);
      return all;
    }();
    return where(Lanes(Batch::load_aligned(places.data())) < Lanes(T(some)), *this, Lanes(T(0)));
  }
  /// The sum of the lanes, always in the same order.
  T total() const {
    alignas(64) T part[count];
    batch.store_aligned(part);
    std::size_t width = count / 2;
    if constexpr (sizeof(part) == 64) {  // a loop over the halves of 64 bytes is four times slower
      using Half [[gnu::vector_size(32)]] = T;
      Half left, right;
      std::memcpy(&left, part, 32);
      std::memcpy(&right, part + width, 32);
      left += right;
      std::memcpy(part, &left, 32);
      width /= 2;
    }
    for (; width; width /= 2) {
      for (std::size_t i = 0; i < width; ++i) part[i] += part[i + width];
    }
    return part[0];
  }

  friend Lanes operator+(const Lanes& a, const Lanes& b) { return a.batch + b.batch; }
  friend Lanes operator-(const Lanes& a, const Lanes& b) { return a.batch - b.batch; }
  friend Lanes operator*(const Lanes& a, const Lanes& b) { return a.batch * b.batch; }
  friend Lanes operator/(const Lanes& a, const Lanes& b) { return a.batch / b.batch; }
  friend Lanes operator-(const Lanes& a) { return -a.batch; }
  /// a b + c, rounded once where the processor can.
  friend Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) { return xsimd::fma(a.batch, b.batch, c.batch); }
  friend Mask operator>(const Lanes& a, const Lanes& b) { return Mask(a.batch > b.batch); }
  friend Mask operator<(const Lanes& a, const Lanes& b) { return Mask(a.batch < b.batch); }
  friend Mask operator>=(const Lanes& a, const Lanes& b) { return Mask(a.batch >= b.batch); }
  friend Mask operator<=(const Lanes& a, const Lanes& b) { return Mask(a.batch <= b.batch); }
  friend Mask operator==(const Lanes& a, const Lanes& b) { return Mask(a.batch == b.batch); }
  /// Not xsimd's, which says no of a NaN with AVX-512.
  friend Mask operator!=(const Lanes& a, const Lanes& b) { return !(a == b); }
  friend Mask isnan(const Lanes& x) { return x != x; }
  friend Mask isinf(const Lanes& x) { return abs(x) == Lanes(std::numeric_limits<T>::infinity()); }
  friend Mask isfinite(const Lanes& x) { return abs(x) < Lanes(std::numeric_limits<T>::infinity()); }

  friend Lanes exp(const Lanes& x) { return xsimd::exp(x.batch); }
  friend Lanes exp2(const Lanes& x) { return xsimd::exp2(x.batch); }
  friend Lanes expm1(const Lanes& x) { return xsimd::expm1(x.batch); }
  friend Lanes log(const Lanes& x) { return xsimd::log(x.batch); }
  friend Lanes log1p(const Lanes& x) { return xsimd::log1p(x.batch); }
  /// On aarch64 a lane at a time: xsimd 8.1's is an estimate there, refined twice, and NaN at infinity.
  friend Lanes sqrt(const Lanes& x) {
    if constexpr (std::is_base_of_v<xsimd::neon, Arch>) {
      alignas(64) T root[count];
      x.batch.store_aligned(root);
      for (std::size_t i = 0; i < count; ++i) root[i] = std::sqrt(root[i]);
      return Batch::load_aligned(root);
    } else {
      return xsimd::sqrt(x.batch);
    }
  }
  friend Lanes abs(const Lanes& x) { return xsimd::abs(x.batch); }
  friend Lanes sin(const Lanes& x) { return xsimd::sin(x.batch); }
  friend Lanes cos(const Lanes& x) { return xsimd::cos(x.batch); }
  friend Lanes tanh(const Lanes& x) { return xsimd::tanh(x.batch); }
  friend Lanes floor(const Lanes& x) { return xsimd::floor(x.batch); }
  friend Lanes ceil(const Lanes& x) { return xsimd::ceil(x.batch); }
  friend Lanes trunc(const Lanes& x) { return xsimd::trunc(x.batch); }
  /// std::pow: xsimd's knows neither negative bases nor 0^0.
  friend Lanes pow(const Lanes& a, const Lanes& b) {
    return a.each([](T p, T q) { return std::pow(p, q); }, b);
  }
  /// x limited to [low, high]; a NaN stays one.
  friend Lanes clip(const Lanes& x, double low, double high) {
    return xsimd::min(Batch(T(high)), xsimd::max(Batch(T(low)), x.batch));  // of a NaN, the second one
  }

  /// f lane by lane: for functions that xsimd lacks, has wrong in some release, or to less than 2 units in the last
  /// place. Such a function costs what its form for one number costs.
  template <class F>
  Lanes each(const F& f) const {
    alignas(64) T part[count];
    batch.store_aligned(part);
    for (T& lane : part) lane = static_cast<T>(f(lane));
    return Batch::load_aligned(part);
  }
  template <class F>
  Lanes each(const F& f, const Lanes& other) const {
    alignas(64) T part[count], second[count];
    batch.store_aligned(part);
    other.batch.store_aligned(second);
    for (std::size_t i = 0; i < count; ++i) part[i] = static_cast<T>(f(part[i], second[i]));
    return Batch::load_aligned(part);
  }

  Batch batch;
};

template <class X>
inline constexpr bool is_lanes_mask = false;
template <Real T, class Arch>
inline constexpr bool is_lanes_mask<LanesMask<T, Arch>> = true;
/// A mask and what is none: refused in words.
template <class A, class B>
concept MaskAsNumber = is_lanes_mask<A> != is_lanes_mask<B>;
template <class A, class B>
auto refuse_mask(const A& a, const B& b) {
  static_assert(!MaskAsNumber<A, B>,
                "fuse: a comparison is no number: write where(a > b, 1.0, 0.0), or choose by where(mask, a, b)");
  if constexpr (is_lanes_mask<A>) return b;
  else return a;
}
template <class A, class B>
  requires MaskAsNumber<A, B>
auto operator+(const A& a, const B& b) { return refuse_mask(a, b); }
template <class A, class B>
  requires MaskAsNumber<A, B>
auto operator-(const A& a, const B& b) { return refuse_mask(a, b); }
template <class A, class B>
  requires MaskAsNumber<A, B>
auto operator*(const A& a, const B& b) { return refuse_mask(a, b); }
template <class A, class B>
  requires MaskAsNumber<A, B>
auto operator/(const A& a, const B& b) { return refuse_mask(a, b); }

/// a where the mask is set, b elsewhere. Plain numbers stand for a register of them.
template <Real T, class Arch>
Lanes<T, Arch> where(const LanesMask<T, Arch>& mask, const std::type_identity_t<Lanes<T, Arch>>& a,
                     const std::type_identity_t<Lanes<T, Arch>>& b) {
  return xsimd::select(mask.bits, a.batch, b.batch);
}

}  // namespace tapegrad
