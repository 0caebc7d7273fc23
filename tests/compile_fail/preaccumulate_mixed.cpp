// expect: the scalars that the function returns must be of one type
#include <tapegrad/scalars/preaccumulate.h>
auto f(tapegrad::Scalar<double> x, tapegrad::Scalar<float> y) {
  return tapegrad::preaccumulate([&] { return std::tuple(x * x, y * y); });
}
