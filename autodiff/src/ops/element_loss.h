// What losses of elements share: a formula for one element, and what becomes of all of them, in one pass and one entry.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "tapegrad/functions/fuse.h"
#include "tapegrad/ops/loss_options.h"

namespace tapegrad {

/// A text of the formula of a reduced loss, made of that of one element; input -1 is its value.
template <class Loss, fusion::Result result, int input, bool latex>
struct ReducedText {
  static constexpr std::array<std::string_view, 3> parts() {
    constexpr bool is_mean = result == fusion::Result::mean, is_sum = result == fusion::Result::sum;
    const Formula& f = Loss::traits.formula;
    const Expression& own = input < 0 ? f.value : f.inputs[input < 0 ? 0 : input].derivative;
    if (input < 0 && latex) return {is_mean ? "\\overline{" : is_sum ? "\\sum " : "", own.latex, is_mean ? "}" : ""};
    if (input < 0) return {is_mean ? "mean of " : is_sum ? "sum of " : "", own.text, ""};
    if (latex) return {is_mean ? "\\frac{g}{n} \\left(" : "g \\left(", own.latex, "\\right)"};
    return {is_mean ? "g / n * (" : "g * (", own.text, ")"};
  }
  static constexpr auto chars = [] {
    constexpr auto p = parts();
    std::array<char, p[0].size() + p[1].size() + p[2].size()> all{};
    auto* to = all.data();
    for (const std::string_view part : p) {
      for (const char c : part) *to++ = c;
    }
    return all;
  }();
  static constexpr std::string_view text{chars.data(), chars.size()};
};

/// A loss of elements as it stands on the tape. Loss::traits are those of one element.
template <class Loss, fusion::Result result>
struct ReducedLoss {
  template <int input>
  static constexpr Expression expression{ReducedText<Loss, result, input, false>::text,
                                         ReducedText<Loss, result, input, true>::text};
  template <int input>
  static constexpr Formula::Input of_input() {
    constexpr std::string_view name = Loss::traits.formula.inputs[input].name;
    return name.empty() ? Formula::Input{} : Formula::Input{name, expression<input>};
  }
  static constexpr engine::OpTraits traits = [] {
    engine::OpTraits own = Loss::traits;
    own.depends = result == fusion::Result::elements ? engine::Depends::by_element : engine::Depends::across;
    own.formula = with_adjoints(expression<-1>, of_input<0>(), of_input<1>(), of_input<2>());
    return own;
  }();
};

/// f of all elements, reduced: one entry, named as Loss is. Throws ShapeError for the mean of nothing.
template <class Loss, class F, Real T, class... X>
Tensor<T> reduced(const F& f, Reduce reduction, const CallSite& site, const Tensor<T>& first, const X&... rest) {
  using fusion::Result;
  switch (reduction) {
    case Reduce::none:
      return fusion::fused<ReducedLoss<Loss, Result::elements>, Result::elements>(f, site, first, rest...);
    case Reduce::sum:
      return fusion::fused<ReducedLoss<Loss, Result::sum>, Result::sum>(f, site, first, rest...);
    default:
      return fusion::fused<ReducedLoss<Loss, Result::mean>, Result::mean>(f, site, first, rest...);
  }
}

/// Throws ShapeError unless b, which is called `what`, has the shape of a.
template <Real T>
void require_same(std::string_view op, const Tensor<T>& a, const Tensor<T>& b, const CallSite& site,
                  std::string_view what = "targets") {
  if (!a || !b) engine::fail_empty(op, site);
  if (a.shape() == b.shape()) return;
  throw ShapeError(std::string(op) + ": the prediction has shape " + text(a.shape()) + ", but the " +
                   std::string(what) + " have " + text(b.shape()) + text(site) + ". Use reshape on one of them");
}

/// Throws ShapeError unless x, "the weights have", "pos_weight has", broadcasts to the shape of what `whose` names.
template <Real T>
void require_broadcast(std::string_view op, std::string_view what, const Tensor<T>& x, const Shape& whole,
                       std::string_view whose, const CallSite& site) {
  if (broadcast_shape(op, whole, x.shape(), site) == whole) return;
  throw ShapeError(std::string(op) + ": " + std::string(what) + " shape " + text(x.shape()) +
                   ", which does not broadcast to the " + std::string(whose) + " " + text(whole) + text(site));
}

/// A setting that is too small or no number: "huber_loss: delta is 0.000000, but must be above 0 [net.cpp:7]".
inline void require(bool is_right, std::string_view op, std::string_view what, double value, std::string_view must,
                    const CallSite& site) {
  if (is_right) return;
  throw DomainError(std::string(op) + ": " + std::string(what) + " is " + std::to_string(value) + ", but must be " +
                    std::string(must) + text(site));
}

/// The numbers of a loss, each times its weight, reduced. The mean divides by the sum of the weights, or by the number
/// of elements where `by_count`. Throws ShapeError unless the weights broadcast to the numbers.
template <Real T>
Tensor<T> weighted(std::string_view op, const Tensor<T>& numbers, const Tensor<T>& weight, Reduce reduction,
                   bool by_count, const CallSite& site) {
  require_broadcast(op, "the weights have", weight, numbers.shape(), "losses'", site);
  const Tensor<T> products = multiply(numbers, weight, site);
  if (reduction == Reduce::none) return products;
  const Tensor<T> total = sum(products, site);
  if (reduction == Reduce::sum) return total;
  if (numbers.size() == 0) throw ShapeError(std::string(op) + ": the mean of no elements does not exist" + text(site));
  if (by_count) return total / static_cast<T>(numbers.size());
  return total / (sum(weight, site) * static_cast<T>(numbers.size() / weight.size()));
}

/// The same of f at all elements; without weights as `reduced`.
template <class Loss, class F, Real T, class... X>
Tensor<T> weighted(const F& f, const Tensor<T>& weight, Reduce reduction, bool by_count, const CallSite& site,
                   const Tensor<T>& first, const X&... rest) {
  if (!weight) return reduced<Loss>(f, reduction, site, first, rest...);
  const Tensor<T> numbers = reduced<Loss>(f, Reduce::none, site, first, rest...);
  return weighted(Loss::traits.name, numbers, weight, reduction, by_count, site);
}

}  // namespace tapegrad
