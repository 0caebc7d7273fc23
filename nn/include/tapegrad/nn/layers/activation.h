// Activations: as function objects for options, {.activation = nn::relu}, and as layers.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "tapegrad/nn/layers/named_error.h"
#include "tapegrad/nn/module/parts.h"
#include "tapegrad/ops.h"

namespace tapegrad::nn {

struct ReluFunction {
  static constexpr std::string_view name = "relu";
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return tapegrad::relu(x, site);
  }
};
struct SigmoidFunction {
  static constexpr std::string_view name = "sigmoid";
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return tapegrad::sigmoid(x, site);
  }
};
struct TanhFunction {
  static constexpr std::string_view name = "tanh";
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return tapegrad::tanh(x, site);
  }
};
/// max(x, 0), 1 / (1 + exp(-x)) and tanh(x) of every element.
inline constexpr ReluFunction relu{};
inline constexpr SigmoidFunction sigmoid{};
inline constexpr TanhFunction tanh{};

/// Any function of a tensor as an option, or none. Its name is that of the function object, "function" for a lambda.
template <Real T>
class AnyActivation {
 public:
  /// None: what goes in comes out.
  AnyActivation() noexcept {}  // not defaulted: g++ 12 fails inside on options that leave it out
  template <class F>
    requires std::is_invocable_r_v<Tensor<T>, const F&, const Tensor<T>&>
  AnyActivation(F f) : name_(name_of(f)) {
    static_assert(!HasParts<F>, "an activation with parameters is a layer of its own: put it behind this one");
    if constexpr (std::is_invocable_v<const F&, const Tensor<T>&, CallSite>) call_ = std::move(f);
    else call_ = [f = std::move(f)](const Tensor<T>& x, const CallSite&) { return f(x); };
  }
  explicit operator bool() const { return static_cast<bool>(call_); }
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return call_ ? call_(x, site) : x;
  }
  const std::string& name() const { return name_; }

 private:
  std::function<Tensor<T>(const Tensor<T>&, const CallSite&)> call_;
  std::string name_;
};

/// A function object as a layer.
template <class F, Real T>
struct FunctionLayer {
  using value_type = T;
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const { return F()(x, site); }
};
/// max(x, 0) of every element.
template <Real T>
struct BasicReLU : FunctionLayer<ReluFunction, T> {
  std::string name() const { return "ReLU"; }
};
/// 1 / (1 + exp(-x)) of every element.
template <Real T>
struct BasicSigmoid : FunctionLayer<SigmoidFunction, T> {
  std::string name() const { return "Sigmoid"; }
};
/// tanh(x) of every element.
template <Real T>
struct BasicTanh : FunctionLayer<TanhFunction, T> {
  std::string name() const { return "Tanh"; }
};
using ReLU = BasicReLU<float>;
using Sigmoid = BasicSigmoid<float>;
using Tanh = BasicTanh<float>;

}  // namespace tapegrad::nn
