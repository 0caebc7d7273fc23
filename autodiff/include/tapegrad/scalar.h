// Scalars on the tape: a run of statements is one entry, each statement a few weighted edges.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "tapegrad/tensor.h"

namespace tapegrad {

class Tape;

/// d(target) / d(source) = weight. Slot 0 stands for "no gradient".
template <Real T>
struct ScalarEdge {
  T weight;
  std::uint32_t source, target;
};

template <Real T>
struct ScalarLog {
  std::vector<ScalarEdge<T>> edges;
  std::uint32_t slots = 1;
  std::vector<std::pair<std::uint32_t, std::string>> labels;  // of the slots that have one
};

/// The scalar statements of a tape.
struct ScalarLogs {
  ScalarLog<float> of_float;
  ScalarLog<double> of_double;
};

/// A number on the tape. Made by variable(number), by statements on scalars, or from an element of a tensor.
/// It belongs to the tape it was made on. Never converts to a number by itself: ask value().
template <Real T>
class Scalar {
 public:
  using value_type = T;
  Scalar(T value = 0) : value_(value) {}
  T value() const { return value_; }

  Scalar& operator+=(const Scalar& b) { return *this = *this + b; }
  Scalar& operator-=(const Scalar& b) { return *this = *this - b; }
  Scalar& operator*=(const Scalar& b) { return *this = *this * b; }
  Scalar& operator/=(const Scalar& b) { return *this = *this / b; }

  friend Scalar operator+(const Scalar& a, const Scalar& b) { return record(a.value_ + b.value_, a, 1, b, 1); }
  friend Scalar operator-(const Scalar& a, const Scalar& b) { return record(a.value_ - b.value_, a, 1, b, -1); }
  friend Scalar operator*(const Scalar& a, const Scalar& b) {
    return record(a.value_ * b.value_, a, b.value_, b, a.value_);
  }
  friend Scalar operator/(const Scalar& a, const Scalar& b) {
    T quotient = a.value_ / b.value_;
    return record(quotient, a, 1 / b.value_, b, -quotient / b.value_);
  }
  friend Scalar operator-(const Scalar& a) { return record(-a.value_, a, -1); }
  friend auto operator<=>(const Scalar& a, const Scalar& b) { return a.value_ <=> b.value_; }
  friend bool operator==(const Scalar& a, const Scalar& b) { return a.value_ == b.value_; }

  friend Scalar exp(const Scalar& a) {
    T y = std::exp(a.value_);
    return record(y, a, y);
  }
  friend Scalar log(const Scalar& a) { return record(std::log(a.value_), a, 1 / a.value_); }
  friend Scalar sqrt(const Scalar& a) {
    T y = std::sqrt(a.value_);
    return record(y, a, T(0.5) / y);
  }
  friend Scalar sin(const Scalar& a) { return record(std::sin(a.value_), a, std::cos(a.value_)); }
  friend Scalar cos(const Scalar& a) { return record(std::cos(a.value_), a, -std::sin(a.value_)); }
  friend Scalar tanh(const Scalar& a) {
    T y = std::tanh(a.value_);
    return record(y, a, 1 - y * y);
  }

  /// For the engine: a value at a slot of the tape, told by a birth number of that tape.
  Scalar(T value, std::uint32_t slot, std::uint64_t birth) : value_(value), slot_(slot), birth_(birth) {}
  std::uint32_t slot() const { return slot_; }
  std::uint64_t birth() const { return birth_; }

 private:
  static Scalar record(T value, const Scalar& a, T da, const Scalar& b = {}, T db = 0);
  T value_;
  std::uint32_t slot_ = 0;
  std::uint64_t birth_ = 0;
};

extern template class Scalar<float>;
extern template class Scalar<double>;

/// A scalar leaf on the recording tape. Throws TapeError when none records.
Scalar<double> variable(double value, std::string label = {});
Scalar<float> variable(float value, std::string label = {});

/// Scalars as a tensor of shape (n,): one entry on the tape, whatever n is.
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, Where where = Where::current());
Tensor<double> tensor(std::initializer_list<Scalar<double>> scalars, Where where = Where::current());
Tensor<float> tensor(std::initializer_list<Scalar<float>> scalars, Where where = Where::current());
/// A scalar as a tensor of shape ().
template <Real T>
Tensor<T> tensor(const Scalar<T>& scalar, Where where = Where::current());
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
