// expect in the first error: a scalar beside a tensor must be of the tensor's type
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<double> a, tapegrad::Scalar<float> b) { return a * b; }
