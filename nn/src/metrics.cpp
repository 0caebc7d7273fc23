#include "tapegrad/nn/metrics.h"

#include <cmath>
#include <cstdint>

#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

void require_elements(std::string_view what, std::size_t count, const std::string& without) {
  if (count == 0) throw ShapeError(std::string(what) + ": there are no " + without);
}

[[noreturn]] void fail_number(std::string_view what, const std::string& number, std::size_t place, double value,
                              const std::string& fix) {
  throw DomainError(std::string(what) + ": " + number + " " + std::to_string(place) + " is " + option_text(value) +
                    ", " + fix);
}

void require_threshold(double threshold) {
  require_option(BinaryAccuracy::name, "threshold", limits::any_finite, threshold,
                 "0.5 is for probabilities, 0 for logits", {});
}

constexpr double slack = 1e-5;  // what rounding may add to a probability

// Whether all numbers lie in [low, high]; a NaN does not.
template <Real T>
bool all_within(const T* x, std::size_t count, double low, double high) {
  const T least = static_cast<T>(low), most = static_cast<T>(high);
  int within = 1;
  for (std::size_t i = 0; i < count; ++i) within &= int(x[i] >= least) & int(x[i] <= most);
  return within;
}

// How many predictions lie on the targets' side of their thresholds.
template <Real T>
std::size_t count_same_side(const T* prediction, T threshold, const T* target, std::size_t count) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < count; ++i) same += (prediction[i] > threshold) == (target[i] > T(0.5));
  return same;
}

// Whether element i is predicted, and 2 for a NaN.
template <Real T>
int predicted(std::string_view what, const Tensor<T>& prediction, std::size_t i, const BinaryAccuracy& options) {
  const double p = prediction.data()[i];
  if (std::isnan(p)) return 2;
  if (options.of_probabilities() && !(p >= -slack && p <= 1 + slack)) {
    fail_number(what, "the prediction of element", i, p,
                "which is no probability. For logits write nn::BinaryAccuracy{.threshold = 0}");
  }
  return p > options.threshold;
}

template <Real T>
double binary(std::string_view what, const Tensor<T>& prediction, const Tensor<T>& target,
              const BinaryAccuracy& options) {
  require_threshold(options.threshold);
  require_same_shape(what, prediction, target);
  require_elements(what, target.size(), "elements, the shape is " + text(target.shape()));
  const std::size_t count = target.size();
  if (options.of_probabilities() && all_within(prediction.data(), count, -slack, 1 + slack) &&
      all_within(target.data(), count, 0, 1)) {
    return double(count_same_side(prediction.data(), T(options.threshold), target.data(), count)) / double(count);
  }
  std::size_t right = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double t = target.data()[i];
    if (!(t >= 0 && t <= 1)) {
      fail_number(what, "the target of element", i, t,
                  "but must be 0 or 1, or a probability. For numbers measure an error, as nn::mean_squared_error");
    }
    right += predicted(what, prediction, i, options) == int(t > 0.5);
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

// The place of the first of the largest numbers; `count` where there is a NaN.
template <Real T>
std::size_t place_of_largest(const T* row, std::size_t count) {
  std::size_t largest = 0;
  for (std::size_t k = 0; k < count; ++k) {
    if (std::isnan(row[k])) return count;
    if (row[k] > row[largest]) largest = k;
  }
  return largest;
}

template <Real T>
double categorical(std::string_view what, const Tensor<T>& prediction, const Tensor<T>& target) {
  require_same_shape(what, prediction, target);
  if (target.rank() == 0) throw ShapeError(std::string(what) + ": needs classes along the last axis, but got a number");
  require_elements(what, target.size(), "rows, the shape is " + text(target.shape()));
  const std::size_t classes = target.shape()[target.rank() - 1], rows = target.size() / classes;
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const T* wanted = target.data() + i * classes;
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += double(wanted[k]);
    if (!(std::abs(sum - 1) < 1e-2)) {
      fail_number(what, "the sum of the targets of row", i, sum,
                  "but a row must have one class, or probabilities that sum to 1. For several classes in a row write "
                  "nn::binary_accuracy");
    }
    right += place_of_largest(prediction.data() + i * classes, classes) == place_of_largest(wanted, classes);
  }
  return static_cast<double>(right) / static_cast<double>(rows);
}

// label(i) is the label of row i, as a number.
template <Real T, class Label>
double sparse(std::string_view what, const Tensor<T>& prediction, std::size_t rows, const Label& label) {
  require_elements(what, rows, "rows, the prediction is " + text(prediction.shape()));
  const std::size_t classes = prediction.shape()[1];
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double wanted = label(i);
    if (!(wanted >= 0 && wanted < double(classes) && wanted == std::floor(wanted))) {
      fail_number(what, "the label of row", i, wanted, "but classes are 0 to " + std::to_string(classes - 1));
    }
    right += place_of_largest(prediction.data() + i * classes, classes) == std::size_t(wanted);
  }
  return static_cast<double>(right) / static_cast<double>(rows);
}

