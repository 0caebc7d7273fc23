// expect: Integers have no gradient
#include <tapegrad/transforms/transforms.h>
auto f() { return tapegrad::grad([](const auto& x) { return x * x; })(2); }
