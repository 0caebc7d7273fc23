#include "tapegrad/tensor/create.h"

#include <array>
#include <cmath>
#include <string>

namespace tapegrad {

template <Real T>
Tensor<T> full_like(const Tensor<T>& x, std::type_identity_t<T> number, CallSite site) {
  if (!x) throw ShapeError("full_like: the tensor is empty, it has no shape" + text(site));
  return Tensor<T>::full(x.shape(), number, "full_like", site);
}
template <Real T>
Tensor<T> zeros_like(const Tensor<T>& x, CallSite site) {
  return full_like(x, T(0), site);
}
template <Real T>
Tensor<T> ones_like(const Tensor<T>& x, CallSite site) {
  return full_like(x, T(1), site);
}

template <Real T>
Tensor<T> arange(double start, double stop, double step, CallSite site) {
  if (step == 0 || !std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) {
    throw DomainError("arange: no numbers lead from " + std::to_string(start) + " to " + std::to_string(stop) +
                      " in steps of " + std::to_string(step) + text(site));
  }
  const double count = std::fmax(0., std::ceil((stop - start) / step));
  constexpr double most = 0x1p62;  // whatever is longer than any axis
  const std::array axes{static_cast<std::size_t>(std::fmin(count, most))};
  Tensor<T> result = Tensor<T>::empty(Shape(axes, "arange", site), "arange", site);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result.mutable_data()[i] = static_cast<T>(start + static_cast<double>(i) * step);
  }
  return result;
}

template <Real T>
Tensor<T> linspace(double start, double stop, std::size_t count, CallSite site) {
  Tensor<T> result = Tensor<T>::empty(Shape(std::array{count}, "linspace", site), "linspace", site);
  const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0;
  for (std::size_t i = 0; i < count; ++i) {
    result.mutable_data()[i] = static_cast<T>(start + static_cast<double>(i) * step);
  }
  if (count > 1) result.mutable_data()[count - 1] = static_cast<T>(stop);
  return result;
}

template <Real T>
Tensor<T> eye(std::size_t rows, std::size_t columns, long above, CallSite site) {
  Tensor<T> result = Tensor<T>::full(Shape(std::array{rows, columns}, "eye", site), T(0), "eye", site);
  // In unsigned arithmetic the distance from the diagonal is right for any long.
  const std::size_t distance = above < 0 ? 0 - static_cast<std::size_t>(above) : static_cast<std::size_t>(above);
  std::size_t row = above < 0 ? distance : 0, column = above < 0 ? 0 : distance;
  for (; row < rows && column < columns; ++row, ++column) result.mutable_data()[row * columns + column] = 1;
  return result;
}

template Tensor<float> full_like(const Tensor<float>&, float, CallSite);
template Tensor<float> zeros_like(const Tensor<float>&, CallSite);
template Tensor<float> ones_like(const Tensor<float>&, CallSite);
template Tensor<float> arange(double, double, double, CallSite);
template Tensor<float> linspace(double, double, std::size_t, CallSite);
template Tensor<float> eye(std::size_t, std::size_t, long, CallSite);
template Tensor<double> full_like(const Tensor<double>&, double, CallSite);
template Tensor<double> zeros_like(const Tensor<double>&, CallSite);
template Tensor<double> ones_like(const Tensor<double>&, CallSite);
template Tensor<double> arange(double, double, double, CallSite);
template Tensor<double> linspace(double, double, std::size_t, CallSite);
template Tensor<double> eye(std::size_t, std::size_t, long, CallSite);

}  // namespace tapegrad
