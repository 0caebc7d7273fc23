// expect in the first error: fuse: a comparison is no number: write where.a > b, 1.0, 0.0.
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a) { return a * (a > 0); }, x); }
