// expect in the first error: checkpoint: f must take these tensors and return one Tensor
#include <tapegrad/autodiff.h>
auto f(tapegrad::Tensor<float> x) { return tapegrad::checkpoint([](const auto& a) { return a.size(); }, x); }
