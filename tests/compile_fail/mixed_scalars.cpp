// expect in the first error: scalars of one formula must be of one type
#include <tapegrad/autodiff.h>
auto f(tapegrad::Scalar<double> a, tapegrad::Scalar<float> b) { return a + b; }
