// Ops that leave values alone and act on gradients: look at them, replace them, scale them, turn them round.
#pragma once
#include <functional>
#include <type_traits>

#include "tapegrad/option_limits.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// What on_gradient calls: gets the complete adjoint, returns the one to go on with, or an empty tensor for the same.
template <Real T>
using GradientHook = std::function<Tensor<T>(const Tensor<T>&)>;

namespace engine {
template <Real T>
Tensor<T> on_gradient(const Tensor<T>& x, GradientHook<T> hook, const CallSite& site);
}

/// x, with a hook on its gradient: go on with what this returns, as in `h = on_gradient(h, f);`. Every sweep that
/// reaches the returned tensor calls f once, with the gradient of all that was computed from the returned tensor.
/// f(const Tensor<T>& gradient) only looks, and returns nothing; or it returns the gradient that flows on to x, a
/// Tensor<T> of the same shape, else ShapeError. For a variable `Tensor<T> w = on_gradient(weight, f);` on each tape:
/// uses of `weight` itself are not seen. With create_graph f gets recorded tensors, and what it returns is
/// differentiated. Where nothing is recorded f is never called. A hook that throws breaks the tape. Tangents of
/// forward mode pass by.
template <Real T, class F>
Tensor<T> on_gradient(const Tensor<T>& x, F f, CallSite site = CallSite::current()) {
  constexpr bool takes_gradient = std::is_invocable_v<const F&, const Tensor<T>&>;
  static_assert(takes_gradient, "on_gradient: the hook must take the gradient, a const Tensor<T>&");
  if constexpr (takes_gradient) {
    using Result = std::invoke_result_t<const F&, const Tensor<T>&>;
    constexpr bool looks = std::is_void_v<Result>;
    static_assert(looks || std::is_convertible_v<Result, Tensor<T>>,
                  "on_gradient: the hook must return nothing, or the gradient to go on with, a Tensor<T>");
    require_function("gradient hook", f, "Give on_gradient a function of the gradient", site);
    return engine::on_gradient<T>(
        x,
        [f = std::move(f)](const Tensor<T>& gradient) -> Tensor<T> {
          if constexpr (looks) {
            f(gradient);
            return {};
          } else {
            return f(gradient);
          }
        },
        site);
  }
}

/// x, whose gradient is multiplied by a factor on its way back: 0.1 makes what lies before it learn ten times slower.
template <Real T>
Tensor<T> scale_gradient(const Tensor<T>& x, double factor, CallSite site = CallSite::current());

/// x, whose gradient is multiplied by -factor on its way back: what lies before it learns to make the loss larger
/// (domain-adversarial training, Ganin and Lempitsky 2015). On a tape it is a scale_gradient.
template <Real T>
Tensor<T> reverse_gradient(const Tensor<T>& x, double factor = 1, CallSite site = CallSite::current()) {
  return scale_gradient(x, -factor, site);
}

}  // namespace tapegrad
