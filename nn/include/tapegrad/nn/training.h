// compile, fit, evaluate, predict: the training loop with Keras' arguments.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/nn/losses.h"
#include "tapegrad/nn/module.h"
#include "tapegrad/nn/random.h"
#include "tapegrad/optim/adam.h"

namespace tapegrad::nn {

using Loss = std::function<Tensor<float>(const Tensor<float>& prediction, const Tensor<float>& target)>;

/// A named measure of a prediction, such as accuracy.
struct Metric {
  template <class F>
    requires requires { F::name; }
  Metric(F f) : name(F::name), measure(f) {}
  std::string name;
  std::function<double(const Tensor<float>&, const Tensor<float>&)> measure;
};

/// Holds any optimizer.
class AnyOptimizer {
 public:
  template <std::derived_from<optim::Optimizer> O>
  AnyOptimizer(O optimizer) : held_(std::make_shared<O>(std::move(optimizer))) {}
  optim::Optimizer* operator->() const { return held_.get(); }

 private:
  std::shared_ptr<optim::Optimizer> held_;
};

struct CompileOptions {
  Loss loss;
  AnyOptimizer optimizer = optim::Adam();
  std::vector<Metric> metrics = {};
};

struct Dataset {
  Tensor<float> inputs, targets;
};

struct FitOptions {
  std::size_t epochs = 1, batch_size = 32;
  bool shuffle = true;
  double validation_split = 0;                  ///< the last part of the rows, taken before shuffling
  std::optional<Dataset> validation_data = {};  ///< instead of a split
  int verbose = 1;                              ///< 0: silent, 1: a line an epoch, with a bar on a terminal
};

/// One number an epoch for "loss", each metric, and "val_" of each where there are validation data.
using History = std::map<std::string, std::vector<double>>;
/// "loss" and each metric.
using Scores = std::map<std::string, double>;

/// Rows of two tensors together; a range of batches of `batch_size`, the last one smaller.
struct BatchOptions {
  std::size_t batch_size = 32;
  bool shuffle = false;
};
std::vector<Dataset> batches(const Dataset& data, BatchOptions options = {}, Random& random = default_random());

/// The loop behind Trainer, on any callable model.
class Training {
 public:
  using Model = std::function<Tensor<float>(const Tensor<float>&)>;
  Training(Model model, optim::Parameters parameters, CompileOptions options);
  History fit(const Tensor<float>& x, const Tensor<float>& y, const FitOptions& options = {});
  Scores evaluate(const Tensor<float>& x, const Tensor<float>& y) const;
  Tensor<float> predict(const Tensor<float>& x) const { return model_(x); }

 private:
  Model model_;
  CompileOptions options_;
};

/// Trains `model`, which must outlive the result. A temporary model is refused.
template <class M>
Training compile(M& model, CompileOptions options) {
  return Training([&model](const Tensor<float>& x) { return model(x); }, parameters(model), std::move(options));
}
template <class M>
Training compile(const M&& model, CompileOptions options) = delete;

}  // namespace tapegrad::nn
