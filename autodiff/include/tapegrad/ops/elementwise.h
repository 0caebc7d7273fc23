// Functions of each element.
#pragma once
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

template <Real T> Tensor<T> negative(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> exp(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> log(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> sqrt(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> square(const Tensor<T>& x, CallSite site = CallSite::current());
/// |x|; derivative 0 at 0.
template <Real T> Tensor<T> abs(const Tensor<T>& x, CallSite site = CallSite::current());
/// -1, 0 or 1; derivative 0 everywhere.
template <Real T> Tensor<T> sign(const Tensor<T>& x, CallSite site = CallSite::current());
/// 1 where x > 0, else 0; derivative 0 everywhere.
template <Real T> Tensor<T> step(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> sin(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> cos(const Tensor<T>& x, CallSite site = CallSite::current());
template <Real T> Tensor<T> tanh(const Tensor<T>& x, CallSite site = CallSite::current());
/// 1 / (1 + exp(-x))
template <Real T> Tensor<T> sigmoid(const Tensor<T>& x, CallSite site = CallSite::current());
/// max(x, 0); derivative 0 at 0.
template <Real T> Tensor<T> relu(const Tensor<T>& x, CallSite site = CallSite::current());
/// log(1 + exp(x)), without overflow
template <Real T> Tensor<T> softplus(const Tensor<T>& x, CallSite site = CallSite::current());

}  // namespace tapegrad
