#include "tapegrad/nn/training/fit.h"

#include <algorithm>
#include <set>

#include "tapegrad/nn/data/batches.h"
#include "tapegrad/ops.h"
#include "tapegrad/tape/tape.h"
#include "training/means.h"
#include "training/options.h"
#include "training/progress.h"

namespace tapegrad::nn {
namespace {

// As many as there are outputs, or one for all of them (`fewer`).
void require_count(const std::string& what, std::size_t count, std::size_t fewer, std::size_t outputs,
                   const CallSite& site) {
  if (count == fewer || count == outputs) return;
  throw Error("fit: there are " + std::to_string(outputs) + " targets, one for each output of the model, but " +
              std::to_string(count) + " " + what + text(site));
}

}  // namespace

/// What the model made of one batch.
template <Real T>
struct TrainingLoop<T>::Measured {
  std::vector<Tensor<T>> outputs, losses;
  Tensor<T> loss;  // the weighted sum
};

template <Real T>
TrainingLoop<T>::TrainingLoop(Model model, optim::Parameters parameters, BasicCompileOptions<T> options,
                              const CallSite& site)
    : model_(std::move(model)), options_(std::move(options)) {
  require_compile_options(options_, site);
  options_.optimizer->bind(std::move(parameters), site);
}

// The names of values(), in order.
template <Real T>
std::vector<std::string> TrainingLoop<T>::names(std::size_t outputs, const CallSite& site) const {
  require_count("losses", options_.loss.size(), 1, outputs, site);
  require_count("loss_weights", options_.loss_weights.size(), 0, outputs, site);
  require_count("output_names", options_.output_names.size(), 0, outputs, site);
  std::vector<std::string> names{"loss"}, prefixes;
  for (std::size_t i = 0; i < outputs && outputs > 1; ++i) {
    prefixes.push_back((options_.output_names.empty() ? "output_" + std::to_string(i + 1) : options_.output_names[i]) +
                       "_");
    names.push_back(prefixes.back() + "loss");
  }
  prefixes.resize(outputs);
  for (const BasicMetric<T>& metric : options_.metrics) {
    if (metric.output && *metric.output >= outputs) {
      throw Error("fit: the metric \"" + metric.name + "\" is of output " + std::to_string(*metric.output) +
                  ", counted from 0, but there are " + std::to_string(outputs) + text(site));
    }
    for (std::size_t i = 0; i < outputs; ++i) {
      if (!metric.output || *metric.output == i) names.push_back(prefixes[i] + metric.name);
    }
  }
  require_keys_differ(names, site);
  return names;
}

template <Real T>
typename TrainingLoop<T>::Measured TrainingLoop<T>::measure(std::string_view what, const AnyDataset<T>& batch,
                                                            const CallSite& site) const {
  Measured measured;
  measured.outputs = model_.call(batch.inputs);
  const std::size_t count = batch.targets.size();
  if (measured.outputs.size() != count) {
    throw Error(std::string(what) + ": the model gives " + std::to_string(measured.outputs.size()) +
                " outputs, but there are targets for " + std::to_string(count) + text(site));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor<T> loss = options_.loss.of_output(i)(measured.outputs[i], batch.targets[i]);
    require_probabilities(what, options_.loss.of_output(i), measured.outputs[i], site);
    const double weight = options_.loss_weights.empty() ? 1 : options_.loss_weights[i];
    const Tensor<T> weighted = weight == 1 ? loss : loss * weight;
    measured.loss = i == 0 ? weighted : measured.loss + weighted;
    measured.losses.push_back(loss);
  }
  return measured;
}

template <Real T>
std::vector<double> TrainingLoop<T>::values(std::string_view what, const AnyDataset<T>& batch,
                                            const Measured& measured, const CallSite& site) const {
  const std::size_t outputs = measured.outputs.size();
  std::vector<double> values{measured.loss.item()};
  for (std::size_t i = 0; i < outputs && outputs > 1; ++i) values.push_back(measured.losses[i].item());
  for (const BasicMetric<T>& metric : options_.metrics) {
    for (std::size_t i = 0; i < outputs; ++i) {
      if (metric.output && *metric.output != i) continue;
      require_metric_fits(what, metric, options_.loss.of_output(i), measured.outputs[i], site);
      values.push_back(metric.measure(measured.outputs[i], batch.targets[i]));
    }
  }
  return values;
}

// Names the gradients that are left when those of the parameters are taken away, each label as often as it is left.
template <Real T>
void TrainingLoop<T>::require_owned(const Gradients& gradients, const CallSite& site) const {
  const optim::Parameters& parameters = options_.optimizer->parameters();
  const auto is_owned = [&](const optim::NamedParameter& p) {
    return std::visit([&](const auto& x) { return gradients.contains(x); }, p.variable);
  };
  if (std::size_t(std::count_if(parameters.begin(), parameters.end(), is_owned)) == gradients.size()) return;
  std::multiset<std::string> labels;
  for (const optim::NamedParameter& p : parameters) {
    if (is_owned(p)) labels.insert(std::visit([](const auto& x) { return label(x); }, p.variable));
  }
  std::string unowned;
  for (const std::string& name : gradients.labels()) {
    if (const auto known = labels.find(name); known != labels.end()) labels.erase(known);
    else unowned += (unowned.empty() ? "" : ", ") + (name.empty() ? "one without a label" : '"' + name + '"');
  }
  throw Error("fit: variables that are no parameters of the model receive gradients, which nobody would use: " +
              unowned + text(site) + ". List the part that owns them in parts(), or cut them off with constant(x)");
}

template <Real T>
void TrainingLoop<T>::clip(Gradients& gradients, const CallSite& site) const {
  if (options_.global_clipnorm) gradients.clip_by_global_norm(*options_.global_clipnorm, {}, site);
  else if (options_.clipnorm) gradients.clip_by_norm(*options_.clipnorm, {}, site);
  else if (options_.clipvalue) gradients.clip_by_value(*options_.clipvalue, site);
}

template <Real T>
History TrainingLoop<T>::fit(const Examples<T>& x, const Examples<T>& y, const BasicFitOptions<T>& options,
                             CallSite site) {
  const AnyDataset<T> all{x, y};
  const std::size_t count = row_count("fit", all, site);
  require_fit_options(options, site);
  if (options.validation_data) row_count("evaluate", *options.validation_data, site);
  const std::size_t train_count = rows_to_train(options, count, site);
  const std::vector<std::string> series = names(y.size(), site);
  const AnyDataset<T> train = map_arrays(all, RowRange{0, train_count});
  std::optional<AnyDataset<T>> held_out = options.validation_data;
  if (!held_out && train_count < count) held_out = map_arrays(all, RowRange{train_count, count});

  const ModeScope mode = model_.enter(Mode::training);
  History history;
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    Means means(series);
    const auto parts =
        batches(train, {.batch_size = options.batch_size, .shuffle = options.shuffle}, default_random(), site);
    Progress progress(options.verbose, epoch, options.epochs, parts.size());
    for (const AnyDataset<T>& batch : parts) {
      Tape tape;
      const Measured measured = measure("fit", batch, site);
      Gradients gradients = tape.backward(measured.loss);
      require_owned(gradients, site);
      clip(gradients, site);
      options_.optimizer->step(gradients, site);
      means.add(row_count("fit", batch.targets, site), values("fit", batch, measured, site));
      progress.batch(means);
    }
    Scores scores = means.scores();
    if (held_out) {
      const Scores held = evaluate(held_out->inputs, held_out->targets, {.batch_size = options.batch_size}, site);
      for (const auto& [name, value] : held) scores["val_" + name] = value;
    }
    for (const auto& [name, value] : scores) history[name].push_back(value);
    progress.epoch(scores);
  }
  return history;
}

