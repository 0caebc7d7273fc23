// Losses of yes and no, one entry each. They are written once, as a formula that fuse differentiates.
#include "kernels/finite.h"
#include "ops/element_loss.h"
#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr double limit = 1e-7;  // as Keras limits probabilities

// f is of the prediction, the target t and, where there is one, the factor of what t says yes to.
template <class Loss, class F, Real T>
Tensor<T> binary_loss(const F& f, const Tensor<T>& x, const Tensor<T>& t, const BinaryLossOptions<T>& options,
                      const CallSite& site) {
  require_same(Loss::traits.name, x, t, site);
  if (!options.pos_weight) return weighted<Loss>(f, options.weight, options.reduction, true, site, x, t);
  require_broadcast(Loss::traits.name, "pos_weight has", options.pos_weight, x.shape(), "prediction's", site);
  return weighted<Loss>(f, options.weight, options.reduction, true, site, x, t, options.pos_weight);
}

}  // namespace

// ---- binary_cross_entropy: l = -w t log p - (1 - t) log(1 - p), p limited to [1e-7, 1 - 1e-7]
namespace {
struct BinaryCrossEntropy {
  static constexpr OpTraits traits{
      .name = "binary_cross_entropy",
      .formula = with_slopes({"-t * log(p) - (1 - t) * log(1 - p)", "-t \\ln p - (1 - t) \\ln(1 - p)"},
                             {"p", {"(p - t) / (p * (1 - p))", "\\frac{p - t}{p (1 - p)}"}},
                             {"t", {"log(1 - p) - log(p)", "\\ln \\frac{1 - p}{p}"}})};
  auto operator()(const auto& probability, const auto& target) const { return cost(probability, target, target); }
  auto operator()(const auto& probability, const auto& target, const auto& pos_weight) const {
    return cost(probability, target, pos_weight * target);
  }

 private:
  // `yes` is what the target weighs.
  static auto cost(const auto& probability, const auto& target, const auto& yes) {
    const auto q = clip(probability, limit, 1 - limit);
    return (target - 1) * log(1 - q) - yes * log(q);
  }
};
}  // namespace

template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& p, const Tensor<T>& t,
                               const std::type_identity_t<BinaryLossOptions<T>>& options, CallSite site) {
  return binary_loss<BinaryCrossEntropy>(BinaryCrossEntropy{}, p, t, options, site);
}

// ---- binary_cross_entropy_with_logits: l = softplus(z) - z t, or w t softplus(-z) + (1 - t) softplus(z)
namespace {
struct BinaryCrossEntropyWithLogits {
  static constexpr OpTraits traits{
      .name = "binary_cross_entropy_with_logits",
      .formula = with_slopes({"softplus(z) - z * t", "\\ln(1 + e^{z}) - z t"},
                             {"z", {"sigmoid(z) - t", "\\sigma(z) - t"}}, {"t", {"-z", "-z"}})};
  auto operator()(const auto& logit, const auto& target) const {
    const auto positive = logit > 0;
    const auto s = where(positive, -logit, logit);
    return softplus(s) - cost(s, where(positive, 1 - target, target), target);
  }
  auto operator()(const auto& logit, const auto& target, const auto& pos_weight) const {
    const auto positive = logit > 0;
    const auto s = where(positive, -logit, logit), yes = pos_weight * target, no = 1 - target;
    return (yes + no) * softplus(s) - cost(s, where(positive, no, yes), target);
  }

 private:
  // With s = -|z|, and what is wrong of the target, 1 - t for z > 0, else w t: no digits cancel. An infinite prediction
  // that is right, s = -inf with wrong = 0, costs nothing.
  static auto cost(const auto& s, const auto& wrong, const auto& target) {
    const auto product = s * wrong;
    const auto infinite = (s < -1) && (s >= 0.5 * s), is_right = !(wrong > 0) && !(wrong < 0);
    return where(infinite && is_right, 0 * target, product);
  }
};
}  // namespace

template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& z, const Tensor<T>& t,
                                           const std::type_identity_t<BinaryLossOptions<T>>& options, CallSite site) {
  const BinaryCrossEntropyWithLogits formula;
  const Tensor<T> y = binary_loss<BinaryCrossEntropyWithLogits>(formula, z, t, options, site);
  if (kernels::all_finite(y.data(), y.size())) return y;
  // An infinite prediction that is wrong: in one pass its partial would be infinity times the 0 of the target's.
  Tensor<T> numbers = options.pos_weight ? formula(z, t, options.pos_weight) : formula(z, t);
  if (options.weight) numbers = multiply(numbers, options.weight, site);
  return options.reduction == Reduce::none ? numbers : options.reduction == Reduce::sum ? sum(numbers) : mean(numbers);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct LossOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, const BinaryLossOptions<T>&, CallSite)>(binary_cross_entropy),
      Function<Tensor<T>(X, X, const BinaryLossOptions<T>&, CallSite)>(binary_cross_entropy_with_logits)};
};
template struct LossOps<float>;
template struct LossOps<double>;

}  // namespace tapegrad
