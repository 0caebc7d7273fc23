// The rule of a custom op: calls its functions and checks what they return.
#pragma once
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "tapegrad/engine/custom/arrays.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/custom/user_code.h"

namespace tapegrad::custom {
using namespace engine;

template <class Forward, class Backward, class Tangent>
struct Functions {
  const OpTraits& traits;
  Forward forward;
  Backward backward;
  Tangent tangent;
};

/// The descriptor of a custom op. Throws Error when the name is empty.
const OpTraits& described(std::string_view name, bool by_element);
/// Throws ShapeError when the result has not the shape that the inputs broadcast to.
void require_by_element(std::string_view name, std::span<const Shape> inputs, const Shape& result,
                        const CallSite& site);
[[noreturn]] void fail_replay(std::string_view name, Dtype dtype, const CallSite& site);
[[noreturn]] void fail_broadcast(std::string_view name, std::string_view function, const CallSite& site);
[[noreturn]] void fail_empty_result(std::string_view name, const CallSite& site);
[[noreturn]] void fail_count(std::string_view name, std::size_t count, std::size_t inputs, const CallSite& site);
[[noreturn]] void fail_on_arrays(std::string_view name, std::string_view function, const CallSite& site);
[[noreturn]] void fail_without_tangent(std::string_view name, const CallSite& site);
[[noreturn]] void fail_saved(std::string_view name, std::size_t index, const CallSite& site);
[[noreturn]] void fail_cut(std::string_view name, std::string_view function, const CallSite& site);
void require_gradient_shape(std::string_view name, std::size_t input, const Shape& shape, const Shape& wanted,
                            const CallSite& site);
void require_tangent_shape(std::string_view name, const Shape& shape, const Shape& wanted, const CallSite& site);
/// The tensor with a place on the tape: what depends on it can be told from what was computed from arrays.
template <Real T>
Tensor<T> placed(const Tensor<T>& g, const CallSite& site);
template <Real T>
bool all_zero(const Tensor<T>& x);

/// What forward gets: the inputs as constants, each with an array of its own, by which a saved one is known again.
template <Real T, std::size_t n>
std::array<Tensor<T>, n> given(const std::array<Tensor<T>, n>& inputs) {
  const Tape::Pause pause;  // what the op does to its inputs cuts no gradient: no reads on the tape
  std::array<Tensor<T>, n> result;
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = constant(inputs[i]);
    for (std::size_t k = 0; k < i; ++k) {
      if (result[k].data() != result[i].data()) continue;
      Tensor<T> copy = Tensor<T>::empty(result[i].shape());
      std::copy_n(result[i].data(), copy.size(), copy.mutable_data());
      result[i] = copy;
      break;
    }
  }
  return result;
}

/// The value of the result and what forward saved. Nothing is recorded.
template <Real T, class Ops, class... X>
auto run_forward(const Ops& ops, const CallSite& site, const X&... x) {
  auto use = [](const auto& f) {
    using Y = std::remove_cvref_t<decltype(f())>;
    if constexpr (std::is_void_v<Y>) {
      static_assert(!std::is_void_v<Y>, "custom_op: forward must return the result, but it returns nothing");
    } else if constexpr (is_with_saved<Y>) {
      auto y = f();
      static_assert(TensorLike<decltype(y.result)>,
                    "custom_op: the first value of with_saved must be the result, an "
                    "xtensor expression, a Tensor or a number");
      return std::pair(as_tensor<T>(y.result), std::move(y.saved));
    } else {
      static_assert(TensorLike<Y>, "custom_op: forward must return an xtensor expression, a Tensor or a number");
      return std::pair(as_tensor<T>(f()), std::tuple<>());
    }
  };
  const Tape::Pause pause;
  try {
    return call(ops.forward, use, x...);
  } catch (const xt::broadcast_error&) {
    fail_broadcast(ops.traits.name, "forward", site);
  }
}

template <class Ops, Real T, std::size_t n, class Saved>
struct Rule;

template <class Backward, class T, class Saved>
inline constexpr bool takes_saved = false;
template <class Backward, class T, class... S>
inline constexpr bool takes_saved<Backward, T, std::tuple<S...>> = takes_any<Backward, Tensor<T>, S...>();
/// Whether the functions can be called with tensors of U: those that name a type serve one only.
template <class Ops, Real U, std::size_t... i>
constexpr bool serves(std::index_sequence<i...>) {
  if constexpr (!Takes<decltype(Ops::forward), U, sizeof...(i)>) {
    return false;
  } else {
    using Saved = typename decltype(run_forward<U>(std::declval<const Ops&>(), std::declval<const CallSite&>(),
                                                   std::declval<const Repeat<i, Tensor<U>>&>()...))::second_type;
    return takes_saved<decltype(Ops::backward), U, Saved>;
  }
}

