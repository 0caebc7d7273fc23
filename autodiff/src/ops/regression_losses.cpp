// Losses of numbers, counts, distributions and margins: formulas of one element, one entry each.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/element_loss.h"
#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- mse_loss: l = (x - t)^2
namespace {
struct MseLoss {
  static constexpr OpTraits traits{
      .name = "mse_loss",
      .formula = with_slopes({"(x - t)^2", "(x - t)^2"}, {"x", {"2 * (x - t)", "2 (x - t)"}},
                             {"t", {"2 * (t - x)", "2 (t - x)"}})};
  auto operator()(const auto& x, const auto& t) const { return square(x - t); }
};
}  // namespace

template <Real T>
Tensor<T> mse_loss(const Tensor<T>& x, const Tensor<T>& t, const std::type_identity_t<LossOptions<T>>& options,
                   CallSite site) {
  require_same(MseLoss::traits.name, x, t, site);
  return weighted<MseLoss>(MseLoss{}, options.weight, options.reduction, false, site, x, t);
}

// ---- l1_loss: l = |x - t|
namespace {
struct L1Loss {
  static constexpr OpTraits traits{
      .name = "l1_loss",
      .formula = with_slopes({"abs(x - t)", "|x - t|"}, {"x", {"sign(x - t)", "\\operatorname{sign}(x - t)"}},
                             {"t", {"sign(t - x)", "\\operatorname{sign}(t - x)"}})};
  auto operator()(const auto& x, const auto& t) const { return abs(x - t); }
};
}  // namespace

template <Real T>
Tensor<T> l1_loss(const Tensor<T>& x, const Tensor<T>& t, const std::type_identity_t<LossOptions<T>>& options,
                  CallSite site) {
  require_same(L1Loss::traits.name, x, t, site);
  return weighted<L1Loss>(L1Loss{}, options.weight, options.reduction, false, site, x, t);
}

// ---- huber_loss: l = c (r - c / 2) for r = x - t and c = clip(r, -delta, delta); smooth_l1_loss is that over delta
namespace {
struct HuberFormula {
  double delta, factor;
  auto operator()(const auto& x, const auto& t) const {
    const auto r = x - t, c = clip(r, -delta, delta);
    return factor * (c * (r - 0.5 * c));
  }
};
struct HuberLoss {
  static constexpr OpTraits traits{
      .name = "huber_loss",
      .formula = with_slopes({"c * (x - t - c / 2), c = clip(x - t, -delta, delta)",
                              "c \\left(x - t - \\frac{c}{2}\\right), c = \\operatorname{clip}(x - t, \\pm\\delta)"},
                             {"x", {"c", "c"}}, {"t", {"-c", "-c"}})};
};
struct SmoothL1Loss {
  static constexpr OpTraits traits{
      .name = "smooth_l1_loss",
      .formula = with_slopes({"c * (x - t - c / 2) / beta, c = clip(x - t, -beta, beta)",
                              "\\frac{c}{\\beta} \\left(x - t - \\frac{c}{2}\\right), "
                              "c = \\operatorname{clip}(x - t, \\pm\\beta)"},
                             {"x", {"c / beta", "\\frac{c}{\\beta}"}}, {"t", {"-c / beta", "-\\frac{c}{\\beta}"}})};
};
}  // namespace

template <Real T>
Tensor<T> huber_loss(const Tensor<T>& x, const Tensor<T>& t, const std::type_identity_t<HuberOptions<T>>& options,
                     CallSite site) {
  constexpr std::string_view name = HuberLoss::traits.name;
  require_same(name, x, t, site);
  require(options.delta > 0, name, "delta", options.delta, "above 0", site);
  return weighted<HuberLoss>(HuberFormula{options.delta, 1}, options.weight, options.reduction, true, site, x, t);
}
template <Real T>
Tensor<T> smooth_l1_loss(const Tensor<T>& x, const Tensor<T>& t, SmoothL1Options options, CallSite site) {
  constexpr std::string_view name = SmoothL1Loss::traits.name;
  require_same(name, x, t, site);
  require(options.beta >= 0, name, "beta", options.beta, "at least 0", site);
  if (options.beta == 0) return l1_loss(x, t, {.reduction = options.reduction}, site);
  return reduced<SmoothL1Loss>(HuberFormula{options.beta, 1 / options.beta}, options.reduction, site, x, t);
}

