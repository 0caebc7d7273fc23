// Losses of angles and distances between vectors, made of other ops: the last step of each is one entry.
#include "ops/axis.h"
#include "ops/element_loss.h"
#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

template <Real T>
void require_vectors(std::string_view op, const Tensor<T>& x, const Tensor<T>& y, const CallSite& site) {
  if (!x || !y) fail_empty(op, site);
  if (x.rank() > 0 && x.shape() == y.shape()) return;
  throw ShapeError(std::string(op) + ": needs vectors of one shape, along the last axis, but they have " +
                   text(x.shape()) + " and " + text(y.shape()) + text(site));
}

}  // namespace

template <Real T>
Tensor<T> cosine_similarity(const Tensor<T>& x, const Tensor<T>& y, long axis, double epsilon, CallSite site) {
  constexpr std::string_view name = "cosine_similarity";
  if (!x || !y) fail_empty(name, site);
  const Shape shape = broadcast_shape(name, x.shape(), y.shape(), site);
  // Counted from the end, so that it is the same axis of both where one has fewer.
  const long back =
      static_cast<long>(checked_axis(name, axis, shape.rank(), site)) - static_cast<long>(shape.rank());
  const auto length = [&](const Tensor<T>& of) {
    const Tensor<T> whole = of.shape() == shape ? of : broadcast_to(of, shape, site);
    return clip(norm(whole, {back}, {}, site), epsilon, std::numeric_limits<double>::infinity(), site);
  };
  return sum(multiply(x, y, site), {back}, {}, site) / (length(x) * length(y));
}

// ---- cosine_embedding_loss: l = 1 - c where t = 1, max(0, c - margin) where t = -1, for the cosine c
namespace {
struct CosineEmbeddingLoss {
  static constexpr OpTraits traits{
      .name = "cosine_embedding_loss",
      .formula = with_slopes({"1 - c where t = 1, max(c - margin, 0) where t = -1",
                              "[t = 1] (1 - c) + [t = -1] \\max(0, c - m)"},
                             {"c", {"-t, or 0 within the margin", "-t, \\text{ or 0 within the margin}"}},
                             {"t", {"0", "0"}})};
  double margin;
  auto operator()(const auto& cosine, const auto& t) const {
    return where(t == 1, 1 - cosine, where(t == -1, relu(cosine - margin), 0 * t));
  }
};
}  // namespace

template <Real T>
Tensor<T> cosine_embedding_loss(const Tensor<T>& x, const Tensor<T>& y, const Tensor<T>& t,
                                CosineEmbeddingOptions options, CallSite site) {
  constexpr std::string_view name = CosineEmbeddingLoss::traits.name;
  require_vectors(name, x, y, site);
  if (!t) fail_empty(name, site);
  const Tensor<T> cosine = cosine_similarity(x, y, -1, 1e-8, site);
  require_same(name, cosine, t, site);
  return reduced<CosineEmbeddingLoss>(CosineEmbeddingLoss{options.margin}, options.reduction, site, cosine, t);
}

// ---- triplet_margin_loss: l = max(0, p - n + margin) of the distances p and n
namespace {
struct TripletMarginLoss {
  static constexpr OpTraits traits{
      .name = "triplet_margin_loss",
      .formula = with_slopes({"max(p - n + margin, 0)", "\\max(0, p - n + m)"},
                             {"p", {"1, or 0 past the margin", "[p - n + m > 0]"}},
                             {"n", {"-1, or 0 past the margin", "-[p - n + m > 0]"}})};
  double margin;
  auto operator()(const auto& positive, const auto& negative) const { return relu(positive - negative + margin); }
};
}  // namespace

template <Real T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Tensor<T>& positive, const Tensor<T>& negative,
                              TripletOptions options, CallSite site) {
  constexpr std::string_view name = TripletMarginLoss::traits.name;
  require_vectors(name, anchor, positive, site);
  require_vectors(name, anchor, negative, site);
  const auto distance = [&](const Tensor<T>& a, const Tensor<T>& b) {
    return norm(a - b + static_cast<T>(options.epsilon), {-1}, {.order = options.order}, site);
  };
  Tensor<T> far = distance(anchor, negative);
  if (options.swap) far = minimum(far, distance(positive, negative), site);
  const TripletMarginLoss formula{options.margin};
  return reduced<TripletMarginLoss>(formula, options.reduction, site, distance(anchor, positive), far);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct SimilarityLossOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, long, double, CallSite)>(cosine_similarity),
      Function<Tensor<T>(X, X, X, CosineEmbeddingOptions, CallSite)>(cosine_embedding_loss),
      Function<Tensor<T>(X, X, X, TripletOptions, CallSite)>(triplet_margin_loss)};
};
template struct SimilarityLossOps<float>;
template struct SimilarityLossOps<double>;

}  // namespace tapegrad