// Labels (rows,) or (rows, 1), for a prediction (rows, classes).
template <Real T, class Labels>
bool labels_fit(const Tensor<T>& prediction, const Labels& labels) {
  const Shape& shape = labels.shape();
  return prediction && prediction.rank() == 2 && prediction.shape()[1] > 0 &&
         (shape.rank() == 1 || (shape.rank() == 2 && shape[1] == 1)) && shape[0] == prediction.shape()[0];
}

template <Real T>
double sparse_of_labels(std::string_view what, const Tensor<T>& prediction, const Indices& labels) {
  if (!labels_fit(prediction, labels)) require_labels(what, prediction, labels);
  return sparse(what, prediction, labels.size(), [&](std::size_t i) { return double(labels.data()[i]); });
}

template <Real T>
double binary_of_labels(std::string_view what, const Tensor<T>& prediction, const Indices& labels,
                        const BinaryAccuracy& options) {
  require_threshold(options.threshold);
  if (!labels_fit(prediction, labels) || prediction.shape()[1] != 1) {
    throw ShapeError(std::string(what) + ": labels 0 and 1 need a prediction (rows, 1), but it is " +
                     (prediction ? text(prediction.shape()) : "empty") + " and the labels are " + text(labels.shape()));
  }
  require_elements(what, labels.size(), "rows, the labels are " + text(labels.shape()));
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int32_t label = labels.data()[i];
    if (label != 0 && label != 1) {
      fail_number(what, "the label of row", i, label,
                  "but one number a row tells 0 from 1 only. For classes the prediction must be (rows, classes)");
    }
    right += predicted(what, prediction, i, options) == label;
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

template <Real T>
bool has_classes(const Tensor<T>& prediction) {
  return prediction && prediction.rank() >= 2 && prediction.shape()[prediction.rank() - 1] > 1;
}

}  // namespace

template <Real T>
double BinaryAccuracy::operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
  return binary(name, prediction, target, *this);
}
template <Real T>
double BinaryAccuracy::operator()(const Tensor<T>& prediction, const Indices& labels) const {
  return binary_of_labels(name, prediction, labels, *this);
}
template <Real T>
double CategoricalAccuracy::operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
  return categorical(name, prediction, target);
}
template <Real T>
double SparseCategoricalAccuracy::operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
  if (!target || !labels_fit(prediction, target)) {
    throw ShapeError(std::string(name) + ": needs a prediction (rows, classes) and one label a row, but they are " +
                     (prediction ? text(prediction.shape()) : "empty") + " and " +
                     (target ? text(target.shape()) : "empty") +
                     ". For a number a class write nn::categorical_accuracy");
  }
  return sparse(name, prediction, target.size(), [&](std::size_t i) { return double(target.data()[i]); });
}
template <Real T>
double SparseCategoricalAccuracy::operator()(const Tensor<T>& prediction, const Indices& labels) const {
  return sparse_of_labels(name, prediction, labels);
}
template <Real T>
double Accuracy::operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
  if (!has_classes(prediction)) return binary(name, prediction, target, {});
  if (target && !(prediction.shape() == target.shape()) && labels_fit(prediction, target)) {
    return sparse(name, prediction, target.size(), [&](std::size_t i) { return double(target.data()[i]); });
  }
  return categorical(name, prediction, target);
}
template <Real T>
double Accuracy::operator()(const Tensor<T>& prediction, const Indices& labels) const {
  const bool one_number = prediction && prediction.rank() == 2 && prediction.shape()[1] == 1;
  return one_number ? binary_of_labels(name, prediction, labels, {}) : sparse_of_labels(name, prediction, labels);
}

template double BinaryAccuracy::operator()(const Tensor<float>&, const Tensor<float>&) const;
template double BinaryAccuracy::operator()(const Tensor<float>&, const Indices&) const;
template double CategoricalAccuracy::operator()(const Tensor<float>&, const Tensor<float>&) const;
template double SparseCategoricalAccuracy::operator()(const Tensor<float>&, const Tensor<float>&) const;
template double SparseCategoricalAccuracy::operator()(const Tensor<float>&, const Indices&) const;
template double Accuracy::operator()(const Tensor<float>&, const Tensor<float>&) const;
template double Accuracy::operator()(const Tensor<float>&, const Indices&) const;
template double BinaryAccuracy::operator()(const Tensor<double>&, const Tensor<double>&) const;
template double BinaryAccuracy::operator()(const Tensor<double>&, const Indices&) const;
template double CategoricalAccuracy::operator()(const Tensor<double>&, const Tensor<double>&) const;
template double SparseCategoricalAccuracy::operator()(const Tensor<double>&, const Tensor<double>&) const;
template double SparseCategoricalAccuracy::operator()(const Tensor<double>&, const Indices&) const;
template double Accuracy::operator()(const Tensor<double>&, const Tensor<double>&) const;
template double Accuracy::operator()(const Tensor<double>&, const Indices&) const;

}  // namespace tapegrad::nn
