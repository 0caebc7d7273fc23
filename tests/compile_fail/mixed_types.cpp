// expect: float and double do not mix
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<float> a, tapegrad::Tensor<double> b) { return a + b; }
