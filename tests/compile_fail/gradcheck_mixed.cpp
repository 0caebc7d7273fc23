// expect: gradcheck: the inputs must all be double, or all be float
#include <tapegrad/gradcheck/gradcheck.h>
auto f(tapegrad::Tensor<double> x, tapegrad::Tensor<float> y) {
  return tapegrad::gradcheck([](const auto& a, const auto&) { return a; }, {x, y});
}
