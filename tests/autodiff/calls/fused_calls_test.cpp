// What a function of fuse may be written with: the words of tensors and scalars. Compared with the same function on
// tensors, value and gradient, first and second.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <limits>

using namespace tapegrad;

namespace {

const Tensor<double> x{{-1.5, -0.5, 0.25, 1, 2.5}}, z{{2.0, -1.0, 0.25, 0.5, 1.5}};

template <class F>
void check(F f) {
  const Tensor<double> a = variable(x), b = variable(z);
  Tape tape;
  const Tensor<double> fused = fuse(f, a, b), composed = f(a, b);
  CHECK(allclose(fused, composed, 1e-14));
  for (const Tensor<double>& in : {a, b}) {
    const Tensor<double> first = tape.gradient(sum(fused), in, {.create_graph = true, .keep = true});
    const Tensor<double> other = tape.gradient(sum(composed), in, {.create_graph = true, .keep = true});
    CHECK(allclose(first, other, 1e-13));
  }
}

}  // namespace

TEST_CASE("fuse: what changes its left side") {
  check([](auto a, auto b) {
    auto y = a;
    y += b;
    y *= 2;
    y -= a * b;
    y /= 1.5;
    return y;
  });
}
TEST_CASE("fuse: maximum, minimum, max, min, clip with a number on either side") {
  check([](auto a, auto b) { return maximum(0.0, a) + minimum(b, 1) + max(a, b) * min(2, a) + clip(a, 0, 1); });
}
TEST_CASE("fuse: powers with a number on either side") {
  check([](auto a, auto b) { return pow(2.0, a) + pow(2, b) + pow(b * b + 1, a) + pow(a, 2); });
}
TEST_CASE("fuse: the six comparisons, and answers put together") {
  check([](auto a, auto b) { return where(a == b, a * b, 3.0 * a); });
  check([](auto a, auto b) { return where(a != b, a * b, 3.0 * a); });
  check([](auto a, auto b) { return where(0.5 <= a && b >= 0.5, a * b, 3.0 * a); });
  check([](auto a, auto b) { return where((a < 1) | (1 > b), a * b, 3.0 * a); });
  check([](auto a, auto b) { return where((a < 1) & ~(b > 1), a * b, 3.0 * a); });
  check([](auto a, auto b) { return where((a < 1) ^ (b > 1), a * b, 3.0 * a); });
  check([](auto a, auto b) { return where((a < 1) == (b > 1), a * b, 3.0 * a); });
  check([](auto a, auto b) { return where((a < 1) != (b > 1), a * b, 3.0 * a); });
}
TEST_CASE("fuse: isnan, isinf and isfinite") {
  check([](auto a, auto b) { return where(isnan(sqrt(a)), b, a * b); });
  check([](auto a, auto b) { return where(isinf(1 / (b - 0.25)), b, a * b); });
  check([](auto a, auto b) { return where(isfinite(log(a)), b, a * b); });
}
TEST_CASE("fuse: three arguments") {
  check([](auto a, auto b) { return fma(a, b, 1.0) + hypot(a, b, 1) + lerp(a, b, 0.25); });
}
