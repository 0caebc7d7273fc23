// What a function of elements is at a special point, value and derivatives to third order, as each kind computes it:
// tensors, scalars, dual numbers and fuse.
#pragma once
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace special {

/// Derivatives by their names: "" is the value, "ab" is for a and then for b.
using Numbers = std::vector<std::pair<std::string, double>>;
struct Kind {
  std::string name;
  Numbers numbers;
};

template <std::size_t N>
using Names = std::array<char, N>;
template <std::size_t N>
constexpr Names<N> names_of_inputs() {
  if constexpr (N == 1) return {'x'};
  else return {'a', 'b'};
}

/// f(inputs[0], ...)
template <class F, class X, std::size_t N>
auto call(const F& f, const std::array<X, N>& inputs) {
  if constexpr (N == 1) return f(inputs[0]);
  else return f(inputs[0], inputs[1]);
}

/// Each derivative is a recorded backward of the one before.
template <std::size_t N>
void add_recorded(Numbers& numbers, tapegrad::Tape& tape, const tapegrad::Tensor<double>& y,
                  const std::array<tapegrad::Tensor<double>, N>& inputs, const std::string& name) {
  using namespace tapegrad;
  numbers.emplace_back(name, y.item());
  if (name.size() == 3) return;
  for (std::size_t i = 0; i < N; ++i) {
    const Tensor<double> slope =
        tape.contains(y) ? tape.gradient(y, inputs[i], {.create_graph = true}) : Tensor<double>(0.);
    add_recorded(numbers, tape, slope, inputs, name + names_of_inputs<N>()[i]);
  }
}
template <std::size_t N>
std::array<tapegrad::Tensor<double>, N> variables_at(const std::array<double, N>& point) {
  std::array<tapegrad::Tensor<double>, N> inputs;
  for (std::size_t i = 0; i < N; ++i) inputs[i] = tapegrad::variable(tapegrad::Tensor<double>(point[i]));
  return inputs;
}
template <std::size_t N, class F>
Kind recorded(std::string name, const F& f, const std::array<double, N>& point) {
  Kind kind{std::move(name), {}};
  const auto inputs = variables_at(point);
  tapegrad::Tape tape;
  add_recorded(kind.numbers, tape, call(f, inputs), inputs, "");
  return kind;
}
/// First derivatives by the kernels of a sweep that is not recorded.
template <std::size_t N, class F>
Kind swept(std::string name, const F& f, const std::array<double, N>& point) {
  using namespace tapegrad;
  Kind kind{std::move(name), {}};
  const auto inputs = variables_at(point);
  Tape tape;
  const Tensor<double> y = call(f, inputs);
  kind.numbers.emplace_back("", y.item());
  const bool moves = tape.contains(y);
  const Gradients slopes = moves ? tape.backward(y) : Gradients();
  for (std::size_t i = 0; i < N; ++i) {
    const bool has = moves && slopes.contains(inputs[i]);
    kind.numbers.emplace_back(std::string(1, names_of_inputs<N>()[i]), has ? slopes[inputs[i]].item() : 0);
  }
  return kind;
}

template <std::size_t N, class X>
void add_dual(Numbers& numbers, const X& x, const std::string& name) {
  if constexpr (tapegrad::is_dual<X>) {
    add_dual<N>(numbers, x.value, name);
    for (std::size_t i = 0; i < N; ++i) add_dual<N>(numbers, x.along(i), name + names_of_inputs<N>()[i]);
  } else {
    numbers.emplace_back(name, x);
  }
}
/// A number with derivatives to order `depth` for N inputs, of which it is input `place`.
template <std::size_t depth, std::size_t N>
auto dual_input(double x, std::size_t place) {
  if constexpr (depth == 0) return x;
  else return tapegrad::Dual<decltype(dual_input<depth - 1, N>(x, place)), N>::input(
      dual_input<depth - 1, N>(x, place), place);
}
template <std::size_t depth, std::size_t N>
auto dual_inputs(const std::array<double, N>& point) {
  std::array<decltype(dual_input<depth, N>(0, 0)), N> inputs;
  for (std::size_t i = 0; i < N; ++i) inputs[i] = dual_input<depth, N>(point[i], i);
  return inputs;
}
template <std::size_t N, class F>
Kind by_duals(const F& f, const std::array<double, N>& point) {
  Kind kind{"dual numbers", {}};
  add_dual<N>(kind.numbers, call(f, dual_inputs<3>(point)), "");
  return kind;
}
/// Backward through scalars that hold dual numbers.
template <std::size_t N, class F>
Kind by_scalars(const F& f, const std::array<double, N>& point) {
  using namespace tapegrad;
  const auto numbers = dual_inputs<2>(point);
  using Number = std::decay_t<decltype(numbers[0])>;
  Tape tape;
  std::array<Scalar<Number>, N> inputs;
  for (std::size_t i = 0; i < N; ++i) inputs[i] = variable(numbers[i]);
  const Scalar<Number> y = call(f, inputs);
  Kind kind{"scalars", {{"", number_in(y.value())}}};
  const auto slopes = tape.backward(y);
  for (std::size_t i = 0; i < N; ++i) {
    add_dual<N>(kind.numbers, slopes[inputs[i]], std::string(1, names_of_inputs<N>()[i]));
  }
  return kind;
}

/// Some functions scalars lack.
template <std::size_t N, bool of_scalars = true, class F>
std::vector<Kind> kinds_of(const F& f, const std::array<double, N>& point) {
  const auto fused = [f](const auto&... x) { return tapegrad::fuse(f, x...); };
  std::vector<Kind> kinds{recorded("tensors", f, point), swept("tensors in a plain sweep", f, point),
                          recorded("fuse", fused, point), swept("fuse in a plain sweep", fused, point),
                          by_duals(f, point)};
  if constexpr (of_scalars) kinds.push_back(by_scalars(f, point));
  return kinds;
}

}  // namespace special
