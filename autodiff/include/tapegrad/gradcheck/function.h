// What gradcheck can be given: functions of tensors, of scalars, of nothing, and their inputs.
#pragma once
#include <concepts>
#include <functional>
#include <utility>
#include <vector>

#include "tapegrad/ops.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad {

using GradcheckFunction = std::function<Tensor<double>(const std::vector<Tensor<double>>&)>;
using GradcheckFunction32 = std::function<Tensor<float>(const std::vector<Tensor<float>>&)>;

/// A float tensor, or an xtensor expression of floats.
template <class X>
concept FloatInput = std::is_same_v<typename std::remove_cvref_t<X>::value_type, float> &&
                     (IsTensor<X> || XtensorExpression<X>);
template <class X>
concept GradcheckInput = IsTensor<X> || XtensorExpression<X> || std::is_arithmetic_v<X>;

/// Tensors of one element type, written {x, w}. Where T is double, plain numbers are tensors of shape ().
template <Real T>
struct GradcheckInputs {
  std::vector<Tensor<T>> tensors;
  std::vector<std::string> names = {};  ///< one a tensor; where there are none, the labels of the variables

  GradcheckInputs(std::vector<Tensor<T>> list, std::vector<std::string> list_names = {})
      : tensors(std::move(list)), names(std::move(list_names)) {}
  GradcheckInputs()
    requires std::is_same_v<T, double>
  {}
  template <GradcheckInput... X>
    requires(sizeof...(X) > 0 && (std::is_same_v<T, double> != (FloatInput<X> && ...)))
  GradcheckInputs(const X&... inputs) {
    (tensors.push_back(tensor(inputs)), ...);
  }

 private:
  template <class X>
  static Tensor<T> tensor(const X& input) {
    if constexpr (std::is_arithmetic_v<X>) {
      return Tensor<T>(static_cast<T>(input));
    } else {
      using Element = typename X::value_type;
      static_assert(!std::is_integral_v<Element>,
                    "gradcheck: an input of integers has no gradient. Capture it in the function");
      static_assert(std::is_integral_v<Element> || std::is_same_v<Element, T>,
                    "gradcheck: the inputs must all be double, or all be float");
      if constexpr (std::is_same_v<Element, T>) return Tensor<T>(input);
      else return {};
    }
  }
};

/// The number of tensors or scalars that F takes, found by trying up to eight; 0 where it takes none of these.
template <class F, class X, std::size_t count = 1>
constexpr std::size_t gradcheck_arity() {
  constexpr bool takes = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::is_invocable_v<F, std::enable_if_t<i + 1 != 0, X>...>;
  }(std::make_index_sequence<count>());
  if constexpr (takes) return count;
  else if constexpr (count == 8) return 0;
  else return gradcheck_arity<F, X, count + 1>();
}

template <class F, class T>
concept TakesTensors = gradcheck_arity<F&, const Tensor<T>&>() > 0;
/// Asked for functions only that take no tensors: a generic lambda may not compile for scalars.
template <class F, class T>
concept TakesScalars = !TakesTensors<F, T> && gradcheck_arity<F&, Scalar<T>>() > 0;
/// A function of nothing that reads variables, such as the loss of a model.
template <class F, class T>
concept IsClosure = !TakesTensors<F, T> && std::is_invocable_v<F&>;

/// The result of a function as a tensor.
template <Real T, class Y>
Tensor<T> gradcheck_result(Y&& y) {
  using Result = std::remove_cvref_t<Y>;
  constexpr bool is_scalar = !std::is_arithmetic_v<Result> && ScalarOperand<Result, T>;
  static_assert(std::is_same_v<Result, Tensor<T>> || is_scalar,
                "gradcheck: the function must return a tensor or a scalar of its inputs' element type");
  if constexpr (is_scalar) return tensor(Scalar<T>(y));
  else return std::forward<Y>(y);
}

template <Real T, class F, class... X>
Tensor<T> gradcheck_call(F& f, X&&... x) {
  static_assert(!std::is_void_v<std::invoke_result_t<F&, X...>>,
                "gradcheck: the function must return a tensor or a scalar, but it returns nothing");
  if constexpr (std::is_void_v<std::invoke_result_t<F&, X...>>) return {};
  else return gradcheck_result<T>(f(std::forward<X>(x)...));
}

/// The one element of an input of a function of scalars.
template <Real T>
Scalar<T> gradcheck_scalar(const Tensor<T>& x) {
  if (x.size() == 1) return element(x, 0);
  throw ShapeError("gradcheck: the function takes scalars, but an input has shape " + text(x.shape()) +
                   ". Give it numbers, or write it for tensors");
}

/// f(x[0], x[1], ...) where F can be called with that many; else goes on to the next number. Throws Error at the end.
template <Real T, bool of_scalars, std::size_t count = 1, class F>
Tensor<T> gradcheck_spread(F& f, const std::vector<Tensor<T>>& x) {
  using X = std::conditional_t<of_scalars, Scalar<T>, const Tensor<T>&>;
  if constexpr (count > 8) {
    throw Error("gradcheck: the function cannot be called with " + std::to_string(x.size()) +
                (of_scalars ? " scalars" : " tensors"));
  } else {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      if constexpr (std::is_invocable_v<F&, std::enable_if_t<i + 1 != 0, X>...>) {
        if (x.size() == count) {
          if constexpr (of_scalars) return gradcheck_call<T>(f, gradcheck_scalar(x[i])...);
          else return gradcheck_call<T>(f, x[i]...);
        }
      }
      return gradcheck_spread<T, of_scalars, count + 1>(f, x);
    }(std::make_index_sequence<count>());
  }
}

/// Any function of tensors or scalars of T as one of a vector of tensors.
template <Real T, class F>
std::function<Tensor<T>(const std::vector<Tensor<T>>&)> gradcheck_function(F f) {
  if constexpr (TakesTensors<F, T> || TakesScalars<F, T>) {
    return [f](const std::vector<Tensor<T>>& x) mutable { return gradcheck_spread<T, !TakesTensors<F, T>>(f, x); };
  } else {
    static_assert(std::is_invocable_v<F&, const std::vector<Tensor<T>>&>,
                  "gradcheck: the function must take tensors or scalars of the inputs' element type");
    return [f](const std::vector<Tensor<T>>& x) mutable { return gradcheck_call<T>(f, x); };
  }
}

template <Real T, class F>
std::function<Tensor<T>()> gradcheck_closure(F f) {
  return [f]() mutable { return gradcheck_call<T>(f); };
}

}  // namespace tapegrad
