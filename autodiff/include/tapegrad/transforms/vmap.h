// vmap: a function of one example becomes a function of a batch of them.
//
//   auto per_sample = vmap(grad(loss), {none, 0, 0});   // loss(w, x, y) of one example
//   auto [dw, dx, dy] = per_sample(w, images, targets);  // dw[i]: the gradient of example i
//
// The function is called once, on the first example, and what it records is then called for all examples at once, each
// op with one more axis before the others. These calls are ordinary ops: an outer tape records them, so vmap may stand
// inside grad, jvp, jacobian and vmap, and those inside it, to any order. What the function reads besides its arguments
// is the same for all examples and has a gradient, if a tape records.
//
// What the examples' numbers decide is decided for each: where(x > 0, a, b), maximum, clip, relu, amax and their
// derivatives act on all of them. Where a choice leaves the tape the whole function is called for each example in turn:
// numbers that become plain ones (item(), value(), scalars), places (argmax, argsort, topk, ...) and yes or no (all,
// any), Tape::Pause, ops of your own, hooks, and derivatives of sort, topk, kthvalue, unique, median, qr, eigh and svd.
// An op without a batching rule is called for each example in turn. Both say so: vmap_loops(), tape.statistics().
// data() alone is not noticed: what is read there is that of the first example.
//
// A random op with a key gives all examples the same numbers, as a loop over them would with that key. For others give
// vmap an argument of numbers, made outside.
#pragma once
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "tapegrad/tape/options.h"
#include "tapegrad/tape/statistics.h"
#include "tapegrad/transforms/transforms.h"

namespace tapegrad {

/// Among axes: this argument is the same for all examples.
struct NoAxis {};
inline constexpr NoAxis none{};

/// Along which axis of an argument its examples stand; a negative one counts from the end.
struct VmapAxis {
  template <std::integral I>
  VmapAxis(I axis) : place(static_cast<long>(axis)) {}
  VmapAxis(NoAxis) {}
  std::optional<long> place;
};
/// The axes of all arguments: one for each, or one for all of them.
struct VmapAxes {
  template <std::integral I>
  VmapAxes(I axis) : of_all(axis) {}
  VmapAxes(std::initializer_list<VmapAxis> axes) : of_each(axes) {}
  VmapAxis of_all = none;
  std::vector<VmapAxis> of_each;  ///< empty where one is for all
};

/// What the last call of vmap on this thread, and those inside it, did example by example. Empty is fast.
std::vector<VmapLoop> vmap_loops();

namespace engine {

/// One call of vmap: its tensors, in the order in which they were added. For the templates below.
class VmapCall {
 public:
  VmapCall(const VmapAxes& in, long out, std::size_t arguments, const CallSite& site);
  ~VmapCall();
  VmapCall(const VmapCall&) = delete;
  VmapCall& operator=(const VmapCall&) = delete;

  /// A tensor of an argument. Throws ShapeError for an axis or a length that does not fit.
  void add(std::size_t argument, const AnyTensor& x);
  /// Begins to follow the function. Throws ShapeError when there is no example.
  void begin();
  /// Tensor i for the first example, which is followed.
  template <Real T>
  Tensor<T> followed(std::size_t i);
  /// A result for the example that is followed.
  void add_followed(const AnyTensor& y);
  /// Whether all that was followed could be, and is computed.
  bool end();

  std::size_t examples() const;
  /// Tensor i for one example.
  template <Real T>
  Tensor<T> example(std::size_t i, std::size_t of);
  /// A result for the next example, in the order of the examples.
  void add_result(std::size_t of, const AnyTensor& y);
  /// To be called after the results of all examples.
  void end_loop();

  /// The next of the results.
  template <Real T>
  Tensor<T> result();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace engine

namespace transform {

/// What vmap takes and gives: trees of tensors.
struct TensorLeaves {
  template <class X>
  static constexpr bool is_leaf = IsTensor<X>;
};
template <class X>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

template <class X>
auto tensors(const X& x) {
  auto given = argument(x);
  static_assert(tree::Of<decltype(given), TensorLeaves>,
                "vmap: an argument must be a Tensor or an xtensor expression, or a std::tuple, std::vector or "
                "std::array of those. Make numbers a tensor; capture integers, labels and masks in the function");
  return given;
}
/// The same structure with f(tensor) for each tensor; a pair, as value_and_grad gives it, is one of two trees.
template <class Y, class F>
auto map_results(const Y& y, F&& f) {
  if constexpr (is_pair<Y>) {
    auto first = map_results(y.first, f);
    auto second = map_results(y.second, f);
    return std::pair(std::move(first), std::move(second));
  } else {
    static_assert(tree::Of<Y, TensorLeaves>,
                  "vmap: the function must return a Tensor, or a std::tuple, std::pair, std::vector or std::array of "
                  "those. A number or a mask of each example is no tensor");
    return tree::map<TensorLeaves>(y, f);
  }
}

template <class F>
struct Vmap {
  F f;
  VmapAxes in;
  long out;
  CallSite site;

  template <class... X>
  auto operator()(const X&... x) const {
    static_assert(sizeof...(X) > 0, "vmap: give at least one argument");
    const std::tuple<decltype(tensors(x))...> arguments{tensors(x)...};
    engine::VmapCall call(in, out, sizeof...(X), site);
    std::apply([&, i = std::size_t(0)](const auto&... each) mutable {
      (tree::for_each<TensorLeaves>(each, [&, at = i++](const auto& leaf) { call.add(at, leaf); }), ...);
    }, arguments);
    call.begin();
    const auto y = applied(arguments, [&]<class T>(std::size_t i, const Tensor<T>&) { return call.followed<T>(i); });
    map_results(y, [&](const auto& leaf) { return call.add_followed(leaf), 0; });
    if (!call.end()) {
      for (std::size_t of = 0; of < call.examples(); ++of) {
        const auto of_one = applied(arguments, [&]<class T>(std::size_t i, const Tensor<T>&) {
          return call.example<T>(i, of);
        });
        map_results(of_one, [&](const auto& leaf) { return call.add_result(of, leaf), 0; });
      }
      call.end_loop();
    }
    return map_results(y, [&]<class T>(const Tensor<T>&) { return call.result<T>(); });
  }

 private:
  /// f at the arguments with one_of(i, tensor i) for each tensor.
  template <class Arguments, class OneOf>
  auto applied(const Arguments& arguments, const OneOf& one_of) const {
    const auto each = tree::map<TensorLeaves>(arguments, [&, i = std::size_t(0)](const auto& leaf) mutable {
      return one_of(i++, leaf);
    });
    if constexpr (std::tuple_size_v<Arguments> == 1) return transform::call(f, std::get<0>(each));
    else return transform::settled(std::apply([this](const auto&... x) { return f(x...); }, each));
  }
};

}  // namespace transform

/// vmap(f, in_axes, out_axis)(x...): f for every example, without a loop. The examples of argument i stand along axis
/// in_axes[i] of it, or of all its tensors; one number counts for all arguments, and `none` is an argument that all
/// examples share. In the results they stand along out_axis. f returns a tensor, or a tuple, pair, vector or array of
/// tensors, which are of the same shapes for all examples.
/// Throws ShapeError where axes are missing or lengths differ, and for a batch without examples.
template <class F>
auto vmap(const F& f, const VmapAxes& in_axes = 0, long out_axis = 0, CallSite site = CallSite::current()) {
  return transform::Vmap<held<F>>{held<F>(f), in_axes, out_axis, site};
}

}  // namespace tapegrad
