// expect: use of deleted function|overload resolution selected deleted operator
#include <tapegrad/scalars/scalar.h>
void f(tapegrad::Tensor<float> c) { c(0, 1) = 3.f; }
