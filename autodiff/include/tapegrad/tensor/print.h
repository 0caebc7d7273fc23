// Tensors, masks and indices as NumPy prints them.
#pragma once
#include <iosfwd>
#include <string>

#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// How much of a number and of an array is printed; the defaults are NumPy's.
struct ArrayPrintOptions {
  int precision = 8;             ///< most digits after the point
  std::size_t threshold = 1000;  ///< arrays with more elements are shortened to
  std::size_t edge = 3;          ///< so many at each end of an axis
  std::size_t width = 75;        ///< most characters of a line
};

/// The elements as NumPy's str writes them: rows in brackets, columns below each other, numbers with the digits that
/// they need. -0 is written as 0. An empty tensor is "(empty)".
template <Real T> std::string to_string(const Tensor<T>& x, const ArrayPrintOptions& options = {});
/// Integers; True and False.
template <class V> std::string to_string(const Choice<V>& x, const ArrayPrintOptions& options = {});

template <Real T>
std::ostream& operator<<(std::ostream& out, const Tensor<T>& x);
template <class V>
std::ostream& operator<<(std::ostream& out, const Choice<V>& x);

}  // namespace tapegrad
