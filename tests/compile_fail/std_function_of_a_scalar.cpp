// expect in the first error: no matching function for call to .sin(.tapegrad::Scalar<double>|')
#include <tapegrad/autodiff.h>
#include <cmath>
auto f(tapegrad::Scalar<double> s) { return std::sin(s); }
