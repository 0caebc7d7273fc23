// expect: and not nothing, a plain number, or an array of xtensor
#include <tapegrad/transforms/transforms.h>
using T = tapegrad::Tensor<double>;
auto f(T x) { return tapegrad::grad([](const T& a) { return a.item(); })(x); }
