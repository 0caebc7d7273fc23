// expect: cannot convert
#include <tapegrad/autodiff.h>
double f(tapegrad::Scalar<double> a) { return a; }
