// Gradients of scalars: of many at once, of sums that go on, through infinite weights.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <tapegrad/scalars/scalar.h>

using namespace tapegrad;
using doctest::Contains;
using S = Scalar<double>;

TEST_CASE("gradients do not speak of what was added to a sum after the sweep") {
  Tape tape;
  const S x = variable(3.);
  S s = x * x;
  const Gradients g = tape.backward(s, {.keep = true});
  CHECK(g[s] == 1);
  s += x;
  CHECK_THROWS_WITH_AS(g[s], Contains("made after the sweep"), TapeError);
  CHECK(tape.backward(s)[x] == 7);
}

TEST_CASE("variables and gradients, many at once") {
  Tape tape;
  const std::vector<double> at{1, 2, 3};
  std::vector<S> x = variables(at);
  const S y = x[0] * x[1] + x[2] * x[2];
  const Gradients g = tape.backward(y, {.keep = true});
  CHECK(g[x] == std::vector<double>{2, 1, 6});
  CHECK(g[std::vector<S>{x[2], y, x[0]}] == std::vector<double>{6, 1, 2});  // not in a row
  CHECK(g[std::vector<S>{}].empty());
  std::vector<S> two(2);
  CHECK_THROWS_WITH_AS(variables(std::span(at), std::span(two)),
                       Contains("variables: there are 2 scalars, but 3 values [scalar_gradients_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(g.copy(std::span<const S>(x), std::span<double>()), Contains("3 scalars, but 0 places"),
                       ShapeError);
  CHECK_THROWS_WITH_AS((g[std::vector<S>{x[0], S(1)}]), Contains("is a constant"), TapeError);
  const std::vector<S> later = variables(at);
  CHECK_THROWS_WITH_AS(g[later], Contains("made after the sweep"), TapeError);
  x = variables(at);
  CHECK(tape.backward(x[1] * x[1])[x] == std::vector<double>{0, 4, 0});
}

TEST_CASE("infinite and NaN weights: constants, statements of one tape and the next") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (int way = 0; way < 5; ++way) {
    Tape tape;
    const S x = variable(0.);
    S unused;
    if (way == 0) unused = x * infinity;
    if (way == 1) unused = x * std::numeric_limits<double>::quiet_NaN();
    if (way == 2) unused = sqrt(x);
    if (way == 3) unused += log(x) * x;  // in place
    if (way == 4) {
      unused = x * 1.0;
      unused -= x * infinity;
    }
    const S y = x + 1;
    CHECK(tape.backward(y, {.keep = true})[x] == 1);
    CHECK_FALSE(std::isfinite(tape.backward(unused)[x]));
  }
  Tape tape;
  const S x = variable(2.);
  CHECK(tape.backward(x * x)[x] == 4);
}

TEST_CASE("an infinite slope that no gradient reaches gives no NaN") {
  Tape tape;
  const S a = variable(0.), unused = sqrt(a), chosen = a > 0 ? unused : S(a * 2);
  CHECK(tape.backward(chosen, {.keep = true})[a] == 2);
  CHECK(std::isinf(tape.backward(unused)[a]));
}
