// expect: fuse: the function must take one argument for each tensor
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a, auto b) { return a * b; }, x); }
