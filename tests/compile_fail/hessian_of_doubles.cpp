// expect: write it as a template or with auto, for numbers of any kind
#include <tapegrad/autodiff.h>
tapegrad::Scalar<double> f(const tapegrad::Scalar<double>& x) { return x * x; }
auto h() { return tapegrad::hessian(f)(2.0); }
