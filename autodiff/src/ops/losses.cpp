// Losses over a batch, one entry each. Elementwise ones are written once, as a formula that fuse differentiates.
#include <cmath>

#include "kernels/softmax.h"
#include "ops/instances.h"
#include "tapegrad/functions/fuse.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr double limit = 1e-7;  // as Keras limits probabilities

template <Real T>
void require_same(std::string_view op, const Tensor<T>& a, const Tensor<T>& targets, const CallSite& site) {
  if (!a || !targets) fail_empty(op, site);
  if (!(a.shape() == targets.shape())) {
    throw ShapeError(std::string(op) + ": the prediction has shape " + text(a.shape()) + ", but the targets have " +
                     text(targets.shape()) + text(site) + ". Use reshape on one of them");
  }
}

template <Real T>
void require_labels(const Tensor<T>& z, const Indices& labels, const CallSite& site) {
  if (z.rank() != 2 || labels.shape().rank() != 1 || labels.size() != z.shape()[0] || z.size() == 0) {
    throw ShapeError("cross_entropy: needs logits (rows, classes), at least one row, and one label a row, but the "
                     "logits have shape " + text(z.shape()) + " and the labels " + text(labels.shape()) + text(site));
  }
  const std::size_t classes = z.shape()[1];
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int32_t label = labels.data()[i];
    if (label < 0 || static_cast<std::size_t>(label) >= classes) {
      throw DomainError("cross_entropy: label " + std::to_string(label) + " of row " + std::to_string(i) +
                        " is none of the " + std::to_string(classes) + " classes" + text(site));
    }
  }
}

}  // namespace

// ---- binary_cross_entropy: l = mean(-t log p - (1 - t) log(1 - p)), p limited to [1e-7, 1 - 1e-7]
namespace {
struct BinaryCrossEntropy {
  static constexpr OpTraits traits{
      .name = "binary_cross_entropy",
      .formula = with_adjoints(
          {"mean of -t * log(p) - (1 - t) * log(1 - p)", "\\overline{-t \\ln p - (1 - t) \\ln(1 - p)}"},
          {"p", {"g / n * (p - t) / (p * (1 - p))", "\\frac{g}{n} \\frac{p - t}{p (1 - p)}"}},
          {"t", {"g / n * (log(1 - p) - log(p))", "\\frac{g}{n} \\ln \\frac{1 - p}{p}"}})};
};
}  // namespace

template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& p, const Tensor<T>& t, CallSite site) {
  require_same(BinaryCrossEntropy::traits.name, p, t, site);
  auto formula = [](const auto& probability, const auto& target) {
    const auto q = clip(probability, limit, 1 - limit);
    return (target - 1) * log(1 - q) - target * log(q);
  };
  return fusion::fused<BinaryCrossEntropy, fusion::Result::mean>(formula, site, p, t);
}

// ---- binary_cross_entropy_with_logits: l = mean(softplus(z) - z t)      dz = dl/n (sigmoid(z) - t)
namespace {
struct BinaryCrossEntropyWithLogits {
  static constexpr OpTraits traits{
      .name = "binary_cross_entropy_with_logits",
      .formula = with_adjoints(
          {"mean of softplus(z) - z * t", "\\overline{\\ln(1 + e^{z}) - z t}"},
          {"z", {"g / n * (sigmoid(z) - t)", "\\frac{g}{n} \\left(\\sigma(z) - t\\right)"}},
          {"t", {"-g / n * z", "-\\frac{g}{n} z"}})};
};
}  // namespace

