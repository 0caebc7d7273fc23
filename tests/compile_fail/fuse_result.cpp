// expect: fuse: the function must return a number made from its arguments
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a) { return a > 0; }, x); }
