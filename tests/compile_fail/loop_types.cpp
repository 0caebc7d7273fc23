// expect: checkpointed_loop: state and parameters must be scalars of one type
#include <tapegrad/scalars/checkpointed_loop.h>
using namespace tapegrad;
auto f(std::vector<Scalar<double>> x, std::vector<Scalar<float>> p) {
  return checkpointed_loop(9, x, p, [](auto, auto z, auto) { return z; });
}
