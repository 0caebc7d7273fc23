// Ops that leave values alone and act on gradients.
#include "tapegrad/tape/gradient_hooks.h"

#include "tapegrad/engine/record.h"
#include "tapegrad/engine/custom/user_code.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

template <Real T>
Tensor<T> call_hook(const GradientHook<T>& hook, const Tensor<T>& g, const CallSite& site) {
  const UserCode guard;
  const Tensor<T> replacement = hook(g);
  if (!replacement) return g;
  if (!(replacement.shape() == g.shape())) {
    throw ShapeError("on_gradient: the hook returned a gradient of shape " + text(replacement.shape()) +
                     " for a tensor of shape " + text(g.shape()) + text(site));
  }
  return snapshot(replacement);
}

// The hook of a replay in the other element type.
template <Real U, Real T>
GradientHook<U> in_type(const GradientHook<T>& hook) {
  if constexpr (std::is_same_v<U, T>) {
    return hook;
  } else {
    return [hook](const Tensor<U>& g) {
      const Tensor<T> replacement = hook(cast<T>(g));
      return replacement ? cast<U>(replacement) : Tensor<U>();
    };
  }
}

// ---- on_gradient: y = x      dx = f(dy)
template <Real T>
struct OnGradient {
  static constexpr OpTraits traits{
      .name = "on_gradient",
      .calls_user = true,
      .formula = with_adjoints({"x", "x"}, {"x", {"what the hook makes of g", "\\text{hook}(g)"}})};
  GradientHook<T> hook;
  CallSite site;
  template <Real U>
  Tensor<U> operator()(const std::vector<Tensor<U>>& x) const {
    return engine::on_gradient<U>(x[0], in_type<U>(hook), site);
  }
};
}  // namespace

template <Real T>
Tensor<T> engine::on_gradient(const Tensor<T>& x, GradientHook<T> hook, const CallSite& site) {
  Inputs in(OnGradient<T>::traits.name, site, x);
  Tensor<T> y = in.view_of(snapshot(x), x.shape(), 0);
  if (in) {
    in.record(y, OnGradient<T>{hook, site},
              adjoint_and_tangent(
                  [hook](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, call_hook(hook, g, sweep.entry->site)); },
                  [](const Push& push) { return push.tangent<T>(0); }));
  }
  return y;
}

// ---- scale_gradient: y = x      dx = factor dy
namespace {
struct ScaleGradient {
  static constexpr OpTraits traits{
      .name = "scale_gradient",
      .depends = Depends::by_element,
      .vanishes = Vanishes::with_number,
      .formula = with_adjoints({"x", "x"}, {"x", {"factor * g", "\\text{factor} \\, g"}})};
  double factor;
  auto operator()(const auto& x) const { return scale_gradient(x[0], factor); }
};
}  // namespace

template <Real T>
Tensor<T> scale_gradient(const Tensor<T>& x, double factor, CallSite site) {
  Inputs in(ScaleGradient::traits.name, site, x);
  Tensor<T> y = in.view_of(snapshot(x), x.shape(), 0);
  if (in) {
    in.record(y, ScaleGradient{factor},
              pointwise([factor](Sweep& sweep, Tensor<T> g) { sweep.add(0, std::move(g) * factor); }));
  }
  return y;
}

// The samples undo what they do to the gradient, so that it is that of the values.
template Tensor<float> engine::on_gradient(const Tensor<float>&, GradientHook<float>, const CallSite&);
template Tensor<double> engine::on_gradient(const Tensor<double>&, GradientHook<double>, const CallSite&);
template Tensor<float> scale_gradient(const Tensor<float>&, double, CallSite);
template Tensor<double> scale_gradient(const Tensor<double>&, double, CallSite);

}  // namespace tapegrad
