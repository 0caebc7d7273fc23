#include "tapegrad/nn/training/training.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "training/progress.h"
#include "tapegrad/tape/tape.h"
#include "tapegrad/tensor/view.h"

namespace tapegrad::nn {
namespace {

void require_rows(std::string_view what, const Tensor<float>& x, const Tensor<float>& y) {
  if (!x || !y || x.rank() == 0 || y.rank() == 0 || x.shape()[0] != y.shape()[0] || x.shape()[0] == 0) {
    throw ShapeError(std::string(what) + ": inputs and targets need the same number of rows, at least one, but are " +
                     (x ? text(x.shape()) : "empty") + " and " + (y ? text(y.shape()) : "empty"));
  }
}

Tensor<float> rows(const Tensor<float>& x, std::size_t begin, std::size_t end) {
  return slice(x, {{static_cast<long>(begin), 1, end - begin, false}});
}

Tensor<float> gather(const Tensor<float>& x, const std::vector<std::size_t>& order) {
  Tensor<float> y = Tensor<float>::empty(x.shape());
  const std::size_t width = x.size() / x.shape()[0];
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::copy_n(x.data() + order[i] * width, width, y.mutable_data() + i * width);
  }
  return y;
}

// Means over rows: a smaller last batch counts for less.
class Means {
 public:
  void add(const Dataset& batch, const Tensor<float>& prediction, const Tensor<float>& loss,
           const std::vector<Metric>& metrics) {
    const auto rows = double(batch.inputs.shape()[0]);
    rows_ += rows;
    sums_["loss"] += rows * loss.item();
    for (const Metric& metric : metrics) sums_[metric.name] += rows * metric.measure(prediction, batch.targets);
  }
  Scores scores() const {
    Scores means = sums_;
    for (auto& [name, value] : means) value /= rows_;
    return means;
  }

 private:
  Scores sums_;
  double rows_ = 0;
};

}  // namespace

std::vector<Dataset> batches(const Dataset& data, BatchOptions options, Random& random) {
  require_rows("batches", data.inputs, data.targets);
  if (options.batch_size == 0) throw DomainError("batches: batch_size must be at least 1");
  const std::size_t count = data.inputs.shape()[0];
  Dataset source = data;
  if (options.shuffle) {
    const auto order = random.permutation(count);
    source = {gather(data.inputs, order), gather(data.targets, order)};
  }
  std::vector<Dataset> result;
  for (std::size_t begin = 0; begin < count; begin += options.batch_size) {
    const std::size_t end = std::min(count, begin + options.batch_size);
    result.push_back({rows(source.inputs, begin, end), rows(source.targets, begin, end)});
  }
  return result;
}

Training::Training(Model model, optim::Parameters parameters, CompileOptions options)
    : model_(std::move(model)), options_(std::move(options)) {
  if (!options_.loss) throw Error("compile: there is no loss. Give one, as in {.loss = nn::binary_cross_entropy}");
  options_.optimizer->bind(std::move(parameters));
}

// Labels of the gradients that are left when those of the parameters are taken away, each as often as it is left.
void Training::require_owned(const Gradients& gradients) const {
  std::multiset<std::string> labels;
  std::size_t owned = 0;
  for (const auto& [name, variable] : options_.optimizer->parameters()) {
    std::visit(
        [&](const auto& x) {
          if (!gradients.contains(x)) return;
          ++owned;
          labels.insert(label(x));
        },
        variable);
  }
  if (owned == gradients.size()) return;
  std::string unowned;
  for (const std::string& name : gradients.labels()) {
    if (const auto known = labels.find(name); known != labels.end()) labels.erase(known);
    else unowned += (unowned.empty() ? "" : ", ") + (name.empty() ? "one without a label" : '"' + name + '"');
  }
  throw Error("fit: variables that are no parameters of the model receive gradients, which nobody would use: " +
              unowned + ". List the part that owns them in parts(), or cut them off with constant(x)");
}

History Training::fit(const Tensor<float>& x, const Tensor<float>& y, const FitOptions& options) {
  require_rows("fit", x, y);
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    throw DomainError("fit: validation_split must be in [0, 1), but is " + std::to_string(options.validation_split));
  }
  const std::size_t count = x.shape()[0];
  const auto train_count = static_cast<std::size_t>(std::floor(double(count) * (1 - options.validation_split)));
  if (train_count == 0) throw DomainError("fit: validation_split leaves no rows to train on");
  const Dataset train{rows(x, 0, train_count), rows(y, 0, train_count)};
  std::optional<Dataset> held_out = options.validation_data;
  if (!held_out && train_count < count) held_out = Dataset{rows(x, train_count, count), rows(y, train_count, count)};

  History history;
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    Means means;
    const auto parts = batches(train, {.batch_size = options.batch_size, .shuffle = options.shuffle});
    Progress progress(options.verbose > 0, epoch, options.epochs, parts.size());
    for (const Dataset& batch : parts) {
      Tape tape;
      const Tensor<float> prediction = model_(batch.inputs);
      const Tensor<float> loss = options_.loss(prediction, batch.targets);
      const Gradients gradients = tape.backward(loss);
      require_owned(gradients);
      options_.optimizer->step(gradients);
      means.add(batch, prediction, loss, options_.metrics);
      progress.batch(means.scores());
    }
    Scores scores = means.scores();
    if (held_out) {
      const Scores held = evaluate(held_out->inputs, held_out->targets, {.batch_size = options.batch_size});
      for (const auto& [name, value] : held) scores["val_" + name] = value;
    }
    for (const auto& [name, value] : scores) history[name].push_back(value);
    progress.epoch(scores);
  }
  return history;
}

Scores Training::evaluate(const Tensor<float>& x, const Tensor<float>& y, const EvaluateOptions& options) const {
  require_rows("evaluate", x, y);
  const Tape::Pause pause;
  Means means;
  for (const Dataset& batch : batches({x, y}, {.batch_size = options.batch_size})) {
    const Tensor<float> prediction = model_(batch.inputs);
    means.add(batch, prediction, options_.loss(prediction, batch.targets), options_.metrics);
  }
  return means.scores();
}

Tensor<float> Training::predict(const Tensor<float>& x, const EvaluateOptions& options) const {
  require_rows("predict", x, x);
  const Tape::Pause pause;
  std::vector<Tensor<float>> parts;
  for (const Dataset& batch : batches({x, x}, {.batch_size = options.batch_size})) {
    parts.push_back(model_(batch.inputs));
    const Shape &in = batch.inputs.shape(), out = parts.back().shape();
    if (out.rank() == 0 || out[0] != in[0]) {
      throw ShapeError("predict: the model gave shape " + text(out) + " for inputs of shape " + text(in) +
                       ", not one row for each of theirs");
    }
  }
  return parts.size() == 1 ? parts[0] : concatenate(parts);
}

}  // namespace tapegrad::nn
