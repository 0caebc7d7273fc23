// expect in the first error: scalar: \+= and its kin take a plain number, or a scalar of the same type
#include <tapegrad/autodiff.h>
void f(tapegrad::Scalar<double> s, tapegrad::Tensor<double> x) { s += x; }
