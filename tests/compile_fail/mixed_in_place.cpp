// expect in the first error: float and double do not mix: write cast<double>.x.
#include <tapegrad/autodiff.h>
void f(tapegrad::Tensor<float> a, tapegrad::Tensor<double> b) { a += b; }
