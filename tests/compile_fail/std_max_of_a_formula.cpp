// expect in the first error: no matching function for call to .max(.tapegrad::ScalarBinary|')
#include <tapegrad/autodiff.h>
#include <algorithm>
auto f(tapegrad::Scalar<double> a) { return std::max(a * a, a); }