// ---- kl_div: l = t (log t - x), or e^t (t - x) for the logarithm t of a target
namespace {
struct KlDivergence {
  static constexpr OpTraits traits{
      .name = "kl_div",
      .formula = with_slopes({"t * (log(t) - x)", "t (\\ln t - x)"}, {"x", {"-t", "-t"}},
                             {"t", {"log(t) + 1 - x", "\\ln t + 1 - x"}})};
  auto operator()(const auto& x, const auto& t) const { return where(t == 0, 0 * t, t * log(t)) - t * x; }
};
struct KlDivergenceOfLogarithms {
  static constexpr OpTraits traits{
      .name = "kl_div",
      .formula = with_slopes({"exp(t) * (t - x)", "e^{t} (t - x)"}, {"x", {"-exp(t)", "-e^{t}"}},
                             {"t", {"exp(t) * (t + 1 - x)", "e^{t} (t + 1 - x)"}})};
  auto operator()(const auto& x, const auto& t) const { return exp(t) * (t - x); }
};
}  // namespace

template <Real T>
Tensor<T> kl_div(const Tensor<T>& x, const Tensor<T>& t, KlOptions options, CallSite site) {
  require_same(KlDivergence::traits.name, x, t, site);
  if (!options.log_target) return reduced<KlDivergence>(KlDivergence{}, options.reduction, site, x, t);
  return reduced<KlDivergenceOfLogarithms>(KlDivergenceOfLogarithms{}, options.reduction, site, x, t);
}

// ---- hinge_loss: l = max(0, margin - t x)
namespace {
struct HingeLoss {
  static constexpr OpTraits traits{
      .name = "hinge_loss",
      .formula = with_slopes({"max(margin - t * x, 0)", "\\max(0, m - t x)"},
                             {"x", {"-t where that is not 0", "-t \\, [t x < m]"}},
                             {"t", {"-x where that is not 0", "-x \\, [t x < m]"}})};
  double margin;
  auto operator()(const auto& x, const auto& t) const { return relu(margin - t * x); }
};
}  // namespace

template <Real T>
Tensor<T> hinge_loss(const Tensor<T>& x, const Tensor<T>& t, MarginOptions options, CallSite site) {
  require_same(HingeLoss::traits.name, x, t, site);
  return reduced<HingeLoss>(HingeLoss{options.margin}, options.reduction, site, x, t);
}

// ---- hinge_embedding_loss: l = x where t = 1, max(0, margin - x) where t = -1
namespace {
struct HingeEmbeddingLoss {
  static constexpr OpTraits traits{
      .name = "hinge_embedding_loss",
      .formula = with_slopes({"x where t = 1, max(margin - x, 0) where t = -1", "[t = 1] x + [t = -1] \\max(0, m - x)"},
                             {"x", {"t, or 0 past the margin", "t, \\text{ or 0 past the margin}"}},
                             {"t", {"0", "0"}})};
  double margin;
  auto operator()(const auto& x, const auto& t) const {
    return where(t == 1, x, where(t == -1, relu(margin - x), 0 * t));
  }
};
}  // namespace

template <Real T>
Tensor<T> hinge_embedding_loss(const Tensor<T>& x, const Tensor<T>& t, MarginOptions options, CallSite site) {
  require_same(HingeEmbeddingLoss::traits.name, x, t, site);
  return reduced<HingeEmbeddingLoss>(HingeEmbeddingLoss{options.margin}, options.reduction, site, x, t);
}

// ---- poisson_nll_loss: l = e^x - t x, or x - t log(x + epsilon); with Stirling's approximation of log t!
namespace {
struct PoissonLoss {
  static constexpr OpTraits traits{
      .name = "poisson_nll_loss",
      .formula = with_slopes({"exp(x) - t * x", "e^{x} - t x"}, {"x", {"exp(x) - t", "e^{x} - t"}},
                             {"t", {"-x", "-x"}})};
  bool full;
  auto operator()(const auto& x, const auto& t) const { return of_count(exp(x) - t * x, t); }
  auto of_count(const auto& cost, const auto& t) const {
    if (!full) return cost;
    const auto large = where(t > 1, t, 0 * t + 1);
    const auto stirling = large * log(large) - large + 0.5 * log(2 * std::numbers::pi * large);
    return cost + where(t > 1, stirling, 0 * t);
  }
};
struct PoissonLossOfRate {
  static constexpr OpTraits traits{
      .name = "poisson_nll_loss",
      .formula = with_slopes({"x - t * log(x + epsilon)", "x - t \\ln(x + \\epsilon)"},
                             {"x", {"1 - t / (x + epsilon)", "1 - \\frac{t}{x + \\epsilon}"}},
                             {"t", {"-log(x + epsilon)", "-\\ln(x + \\epsilon)"}})};
  double epsilon;
  PoissonLoss other;
  auto operator()(const auto& x, const auto& t) const { return other.of_count(x - t * log(x + epsilon), t); }
};
}  // namespace

