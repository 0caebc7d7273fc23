// Scalars on the tape: a run of statements is one entry, each statement a weighted edge for each scalar it reads.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/engine/scalar_log.h"
#include "tapegrad/scalar_expression.h"
#include "tapegrad/scalar_functions.h"
#include "tapegrad/tensor.h"

namespace tapegrad {

/// Throws NumberError where `value`, made from these leaves, is a NaN or infinity.
template <Real T>
void require_number(const ScalarLog<T>& log, T value, std::span<const ScalarLeaf<T>> leaves);

/// A number on the tape. Made by variable(number), by statements on scalars, or from an element of a tensor.
/// It belongs to the tape it was made on, and to the thread. Copies are free: they are the same quantity. Where no tape
/// records, what is computed is a constant. Never converts to a number by itself: ask value().
template <Real T>
class Scalar {
 public:
  using value_type = T;
  Scalar(T value = 0) : value_(value) {}
  Scalar(const Scalar& other) noexcept : Scalar(other.read()) {}
  Scalar& operator=(const Scalar& other) noexcept {
    const ScalarLeaf<T> leaf = other.read();
    value_ = leaf.number;
    slot_ = leaf.slot;
    tag_ = leaf.tag;
    return *this;
  }
  ~Scalar() = default;
  /// A statement. Throws TapeError where the formula reads a scalar of another tape, or one that was rewound, and when
  /// a tape has 2^32 - 1 scalars already.
  template <ScalarExpression E>
    requires ScalarOperand<E, T>
  [[gnu::always_inline]] Scalar(const E& e) : value_(e.value()) {
    record(e);
  }
  template <ScalarExpression E>
    requires ScalarOperand<E, T>
  [[gnu::always_inline]] Scalar& operator=(const E& e) {
    record(e);
    value_ = e.value();
    return *this;
  }
  T value() const { return value_; }
  friend void swap(Scalar& a, Scalar& b) noexcept {
    std::swap(a.value_, b.value_);
    std::swap(a.slot_, b.slot_);
    std::swap(a.tag_, b.tag_);
  }

