// expect: Tensors, plain numbers and nothing are not replaced by derivatives
#include <tapegrad/scalars/preaccumulate.h>
double f(tapegrad::Scalar<double> x) { return tapegrad::preaccumulate([&] { return x.value(); }); }
