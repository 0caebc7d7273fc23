// Convolutions, as products of matrices of which one is never written out. The sum over n, q, o and k of
// g[n, o, q] w[o, c, k] x[n, c, q stride + k dilation - before] is linear in each of the three, and the three functions
// here are its derivatives: each is given two of them.
#pragma once
#include <array>
#include <cstddef>

namespace tapegrad::kernels {

/// The lengths of a convolution. Channels are split into groups, of which each has its own; what is outside of x is 0.
/// Axes are (batch, depth, height, width): that of the batch has a kernel of 1, those that a picture lacks a length of
/// 1.
struct ConvolutionSizes {
  static constexpr std::size_t axes = 4;
  using Lengths = std::array<std::size_t, axes>;
  std::size_t groups = 1, in = 1, out = 1;  ///< channels in a group
  Lengths size, kernel, result;             ///< of x, w and y
  Lengths stride{1, 1, 1, 1}, dilation{1, 1, 1, 1}, before{0, 0, 0, 0};
  std::size_t taps() const { return kernel[0] * kernel[1] * kernel[2] * kernel[3]; }
};

/// y (batch, groups out, result) from x (batch, groups in, size) and w (groups out, in, kernel); `bias`, one number for
/// each channel of y, may be null. The same bits for every number of threads, here and in the others.
template <class T>
void convolve(T* y, const T* x, const T* w, const T* bias, const ConvolutionSizes& sizes);
/// x from g, of the shape of y, and w.
template <class T>
void convolve_back(T* x, const T* g, const T* w, const ConvolutionSizes& sizes);
/// w from x and g.
template <class T>
void convolve_for_weights(T* w, const T* x, const T* g, const ConvolutionSizes& sizes);

}  // namespace tapegrad::kernels
