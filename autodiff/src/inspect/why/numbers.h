// Arrays as doubles, and their elements in words.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/number_text.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {
using namespace engine;

/// The elements of a tensor as doubles, whatever its type. False in a condition where nothing is known.
struct Numbers {
  Numbers() = default;
  template <Real T>
  explicit Numbers(const Tensor<T>& x) : known(bool(x)), dtype(dtype_of<T>) {
    if (!x) return;
    shape = x.shape();
    at.assign(x.data(), x.data() + x.size());
  }
  explicit operator bool() const { return known; }
  template <Real T>
  Tensor<T> tensor() const {
    Tensor<T> x = Tensor<T>::empty(shape);
    for (std::size_t i = 0; i < at.size(); ++i) x.mutable_data()[i] = static_cast<T>(at[i]);
    return x;
  }

  bool known = false;
  Dtype dtype = Dtype::float64;
  Shape shape;
  std::vector<double> at;
};

/// " at element (0, 2)"; empty for a shape without axes.
std::string element_text(const Shape& shape, std::size_t place);
/// "31 of 32 elements".
std::string count_text(std::size_t count, std::size_t all);

std::optional<std::size_t> first_not_finite(const Numbers& numbers);
bool all_zero(const Numbers& numbers);
/// The largest magnitude, and where it stands.
std::size_t place_of_largest(const Numbers& numbers);
double largest(const Numbers& numbers);
/// sqrt of the sum of squares, which may overflow although the norm does not.
double norm(const Numbers& numbers);
/// Which element of an array of shape `from` stands at `place` after broadcasting to `to`.
std::size_t broadcast_place(const Shape& from, const Shape& to, std::size_t place);

}  // namespace tapegrad
