// expect in the first error: a mask has a yes or no for each element: choose by where.mask, a, b., ask all.mask. or any.mask.
#include <tapegrad/autodiff.h>
using namespace tapegrad;
auto f(const Tensor<double>& x) { return x > 0 ? x : -x; }
