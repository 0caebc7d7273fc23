// Dropout: in training, elements are left out at random.
#pragma once
#include <string>

#include "tapegrad/nn/module/module.h"
#include "tapegrad/nn/random.h"

namespace tapegrad::nn {

/// In training every element is 0 with probability `rate`, and else divided by 1 - rate, so that its mean stays
/// (Srivastava et al. 2014); in inference x itself. The choice follows from two words of this thread's default
/// generator a call, the same for every number of threads; a checkpoint draws it again the same.
template <Real T>
struct BasicDropout {
  using value_type = T;
  /// Throws DomainError for a rate outside [0, 1).
  explicit BasicDropout(double rate);
  void parts(Parts& part) { part(mode); }
  /// Throws DomainError for a rate that was changed to one outside [0, 1).
  Tensor<T> operator()(const Tensor<T>& x, CallSite site = CallSite::current()) const;
  std::string name() const { return "Dropout"; }

  double rate;
  Mode mode = Mode::inference;
};
using Dropout = BasicDropout<float>;

extern template struct BasicDropout<float>;
extern template struct BasicDropout<double>;

}  // namespace tapegrad::nn
