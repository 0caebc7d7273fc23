// compile, fit, evaluate, predict: the training loop with Keras' arguments.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/nn/losses.h"
#include "tapegrad/nn/module/module.h"
#include "tapegrad/nn/random.h"
#include "tapegrad/optim/rules/adam.h"

namespace tapegrad::nn {

/// Gives one number for a prediction and its targets, averaged over the rows.
using Loss = std::function<Tensor<float>(const Tensor<float>& prediction, const Tensor<float>& target)>;

/// A named measure of a prediction, such as accuracy.
struct Metric {
  template <class F>
    requires requires { F::name; }
  Metric(F f) : name(F::name), measure(f) {}
  /// A measure of one's own: {"largest error", [](const auto& prediction, const auto& target) { ... }}.
  Metric(std::string shown, std::function<double(const Tensor<float>&, const Tensor<float>&)> f)
      : name(std::move(shown)), measure(std::move(f)) {}
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

/// How to train: a loss, which must be given, an optimizer, and what else to measure.
struct CompileOptions {
  Loss loss;
  AnyOptimizer optimizer = optim::Adam();
  std::vector<Metric> metrics = {};
};

/// Inputs and their targets, row by row: both have the same first axis.
struct Dataset {
  Tensor<float> inputs, targets;
};

/// The arguments of Keras' fit.
struct FitOptions {
  std::size_t epochs = 1, batch_size = 32;      ///< the last batch of an epoch may be smaller
  bool shuffle = true;                          ///< the training rows, anew every epoch
  double validation_split = 0;                  ///< the last part of the rows, taken before shuffling
  std::optional<Dataset> validation_data = {};  ///< instead of a split
  int verbose = 1;                              ///< 0: silent, 1: a line an epoch, with a bar on a terminal
};

/// One number an epoch for "loss", each metric, and "val_" of each where there are validation data.
using History = std::map<std::string, std::vector<double>>;
/// "loss" and each metric.
using Scores = std::map<std::string, double>;

/// How many rows evaluate and predict give the model at once. It bounds memory and does not change results.
struct EvaluateOptions {
  std::size_t batch_size = 32;
};

struct BatchOptions {
  std::size_t batch_size = 32;
  bool shuffle = false;
};
/// Rows of two tensors together, cut into batches of `batch_size`, the last one smaller. Throws ShapeError when the
/// numbers of rows differ or are 0, DomainError for a batch_size of 0.
std::vector<Dataset> batches(const Dataset& data, BatchOptions options = {}, Random& random = default_random());

/// A model with its loss, metrics and optimizer. Made by compile.
class Training {
 public:
  using Model = std::function<Tensor<float>(const Tensor<float>&)>;
  /// Throws Error when there is no loss, or a parameter is no variable.
  Training(Model model, optim::Parameters parameters, CompileOptions options);
  /// Trains on inputs x and targets y, row by row, and returns what was measured. The weights go on from where they
  /// are. Throws ShapeError when the numbers of rows differ or are 0, DomainError for a validation_split outside [0,
  /// 1), for one that leaves no rows, and for a batch_size of 0; Error, with their labels, when variables that are no
  /// parameter of the model receive gradients.
  History fit(const Tensor<float>& x, const Tensor<float>& y, const FitOptions& options = {});
  /// Loss and metrics, averaged over the rows. Records nothing. Throws as fit does.
  Scores evaluate(const Tensor<float>& x, const Tensor<float>& y, const EvaluateOptions& options = {}) const;
  /// The model's output for every row of x. Records nothing. Throws ShapeError when x has no rows, or when the model
  /// does not give one row of output for each; DomainError for a batch_size of 0.
  Tensor<float> predict(const Tensor<float>& x, const EvaluateOptions& options = {}) const;

 private:
  void require_owned(const Gradients& gradients) const;

  Model model_;
  CompileOptions options_;
};

/// Trains `model`, which must outlive the result. A temporary model is refused. Throws Error when there is no loss, and
/// for a part of the model that was forgotten (see Parts::list).
template <class M>
Training compile(M& model, CompileOptions options) {
  return Training([&model](const Tensor<float>& x) { return model(x); }, parameters(model), std::move(options));
}
template <class M>
Training compile(const M&& model, CompileOptions options) = delete;

}  // namespace tapegrad::nn
