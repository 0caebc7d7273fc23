// expect: tangents must have the types of the arguments
#include <tapegrad/transforms/transforms.h>
auto f(tapegrad::Tensor<double> x, tapegrad::Tensor<float> d) {
  return tapegrad::jvp([](const auto& a) { return a * a; }, x, d);
}
