// Layers one after the other.
#pragma once
#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "tapegrad/nn/layers/named_error.h"
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
    Parts names(Parts::Purpose::name);
    parts(names);
  }
  BasicSequential(const BasicSequential&) = default;
  BasicSequential(BasicSequential&&) noexcept = default;
  /// Assigns layer to layer, so that values are written into the same variables. Throws Error, and changes nothing,
  /// when the other has other layers, or parameters or buffers of other names, types or shapes.
  BasicSequential& operator=(const BasicSequential& other) {
    if (this == &other) return *this;
    if (layers_.empty()) return *this = BasicSequential(other);
    require_same_layers(other);
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].layer->assign(*other.layers_[i].layer);
    return *this;
  }
  BasicSequential& operator=(BasicSequential&&) noexcept = default;

  /// The layers, named "0", "1", ...
  void parts(Parts& part) {
    for (std::size_t i = 0; i < layers_.size(); ++i) part(std::to_string(i), layers_[i]);
  }
  /// The last layer's output. Shapes and errors are those of the layers; an error names the layer too, and the line of
  /// this call: "layer 2 (Dense): linear: ...", or "layers 2 > 0 (Dense): ..." from inside a nested one.
  Tensor<T> operator()(Tensor<T> x, CallSite site = CallSite::current()) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      try {
        x = layers_[i](x, site);
      } catch (Error& error) {
        name_layer(error, i, layers_[i].name());
        throw;
      }
    }
    return x;
  }
  std::string name() const { return "Sequential"; }

  /// What a layer of any type can do.
  struct Concept {
    virtual ~Concept() = default;
    virtual Tensor<T> call(const Tensor<T>& x, const CallSite& site) const = 0;
    virtual void parts(Parts& part) = 0;
    virtual std::string name() const = 0;
    virtual std::unique_ptr<Concept> clone() const = 0;
    virtual bool assignable_from(const Concept& other) const = 0;
    virtual void assign(const Concept& other) = 0;
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
    Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const { return layer->call(x, site); }
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
    Tensor<T> call(const Tensor<T>& x, const CallSite& site) const override {
      if constexpr (std::is_invocable_r_v<Tensor<T>, const M&, const Tensor<T>&, CallSite>) return module(x, site);
      else return module(x);
    }
    void parts(Parts& part) override { part.list(module); }
    std::string name() const override { return name_of(module); }
    std::unique_ptr<Concept> clone() const override {
      if constexpr (std::copy_constructible<M>) return std::make_unique<Holder>(module);
      else
        throw Error("sequential: " + name() + " cannot be copied, and so neither can the model that it is a layer of");
    }
    bool assignable_from(const Concept& other) const override { return dynamic_cast<const Holder*>(&other) != nullptr; }
    void assign(const Concept& other) override {
      const M& from = static_cast<const Holder&>(other).module;
      if constexpr (std::is_copy_assignable_v<M>) module = from;
      else if constexpr (!HasParts<M> && std::copy_constructible<M>) {  // a lambda
        M copy(from);
        std::destroy_at(&module);
        std::construct_at(&module, std::move(copy));
      } else throw Error("sequential: " + name() + " cannot be assigned, and so neither can the model that holds it");
    }
    M module;
  };

  void require_same_layers(const BasicSequential& other) {
    bool same = layers_.size() == other.layers_.size();
    for (std::size_t i = 0; same && i < layers_.size(); ++i) {
      same = layers_[i].layer->assignable_from(*other.layers_[i].layer);
    }
    if (!same) {
      throw Error("assignment: a Sequential of " + listed() + " cannot be assigned one of " + other.listed() +
                  ". Copy it to a new model instead");
    }
    Parts ours, theirs;
    ours.list(*this);
    theirs.list(const_cast<BasicSequential&>(other));  // parts() hands out references, but nothing is written there
    ours.require_same(theirs);
  }
  std::string listed() const {
    std::string names;
    for (const Layer& layer : layers_) names += (names.empty() ? "" : ", ") + layer.name();
    return names.empty() ? "no layers" : names;
  }
  std::vector<Layer> layers_;
};
using Sequential = BasicSequential<float>;

extern template class BasicSequential<float>;
extern template class BasicSequential<double>;

}  // namespace tapegrad::nn
