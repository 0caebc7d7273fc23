// expect: and not nothing, a plain number
#include <tapegrad/transforms/transforms.h>
auto f(std::vector<double> x) {
  return tapegrad::jacobian([](const auto& v) { return std::vector<double>{v[0].value()}; })(x);
}
