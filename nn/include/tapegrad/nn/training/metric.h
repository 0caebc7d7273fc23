// Metrics of any kind, as compile holds them.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include "tapegrad/nn/metrics.h"
#include "tapegrad/nn/training/loss.h"

namespace tapegrad::nn {

/// A metric of one output of a model that has several. Made by of_output.
template <class F>
struct OfOutput {
  std::size_t output;
  F metric;
};
/// {.metrics = {nn::of_output(1, nn::accuracy)}}: of the second output. Without it, a metric is of every output.
template <class F>
OfOutput<F> of_output(std::size_t output, F metric) {
  return {output, std::move(metric)};
}

/// A named measure of a prediction, such as accuracy. Names are keys of a history: none may be empty, "loss", or begin
/// with "val_", and no two may be the same for one output. Keras counts a second one, "accuracy_1"; here it is an
/// error, since the two are the same number, or their difference should show in their names: {"top half", measure}.
template <Real T>
struct BasicMetric {
  template <class F>
    requires requires { F::name; }
  BasicMetric(const F& f, CallSite site = CallSite::current()) : BasicMetric(std::string(F::name), f, site) {
    if constexpr (requires { f.of_probabilities(); }) of_probabilities = f.of_probabilities();
  }
  /// A measure of one's own: {"largest error", [](const auto& prediction, const auto& target) { ... }}.
  template <FunctionOfTargets<T, double> F>
  BasicMetric(std::string shown, const F& f, CallSite site = CallSite::current())
      : name(shown), measure(std::move(shown), f, site) {}
  template <class F>
  BasicMetric(const OfOutput<F>& one, CallSite site = CallSite::current()) : BasicMetric(one.metric, site) {
    output = one.output;
  }
  std::string name;
  OfTargets<T, double> measure;
  std::optional<std::size_t> output;  ///< of which output; of every one when it is not set
  bool of_probabilities = false;      ///< of one number a row, which it takes for a probability
};
using Metric = BasicMetric<float>;

}  // namespace tapegrad::nn
