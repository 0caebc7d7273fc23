// What three edits in one file give: CMakeLists.txt beside this makes them.
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <cmath>
#include <iostream>

using namespace tapegrad;

namespace {

int wrong = 0;
void check(const char* what, double found, double expected) {
  if (std::abs(found - expected) <= 1e-6) return;
  std::cerr << what << ": " << found << ", not " << expected << '\n';
  ++wrong;
}

// The value and three derivatives of a function of a tensor.
template <class F>
void check_tensor(const char* what, F f) {
  const auto x = variable(Tensor<double>(1.5));
  Tape tape;
  Tensor<double> y = f(x);
  const double expected[]{3.375, 6.75, 9, 6};
  for (const double number : expected) {
    check(what, y.item(), number);
    if (number != 6) y = tape.gradient(y, x, {.create_graph = true});
  }
}

}  // namespace

int main() {
  check_tensor("tensor", [](const auto& x) { return cube(x); });
  check_tensor("fuse", [](const auto& x) { return fuse([](auto v) { return cube(v); }, x); });
  check("float", cube(Tensor<float>(1.5f)).item(), 3.375);
  check("number", cube(1.5), 3.375);
  check("dual number", cube(Dual<double>::input(1.5)).along(), 6.75);
  {
    Tape tape;
    const Scalar<double> x = variable(1.5);
    check("scalar", tape.backward(Scalar<double>(cube(x)))[x], 6.75);
  }
  bool listed = false;
  [&]<class... F>(Types<F...>) { listed = ((F::name == "cube") || ...); }(Functions());
  check("the list", listed, 1);
  return wrong;
}
