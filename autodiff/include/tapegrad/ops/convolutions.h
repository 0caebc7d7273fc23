// Convolutions of signals, images and volumes, in PyTorch's layout: x (batch, channels, length), (batch, channels,
// height, width) or (batch, channels, depth, height, width), each also without the batch. As everywhere in deep
// learning they are cross-correlations: the kernel is not turned.
#pragma once
#include <concepts>
#include <cstddef>

#include "tapegrad/tensor/short_vector.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// A number for each axis of a picture, or one for all of them: 2, or {2, 1}.
struct PerAxis : ShortVector<long, 3> {
  PerAxis() = default;  ///< none: the default is meant
  PerAxis(long all) : ShortVector{all} {}
  PerAxis(std::initializer_list<long> each) : ShortVector(each) {}
};
/// No zeros around x; or as many as make the result as long as x, over the stride and rounded up: where their number is
/// odd, one more behind, as Keras and TensorFlow do.
enum class Padding { valid, same };
/// How many zeros stand before and behind x: 1, {1, 2} for each axis, or Padding::same.
struct Zeros {
  Zeros(long all) : around(all) {}
  Zeros(std::initializer_list<long> each) : around(each) {}
  Zeros(Padding padding) : around(0), same(padding == Padding::same) {}
  PerAxis around;
  bool same = false;
};

/// What a convolution is given beside its tensors.
struct ConvolutionOptions {
  PerAxis stride = 1;    ///< how far apart the places are at which the kernel stands; 1 or more
  Zeros padding = 0;     ///< the zeros around x
  PerAxis dilation = 1;  ///< how far apart in x the neighbours within the kernel are; 1 or more
  long groups = 1;       ///< into which channels are split, with kernels of their own; all alone: depthwise
};

/// What a transposed convolution is given: the options of the convolution that it is the transpose of.
struct TransposedConvolutionOptions {
  PerAxis stride = 1;
  Zeros padding = 0;           ///< what is cut off from both ends; `same`: the result is stride times as long as x
  PerAxis output_padding = 0;  ///< how much longer the result is at its end; below the stride or the dilation
  PerAxis dilation = 1;
  long groups = 1;
};

namespace convolutions {
/// What the functions below are made of; `b` may be null.
template <std::size_t axes, Real T>
Tensor<T> convolved(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>* b, const ConvolutionOptions& options,
                    const CallSite& site);
template <std::size_t axes, Real T>
Tensor<T> transposed(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>* b,
                     const TransposedConvolutionOptions& options, const CallSite& site);
}  // namespace convolutions

/// y[n, o, q] = the sum over c and k of w[o, c, k] x[n, c, q stride + k dilation - padding], plus b[o] if there is one;
/// w (out channels, channels / groups, kernel), b (out channels). Throws ShapeError for other ranks, channels that do
/// not fit or cannot be split into the groups, and a kernel longer than x with its zeros; DomainError for options out
/// of range.
template <Real T>
Tensor<T> conv1d(const Tensor<T>& x, const Tensor<T>& w, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<1, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv1d(const Tensor<T>& x, const Tensor<T>& w, const B& b, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<1>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}
template <Real T>
Tensor<T> conv2d(const Tensor<T>& x, const Tensor<T>& w, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<2, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv2d(const Tensor<T>& x, const Tensor<T>& w, const B& b, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<2>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}
template <Real T>
Tensor<T> conv3d(const Tensor<T>& x, const Tensor<T>& w, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<3, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv3d(const Tensor<T>& x, const Tensor<T>& w, const B& b, ConvolutionOptions options = {},
                 CallSite site = CallSite::current()) {
  return convolutions::convolved<3>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}

/// The transpose of a convolution as a linear map, which makes pictures larger: of length
/// (n - 1) stride - 2 padding + (k - 1) dilation + 1 + output_padding for n places and a kernel of k; w (channels, out
/// channels / groups, kernel), b (out channels). Throws as the convolutions do, and ShapeError where nothing is left.
template <Real T>
Tensor<T> conv_transpose1d(const Tensor<T>& x, const Tensor<T>& w, TransposedConvolutionOptions options = {},
                           CallSite site = CallSite::current()) {
  return convolutions::transposed<1, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv_transpose1d(const Tensor<T>& x, const Tensor<T>& w, const B& b,
                           TransposedConvolutionOptions options = {}, CallSite site = CallSite::current()) {
  return convolutions::transposed<1>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}
template <Real T>
Tensor<T> conv_transpose2d(const Tensor<T>& x, const Tensor<T>& w, TransposedConvolutionOptions options = {},
                           CallSite site = CallSite::current()) {
  return convolutions::transposed<2, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv_transpose2d(const Tensor<T>& x, const Tensor<T>& w, const B& b,
                           TransposedConvolutionOptions options = {}, CallSite site = CallSite::current()) {
  return convolutions::transposed<2>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}
template <Real T>
Tensor<T> conv_transpose3d(const Tensor<T>& x, const Tensor<T>& w, TransposedConvolutionOptions options = {},
                           CallSite site = CallSite::current()) {
  return convolutions::transposed<3, T>(x, w, nullptr, options, site);
}
template <Real T, std::derived_from<Tensor<T>> B>
Tensor<T> conv_transpose3d(const Tensor<T>& x, const Tensor<T>& w, const B& b,
                           TransposedConvolutionOptions options = {}, CallSite site = CallSite::current()) {
  return convolutions::transposed<3>(x, w, &static_cast<const Tensor<T>&>(b), options, site);
}

}  // namespace tapegrad
