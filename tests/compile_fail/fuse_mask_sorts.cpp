// expect in the first error: for the larger one maximum.a, b.
#include <tapegrad/functions/fuse.h>
#include <algorithm>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a) { return std::max(a, a * a); }, x); }
