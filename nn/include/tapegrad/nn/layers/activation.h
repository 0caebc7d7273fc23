// Activations, each one of the catalogue: as function objects for options, {.activation = nn::relu}, and as layers.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tapegrad/functions/catalogue.h"
#include "tapegrad/nn/layers/named_error.h"
#include "tapegrad/nn/module/parts.h"
#include "tapegrad/ops.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {

/// Throws DomainError for a parameter that is not finite.
void require_parameter(std::string_view function, double parameter, const CallSite& site);

/// A function of the catalogue as an object, for options. One with a parameter gives another one when it is called with
/// a number: {.activation = nn::leaky_relu(0.1)}. Alone its parameter is that of Keras' function.
template <class F>
struct ActivationFunction {
  static constexpr std::string_view name = F::name;
  /// Of every element. Throws what the function throws.
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return apply(function, x, site);
  }
  /// Throws DomainError for a parameter that is not finite.
  ActivationFunction operator()(double parameter, CallSite site = CallSite::current()) const
    requires(!std::is_empty_v<F>)
  {
    require_parameter(name, parameter, site);
    return {F{parameter}};
  }
  [[no_unique_address]] F function = {};
};
// Each as the function of that name in tapegrad.
inline constexpr ActivationFunction<elementwise::Celu> celu{};
inline constexpr ActivationFunction<elementwise::Elu> elu{};
inline constexpr ActivationFunction<elementwise::Gelu> gelu{};
inline constexpr ActivationFunction<elementwise::GeluTanh> gelu_tanh{};
inline constexpr ActivationFunction<elementwise::HardSigmoid> hard_sigmoid{};
inline constexpr ActivationFunction<elementwise::HardSwish> hard_swish{};
inline constexpr ActivationFunction<elementwise::LeakyRelu> leaky_relu{{0.2}};
inline constexpr ActivationFunction<elementwise::Mish> mish{};
inline constexpr ActivationFunction<elementwise::Relu> relu{};
inline constexpr ActivationFunction<elementwise::Relu6> relu6{};
inline constexpr ActivationFunction<elementwise::Selu> selu{};
inline constexpr ActivationFunction<elementwise::Sigmoid> sigmoid{};
inline constexpr ActivationFunction<elementwise::Silu> silu{};
inline constexpr ActivationFunction<elementwise::Softplus> softplus{};
inline constexpr ActivationFunction<elementwise::Softsign> softsign{};
inline constexpr ActivationFunction<elementwise::Tanh> tanh{};

/// Any function of a tensor as an option, or none. Throws DomainError for a std::function that is empty. Its name is
/// that of the function object, "function" for a lambda.
template <Real T>
class AnyActivation {
 public:
  /// None: what goes in comes out.
  AnyActivation() noexcept {}  // not defaulted: g++ 12 fails inside on options that leave it out
  template <class F>
    requires std::is_invocable_r_v<Tensor<T>, const F&, const Tensor<T>&>
  AnyActivation(F f, CallSite site = CallSite::current()) : name_(name_of(f)) {
    require_function("activation", f, "Leave it out for none", site);
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

/// The function of a layer that is given no parameter: with Keras' for layers of that name.
template <class F>
inline constexpr F layer_function{};
template <>
inline constexpr elementwise::LeakyRelu layer_function<elementwise::LeakyRelu>{0.3};

/// A function of the catalogue as a layer: nn::ReLU(), nn::ELU(0.5). Alone its parameter is that of Keras' layer, which
/// for LeakyReLU is 0.3, though it is 0.2 for nn::leaky_relu and 0.01 for tapegrad::leaky_relu, as in PyTorch.
template <class F, Real T>
struct Activation {
  using value_type = T;
  Activation() = default;
  /// Throws DomainError for a parameter that is not finite.
  explicit Activation(double parameter, CallSite site = CallSite::current())
    requires(!std::is_empty_v<F>)
      : function{parameter} {
    require_parameter(F::layer, parameter, site);
  }
  /// Of every element. Throws what the function throws.
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const {
    return apply(function, x, site);
  }
  std::string name() const { return std::string(F::layer); }

  [[no_unique_address]] F function = layer_function<F>;
};
// Each as the function of that name in tapegrad; GELU by the error function, GELUTanh its approximation.
template <Real T> using BasicCELU = Activation<elementwise::Celu, T>;
template <Real T> using BasicELU = Activation<elementwise::Elu, T>;
template <Real T> using BasicGELU = Activation<elementwise::Gelu, T>;
template <Real T> using BasicGELUTanh = Activation<elementwise::GeluTanh, T>;
template <Real T> using BasicHardSigmoid = Activation<elementwise::HardSigmoid, T>;
template <Real T> using BasicHardSwish = Activation<elementwise::HardSwish, T>;
template <Real T> using BasicLeakyReLU = Activation<elementwise::LeakyRelu, T>;
template <Real T> using BasicMish = Activation<elementwise::Mish, T>;
template <Real T> using BasicReLU = Activation<elementwise::Relu, T>;
template <Real T> using BasicReLU6 = Activation<elementwise::Relu6, T>;
template <Real T> using BasicSELU = Activation<elementwise::Selu, T>;
template <Real T> using BasicSigmoid = Activation<elementwise::Sigmoid, T>;
template <Real T> using BasicSiLU = Activation<elementwise::Silu, T>;
template <Real T> using BasicSoftplus = Activation<elementwise::Softplus, T>;
template <Real T> using BasicSoftsign = Activation<elementwise::Softsign, T>;
template <Real T> using BasicTanh = Activation<elementwise::Tanh, T>;
using CELU = BasicCELU<float>;
using ELU = BasicELU<float>;
using GELU = BasicGELU<float>;
using GELUTanh = BasicGELUTanh<float>;
using HardSigmoid = BasicHardSigmoid<float>;
using HardSwish = BasicHardSwish<float>;
using LeakyReLU = BasicLeakyReLU<float>;
using Mish = BasicMish<float>;
using ReLU = BasicReLU<float>;
using ReLU6 = BasicReLU6<float>;
using SELU = BasicSELU<float>;
using Sigmoid = BasicSigmoid<float>;
using SiLU = BasicSiLU<float>;
using Softplus = BasicSoftplus<float>;
using Softsign = BasicSoftsign<float>;
using Tanh = BasicTanh<float>;

}  // namespace tapegrad::nn
