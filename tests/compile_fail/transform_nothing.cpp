// expect: the function returns nothing. Return what is to be differentiated
#include <tapegrad/transforms/transforms.h>
using T = tapegrad::Tensor<double>;
auto f(T x) { return tapegrad::grad([](const T& a) { (void)(a * a); })(x); }
