// Losses of a prediction and its target. Those of elements give a number for each, and their mean, sum or all of them
// in one pass and as one entry of the tape. Names, defaults and meanings are PyTorch's, but nothing broadcasts unless
// that is said: a prediction (n, 1) and targets (n,) are a ShapeError, since all would be compared with all.
// Classes are in class_losses.h, sequences in ctc.h, softmax and log_softmax in softmax.h.
#pragma once
#include <type_traits>

#include "tapegrad/ops/class_losses.h"
#include "tapegrad/ops/ctc.h"
#include "tapegrad/ops/loss_options.h"

namespace tapegrad {

template <Real T>
struct BinaryLossOptions {
  Reduce reduction = Reduce::mean;
  Tensor<T> weight = {};      ///< a factor for each element, broadcasts; the mean divides by the number of elements
  Tensor<T> pos_weight = {};  ///< a factor for what the targets t say yes to, broadcasts: above 1 for more recall
};
/// -(t log p + (1 - t) log(1 - p)), p limited to [1e-7, 1 - 1e-7] as in Keras.
template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& probabilities, const Tensor<T>& targets,
                               const std::type_identity_t<BinaryLossOptions<T>>& options = {},
                               CallSite site = CallSite::current());
/// The same of p = sigmoid(z), exact for every z, with the limits at infinities: softplus(z) - z t. Derivatives of the
/// mean are (sigmoid(z) - t) / n and -z / n, for n elements.
template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Tensor<T>& targets,
                                           const std::type_identity_t<BinaryLossOptions<T>>& options = {},
                                           CallSite site = CallSite::current());

/// (x - t)^2.
template <Real T>
Tensor<T> mse_loss(const Tensor<T>& prediction, const Tensor<T>& target,
                   const std::type_identity_t<LossOptions<T>>& options = {}, CallSite site = CallSite::current());
/// |x - t|, with derivative 0 where they are equal.
template <Real T>
Tensor<T> l1_loss(const Tensor<T>& prediction, const Tensor<T>& target,
                  const std::type_identity_t<LossOptions<T>>& options = {}, CallSite site = CallSite::current());

template <Real T>
struct HuberOptions {
  double delta = 1;  ///< where the parabola ends; above 0, else DomainError
  Reduce reduction = Reduce::mean;
  Tensor<T> weight = {};  ///< a factor for each element, broadcasts; the mean divides by the number of elements
};
/// (x - t)^2 / 2 up to a distance of delta, from there on its tangent, delta (|x - t| - delta / 2).
template <Real T>
Tensor<T> huber_loss(const Tensor<T>& prediction, const Tensor<T>& target,
                     const std::type_identity_t<HuberOptions<T>>& options = {}, CallSite site = CallSite::current());
struct SmoothL1Options {
  double beta = 1;  ///< where the parabola ends; 0: nowhere, which is l1_loss; below, DomainError
  Reduce reduction = Reduce::mean;
};
/// huber_loss of delta = beta, over beta: its slope far out is 1.
template <Real T>
Tensor<T> smooth_l1_loss(const Tensor<T>& prediction, const Tensor<T>& target, SmoothL1Options options = {},
                         CallSite site = CallSite::current());

struct KlOptions {
  bool log_target = false;  ///< the targets are logarithms too
  Reduce reduction = Reduce::mean;
};
/// t (log t - x) for the logarithm x of a probability, which is 0 - t x where t is 0: the divergence of the targets
/// from the prediction is the sum. The mean is over all elements, as PyTorch's; its "batchmean" is the sum over rows.
template <Real T>
Tensor<T> kl_div(const Tensor<T>& log_probabilities, const Tensor<T>& targets, KlOptions options = {},
                 CallSite site = CallSite::current());

struct MarginOptions {
  double margin = 1;
  Reduce reduction = Reduce::mean;
};
/// max(0, margin - t x) for targets t of 1 or -1: how far x is from their side. Keras' Hinge.
template <Real T>
Tensor<T> hinge_loss(const Tensor<T>& prediction, const Tensor<T>& target, MarginOptions options = {},
                     CallSite site = CallSite::current());
/// For distances x: x where the target is 1, max(0, margin - x) where it is -1.
template <Real T>
Tensor<T> hinge_embedding_loss(const Tensor<T>& distances, const Tensor<T>& target, MarginOptions options = {},
                               CallSite site = CallSite::current());

struct PoissonOptions {
  bool log_input = true;  ///< the prediction is the logarithm of the rate, else the rate itself
  bool full = false;      ///< with Stirling's t log t - t + log(2 pi t) / 2 for targets above 1
  double epsilon = 1e-8;  ///< added to a rate before its logarithm is taken
  Reduce reduction = Reduce::mean;
};
/// -log of the probability of a count t: exp(x) - t x, or x - t log(x + epsilon).
template <Real T>
Tensor<T> poisson_nll_loss(const Tensor<T>& prediction, const Tensor<T>& counts, PoissonOptions options = {},
                           CallSite site = CallSite::current());
struct GaussianOptions {
  bool full = false;      ///< with the constant, log(2 pi) / 2
  double epsilon = 1e-6;  ///< smaller variances count as this; they have derivative 0, in PyTorch that at epsilon
  Reduce reduction = Reduce::mean;
};
/// -log of the density of a normal number: (log v + (x - t)^2 / v) / 2. The variance broadcasts to the prediction.
/// Throws DomainError for one below 0.
template <Real T>
Tensor<T> gaussian_nll_loss(const Tensor<T>& prediction, const Tensor<T>& target, const Tensor<T>& variance,
                            GaussianOptions options = {}, CallSite site = CallSite::current());

/// The cosine of the angle between vectors along an axis, x y / (max(|x|, epsilon) max(|y|, epsilon)). Both broadcast.
/// PyTorch's axis is 1 unless it is named.
template <Real T>
Tensor<T> cosine_similarity(const Tensor<T>& x, const Tensor<T>& y, long axis = -1, double epsilon = 1e-8,
                            CallSite site = CallSite::current());
struct CosineEmbeddingOptions {
  double margin = 0;  ///< from which cosine on vectors that should differ cost something
  Reduce reduction = Reduce::mean;
};
/// Of two vectors along the last axis: 1 - cos where the target is 1, max(0, cos - margin) where it is -1. The targets
/// have the shape without that axis.
template <Real T>
Tensor<T> cosine_embedding_loss(const Tensor<T>& x, const Tensor<T>& y, const Tensor<T>& target,
                                CosineEmbeddingOptions options = {}, CallSite site = CallSite::current());
struct TripletOptions {
  double margin = 1;
  double order = 2;       ///< of the norm; at least 1, else DomainError
  double epsilon = 1e-6;  ///< added to each difference, so that equal vectors have a gradient
  bool swap = false;      ///< the negative's distance is that to the positive where that is smaller
  Reduce reduction = Reduce::mean;
};
/// max(0, |a - p| - |a - n| + margin) of vectors along the last axis: an anchor is to be closer to the positive than to
/// the negative.
template <Real T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Tensor<T>& positive, const Tensor<T>& negative,
                              TripletOptions options = {}, CallSite site = CallSite::current());

}  // namespace tapegrad
