// Metrics as function objects, so that they can be options: {.metrics = {nn::accuracy}}.
#pragma once
#include <string_view>

#include "tapegrad/nn/losses.h"

namespace tapegrad::nn {

// Each gives the part of rows, or of elements, that are predicted right. A prediction that is NaN is wrong. All throw
// ShapeError for shapes that do not fit and for no elements, DomainError for numbers that are no such prediction or
// target, with the metric that takes them.

/// The part of elements whose prediction is above the threshold where the target is above 0.5, as Keras'. Targets, in
/// [0, 1], have the prediction's shape, or are labels 0 and 1 of a prediction (rows, 1). With a threshold inside of
/// (0, 1) predictions are probabilities, and one outside [0, 1] is refused; for logits write
/// nn::BinaryAccuracy{.threshold = 0}.
struct BinaryAccuracy {
  static constexpr std::string_view name = "binary_accuracy";
  static constexpr bool takes_labels = true;
  double threshold = 0.5;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Indices& labels) const;
  /// Whether it would misunderstand logits.
  bool of_probabilities() const { return threshold > 0 && threshold < 1; }
};
/// The part of rows whose largest prediction (..., classes) stands where their largest target does, the first of equal
/// ones, as Keras'. Targets are a class in each row, a 1 among zeros, or probabilities that sum to 1. Predictions may
/// be probabilities, logits or any other scores.
struct CategoricalAccuracy {
  static constexpr std::string_view name = "categorical_accuracy";
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const;
};
/// The same for targets that are labels: Indices (rows,) or (rows, 1) of a prediction (rows, classes), or a tensor of
/// such whole numbers.
struct SparseCategoricalAccuracy {
  static constexpr std::string_view name = "sparse_categorical_accuracy";
  static constexpr bool takes_labels = true;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Indices& labels) const;
};
/// The one of these that shapes ask for, as Keras' "accuracy" is: for a prediction (rows, classes) with targets of its
/// shape the categorical one, with labels the sparse one; for one number a row the binary one.
struct Accuracy {
  static constexpr std::string_view name = "accuracy";
  static constexpr bool takes_labels = true;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Tensor<T>& target) const;
  template <Real T>
  double operator()(const Tensor<T>& prediction, const Indices& labels) const;
  bool of_probabilities() const { return true; }
};
inline constexpr Accuracy accuracy{};
inline constexpr BinaryAccuracy binary_accuracy{};
inline constexpr CategoricalAccuracy categorical_accuracy{};
inline constexpr SparseCategoricalAccuracy sparse_categorical_accuracy{};

}  // namespace tapegrad::nn
