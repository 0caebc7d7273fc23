#include "training/options.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "tapegrad/nn/data/batches.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

std::string quoted(const std::string& name) { return '"' + name + '"'; }

void require_metric_name(const std::string& name, const CallSite& site) {
  const char* const fix = "Name it otherwise, as in {\"largest error\", measure}";
  if (name.empty()) fail_option("compile", "the name of a metric", "must not be empty", quoted(name), fix, site);
  if (name == "loss" || name.starts_with("val_")) {
    fail_option("compile", "the name of a metric", "must not be that of the loss or begin with \"val_\"", quoted(name),
                fix, site);
  }
}

template <Real T>
void require_metrics_differ(const std::vector<BasicMetric<T>>& metrics, const CallSite& site) {
  for (auto one = metrics.begin(); one != metrics.end(); ++one) {
    require_metric_name(one->name, site);
    for (auto other = metrics.begin(); other != one; ++other) {
      const bool same_output = !one->output || !other->output || *one->output == *other->output;
      if (one->name != other->name || !same_output) continue;
      throw Error("compile: two metrics are called " + quoted(one->name) + text(site) +
                  ", so that a history could show one of them only. Leave one out, or name it otherwise, as in "
                  "{\"my " +
                  one->name + "\", measure}");
    }
  }
}

void require_output_names(const std::vector<std::string>& names, const CallSite& site) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!name.empty() && seen.insert(name).second) continue;
    fail_option("compile", "output_names", name.empty() ? "must not be empty" : "must differ", quoted(name),
                "Give each output a name of its own", site);
  }
}

template <Real T>
void require_one_limit(const BasicCompileOptions<T>& options, const CallSite& site) {
  std::string given;
  const auto look = [&](const char* name, const std::optional<double>& limit) {
    if (!limit) return;
    require_option("compile", name, limits::positive, *limit, "Leave it out to clip nothing", site);
    given += (given.empty() ? "" : " and ") + std::string(name);
  };
  look("global_clipnorm", options.global_clipnorm);
  look("clipnorm", options.clipnorm);
  look("clipvalue", options.clipvalue);
  if (given.find(' ') == std::string::npos) return;
  throw DomainError("compile: gradients are clipped in one way, but there are " + given + text(site) +
                    ". Leave all but one out");
}

}  // namespace

void require_count_option(std::string_view owner, std::string_view option, std::size_t value, std::size_t least,
                          const CallSite& site) {
  const auto number = static_cast<std::ptrdiff_t>(value);  // what was -1 before it became a std::size_t
  if (number >= static_cast<std::ptrdiff_t>(least)) return;
  fail_option(
      owner, option, "must be at least " + std::to_string(least), std::to_string(number),
      option == "batch_size" ? "32 is the default; the number of rows takes them all at once" : "1 is the default",
      site);
}

template <Real T>
void require_compile_options(const BasicCompileOptions<T>& options, const CallSite& site) {
  const Losses<T>& losses = options.loss;
  if (losses.size() == 0 || !std::all_of(losses.begin(), losses.end(), [](const auto& loss) { return bool(loss); })) {
    throw Error("compile: there is no loss" + text(site) + ". Give one, as in {.loss = nn::binary_cross_entropy}");
  }
  require_metrics_differ(options.metrics, site);
  for (const double weight : options.loss_weights) {
    require_option("compile", "loss_weights", limits::any_finite, weight, "1 leaves a loss as it is", site);
  }
  require_output_names(options.output_names, site);
  require_one_limit(options, site);
}

template <Real T>
void require_fit_options(const BasicFitOptions<T>& options, const CallSite& site) {
  require_count_option("fit", "epochs", options.epochs, 0, site);
  require_count_option("fit", "batch_size", options.batch_size, 1, site);
  require_option("fit", "validation_split", limits::share_below_one, options.validation_split,
                 "0.2 holds the last fifth of the rows out", site);
  if (options.verbose >= 0 && options.verbose <= 2) return;
  fail_option("fit", "verbose", "must be 0, 1 or 2", std::to_string(options.verbose),
              "0 is silent, 1 shows a bar on a terminal, 2 a line an epoch", site);
}

