// How a model of any type is called with examples: what it takes, gives and computes with.
#pragma once
#include <concepts>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/nn/data/dataset.h"

namespace tapegrad::nn::call {

/// The arguments of a callable whose operator() is neither overloaded nor a template; of any other, none are known.
template <class F>
struct Signature {
  using arguments = std::tuple<>;
};
template <class F>
  requires requires { &F::operator(); }
struct Signature<F> : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using arguments = std::tuple<std::remove_cvref_t<A>...>;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};

template <class X>
inline constexpr bool is_tensor = false;
template <Real T>
inline constexpr bool is_tensor<Tensor<T>> = true;
template <class X>
inline constexpr bool is_array = is_tensor<X> || std::is_same_v<X, Indices>;

/// How many of the first arguments are arrays.
template <class... A>
constexpr std::size_t leading_arrays(std::tuple<A...>*) {
  std::size_t count = 0;
  bool leading = true;
  ((leading = leading && is_array<A>, count += leading), ...);
  return count;
}
template <class M>
using ArgumentsOf = typename Signature<std::remove_cvref_t<M>>::arguments;
template <class M>
inline constexpr std::size_t known_inputs = leading_arrays(static_cast<ArgumentsOf<M>*>(nullptr));

/// Up to how many tensors a model is tried with whose arguments are not known.
inline constexpr std::size_t most_inputs = 6;

template <class M, class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<M&, std::enable_if_t<(I >= 0), const Tensor<T>&>...>;
}
/// The smallest number of tensors, from `count` on, that M can be called with; more than most_inputs for none.
template <class M, class T, std::size_t count = 1>
constexpr std::size_t fewest_inputs() {
  if constexpr (count > most_inputs || takes<M, T>(std::make_index_sequence<count>())) return count;
  else return fewest_inputs<M, T, count + 1>();
}

template <class... A>
struct FirstTensor {
  using type = void;
};
template <class A, class... Rest>
struct FirstTensor<A, Rest...> : FirstTensor<Rest...> {};
template <Real T, class... Rest>
struct FirstTensor<Tensor<T>, Rest...> {
  using type = T;
};
template <class... A>
auto first_tensor(std::tuple<A...>*) -> FirstTensor<A...>;

template <class M>
constexpr auto value_type() {
  using InSignature = typename decltype(first_tensor(static_cast<ArgumentsOf<M>*>(nullptr)))::type;
  if constexpr (requires { requires Real<typename M::value_type>; }) return typename M::value_type{};
  else if constexpr (Real<InSignature>) return InSignature{};
  else if constexpr (fewest_inputs<M, float>() <= most_inputs) return float{};
  else if constexpr (fewest_inputs<M, double>() <= most_inputs) return double{};
  else return;
}

template <class M, class T, std::size_t... I>
decltype(auto) with_known(M& model, const Examples<T>& x, std::index_sequence<I...>) {
  return model(std::get<std::tuple_element_t<I, ArgumentsOf<M>>>(x[I])...);
}
template <class M, class T, std::size_t... I>
decltype(auto) with_tensors(M& model, const Examples<T>& x, std::index_sequence<I...>) {
  return model(std::get<Tensor<T>>(x[I])...);
}

template <class M, class T>
auto result() {
  if constexpr (known_inputs<M> > 0) {
    return std::type_identity<std::remove_cvref_t<decltype(with_known<M, T>(
        std::declval<M&>(), std::declval<const Examples<T>&>(), std::make_index_sequence<known_inputs<M>>()))>>();
  } else {
    static_assert(fewest_inputs<M, T>() <= most_inputs, "the model cannot be called with tensors of its value_type");
    return std::type_identity<std::remove_cvref_t<decltype(with_tensors<M, T>(
        std::declval<M&>(), std::declval<const Examples<T>&>(), std::make_index_sequence<fewest_inputs<M, T>()>()))>>();
  }
}

/// Throws Error for inputs that a model does not take.
[[noreturn]] void fail_inputs(const std::string& takes, const std::vector<std::string>& given);

template <Real T>
[[noreturn]] void fail(const std::string& takes, const Examples<T>& x) {
  std::vector<std::string> given;
  for (const Column<T>& column : x) given.push_back(std::holds_alternative<Indices>(column) ? "integers" : "a tensor");
  fail_inputs(takes, given);
}

template <class... A>
std::string described(std::tuple<A...>*, std::size_t count) {
  std::string line;
  std::size_t i = 0;
  ((i++ < count ? void(line += (line.empty() ? "" : ", ") + std::string(is_tensor<A> ? "a tensor" : "integers"))
                : void()),
   ...);
  return line;
}

template <class M, Real T, std::size_t... I>
bool fits(const Examples<T>& x, std::index_sequence<I...>) {
  return x.size() == sizeof...(I) && (std::holds_alternative<std::tuple_element_t<I, ArgumentsOf<M>>>(x[I]) && ...);
}

template <class R, class M, Real T, std::size_t count = 1>
R with_as_many(M& model, const Examples<T>& x) {
  if constexpr (count > most_inputs) {
    fail("another number of tensors", x);
  } else {
    if constexpr (takes<M, T>(std::make_index_sequence<count>())) {
      if (x.size() == count) return with_tensors<M, T>(model, x, std::make_index_sequence<count>());
    }
    return with_as_many<R, M, T, count + 1>(model, x);
  }
}

/// What a model gives: a Tensor, or a tuple or vector of them.
template <class M, Real T>
using Result = typename decltype(result<M, T>())::type;

/// model(x[0], x[1], ...). Throws Error when the model takes another number of arrays, or other ones.
template <class M, Real T>
Result<M, T> with(M& model, const Examples<T>& x) {
  if constexpr (known_inputs<M> > 0) {
    constexpr auto each = std::make_index_sequence<known_inputs<M>>();
    if (!fits<M>(x, each)) fail(described(static_cast<ArgumentsOf<M>*>(nullptr), known_inputs<M>), x);
    return with_known<M, T>(model, x, each);
  } else {
    for (const Column<T>& column : x) {
      if (!std::holds_alternative<Tensor<T>>(column)) fail("tensors", x);
    }
    return with_as_many<Result<M, T>>(model, x);
  }
}

/// The tensors of a result, in order.
template <Real T, class R>
std::vector<Tensor<T>> outputs(const R& result) {
  std::vector<Tensor<T>> all;
  each_array(result, [&](const Tensor<T>& output) { all.push_back(output); });
  return all;
}
/// A result of such tensors.
template <class R, Real T>
R from_outputs(const std::vector<Tensor<T>>& outputs) {
  if constexpr (is_tensor<R>) {
    return outputs.at(0);
  } else if constexpr (requires { std::tuple_size<R>::value; }) {
    R result;
    std::size_t i = 0;
    each_array(result, [&](Tensor<T>& output) { output = outputs.at(i++); });
    return result;
  } else {
    return R(outputs.begin(), outputs.end());
  }
}

}  // namespace tapegrad::nn::call

namespace tapegrad::nn {

/// The element type of a model: its value_type, that of the first tensor its operator() takes, or the one that it can
/// be called with, float before double.
template <class M>
using ValueTypeOf = decltype(call::value_type<std::remove_const_t<M>>());

}  // namespace tapegrad::nn
