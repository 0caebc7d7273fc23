// Losses and measures of any kind, as compile holds them.
#pragma once
#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "tapegrad/nn/data/dataset.h"
#include "tapegrad/nn/losses.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {

/// A function of a prediction and its targets. F may take targets that are a Tensor<T>, or labels (Indices); one that
/// takes both says so with `static constexpr bool takes_labels = true`.
template <Real T, class Result>
class OfTargets {
 public:
  OfTargets() = default;
  template <class F>
  explicit OfTargets(std::string name, const F& f, const CallSite& site) : name_(std::move(name)) {
    require_function(name_, f, "Give it one of a prediction and its targets", site);
    constexpr bool numbers = std::is_invocable_r_v<Result, const F&, const Tensor<T>&, const Tensor<T>&>;
    if constexpr (numbers) of_numbers_ = f;
    if constexpr (requires { requires F::takes_labels; }) of_labels_ = f;
    else if constexpr (!numbers) of_labels_ = f;
  }
  explicit operator bool() const { return of_numbers_ || of_labels_; }
  const std::string& name() const { return name_; }
  /// Throws Error when F does not take such targets.
  Result operator()(const Tensor<T>& prediction, const Column<T>& targets) const {
    if (const auto* numbers = std::get_if<Tensor<T>>(&targets)) {
      if (of_numbers_) return of_numbers_(prediction, *numbers);
      throw Error(name_ + ": takes labels, but the targets are numbers of shape " +
                  (*numbers ? text(numbers->shape()) : "none") + ". Give Indices, as in Indices(xt::cast<int>(y))");
    }
    const Indices& labels = std::get<Indices>(targets);
    if (of_labels_) return of_labels_(prediction, labels);
    throw Error(name_ + ": takes numbers, but the targets are labels of shape " + text(labels.shape()) +
                ". Give a tensor, or choose one that takes labels, such as nn::cross_entropy");
  }

 private:
  std::string name_;
  std::function<Result(const Tensor<T>&, const Tensor<T>&)> of_numbers_;
  std::function<Result(const Tensor<T>&, const Indices&)> of_labels_;
};

/// Whether F is a function of a prediction and numbers, or of a prediction and labels.
template <class F, class T, class Result>
concept FunctionOfTargets = std::is_invocable_r_v<Result, const F&, const Tensor<T>&, const Tensor<T>&> ||
                            std::is_invocable_r_v<Result, const F&, const Tensor<T>&, const Indices&>;

/// Gives one number for a prediction and its targets, averaged over the rows.
template <Real T>
struct BasicLoss : OfTargets<T, Tensor<T>> {
  BasicLoss() = default;
  template <class F>
    requires(!std::same_as<F, BasicLoss> && FunctionOfTargets<F, T, Tensor<T>>)
  BasicLoss(const F& f, CallSite site = CallSite::current()) : OfTargets<T, Tensor<T>>(name_of(f), f, site) {
    if constexpr (requires { Predictions(F::takes); }) takes = F::takes;
  }
  Predictions takes = Predictions::any;

 private:
  template <class F>
  static std::string name_of(const F&) {
    if constexpr (requires { F::name; }) return std::string(F::name);
    else return "loss";
  }
};
using Loss = BasicLoss<float>;

/// One loss, or one for each output of the model in braces: {nn::mean_squared_error, nn::cross_entropy}.
template <Real T>
class Losses {
 public:
  Losses() = default;
  template <class F>
    requires(!std::same_as<F, Losses> && std::convertible_to<const F&, BasicLoss<T>>)
  Losses(const F& loss, CallSite site = CallSite::current()) {
    if constexpr (std::constructible_from<BasicLoss<T>, const F&, CallSite>) losses_.emplace_back(loss, site);
    else losses_.emplace_back(loss);  // one already
  }
  Losses(std::initializer_list<BasicLoss<T>> losses) : losses_(losses) {}
  std::size_t size() const { return losses_.size(); }
  /// The loss of an output; where there is one, it is that of every output.
  const BasicLoss<T>& of_output(std::size_t output) const { return losses_[losses_.size() == 1 ? 0 : output]; }
  auto begin() const { return losses_.begin(); }
  auto end() const { return losses_.end(); }

 private:
  std::vector<BasicLoss<T>> losses_;
};

}  // namespace tapegrad::nn
