// Losses as function objects, so that they can be options: {.loss = nn::binary_cross_entropy}.
#pragma once
#include <string>
#include <string_view>

#include "tapegrad/ops.h"

namespace tapegrad::nn {

/// What a loss takes for predictions, where it would misunderstand others: fit and evaluate refuse predictions outside
/// [0, 1] for `static constexpr auto takes = Predictions::probabilities`, and metrics that compare logits with 0.5.
enum class Predictions { any, probabilities, logits };

/// Throws ShapeError unless both have the same shape: broadcasting (n, 1) against (n,) would compare all with all.
template <Real T>
void require_same_shape(std::string_view what, const Tensor<T>& prediction, const Tensor<T>& target) {
  if (prediction && target && prediction.shape() == target.shape()) return;
  throw ShapeError(std::string(what) + ": the prediction has shape " +
                   (prediction ? text(prediction.shape()) : "none") + ", but the targets have " +
                   (target ? text(target.shape()) : "none") + ". Reshape one of them");
}
/// Throws ShapeError unless there is one label for each row of a prediction (rows, classes), and at least one class.
template <Real T>
void require_labels(std::string_view what, const Tensor<T>& prediction, const Indices& labels) {
  if (prediction && prediction.rank() == 2 && labels.shape().rank() == 1 && prediction.shape()[1] > 0 &&
      prediction.shape()[0] == labels.size()) {
    return;
  }
  throw ShapeError(std::string(what) + ": the prediction must be (rows, classes), with one label a row, but is " +
                   (prediction ? text(prediction.shape()) : "empty") + " and the labels are " + text(labels.shape()));
}

/// Mean of -(t log p + (1 - t) log(1 - p)) over all elements; the prediction is a probability. See ops.h.
struct BinaryCrossEntropy {
  static constexpr std::string_view name = "binary_cross_entropy";
  static constexpr auto takes = Predictions::probabilities;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy(prediction, target);
  }
};
/// The same for a prediction z with p = sigmoid(z), stable for every z.
struct BinaryCrossEntropyWithLogits {
  static constexpr std::string_view name = "binary_cross_entropy_with_logits";
  static constexpr auto takes = Predictions::logits;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    return tapegrad::binary_cross_entropy_with_logits(prediction, target);
  }
};
/// Mean of (prediction - target)^2 over all elements. Throws ShapeError for two shapes.
struct MeanSquaredError {
  static constexpr std::string_view name = "mean_squared_error";
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape(name, prediction, target);
    return tapegrad::mse_loss(prediction, target);
  }
};
/// Mean over the rows of -log p of the right class, where p = softmax of the prediction (rows, classes). Targets are
/// labels (rows,), or a probability for each class (rows, classes), as PyTorch takes both. Stable for every prediction.
/// Throws ShapeError for other shapes, DomainError for a label that is no class.
struct CrossEntropy {
  static constexpr std::string_view name = "cross_entropy";
  static constexpr auto takes = Predictions::logits;
  static constexpr bool takes_labels = true;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Indices& labels) const {
    return tapegrad::cross_entropy(prediction, labels);
  }
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape(name, prediction, target);
    return tapegrad::cross_entropy(prediction, target);
  }
};
/// Mean over the rows of -sum t log p, for predicted probabilities p of classes that sum to 1, as a softmax layer gives
/// them, limited to [1e-7, 1 - 1e-7] as in Keras; targets t have the same shape. Throws ShapeError for two shapes.
struct CategoricalCrossEntropy {
  static constexpr std::string_view name = "categorical_cross_entropy";
  static constexpr auto takes = Predictions::probabilities;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Tensor<T>& target) const {
    require_same_shape(name, prediction, target);
    return -mean(sum(target * log(clip(prediction, T(1e-7), T(1 - 1e-7))), Axes{-1}));
  }
};
/// The same for targets that are labels (rows,) of a prediction (rows, classes). Throws ShapeError for other shapes,
/// DomainError for a label that is no class.
struct SparseCategoricalCrossEntropy {
  static constexpr std::string_view name = "sparse_categorical_cross_entropy";
  static constexpr auto takes = Predictions::probabilities;
  static constexpr bool takes_labels = true;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& prediction, const Indices& labels) const {
    require_labels(name, prediction, labels);
    const std::size_t classes = prediction.shape()[1];
    Tensor<T> target = Tensor<T>::full(prediction.shape(), 0);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto label = static_cast<std::size_t>(labels.data()[i]);  // a negative one is larger than any class
      if (label >= classes) {
        throw DomainError(std::string(name) + ": the label of row " + std::to_string(i) + " is " +
                          std::to_string(labels.data()[i]) + ", but classes are 0 to " + std::to_string(classes - 1));
      }
      target.mutable_data()[i * classes + label] = 1;
    }
    return CategoricalCrossEntropy()(prediction, target);
  }
};

inline constexpr BinaryCrossEntropy binary_cross_entropy{};
inline constexpr BinaryCrossEntropyWithLogits binary_cross_entropy_with_logits{};
inline constexpr MeanSquaredError mean_squared_error{};
inline constexpr CrossEntropy cross_entropy{};
inline constexpr CategoricalCrossEntropy categorical_cross_entropy{};
inline constexpr SparseCategoricalCrossEntropy sparse_categorical_cross_entropy{};

}  // namespace tapegrad::nn
