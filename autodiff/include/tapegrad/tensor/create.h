// Tensors made from nothing, under NumPy's names. T is double unless it is named: zeros<float>({2, 3}).
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// All elements 0, 1 or `number`. As all that makes tensors, these throw MemoryError where there is no memory for them,
/// and ShapeError where they would have more than 2^48 elements.
template <Real T = double>
Tensor<T> zeros(const Shape& shape, CallSite site = CallSite::current()) {
  return Tensor<T>::full(shape, T(0), "zeros", site);
}
template <Real T = double>
Tensor<T> ones(const Shape& shape, CallSite site = CallSite::current()) {
  return Tensor<T>::full(shape, T(1), "ones", site);
}
template <Real T = double>
Tensor<T> full(const Shape& shape, std::type_identity_t<T> number, CallSite site = CallSite::current()) {
  return Tensor<T>::full(shape, number, "full", site);
}
/// The same in the shape and element type of x. Throws ShapeError for an empty x.
template <Real T> Tensor<T> zeros_like(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> ones_like(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T>
Tensor<T> full_like(const Tensor<T>& x, std::type_identity_t<T> number, CallSite site = CallSite::current());
/// start, start + step, ... below stop (above it for a negative step), each computed as start + i step in double.
/// Throws DomainError for a step of 0 or numbers that are not finite.
template <Real T = double>
Tensor<T> arange(double start, double stop, double step = 1, CallSite site = CallSite::current());
/// 0, 1, ... below stop.
template <Real T = double>
Tensor<T> arange(double stop, CallSite site = CallSite::current()) {
  return arange<T>(0, stop, 1, site);
}
/// `count` numbers from start to stop, both included, at equal distances.
template <Real T = double>
Tensor<T> linspace(double start, double stop, std::size_t count = 50, CallSite site = CallSite::current());
/// Ones on a diagonal of a (rows, columns) matrix, `above` places above the main one, zeros elsewhere.
template <Real T = double>
Tensor<T> eye(std::size_t rows, std::size_t columns, long above = 0, CallSite site = CallSite::current());
template <Real T = double>
Tensor<T> eye(std::size_t rows, CallSite site = CallSite::current()) {
  return eye<T>(rows, rows, 0, site);
}

}  // namespace tapegrad