/// What one custom op has on the tape.
template <class Ops, Real T, std::size_t n, class... S>
struct Rule<Ops, T, n, std::tuple<S...>> {
  std::shared_ptr<const Ops> ops;
  std::tuple<S...> saved;
  std::array<Shape, n> shapes;
  std::size_t unplaced = 0;  // counted from 1: the first saved value through which derivatives would be lost

  using Backward = decltype(ops->backward);
  using Tangent = decltype(ops->tangent);
  using Gradients = std::array<Tensor<T>, n>;
  static constexpr bool on_arrays = takes_arrays<Backward, Tensor<T>, S...>();
  static constexpr bool has_tangent = !std::is_same_v<Tangent, std::nullopt_t>;

  /// Saved inputs, as forward was given them, and the saved result get the places of these.
  void place_saved(const Gradients& given, const Gradients& inputs, const Tensor<T>& value, const Tensor<T>& y) {
    std::size_t number = 0;
    auto place = [&](auto& x) {
      ++number;
      using X = std::remove_cvref_t<decltype(x)>;
      bool found = !std::is_floating_point_v<X> && !IsTensor<X>;
      if constexpr (IsTensor<X>) x = snapshot(x);
      if constexpr (std::is_same_v<X, Tensor<T>>) {
        auto same = [&x](const Tensor<T>& other) { return x.data() == other.data() && x.shape() == other.shape(); };
        for (std::size_t i = 0; i < n && !found; ++i) {
          if (same(given[i])) x = inputs[i], found = true;
        }
        if (!found && same(value)) x = y, found = true;
      }
      if (!found && !unplaced) unplaced = number;
    };
    std::apply([&](auto&... each) { (place(each), ...); }, saved);
  }

  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    const CallSite site = sweep.entry->site;
    const UserCode guard;
    if (sweep.recording) require_recordable<on_arrays>("backward", site);
    const Tensor<T> seen = sweep.recording ? placed(g, site) : g;
    const Gradients gradients =
        pulled(seen, saved, sweep.recording, site, [&](std::size_t i) { return sweep.wants(i); });
    for (std::size_t i = 0; i < n; ++i) {
      if (!gradients[i]) continue;
      if (sweep.recording) require_dependence(sweep.tape, gradients[i], "backward", site);
      sweep.add(i, gradients[i]);
    }
  }

  template <Real>
  Tensor<T> tangent(const Push& push) const {
    const CallSite site = push.entry->site;
    const UserCode guard;
    if constexpr (has_tangent) {
      std::array<Tensor<T>, n> moved;
      for (std::size_t i = 0; i < n; ++i) {
        moved[i] = push.has(i) ? push.tangent<T>(i) : Tensor<T>::full(shapes[i], 0);
        if (push.recording) moved[i] = placed(moved[i], site);
      }
      const Tensor<T> result =
          std::apply([&](const auto&... dx) { return pushed(push.recording, site, dx...); }, moved);
      if (!result) return Tensor<T>::full(push.shape(), 0);
      require_tangent_shape(ops->traits.name, result.shape(), push.shape(), site);
      if (push.recording) require_dependence(push.tape, result, "tangent", site);
      return result;
    } else if constexpr (on_arrays) {
      fail_without_tangent(ops->traits.name, site);
    } else {
      require_recordable<false>("backward", site);
      return transposed(push, site);
    }
  }

 private:
  template <bool arrays>
  void require_recordable(std::string_view function, const CallSite& site) const {
    if (arrays) fail_on_arrays(ops->traits.name, function, site);
    if (unplaced) fail_saved(ops->traits.name, unplaced, site);
  }

  // It is linear in the arguments: what does not depend on them is zero, or was computed past the tape.
  void require_dependence(const TapeState& tape, const Tensor<T>& result, std::string_view function,
                          const CallSite& site) const {
    if (!(result && tape.place_of(result.node())) && !all_zero(result)) fail_cut(ops->traits.name, function, site);
  }

  template <class... Moved>
  Tensor<T> pushed(bool recording, const CallSite& site, const Moved&... dx) const {
    constexpr bool arrays = takes_arrays<Tangent, Moved..., S...>();
    static_assert(takes_any<Tangent, Moved..., S...>(),
                  "custom_op: tangent must take the tangent of each input and then "
                  "what forward saved, as constants: (const auto& dx, ...)");
    if (recording) require_recordable<arrays>("tangent", site);
    auto use = [&](const auto& f) {
      using Y = std::remove_cvref_t<decltype(f())>;
      static_assert(TensorLike<Y>, "custom_op: tangent must return an xtensor expression, a Tensor or a number");
      if (recording && !IsTensor<Y>) fail_on_arrays(ops->traits.name, "tangent", site);
      const Tensor<T> result = as_tensor<T>(f());
      return result ? snapshot(result) : result;
    };
    return std::apply([&](const S&... each) { return call(ops->tangent, use, dx..., each...); }, saved);
  }

  // J v without a tangent of its own: backward is linear in g, and the transpose of that is the op's derivative.
  Tensor<T> transposed(const Push& push, const CallSite& site) const {
    Linearization at(ops->traits.name, site);
    const Tensor<T> g = at.add_input(Tensor<T>::full(push.shape(), 1));
    auto outside = [&](const auto& x) {
      if constexpr (IsTensor<decltype(x)>) return push.recording ? x : constant(x);
      else return x;
    };
    const auto seen = std::apply([&](const S&... each) { return std::tuple<S...>(outside(each)...); }, saved);
    const Gradients gradients = pulled(g, seen, true, site, [&](std::size_t i) { return push.has(i); });
    Linearization::Nodes cotangents;
    for (std::size_t i = 0; i < n; ++i) {
      if (!gradients[i]) continue;
      require_dependence(*context().recording, gradients[i], "backward", site);
      at.add_result(gradients[i]);
      cotangents.emplace_back(push.tangent<T>(i).take_node());
    }
    Node* found = at.end() ? at.pull(cotangents, true, push.masked)[0].release() : nullptr;
    return found ? Tensor<T>(found) : Tensor<T>::full(push.shape(), 0);
  }

  // What backward returns, for the wanted inputs; empty where there is none.
  template <class Wanted>
  Gradients pulled(const Tensor<T>& g, const std::tuple<S...>& read, bool recording, const CallSite& site,
                   const Wanted& wanted) const {
    static_assert(takes_any<Backward, Tensor<T>, S...>(),
                  "custom_op: backward must take the gradient of the result and "
                  "then what forward saved, as constants: (const auto& g, ...)");
    Gradients gradients;
    auto keep = [&](std::size_t i, const auto& gradient) {
      using G = std::remove_cvref_t<decltype(gradient)>;
      if constexpr (!std::is_same_v<G, std::nullopt_t>) {
        static_assert(TensorLike<G>,
                      "custom_op: a gradient must be an xtensor expression, a Tensor or a number, or "
                      "std::nullopt where there is none");
        if constexpr (IsTensor<G>) {
          if (!gradient) return;
        }
        if (!wanted(i)) return;
        if (recording && XtensorExpression<G>) fail_on_arrays(ops->traits.name, "backward", site);
        gradients[i] = snapshot(as_tensor<T>(gradient));
        require_gradient_shape(ops->traits.name, i, gradients[i].shape(), shapes[i], site);
      }
    };
    auto use = [&](const auto& f) {
      if constexpr (std::is_void_v<decltype(f())>) f();
      else keep_all(f(), keep, site);
    };
    try {
      std::apply([&](const S&... each) { call(ops->backward, use, g, each...); }, read);
    } catch (const xt::broadcast_error&) {
      fail_broadcast(ops->traits.name, "backward", site);
    }
    return gradients;
  }

  template <class G, class Keep>
  void keep_all(const G& gradients, const Keep& keep, const CallSite& site) const {
    if constexpr (std::is_same_v<G, std::vector<Tensor<T>>>) {
      if (gradients.size() != n) fail_count(ops->traits.name, gradients.size(), n, site);
      for (std::size_t i = 0; i < n; ++i) keep(i, gradients[i]);
    } else if constexpr (requires { std::tuple_size<G>::value; }) {
      static_assert(std::tuple_size<G>::value == n, "custom_op: backward must return one gradient for each input");
      [&]<std::size_t... i>(std::index_sequence<i...>) {
        (keep(i, std::get<i>(gradients)), ...);
      }(std::make_index_sequence<n>());
    } else {
      static_assert(n == 1, "custom_op: backward must return one gradient for each input, in a std::tuple");
      keep(0, gradients);
    }
  }
};

}  // namespace tapegrad::custom
