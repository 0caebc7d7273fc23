// expect: Tensors, plain numbers and nothing are not replaced by derivatives
#include <tapegrad/scalars/preaccumulate.h>
auto f(tapegrad::Tensor<double> x) { return tapegrad::preaccumulate([&] { return x * x; }); }
