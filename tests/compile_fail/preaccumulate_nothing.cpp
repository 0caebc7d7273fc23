// expect: preaccumulate: the function returns nothing
#include <tapegrad/scalars/preaccumulate.h>
void f(tapegrad::Scalar<double> x) { tapegrad::preaccumulate([&] { x = x * x; }); }
