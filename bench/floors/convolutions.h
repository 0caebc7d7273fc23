// The floor of the convolutional network: oneDNN's convolutions alone, in the formats that it likes best.
#pragma once
#include <memory>
#include <vector>

#include "floors/floors.h"

namespace floors {

/// What a convolution of pictures is of: a square kernel without padding, and a bias.
struct PictureConvolution {
  long batch, in, size, out, kernel;
  long result() const { return size - kernel + 1; }
};

/// Each convolution forward, back to its weights and bias, and, but for the first, back to its input, of arrays in the
/// usual order, which are brought to oneDNN's formats before they are timed. Not there without oneDNN.
class Convolutions {
 public:
  /// Whether oneDNN was found when the benchmark was built.
  static bool found();
  explicit Convolutions(const std::vector<PictureConvolution>& of);
  /// Of convolution i: x, w, b, and the adjoint of the result.
  void set(std::size_t i, const float* x, const float* w, const float* b, const float* dy);
  void run();
  /// Of convolution i, in the usual order; empty where it is not computed.
  std::vector<float> result(std::size_t i) const;
  std::vector<float> gradient_of_weights(std::size_t i) const;
  std::vector<float> gradient_of_input(std::size_t i) const;

 private:
  struct Layers;
  std::shared_ptr<Layers> layers_;
};

}  // namespace floors
