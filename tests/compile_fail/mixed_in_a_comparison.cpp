// expect in the first error: float and double do not mix: write cast<double>.x.
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<float> a, tapegrad::Tensor<double> b) { return a == b; }
