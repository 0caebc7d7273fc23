// How functions of any number of tensors know the line that called them.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad::engine {

/// The first of several tensors of a call, and the line of that call. No default argument can stand after a pack of
/// tensors; this one stands in the conversion of the first: f(std::type_identity_t<Located<T>> first, Tensor<T> second,
/// X... rest).
template <Real T>
struct Located {
  Located(const Tensor<T>& x, CallSite call = CallSite::current()) : tensor(x), site(call) {}
  const Tensor<T>& tensor;
  CallSite site;
};

}  // namespace tapegrad::engine
