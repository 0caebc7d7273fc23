// expect: external_function: it has first derivatives only
#include <tapegrad/scalars/external_function.h>
#include <tapegrad/transforms/transforms.h>
const auto f = tapegrad::external_function(
    "f", [](std::span<const double> x) { return x[0]; }, [](auto, double, double dy) { return dy; });
auto g(double x) { return tapegrad::hessian([](const auto& v) { return f({v}); })(x); }
