// expect: use of deleted function .*Parameter.*operator=|overload resolution selected deleted operator '='
#include <tapegrad/nn/layers/dense.h>
void f(tapegrad::nn::Dense& layer, const tapegrad::Tensor<float>& values) { layer.weight = values * 2; }
