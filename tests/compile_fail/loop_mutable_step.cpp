// expect: callable as const, since it must be a pure function
#include <tapegrad/scalars/checkpointed_loop.h>
using List = std::vector<tapegrad::Scalar<double>>;
auto f(List x) {
  return tapegrad::checkpointed_loop(9, x, List{}, [n = 0](std::size_t, List z, const List&) mutable {
    z[0] *= ++n;
    return z;
  });
}
