// expect in the first error: an element of a tensor, c.0, 1., is a copy
#include <tapegrad/autodiff.h>
void f(tapegrad::Tensor<float> c) { c(0, 1) += 3.f; }
