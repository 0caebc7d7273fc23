// expect: on_gradient: the hook must return nothing, or the gradient to go on with
#include <tapegrad/tape/gradient_hooks.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::on_gradient(x, [](const auto& g) { return &g; }); }
