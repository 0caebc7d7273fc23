#include "tapegrad/nn/training.h"

#include <algorithm>
#include <cmath>

#include "progress.h"
#include "tapegrad/tape.h"
#include "tapegrad/view.h"

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
  void add(const std::string& name, double value, std::size_t rows) {
    sums_[name].first += value * double(rows);
    sums_[name].second += double(rows);
  }
  Scores scores() const {
    Scores scores;
    for (const auto& [name, sum] : sums_) scores[name] = sum.first / sum.second;
    return scores;
  }

 private:
  std::map<std::string, std::pair<double, double>> sums_;
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

History Training::fit(const Tensor<float>& x, const Tensor<float>& y, const FitOptions& options) {
  require_rows("fit", x, y);
  if (options.validation_split < 0 || options.validation_split >= 1) {
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
      const std::size_t n = batch.inputs.shape()[0];
      Tape tape;
      const Tensor<float> prediction = model_(batch.inputs);
      const Tensor<float> loss = options_.loss(prediction, batch.targets);
      options_.optimizer->step(tape.backward(loss));
      means.add("loss", loss.item(), n);
      for (const Metric& metric : options_.metrics) means.add(metric.name, metric.measure(prediction, batch.targets), n);
      progress.batch(means.scores());
    }
    Scores scores = means.scores();
    if (held_out) {
      for (const auto& [name, value] : evaluate(held_out->inputs, held_out->targets)) scores["val_" + name] = value;
    }
    for (const auto& [name, value] : scores) history[name].push_back(value);
    progress.epoch(scores);
  }
  return history;
}

Scores Training::evaluate(const Tensor<float>& x, const Tensor<float>& y) const {
  require_rows("evaluate", x, y);
  Tape::Pause pause;
  const Tensor<float> prediction = model_(x);
  Scores scores{{"loss", options_.loss(prediction, y).item()}};
  for (const Metric& metric : options_.metrics) scores[metric.name] = metric.measure(prediction, y);
  return scores;
}

}  // namespace tapegrad::nn
