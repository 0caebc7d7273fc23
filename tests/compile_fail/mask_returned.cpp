// expect in the first error: a mask has a yes or no for each element: choose by where.mask, a, b., ask all.mask. or any.mask.
#include <tapegrad/autodiff.h>
using namespace tapegrad;
bool f(const Tensor<double>& x, const Tensor<double>& y) { return x == y; }
