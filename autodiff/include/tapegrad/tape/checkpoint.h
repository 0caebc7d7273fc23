// checkpoint(f, x...): memory for time. What f computes inside is dropped, and computed again in backward.
#pragma once
#include <concepts>
#include <functional>
#include <type_traits>
#include <vector>

#include "tapegrad/tensor/located.h"

namespace tapegrad {
namespace engine {

/// A function of tensors as a checkpoint keeps it.
template <Real T>
using KeptFunction = std::function<Tensor<T>(const std::vector<Tensor<T>>&)>;

template <Real T>
Tensor<T> checkpoint(const KeptFunction<T>& f, const std::vector<Tensor<T>>& inputs, const CallSite& site);

}  // namespace engine

/// A function of such tensors that returns one, of their element type.
template <class F, class First, class... X>
concept CheckpointBlock = requires(F& f, const First& first, const X&... rest) {
  { f(first, rest...) } -> std::same_as<First>;
};

/// y = f(x...) as one entry on the tape that holds the inputs and f, not the values between: a sweep calls f again when
/// it comes by (gradient checkpointing, Chen et al. 2016). f returns one Tensor. Values and gradients are the same bits
/// as those of f(x...), also with random numbers inside (thread_state.h); numbers that are drawn elsewhere are not
/// disturbed. Gradients flow to the arguments and to all variables and recorded tensors that f reads by itself. A
/// checkpoint may stand inside another one, and create_graph works; it keeps the values of the second call.
///
/// f is copied, and each call is made on a copy of its own. What it captures by reference must live until the sweep; a
/// random generator of yours is to be captured by value, or the second call draws other numbers. f must compute the
/// same each time, else TapeError (another shape, other variables, new values for a variable that f reads by itself).
/// Scalar statements in f are a TapeError: they cannot be computed again. A tape that keeps values or can be replayed
/// records f as if there were no checkpoint, since it drops nothing.
template <class F, Real T>
  requires CheckpointBlock<F, Tensor<T>>
Tensor<T> checkpoint(const F& f, const Tensor<T>& x, CallSite site = CallSite::current()) {
  return engine::checkpoint<T>([f = f](const auto& inputs) mutable { return f(inputs[0]); }, {x}, site);
}
template <class F, Real T, std::derived_from<Tensor<T>>... X>
  requires CheckpointBlock<F, Tensor<T>, Tensor<T>, X...>
Tensor<T> checkpoint(const F& f, const std::type_identity_t<engine::Located<T>>& first, const Tensor<T>& second,
                     const X&... rest) {
  auto call = [f = f](const auto& inputs) mutable {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return f(inputs[i]...);
    }(std::make_index_sequence<2 + sizeof...(X)>());
  };
  return engine::checkpoint<T>(call, {first.tensor, second, rest...}, first.site);
}
template <class F, Real T, std::derived_from<Tensor<T>>... X>
  requires(!CheckpointBlock<F, Tensor<T>, X...>)
auto checkpoint(const F&, const Tensor<T>& x, const X&...) {
  static_assert(CheckpointBlock<F, Tensor<T>, X...>, "checkpoint: f must take these tensors and return one Tensor");
  return x;
}

}  // namespace tapegrad
