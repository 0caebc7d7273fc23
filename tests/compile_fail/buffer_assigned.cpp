// expect in the first error: a buffer is given new values by set_value
#include <tapegrad/nn/module/buffer.h>
void f(tapegrad::nn::Buffer<double> mean, tapegrad::Tensor<double> x) { mean = x; }
