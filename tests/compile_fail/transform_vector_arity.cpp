// expect: the function cannot be called with this argument
#include <tapegrad/transforms/transforms.h>
auto f(std::vector<double> x) { return tapegrad::grad([](const auto& a, const auto& b) { return a[0] * b[0]; })(x); }