template <Real T>
std::size_t rows_to_train(const BasicFitOptions<T>& options, std::size_t count, const CallSite& site) {
  if (options.validation_data || options.validation_split == 0) return count;
  const auto rows = static_cast<std::size_t>(std::floor(double(count) * (1 - options.validation_split)));
  if (rows > 0 && rows < count) return rows;
  throw DomainError("fit: validation_split, " + option_text(options.validation_split) + " of " + std::to_string(count) +
                    " rows, leaves no rows to " + (rows == 0 ? "train on" : "validate on") + text(site) +
                    ". Give more rows, another split, or validation_data");
}

void require_keys_differ(const std::vector<std::string>& names, const CallSite& site) {
  const std::set<std::string> keys(names.begin(), names.end());
  const auto fail = [&](const std::string& name, const std::string& what) {
    throw DomainError("fit: " + quoted(name) + " would stand for two series of the history" + what + text(site) +
                      ". Choose another of output_names, or another name of a metric");
  };
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name) fail(*name, "");
    if (keys.contains("val_" + *name)) fail("val_" + *name, ", one of them on validation data");
  }
}

template <Real T>
void require_probabilities(std::string_view what, const BasicLoss<T>& loss, const Tensor<T>& prediction,
                           const CallSite& site) {
  if (loss.takes != Predictions::probabilities || !prediction) return;
  constexpr T low = T(-1e-5), high = T(1 + 1e-5);  // what rounding may add to a probability
  int outside = 0;                                 // a NaN is left to show in the loss
  const T* const numbers = prediction.data();
  const std::size_t count = prediction.size();
  for (std::size_t i = 0; i < count; ++i) outside |= int(numbers[i] < low) | int(numbers[i] > high);
  for (std::size_t i = 0; outside && i < count; ++i) {
    const T p = numbers[i];
    if (!(p < low || p > high)) continue;
    throw DomainError(std::string(what) + ": the loss " + loss.name() + " takes probabilities, but the model gives " +
                      option_text(p) + text(site) +
                      ". End the model in a sigmoid or softmax, or choose a loss of logits: "
                      "nn::binary_cross_entropy_with_logits or nn::cross_entropy");
  }
}

template <Real T>
void require_metric_fits(std::string_view what, const BasicMetric<T>& metric, const BasicLoss<T>& loss,
                         const Tensor<T>& prediction, const CallSite& site) {
  if (!metric.of_probabilities || loss.takes != Predictions::logits) return;
  const bool classes = prediction.rank() >= 2 && prediction.shape()[prediction.rank() - 1] > 1;
  if (classes && metric.name == "accuracy") return;  // by the largest one: logits will do
  throw Error(std::string(what) + ": the metric \"" + metric.name +
              "\" compares probabilities with a threshold, but "
              "the loss " +
              loss.name() + " takes logits" + text(site) + ". Write nn::BinaryAccuracy{.threshold = 0}");
}

template void require_compile_options(const BasicCompileOptions<float>&, const CallSite&);
template void require_compile_options(const BasicCompileOptions<double>&, const CallSite&);
template void require_fit_options(const BasicFitOptions<float>&, const CallSite&);
template void require_fit_options(const BasicFitOptions<double>&, const CallSite&);
template std::size_t rows_to_train(const BasicFitOptions<float>&, std::size_t, const CallSite&);
template std::size_t rows_to_train(const BasicFitOptions<double>&, std::size_t, const CallSite&);
template void require_probabilities(std::string_view, const BasicLoss<float>&, const Tensor<float>&, const CallSite&);
template void require_probabilities(std::string_view, const BasicLoss<double>&, const Tensor<double>&, const CallSite&);
template void require_metric_fits(std::string_view, const BasicMetric<float>&, const BasicLoss<float>&,
                                  const Tensor<float>&, const CallSite&);
template void require_metric_fits(std::string_view, const BasicMetric<double>&, const BasicLoss<double>&,
                                  const Tensor<double>&, const CallSite&);

}  // namespace tapegrad::nn