template <Real T>
Tensor<T> poisson_nll_loss(const Tensor<T>& x, const Tensor<T>& t, PoissonOptions options, CallSite site) {
  require_same(PoissonLoss::traits.name, x, t, site, "counts");
  const PoissonLoss of_logarithm{options.full};
  if (options.log_input) return reduced<PoissonLoss>(of_logarithm, options.reduction, site, x, t);
  return reduced<PoissonLossOfRate>(PoissonLossOfRate{options.epsilon, of_logarithm}, options.reduction, site, x, t);
}

// ---- gaussian_nll_loss: l = (log v + (x - t)^2 / v) / 2, v at least epsilon
namespace {
struct GaussianLoss {
  static constexpr OpTraits traits{
      .name = "gaussian_nll_loss",
      .formula = {{"(log(v) + (x - t)^2 / v) / 2", "\\frac{1}{2} \\left(\\ln v + \\frac{(x - t)^2}{v}\\right)"},
                  {{{"x", {"(x - t) / v", "\\frac{x - t}{v}"}},
                    {"t", {"(t - x) / v", "\\frac{t - x}{v}"}},
                    {"v", {"(1 - (x - t)^2 / v) / (2 * v)",
                           "\\frac{1}{2 v} \\left(1 - \\frac{(x - t)^2}{v}\\right)"}}}}}};
  double epsilon, constant;
  auto operator()(const auto& x, const auto& t, const auto& variance) const {
    const auto v = clip(variance, epsilon, std::numeric_limits<double>::infinity());
    return 0.5 * (log(v) + square(x - t) / v) + constant;
  }
};
}  // namespace

template <Real T>
Tensor<T> gaussian_nll_loss(const Tensor<T>& x, const Tensor<T>& t, const Tensor<T>& variance, GaussianOptions options,
                            CallSite site) {
  constexpr std::string_view name = GaussianLoss::traits.name;
  require_same(name, x, t, site);
  if (!variance) fail_empty(name, site);
  require_broadcast(name, "the variance has", variance, x.shape(), "prediction's", site);
  const T* const below = std::find_if(variance.data(), variance.data() + variance.size(), [](T v) { return v < 0; });
  if (below != variance.data() + variance.size()) {
    require(false, name, "variance " + std::to_string(below - variance.data()), *below,
            "at least 0. Give softplus or exp of what the model says", site);
  }
  const double constant = options.full ? 0.5 * std::log(2 * std::numbers::pi) : 0;
  return reduced<GaussianLoss>(GaussianLoss{options.epsilon, constant}, options.reduction, site, x, t, variance);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct RegressionLossOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, const LossOptions<T>&, CallSite)>(mse_loss),
      Function<Tensor<T>(X, X, const LossOptions<T>&, CallSite)>(l1_loss),
      Function<Tensor<T>(X, X, const HuberOptions<T>&, CallSite)>(huber_loss),
      Function<Tensor<T>(X, X, SmoothL1Options, CallSite)>(smooth_l1_loss),
      Function<Tensor<T>(X, X, KlOptions, CallSite)>(kl_div),
      Function<Tensor<T>(X, X, MarginOptions, CallSite)>(hinge_loss),
      Function<Tensor<T>(X, X, MarginOptions, CallSite)>(hinge_embedding_loss),
      Function<Tensor<T>(X, X, PoissonOptions, CallSite)>(poisson_nll_loss),
      Function<Tensor<T>(X, X, X, GaussianOptions, CallSite)>(gaussian_nll_loss)};
};
template struct RegressionLossOps<float>;
template struct RegressionLossOps<double>;

}  // namespace tapegrad
