// Losses. softmax and log_softmax are in softmax.h.
#pragma once
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// mean of -(t log p + (1 - t) log(1 - p)), p limited to [1e-7, 1 - 1e-7] as in Keras.
template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& probabilities, const Tensor<T>& targets,
                               CallSite site = CallSite::current());
/// The same of p = sigmoid(z), exact for every z, with the limits at infinities: mean of softplus(z) - z t. Derivatives
/// are (sigmoid(z) - t) / n and -z / n, for n elements.
template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Tensor<T>& targets,
                                           CallSite site = CallSite::current());
/// mean over the rows of -log softmax(z)[label]: logits (rows, classes), one label a row. Throws ShapeError when the
/// labels do not fit, DomainError for a label that is no class.
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& logits, const Indices& labels, CallSite site = CallSite::current());

}  // namespace tapegrad
