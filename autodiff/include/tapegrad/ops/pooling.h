// Pooling: windows of signals and images become one number each. x is (batch, channels, length) or (batch, channels,
// height, width), also without the batch.
#pragma once
#include "tapegrad/ops/convolutions.h"

namespace tapegrad {

/// The windows of a pooling.
struct PoolOptions {
  PerAxis stride = {};        ///< how far apart they are; as long as they are where it is left out
  PerAxis padding = 0;        ///< places around x, up to half of a window: of -infinity for the maximum, 0 for the mean
  PerAxis dilation = 1;       ///< of max_pool: how far apart in x the neighbours within a window are
  bool ceil_mode = false;     ///< whether a window that reaches past the end of x and its padding is one too
  bool count_padding = true;  ///< of avg_pool: whether the places of the padding count in the mean
};
/// The largest in each window; the gradient goes to the first that is. A NaN is the largest. Throws ShapeError for
/// other ranks and windows longer than x with its padding; DomainError for options out of range.
template <Real T>
Tensor<T> max_pool1d(const Tensor<T>& x, PerAxis size, PoolOptions options = {}, CallSite site = CallSite::current());
template <Real T>
Tensor<T> max_pool2d(const Tensor<T>& x, PerAxis size, PoolOptions options = {}, CallSite site = CallSite::current());
/// The mean of each window. Throws the same.
template <Real T>
Tensor<T> avg_pool1d(const Tensor<T>& x, PerAxis size, PoolOptions options = {}, CallSite site = CallSite::current());
template <Real T>
Tensor<T> avg_pool2d(const Tensor<T>& x, PerAxis size, PoolOptions options = {}, CallSite site = CallSite::current());
/// The mean of windows that split x as evenly as they can into `size` results: window i is from floor(i n / size) to
/// ceil((i + 1) n / size). Throws ShapeError for other ranks and sizes below 1.
template <Real T>
Tensor<T> adaptive_avg_pool1d(const Tensor<T>& x, PerAxis size, CallSite site = CallSite::current());
template <Real T>
Tensor<T> adaptive_avg_pool2d(const Tensor<T>& x, PerAxis size, CallSite site = CallSite::current());

}  // namespace tapegrad
