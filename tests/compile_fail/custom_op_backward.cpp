// expect: custom_op: backward must take the gradient of the result and then what forward saved
#include <tapegrad/custom/custom_op.h>
const auto op = tapegrad::custom_op(
    "n", [](const auto& x) { return tapegrad::with_saved(x * x, x); }, [](const auto& g) { return 2 * g; });
auto f(tapegrad::Tensor<float> x) { return op(x); }
