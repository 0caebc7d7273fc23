// expect in the first error: a buffer is given new values by set_value
#include <tapegrad/autodiff.h>
#include <tapegrad/nn/module/buffer.h>
void f(tapegrad::nn::Buffer<double> b, tapegrad::Tensor<double> x) { b = x; }
