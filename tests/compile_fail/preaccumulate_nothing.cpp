// expect: preaccumulate: the function returns nothing
#include <tapegrad/preaccumulate.h>
void f(tapegrad::Scalar<double> x) { tapegrad::preaccumulate([&] { x = x * x; }); }
