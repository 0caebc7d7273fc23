// expect in the first error: for the larger ones maximum
#include <tapegrad/autodiff.h>
#include <algorithm>
using namespace tapegrad;
auto f(const Tensor<double>& x, const Tensor<double>& y) { return std::max(x, y); }
