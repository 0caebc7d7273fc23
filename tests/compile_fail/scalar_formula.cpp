// expect: are formulas, which cannot be changed. Keep a scalar
#include <tapegrad/autodiff.h>
void f(tapegrad::Scalar<double> x) { auto y = exp(x); y += x; }