template <Real T>
Scores TrainingLoop<T>::evaluate(const Examples<T>& x, const Examples<T>& y, const EvaluateOptions& options,
                                 CallSite site) const {
  const AnyDataset<T> all{x, y};
  row_count("evaluate", all, site);
  const Tape::Pause pause;
  const ModeScope mode = model_.enter(Mode::inference);
  Means means(names(y.size(), site));
  for (const AnyDataset<T>& batch : batches(all, {.batch_size = options.batch_size}, default_random(), site)) {
    const Measured measured = measure("evaluate", batch, site);
    means.add(row_count("evaluate", batch.targets, site), values("evaluate", batch, measured, site));
  }
  return means.scores();
}

template <Real T>
std::vector<Tensor<T>> TrainingLoop<T>::outputs(const Examples<T>& x, const EvaluateOptions& options,
                                                const CallSite& site) const {
  row_count("predict", x, site);
  const Tape::Pause pause;
  const ModeScope mode = model_.enter(Mode::inference);
  std::vector<std::vector<Tensor<T>>> parts;  // by output, by batch
  for (const AnyDataset<T>& batch :
       batches(AnyDataset<T>{x, {}}, {.batch_size = options.batch_size}, default_random(), site)) {
    const std::size_t rows = row_count("predict", batch, site);
    const std::vector<Tensor<T>> outputs = model_.call(batch.inputs);
    parts.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Shape shape = outputs[i].shape();
      if (shape.rank() == 0 || shape[0] != rows) {
        throw ShapeError("predict: the model gave shape " + text(shape) + " for " + std::to_string(rows) +
                         " rows of inputs, not one row for each" + text(site));
      }
      parts[i].push_back(outputs[i]);
    }
  }
  std::vector<Tensor<T>> whole;
  for (const auto& part : parts) whole.push_back(part.size() == 1 ? part[0] : concatenate(part));
  return whole;
}

template class TrainingLoop<float>;
template class TrainingLoop<double>;
template class BasicTraining<float>;
template class BasicTraining<double>;

}  // namespace tapegrad::nn
