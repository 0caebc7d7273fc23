// expect: could not convert|not contextually convertible
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a) { return a > 0 ? a : -a; }, x); }
