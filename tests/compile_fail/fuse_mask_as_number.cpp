// expect: no match for [^ ]*operator|invalid operands
#include <tapegrad/functions/fuse.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::fuse([](auto a) { return a * (a > 0); }, x); }
