// expect: cannot convert|no viable conversion
#include <tapegrad/autodiff.h>
double f(tapegrad::Scalar<double> a) { return a; }
