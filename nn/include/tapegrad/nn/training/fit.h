// fit, evaluate, predict: the training loop with Keras' arguments.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/nn/data/dataset.h"
#include "tapegrad/nn/module/mode.h"
#include "tapegrad/nn/training/call.h"
#include "tapegrad/nn/training/history.h"
#include "tapegrad/nn/training/metric.h"
#include "tapegrad/optim/rules/adam.h"
#include "tapegrad/optim/rules/rmsprop.h"

namespace tapegrad::nn {

/// Holds any optimizer; a copy has a state of its own.
class AnyOptimizer {
 public:
  template <std::derived_from<optim::Optimizer> O>
  AnyOptimizer(O optimizer)
      : held_(std::make_unique<O>(std::move(optimizer))), copy_([](const optim::Optimizer& held) {
          return std::unique_ptr<optim::Optimizer>(std::make_unique<O>(static_cast<const O&>(held)));
        }) {}
  AnyOptimizer(const AnyOptimizer& other) : held_(other.copy_(*other.held_)), copy_(other.copy_) {}
  AnyOptimizer(AnyOptimizer&&) noexcept = default;
  AnyOptimizer& operator=(AnyOptimizer other) noexcept {
    std::swap(held_, other.held_);
    std::swap(copy_, other.copy_);
    return *this;
  }
  optim::Optimizer& operator*() const { return *held_; }
  optim::Optimizer* operator->() const { return held_.get(); }

 private:
  std::unique_ptr<optim::Optimizer> held_;
  std::unique_ptr<optim::Optimizer> (*copy_)(const optim::Optimizer&);
};

/// RMSprop as Keras makes it, whose defaults are not PyTorch's: what compile uses when it is given no optimizer.
inline optim::RMSprop keras_rmsprop() {
  return optim::RMSprop({.learning_rate = 1e-3, .alpha = 0.9, .epsilon = 1e-7});
}

/// How to train: a loss, which must be given, an optimizer, and what else to measure. Defaults are Keras'.
template <Real T>
struct BasicCompileOptions {
  Losses<T> loss;  ///< one for all outputs of the model, or {one, for, each}
  AnyOptimizer optimizer = keras_rmsprop();    ///< any; Keras' default is "rmsprop"
  std::vector<BasicMetric<T>> metrics = {};
  std::vector<double> loss_weights = {};       ///< of the outputs' losses in their sum; 1 when there are none
  std::vector<std::string> output_names = {};  ///< in a history; "output_1", "output_2" ... when there are none
  // How gradients are clipped before a step: by one of these, or not at all. See Gradients in tape/gradients.h.
  std::optional<double> global_clipnorm = {};  ///< all together, by the norm of all
  std::optional<double> clipnorm = {};         ///< those of each parameter, by their own norm
  std::optional<double> clipvalue = {};        ///< each element, to [-clipvalue, clipvalue]
};
using CompileOptions = BasicCompileOptions<float>;

/// The arguments of Keras' fit, with its defaults.
template <Real T>
struct BasicFitOptions {
  std::size_t epochs = 1, batch_size = 32;            ///< the last batch of an epoch may be smaller
  bool shuffle = true;                                ///< the training rows, anew every epoch
  double validation_split = 0;                        ///< in [0, 1): the last part of the rows, before shuffling
  std::optional<AnyDataset<T>> validation_data = {};  ///< Dataset{x, y}, or {{{x1, x2}, y}}: then no row is split off
  int verbose = 1;  ///< 0: silent, 1: a line an epoch, with a bar on a terminal, 2: the line alone
};
using FitOptions = BasicFitOptions<float>;

/// How many rows evaluate and predict give the model at once. It bounds memory and does not change results.
struct EvaluateOptions {
  std::size_t batch_size = 32;
};

/// What trains models of element type T, whatever they take and give. See BasicTraining.
template <Real T>
class TrainingLoop {
 public:
  /// Trains on inputs x and targets y, row by row, and returns what was measured. The weights go on from where they
  /// are. A model with several inputs gets {x1, x2}, one with several outputs {y1, y2}; targets that are integers are
  /// labels. With validation_data all rows are trained on, whatever validation_split is, as in Keras. Throws ShapeError
  /// when the numbers of rows differ or are 0, also of validation_data, before anything is trained; DomainError for a
  /// validation_split outside [0, 1) and for one that leaves no rows on either side, for a batch_size of 0, for epochs
  /// or batch_size that were negative numbers, for another verbose, and for predictions outside [0, 1] where the loss
  /// takes probabilities; Error when inputs, outputs, losses, metrics, weights and names do not go together, and, with
  /// their labels, when variables that are no parameter of the model receive gradients.
  /// Meanwhile the model is in training mode, and in inference where it is evaluated (see module/mode.h).
  History fit(const Examples<T>& x, const Examples<T>& y, const BasicFitOptions<T>& options = {},
              CallSite site = CallSite::current());
  /// Loss and metrics, averaged over the rows, of the model in inference mode. Records nothing. Throws as fit does.
  Scores evaluate(const Examples<T>& x, const Examples<T>& y, const EvaluateOptions& options = {},
                  CallSite site = CallSite::current()) const;

