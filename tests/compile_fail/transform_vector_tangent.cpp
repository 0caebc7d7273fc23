// expect: tangents must have the types of the arguments
#include <tapegrad/transforms/transforms.h>
auto f(std::vector<double> x, std::vector<float> d) { return tapegrad::jvp([](const auto& v) { return v[0]; }, x, d); }
