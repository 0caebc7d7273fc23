// expect in the first error: a parameter stays the variable it is: write w.set_value
#include <tapegrad/nn/module/parameter.h>
void f(tapegrad::nn::Parameter<double> w, tapegrad::Tensor<double> x) { w = x; }
