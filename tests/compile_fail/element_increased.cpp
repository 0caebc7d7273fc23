// expect: discards qualifiers|no match for .*operator\+=|no viable overloaded|passing
#include <tapegrad/scalars/scalar.h>
void f(tapegrad::Tensor<float> c) { c(0, 1) += 3.f; }
