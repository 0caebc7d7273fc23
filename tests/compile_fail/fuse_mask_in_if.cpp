// expect in the first error: fuse: a comparison has a yes or no for each element, so .* choose by where.mask, a, b.
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) {
  return tapegrad::fuse([](auto a) {
    if (a > 0) return a;
    return -a;
  }, x);
}