template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& z, const Tensor<T>& t, CallSite site) {
  require_same(BinaryCrossEntropyWithLogits::traits.name, z, t, site);
  // With s = -|z|, and wrong = 1 - t for z > 0, else t: softplus(s) - s wrong, where no digits cancel. An infinite
  // prediction that is right, s = -inf with wrong = 0, costs nothing.
  auto formula = [](const auto& logit, const auto& target) {
    const auto positive = logit > 0;
    const auto s = where(positive, -logit, logit), wrong = where(positive, 1 - target, target);
    const auto cost = s * wrong;
    const auto infinite = (s < -1) && (s >= 0.5 * s), is_right = !(wrong > 0) && !(wrong < 0);
    return softplus(s) - where(infinite && is_right, 0 * target, cost);
  };
  const Tensor<T> y = fusion::fused<BinaryCrossEntropyWithLogits, fusion::Result::mean>(formula, site, z, t);
  if (std::isfinite(*y.data())) return y;
  // An infinite prediction that is wrong: in one pass its partial would be infinity times the 0 of the target's.
  return fusion::composed<fusion::Result::mean, T, 2>(formula, {z, t});
}

// ---- cross_entropy: l = mean over rows of -log softmax(z)[label]     dz = dl/rows (softmax(z) - 1 at the label)
namespace {
struct CrossEntropy {
  static constexpr OpTraits traits{
      .name = "cross_entropy",
      .formula = with_adjoints(
          {"mean of -log softmax(z) at the label", "-\\overline{\\ln \\text{softmax}(z)_\\text{label}}"},
          {"z", {"g / n * (softmax(z) - 1 at the label)",
                 "\\frac{g}{n} \\left(\\text{softmax}(z) - [\\text{label}]\\right)"}})};
  Indices labels;
  auto operator()(const auto& x) const { return cross_entropy(x[0], labels); }
  auto batched(const auto& x, const Batch& b) const {
    Indices of_rows(Shape{b.length, labels.size(), 1});
    for (std::size_t i = 0; i < of_rows.size(); ++i) of_rows.mutable_data()[i] = labels.data()[i % labels.size()];
    return -mean(take_along_axis(log_softmax(x[0], -1), of_rows, -1), {1, 2});
  }
};

// x[row, label of the row] += number
template <Real T>
void add_at_labels(Tensor<T>& x, const Indices& labels, T number) {
  const std::size_t columns = x.shape()[1];
  for (std::size_t i = 0; i < labels.size(); ++i) {
    x.mutable_data()[i * columns + static_cast<std::size_t>(labels.data()[i])] += number;
  }
}

template <Real T>
struct CrossEntropyRule {
  Tensor<T> p, z;
  Indices labels;
  // dl/dz as a constant for the plain sweep, in public ops for a recorded one
  Tensor<T> slope(bool recording) const {
    Tensor<T> one_hot = Tensor<T>::full(z.shape(), 0);
    add_at_labels(one_hot, labels, T(1));
    return ((recording ? softmax(z) : p) - one_hot) * (T(1) / static_cast<T>(labels.size()));
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) {
    if (sweep.recording) return sweep.add(0, slope(true) * g);
    const T scale = g.item() / static_cast<T>(labels.size());
    Tensor<T> d = (sweep.consume ? std::move(p) : p) * scale;
    add_at_labels(d, labels, -scale);
    sweep.add(0, std::move(d));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return sum(slope(push.recording) * push.tangent<T>(0));
  }
};
}  // namespace

template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& z, const Indices& labels, CallSite site) {
  Inputs in(CrossEntropy::traits.name, site, z);
  require_labels(z, labels, site);
  const std::size_t rows = z.shape()[0], columns = z.shape()[1];
  Tensor<T> p = Tensor<T>::empty(z.shape(), CrossEntropy::traits.name, site);
  const T loss = kernels::softmax(p.mutable_data(), z.data(), rows, columns, labels.data());
  Tensor<T> y = in.template output<T>({});
  *y.mutable_data() = loss / static_cast<T>(rows);
  if (in) in.record(y, CrossEntropy{labels}, CrossEntropyRule<T>{p, snapshot(z), labels});
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct LossOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, CallSite)>(binary_cross_entropy),
      Function<Tensor<T>(X, X, CallSite)>(binary_cross_entropy_with_logits),
      Function<Tensor<T>(X, const Indices&, CallSite)>(cross_entropy)};
};
template struct LossOps<float>;
template struct LossOps<double>;

}  // namespace tapegrad
