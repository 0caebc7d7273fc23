// expect: Integers have no gradient
#include <tapegrad/transforms/transforms.h>
auto f(std::vector<int> x) { return tapegrad::grad([](const auto& v) { return v[0] * v[1]; })(x); }
