// expect: gradcheck: the function must return a tensor or a scalar, but it returns nothing
#include <tapegrad/gradcheck/gradcheck.h>
auto f(tapegrad::Tensor<double> x) { return tapegrad::gradcheck([](const tapegrad::Tensor<double>&) {}, {x}); }
