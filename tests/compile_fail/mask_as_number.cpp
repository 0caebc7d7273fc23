// expect in the first error: a mask or indices are no numbers: write where.mask, a, b.
#include <tapegrad/autodiff.h>
using namespace tapegrad;
auto f(const Tensor<double>& x) { return (x > 0) * x; }
