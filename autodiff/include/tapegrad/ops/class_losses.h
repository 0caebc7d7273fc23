// Losses of a choice between classes. The classes lie along the last axis unless another is named. PyTorch's lie along
// axis 1, so that its losses of logits (batch, classes, height, width) are {.axis = 1} here.
#pragma once
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "tapegrad/ops/loss_options.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

template <Real T>
struct ClassLossOptions {
  Reduce reduction = Reduce::mean;
  Tensor<T> weight = {};           ///< a factor for each class, (classes,), constant
  long axis = -1;                  ///< along which the classes lie
  std::int32_t ignore_index = -100;  ///< a label that costs nothing and does not count in the mean
  double label_smoothing = 0;      ///< share of the target that all classes get alike; in [0, 1], else DomainError
};

/// -log softmax(z) at the label: logits of any shape, of which the labels have all axes but that of the classes. One
/// entry, finite for every finite z. With weights it is w[label] times that. The mean is over the labels that are not
/// ignored, weighted: it divides by the sum of their weights; of none it is NaN, as PyTorch's. Smoothing s makes the
/// target 1 - s at the label, and s / classes everywhere beside that.
/// Throws ShapeError when the labels do not fit, DomainError for a label that is no class.
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& logits, const Indices& labels,
                        const std::type_identity_t<ClassLossOptions<T>>& options = {},
                        CallSite site = CallSite::current());

/// -log at the label of probabilities whose logarithms are given, those of log_softmax as a rule: weights, smoothing,
/// ignored labels, the mean and what is thrown as in cross_entropy.
template <Real T>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const Indices& labels,
                   const std::type_identity_t<ClassLossOptions<T>>& options = {},
                   CallSite site = CallSite::current());

namespace class_losses {
/// cross_entropy of probabilities.
template <Real T>
Tensor<T> of_probabilities(const Tensor<T>& logits, const Tensor<T>& targets, const ClassLossOptions<T>& options,
                           const CallSite& site);
}  // namespace class_losses

/// -sum of t log softmax(z) over the classes, for targets t of the logits' shape, with gradients to both. Weights are
/// factors of its terms; the mean divides by the number of sums, as PyTorch's. A class of target 0 costs nothing, even
/// where its logit is -inf.
template <Real T, std::derived_from<Tensor<T>> Targets>
Tensor<T> cross_entropy(const Tensor<T>& logits, const Targets& targets,
                        const std::type_identity_t<ClassLossOptions<T>>& options = {},
                        CallSite site = CallSite::current()) {
  return class_losses::of_probabilities<T>(logits, targets, options, site);
}

}  // namespace tapegrad
