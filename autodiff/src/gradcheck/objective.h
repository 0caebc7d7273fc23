// A function times a cotangent: the one number whose gradient is checked.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "gradcheck/differences.h"
#include "tapegrad/gradcheck/gradcheck.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad::checking {

using Tensors = std::vector<Tensor<double>>;

/// Numbers from -1.5 to 1.5, none of them near 0.
Tensor<double> random_signed(const Shape& shape, std::mt19937_64& generator);
/// sum(f(x) seed) differentiated with respect to every input; zeros where nothing arrives. Recorded where `recorded`.
Tensors gradients(const GradcheckFunction& f, const Tensors& x, const Tensor<double>& seed, bool recorded = false);
/// x -> the gradient of sum(f(x) seed) with respect to input k, which can be differentiated again.
GradcheckFunction gradient_of(const GradcheckFunction& f, const Tensor<double>& seed, std::size_t k);
/// max |x| over all elements.
double largest(const Tensor<double>& x);
double largest(const Tensors& x);
/// Whether there is no NaN or infinity, which largest() passes over in part.
bool finite(const Tensor<double>& x);
bool finite(const Tensors& x);
/// max |a - b|, infinite where the two are not of one shape; equal numbers that are not finite differ by 0.
double distance(const Tensor<double>& a, const Tensor<double>& b);

/// Throws TapeError while a tape records on this thread, ShapeError when there are no inputs or one is empty.
template <Real T>
void require_inputs(const std::string& what, const std::vector<Tensor<T>>& inputs) {
  if (Tape::current()) throw TapeError(what + ": a tape records on this thread. Call it outside, or in a Tape::Pause");
  if (inputs.empty()) throw ShapeError(what + ": there are no inputs to differentiate with respect to");
  for (const Tensor<T>& x : inputs) {
    if (!x) throw ShapeError(what + ": an input is an empty tensor, one without an array");
  }
}

/// The inputs of a check: variables of its own, so that the caller's are never written.
struct Point {
  Tensors x;
  std::vector<std::string> names;
  Point(const Tensors& inputs, const std::vector<std::string>& input_names = {});
  std::size_t elements() const;
};

class Objective {
 public:
  /// Measures the noise of the values along a random direction.
  Objective(const GradcheckFunction& f, const Point& point, Tensor<double> cotangent, std::mt19937_64& generator);
  const Value& center() const { return center_; }
  /// As a part of the size of what is summed.
  double noise() const { return reported_noise_; }
  /// Counts the rounding of every op on the tape of f, each weighed with its adjoint, as part of the values' noise:
  /// what values that cancel do not show. False where that is nothing new.
  bool count_rounding_of_ops();
  /// How far the gradient that the tape gives scatters from point to point, or may be off where large terms cancel.
  double gradient_noise(std::mt19937_64& generator) const;
  const Tensor<double>& cotangent() const { return cotangent_; }
  const GradcheckFunction& function() const { return f_; }
  const Point& point() const { return point_; }
  Tensors analytic() const { return gradients(f_, point_.x, cotangent_); }
  /// The value as element i of input k moves; the result refers to this.
  Line along(std::size_t k, std::size_t i) const;
  /// The value as all inputs move, each along its tensor of `direction`.
  Line along(const Tensors& direction) const;

 private:
  Value value(const Tensors& x) const;

  const GradcheckFunction& f_;
  const Point& point_;
  Tensor<double> cotangent_;
  double size_ = 0, noise_ = 0, reported_noise_ = 0;  ///< the size of what is summed, and noise as parts of it
  double rounding_of_ops_ = 0;
  Value center_;
};

/// f with element i of input k moved by t.
Tensor<double> moved(const GradcheckFunction& f, const Tensors& x, std::size_t k, std::size_t i, double t);

}  // namespace tapegrad::checking
