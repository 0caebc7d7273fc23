// expect: the function cannot be called with this argument
#include <tapegrad/transforms/transforms.h>
using T = tapegrad::Tensor<double>;
auto f(T x) { return tapegrad::grad([](const T& a, const T& b) { return a * b; })(x); }
