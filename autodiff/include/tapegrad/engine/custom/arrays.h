// Arrays as the functions of a custom op see them: what they get, what they return, which of them take tensors.
#pragma once
#include <concepts>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/ops.h"

namespace tapegrad {

namespace custom {
using namespace engine;

template <Real T>
using ElementsBase = typename decltype(xt::adapt(std::declval<const T*>(), 0, xt::no_ownership(),
                                                 std::vector<std::size_t>()))::storage_type;

/// The elements of a tensor, which must outlive them.
template <Real T>
class Elements : public ElementsBase<T> {
 public:
  explicit Elements(const Tensor<T>& x) : ElementsBase<T>(x.data(), x.size()), tensor_(&x) {}
  const Tensor<T>& tensor() const { return *tensor_; }

 private:
  const Tensor<T>* tensor_;
};

}  // namespace custom

/// A tensor's elements as a const xtensor expression, as the functions of a custom op get them: no copy of them, and
/// good for the call. To be taken by reference.
template <Real T>
using Array = xt::xarray_adaptor<custom::Elements<T>, xt::layout_type::row_major, std::vector<std::size_t>>;

namespace custom {
using namespace engine;

template <class X>
inline constexpr bool is_array = false;
template <Real T>
inline constexpr bool is_array<Array<T>> = true;

template <Real T>
Array<T> array_of(const Tensor<T>& x) {
  return Array<T>(Elements<T>(x), x.shape().vector());
}

template <class Y, class Saved>
struct WithSaved {
  Y result;
  Saved saved;
};
template <class X>
inline constexpr bool is_with_saved = false;
template <class Y, class Saved>
inline constexpr bool is_with_saved<WithSaved<Y, Saved>> = true;

template <Real T, class E>
Tensor<T> evaluated(const E& expression) {
  const auto& shape = expression.shape();
  Tensor<T> y = Tensor<T>::empty(Shape(ShortVector<std::size_t, 8>(shape.begin(), shape.end())));
  auto target = xt::adapt(y.mutable_data(), y.size(), xt::no_ownership(), y.shape().vector());
  if constexpr (std::is_same_v<typename E::value_type, T>) target.assign(expression);
  else target.assign(xt::cast<T>(expression));
  return y;
}

/// A value as with_saved keeps it: lazy expressions are evaluated.
template <class X>
auto stored(X&& x) {
  using Plain = std::remove_cvref_t<X>;
  if constexpr (is_array<Plain>) {
    return x.storage().tensor();
  } else if constexpr (XtensorExpression<Plain>) {
    using V = typename Plain::value_type;
    if constexpr (Real<V>) return evaluated<V>(x);
    else return xt::xarray<V>(x);
  } else {
    if constexpr (IsTensor<Plain>) {
      if (!x) throw ShapeError("with_saved: an empty tensor, one without an array, can be neither result nor saved");
    }
    return Plain(std::forward<X>(x));
  }
}

/// What a function may return where a tensor is wanted: an xtensor expression, a Tensor or a number.
template <class X>
concept TensorLike = IsTensor<X> || std::is_arithmetic_v<X> || XtensorExpression<X>;

template <Real T, TensorLike X>
Tensor<T> as_tensor(const X& x) {
  if constexpr (IsTensor<X>) return x ? cast<T>(x) : Tensor<T>();
  else if constexpr (std::is_arithmetic_v<X>) return Tensor<T>(static_cast<T>(x));
  else if constexpr (is_array<X>) return as_tensor<T>(x.storage().tensor());
  else return evaluated<T>(x);
}

// ---- arrays or tensors: what a function's parameters are
template <class... P>
struct Parameters {
  static constexpr bool has_tensor = (IsTensor<P> || ...);
  static constexpr bool has_array_by_value = (is_array<P> || ...);
};
template <class F>
struct ParametersOf : Parameters<> {};
template <class R, class... P>
struct ParametersOf<R (*)(P...)> : Parameters<P...> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...)> : Parameters<P...> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...) const> : Parameters<P...> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...) const noexcept> : Parameters<P...> {};

/// Whether a function, or a lambda without auto, has a parameter that is a tensor.
template <class F>
constexpr bool names_tensor() {
  if constexpr (requires { &F::operator(); }) return ParametersOf<decltype(&F::operator())>::has_tensor;
  else return ParametersOf<F>::has_tensor;
}
/// Whether arrays A would be copied into parameters, to which expressions then refer. Of lambdas with auto only, or
/// none.
template <class F, class... A>
constexpr bool copies_arrays() {
  if constexpr (requires { &F::operator(); }) {
    return ParametersOf<decltype(&F::operator())>::has_array_by_value;
  } else if constexpr (requires { &F::template operator()<A...>; }) {
    return ParametersOf<decltype(&F::template operator()<A...>)>::has_array_by_value;
  } else {
    return false;
  }
}

/// How a function over arrays sees a saved value.
template <class S>
struct SeenAs {
  using type = const S&;
};
template <Real T>
struct SeenAs<Tensor<T>> {
  using type = Array<T>;
};
template <class S>
using Seen = typename SeenAs<S>::type;
template <class S>
Seen<S> seen(const S& x) {
  if constexpr (std::is_reference_v<Seen<S>>) return x;
  else return array_of(x);
}

template <class F, class... A>
constexpr bool takes_arrays() {
  if constexpr (names_tensor<F>()) return false;
  else return std::is_invocable_v<const F&, const std::remove_reference_t<Seen<A>>&...>;
}
/// Whether f takes arrays or tensors. One that takes arrays is not asked about tensors: its body may not compile then.
template <class F, class... A>
constexpr bool takes_any() {
  if constexpr (takes_arrays<F, A...>()) return true;
  else return std::is_invocable_v<const F&, const A&...>;
}

/// f on tensors if its parameters are tensors, else on arrays, which live until `use` has read what f returned.
template <class F, class Use, class... A>
decltype(auto) call(const F& f, const Use& use, const A&... arguments) {
  if constexpr (takes_arrays<F, A...>()) {
    static_assert(!copies_arrays<F, std::remove_cvref_t<Seen<A>>...>(),
                  "custom_op: take arrays by reference, as const auto&: what is returned refers to them");
    const std::tuple<Seen<A>...> arrays(seen(arguments)...);
    return std::apply([&](const auto&... each) { return use([&]() -> decltype(auto) { return f(each...); }); }, arrays);
  } else {
    return use([&]() -> decltype(auto) { return f(arguments...); });
  }
}

template <std::size_t, class X>
using Repeat = X;
template <class F, Real T, std::size_t... i>
constexpr bool takes(std::index_sequence<i...>) {
  return takes_any<F, Repeat<i, Tensor<T>>...>();
}
/// Whether forward can be called with n tensors of T.
template <class F, class T, std::size_t n>
concept Takes = Real<T> && takes<F, T>(std::make_index_sequence<n>());

}  // namespace custom
}  // namespace tapegrad
