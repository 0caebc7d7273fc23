// What the options of compile and fit may be, and what goes together.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/nn/training/fit.h"

namespace tapegrad::nn {

/// Throws Error or DomainError for options that compile's documentation refuses.
template <Real T>
void require_compile_options(const BasicCompileOptions<T>& options, const CallSite& site);
/// Throws DomainError for options that fit's documentation refuses, whatever the data.
template <Real T>
void require_fit_options(const BasicFitOptions<T>& options, const CallSite& site);
/// How many of `count` rows are trained on: all, or those that validation_split leaves. Throws DomainError when one
/// side of the split has none.
template <Real T>
std::size_t rows_to_train(const BasicFitOptions<T>& options, std::size_t count, const CallSite& site);
/// Throws DomainError unless every key of a history stands for one series.
void require_keys_differ(const std::vector<std::string>& names, const CallSite& site);
/// Throws DomainError for a prediction outside [0, 1] where the loss takes probabilities.
template <Real T>
void require_probabilities(std::string_view what, const BasicLoss<T>& loss, const Tensor<T>& prediction,
                           const CallSite& site);
/// Throws Error where a metric would take logits for probabilities.
template <Real T>
void require_metric_fits(std::string_view what, const BasicMetric<T>& metric, const BasicLoss<T>& loss,
                         const Tensor<T>& prediction, const CallSite& site);

}  // namespace tapegrad::nn
