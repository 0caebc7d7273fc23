// expect in the first error: float and double do not mix: write xt::cast<double>.array.
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<double> a, xt::xarray<float> b) { return a * b; }
