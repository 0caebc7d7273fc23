// Layers one after the other.
#pragma once
#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "tapegrad/nn/module/module.h"

namespace tapegrad::nn {

/// Layers one after the other. Any callable of a tensor is a layer; sequentials nest; a copy has its own weights.
template <Real T>
class BasicSequential {
 public:
  using value_type = T;

  /// Sequential model{Dense(8, 16), ReLU()}; at least one layer.
  template <class... Layers>
    requires(sizeof...(Layers) > 0 && (std::is_invocable_r_v<Tensor<T>, const Layers&, const Tensor<T>&> && ...) &&
             !(sizeof...(Layers) == 1 && (std::same_as<Layers, BasicSequential> && ...)))
  explicit BasicSequential(Layers... layers) {
    (layers_.push_back(Layer{std::make_unique<Holder<Layers>>(std::move(layers))}), ...);
  }
  /// The layers, named "0", "1", ...
  void parts(Parts& part) {
    for (std::size_t i = 0; i < layers_.size(); ++i) part(std::to_string(i), layers_[i]);
  }
  /// The last layer's output. Shapes and errors are those of the layers.
  Tensor<T> operator()(Tensor<T> x) const {
    for (const Layer& layer : layers_) x = layer(x);
    return x;
  }
  std::string name() const { return "Sequential"; }

  /// What a layer of any type can do.
  struct Concept {
    virtual ~Concept() = default;
    virtual Tensor<T> call(const Tensor<T>& x) const = 0;
    virtual void parts(Parts& part) = 0;
    virtual std::string name() const = 0;
    virtual std::unique_ptr<Concept> clone() const = 0;
  };
  /// One layer of any type; copied with its weights.
  struct Layer {
    explicit Layer(std::unique_ptr<Concept> held) : layer(std::move(held)) {}
    Layer(const Layer& other) : layer(other.layer->clone()) {}
    Layer(Layer&&) noexcept = default;
    Layer& operator=(Layer other) noexcept {
      std::swap(layer, other.layer);
      return *this;
    }
    Tensor<T> operator()(const Tensor<T>& x) const { return layer->call(x); }
    void parts(Parts& part) { layer->parts(part); }
    std::string name() const { return layer->name(); }
    std::unique_ptr<Concept> layer;
  };
  /// The layers in order.
  std::vector<Layer>& layers() { return layers_; }

 private:
  template <class M>
  struct Holder final : Concept {
    explicit Holder(M held) : module(std::move(held)) {}
    Tensor<T> call(const Tensor<T>& x) const override { return module(x); }
    void parts(Parts& part) override { part.list(module); }
    std::string name() const override {
      if constexpr (requires { module.name(); }) return module.name();
      else return "layer";
    }
    std::unique_ptr<Concept> clone() const override { return std::make_unique<Holder>(module); }
    M module;
  };
  std::vector<Layer> layers_;
};
using Sequential = BasicSequential<float>;

}  // namespace tapegrad::nn