  /// The optimizer, to be looked at and changed between calls of fit: trainer.optimizer().learning_rate() *= 0.5.
  optim::Optimizer& optimizer() { return *options_.optimizer; }
  const optim::Optimizer& optimizer() const { return *options_.optimizer; }
  /// The same as what it is: trainer.optimizer<optim::Adam>().options.beta1 = 0.8. Throws Error when it is another.
  template <std::derived_from<optim::Optimizer> O>
  O& optimizer(CallSite site = CallSite::current()) {
    if (auto* found = dynamic_cast<O*>(&optimizer())) return *found;
    throw Error("optimizer: the model was compiled with an optimizer of another type than the one asked for" +
                text(site));
  }

 protected:
  /// A model of any type: how it is called, and how it is put into a mode for a scope.
  struct Model {
    std::function<std::vector<Tensor<T>>(const Examples<T>&)> call;
    std::function<ModeScope(Mode)> enter;
  };
  TrainingLoop(Model model, optim::Parameters parameters, BasicCompileOptions<T> options, const CallSite& site);
  /// The model's outputs for every row of x.
  std::vector<Tensor<T>> outputs(const Examples<T>& x, const EvaluateOptions& options, const CallSite& site) const;

 private:
  struct Measured;
  std::vector<std::string> names(std::size_t outputs, const CallSite& site) const;
  Measured measure(std::string_view what, const AnyDataset<T>& batch, const CallSite& site) const;
  std::vector<double> values(std::string_view what, const AnyDataset<T>& batch, const Measured& measured,
                             const CallSite& site) const;
  void clip(Gradients& gradients, const CallSite& site) const;
  void require_owned(const Gradients& gradients, const CallSite& site) const;

  Model model_;
  BasicCompileOptions<T> options_;
};

/// A model with its loss, metrics and optimizer, made by compile. Output is what the model gives: a Tensor, or a tuple
/// or vector of them.
template <Real T, class Output = Tensor<T>>
class BasicTraining : public TrainingLoop<T> {
 public:
  /// Of a model, or of std::ref(model). Throws what compile does, and Error when a parameter is no variable.
  template <class M>
  BasicTraining(M model, optim::Parameters parameters, BasicCompileOptions<T> options,
                CallSite site = CallSite::current())
      : TrainingLoop<T>(any_model(std::make_shared<M>(std::move(model))), std::move(parameters), std::move(options),
                        site) {}
  /// The model's output for every row of x, in inference mode. Records nothing. Throws ShapeError when x has no rows,
  /// or when the model does not give one row of output for each; DomainError for a batch_size of 0.
  Output predict(const Examples<T>& x, const EvaluateOptions& options = {}, CallSite site = CallSite::current()) const {
    return call::from_outputs<Output>(this->outputs(x, options, site));
  }

 private:
  template <class M>
  static typename TrainingLoop<T>::Model any_model(std::shared_ptr<M> held) {
    using Callable = std::unwrap_reference_t<M>;
    return {[held](const Examples<T>& x) { return call::outputs<T>(call::with(static_cast<Callable&>(*held), x)); },
            [held](Mode mode) { return ModeScope(static_cast<Callable&>(*held), mode); }};
  }
};
using Training = BasicTraining<float>;

extern template class TrainingLoop<float>;
extern template class TrainingLoop<double>;
extern template class BasicTraining<float>;
extern template class BasicTraining<double>;

}  // namespace tapegrad::nn
