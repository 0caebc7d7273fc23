// expect in the first error: a dual number is no element of a tensor
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<double> a, tapegrad::Dual<double> b) { return pow(a, b); }
