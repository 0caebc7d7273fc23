// expect: custom_op: backward must return one gradient for each input
#include <tapegrad/custom/custom_op.h>
const auto op = tapegrad::custom_op(
    "n", [](const auto& x, const auto& y) { return x + y; }, [](const auto& g) { return std::tuple(2 * g); });
auto f(tapegrad::Tensor<float> x) { return op(x, x); }
