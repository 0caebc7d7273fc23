// The numbers of whatever an op returns, in their order.
#pragma once
#include <tapegrad/autodiff.h>

#include <concepts>
#include <vector>

namespace pages {

using tapegrad::Choice, tapegrad::Real, tapegrad::Shape, tapegrad::Tensor;

template <Real T>
std::vector<double> numbers(const Tensor<T>& x) {
  return {x.data(), x.data() + x.size()};
}
template <class V>
std::vector<double> numbers(const Choice<V>& x) {
  return {x.data(), x.data() + x.size()};
}
inline std::vector<double> numbers(const Shape& shape) { return {shape.begin(), shape.end()}; }
template <class N>
  requires std::is_arithmetic_v<N>
std::vector<double> numbers(N number) {
  return {static_cast<double>(number)};
}
template <class X>
std::vector<double> numbers(const std::vector<X>& parts) {
  std::vector<double> all;
  for (const X& part : parts) {
    const std::vector<double> some = numbers(part);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace pages