  /// A sum that is built term by term costs no edge of its own while nothing reads it.
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator+=(const X& x) {
    return add(capture<T>(x), T(1));
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator-=(const X& x) {
    return add(capture<T>(x), T(-1));
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator*=(const X& x) {
    return *this = *this * x;
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator/=(const X& x) {
    return *this = *this / x;
  }

  /// For the engine: a value at a slot of a tape; see ScalarParts for the tag.
  Scalar(T value, std::uint32_t slot, std::uint32_t tag) : value_(value), slot_(slot), tag_(tag) {}
  std::uint32_t slot() const { return slot_; }
  std::uint32_t tag() const { return tag_; }
  /// As it is now. From here on `+=` on it makes a new slot, since this one stands for the present value elsewhere.
  ScalarLeaf<T> read() const {
    if (!(tag_ & 1)) tag_ |= 1;  // never written in a constant, which threads may share
    return {value_, slot_, tag_};
  }

 private:
  explicit Scalar(const ScalarLeaf<T>& leaf) noexcept : value_(leaf.number), slot_(leaf.slot), tag_(leaf.tag) {}

  struct Place {
    std::uint32_t slot = 0, tag = constant_tag;
  };
  // All leaves are active.
  struct Writer {
    ScalarEdge<T>* next;
    std::uint32_t target;
    [[gnu::always_inline]] void operator()(T weight, const ScalarLeaf<T>& leaf) {
      *next++ = {weight, leaf.slot, target};
    }
  };
  // Any leaves.
  struct CarefulWriter : Writer {
    const ScalarLog<T>& log;
    void operator()(T weight, const ScalarLeaf<T>& leaf) {
      if (leaf.slot == 0) return;
      if (leaf.tag != (log.tag | 1) && !log.parts.alive(leaf.tag, leaf.slot)) fail_stale_scalar();
      Writer::operator()(weight, leaf);
    }
  };

  // For the error message.
  struct ListOfLeaves {
    std::vector<ScalarLeaf<T>> leaves;
    void operator()(T, const ScalarLeaf<T>& leaf) { leaves.push_back(leaf); }
  };

  template <class E>
  [[gnu::always_inline]] void record(const E& e) {
    ScalarLog<T>* log = ScalarRecorder::ready<T>(E::leaves);
    if (log && e.all_tagged(log->tag | 1)) [[likely]] {
      Writer out{log->cursor, log->slots++};
      e.write(out, T(1));
      log->cursor = out.next;
      slot_ = out.target;
      tag_ = log->tag;
    } else {
      const Place place = record_carefully(E(e));  // a copy, so that e itself may live in registers
      slot_ = place.slot;
      tag_ = place.tag;
    }
  }
  template <class E>
  [[gnu::noinline]] static Place record_carefully(const E& e) {
    if (!context().recording || !e.active()) return {};
    ScalarLog<T>& log = ScalarRecorder::prepare<T>(E::leaves);
    CarefulWriter out{{log.cursor, log.slots}, log};
    e.write(out, T(1));
    if (log.checks_numbers) [[unlikely]] {
      ListOfLeaves list;
      e.write(list, T(1));
      require_number<T>(log, e.value(), list.leaves);
    }
    log.cursor = out.next;
    ++log.slots;
    return {out.target, log.tag};
  }
  // s += e adds edges to the slot of s while nothing has read it: whatever reads it later stands behind them.
  template <class E>
  [[gnu::always_inline]] Scalar& add(const E& e, T sign) {
    ScalarLog<T>* log = ScalarRecorder::ready<T>(E::leaves);
    if (log && tag_ == log->tag && slot_ >= log->accumulate_from && e.all_tagged(log->tag | 1)) [[likely]] {
      Writer out{log->cursor, slot_};
      e.write(out, sign);
      log->cursor = out.next;
      value_ += sign * e.value();
      return *this;
    }
    return sign > 0 ? *this = *this + e : *this = *this - e;
  }

  T value_;
  std::uint32_t slot_ = 0;
  mutable std::uint32_t tag_ = constant_tag;
};

template <ScalarExpression E>
Scalar(const E&) -> Scalar<typename E::value_type>;

/// A scalar leaf on the recording tape. Throws TapeError when none records.
Scalar<double> variable(double value, std::string label);
Scalar<float> variable(float value, std::string label);
template <std::floating_point T>
  requires Real<T>
Scalar<T> variable(T value) {
  ScalarLog<T>* log = ScalarRecorder::begun<T>();
  if (!log || log->slots >= ScalarLog<T>::last_slots) [[unlikely]] return variable(value, std::string());
  return {value, log->slots++, log->tag | 1};  // as if read: the slot is to stay that of the variable
}

template <Real T>
inline T Gradients::operator[](const Scalar<T>& s) const {
  const ScalarAdjoints<T>* adjoints;
  if constexpr (std::is_same_v<T, float>) adjoints = scalars32_.get();
  else adjoints = scalars64_.get();
  if (s.slot() == 0 || !adjoints || s.slot() >= adjoints->by_slot.size() ||
      !adjoints->parts.alive(s.tag(), s.slot())) [[unlikely]] {
    fail_scalar(s.slot());
  }
  return adjoints->by_slot[s.slot()];
}

/// Scalars as a tensor of shape (n,): one entry on the tape, whatever n is.
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, Where where = Where::current());
/// The same, row-major in another shape. Throws ShapeError where it has not as many elements.
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, const Shape& shape, Where where = Where::current());
Tensor<double> tensor(std::initializer_list<Scalar<double>> scalars, Where where = Where::current());
Tensor<float> tensor(std::initializer_list<Scalar<float>> scalars, Where where = Where::current());
/// A scalar as a tensor of shape ().
template <Real T>
Tensor<T> tensor(const Scalar<T>& scalar, Where where = Where::current());
template <ScalarExpression E>
auto tensor(const E& e, Where where = Where::current()) {
  return tensor(Scalar<typename E::value_type>(e), where);
}
/// All elements of a tensor, row-major, as scalars: one entry on the tape.
template <Real T>
std::vector<Scalar<T>> scalars(const Tensor<T>& x, Where where = Where::current());
/// One element, counted row-major.
template <Real T>
Scalar<T> element(const Tensor<T>& x, std::size_t index, Where where = Where::current());
/// The row-major place of an index. Throws ShapeError when it is outside.
std::size_t offset(const Shape& shape, std::span<const std::size_t> index);

template <Real T>
template <std::integral... Index>
Scalar<T> Tensor<T>::operator()(Index... index) const {
  const std::array<std::size_t, sizeof...(Index)> place{static_cast<std::size_t>(index)...};
  return element(*this, offset(shape(), place));
}

}  // namespace tapegrad

/// Those of T, as scalars.
template <tapegrad::Real T>
struct std::numeric_limits<tapegrad::Scalar<T>> : std::numeric_limits<T> {
  using Number = std::numeric_limits<T>;
  using Scalar = tapegrad::Scalar<T>;
  static Scalar min() { return Number::min(); }
  static Scalar max() { return Number::max(); }
  static Scalar lowest() { return Number::lowest(); }
  static Scalar epsilon() { return Number::epsilon(); }
  static Scalar round_error() { return Number::round_error(); }
  static Scalar infinity() { return Number::infinity(); }
  static Scalar quiet_NaN() { return Number::quiet_NaN(); }
  static Scalar signaling_NaN() { return Number::signaling_NaN(); }
  static Scalar denorm_min() { return Number::denorm_min(); }
};
