// Forward mode of every op: against reverse mode, recorded and not; the three ways to second derivatives.
#include <doctest/doctest.h>
#include <tapegrad/transforms/transforms.h>

#include <cmath>
#include <sstream>

#include "ops/families.h"
#include "transforms/compare.h"

using namespace tapegrad;
using doctest::Approx;
using rows::Row, rows::Shapes;

namespace {

using Tensors = std::vector<Tensor<double>>;

Tensors random_like(const Tensors& x, std::uint64_t seed) {
  Shapes shapes;
  for (const Tensor<double>& input : x) shapes.push_back(input.shape());
  return rows::inputs_in({-1, 1}, shapes, seed);
}
Tensor<double> random_like(const Tensor<double>& x, std::uint64_t seed) { return random_like(Tensors{x}, seed)[0]; }

// For all inputs, and for each alone.
void check_transpose(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::inputs_of(row, shapes, 3), dx = random_like(x, 1);
  const auto [y, dy] = jvp(row.call, x, dx);
  const auto [again, pull] = vjp(row.call, x);
  const Tensor<double> v = random_like(y, 2);
  const Tensors g = pull(v);
  double reverse = 0;
  for (std::size_t i = 0; i < x.size(); ++i) reverse += dot(dx[i], g[i]);
  CHECK(dot(dy, v) == Approx(reverse).epsilon(1e-12));
  same(y, again, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    Tensors one;
    for (const Tensor<double>& input : x) one.push_back(Tensor<double>::full(input.shape(), 0));
    one[i] = dx[i];
    CHECK(dot(jvp(row.call, x, one).second, v) == Approx(dot(dx[i], g[i])).epsilon(1e-12));
  }
}

void check_recorded_push(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::inputs_of(row, shapes, 3), dx = random_like(x, 2);
  const Tensor<double> plain = jvp(row.call, x, dx).second;
  {
    Tape tape;
    same(jvp(row.call, x, dx).second, plain);
  }
  auto directional = [&](const Tensors& at) { return jvp(row.call, at, dx).second; };
  const GradcheckReport report = gradcheck_all(directional, x, {.absolute = 1e-7});
  std::ostringstream table;
  table << report;
  CHECK_MESSAGE(report.passed(), table.str());
}

void check_second_derivatives(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::inputs_of(row, shapes, 3), v = random_like(x, 4);
  if (x[0].size() == 0) return;
  const Tensor<double> c = random_like(row.call(x), 5);
  auto loss = [&](const Tensors& at) { return sum(square(row.call(at)) * c); };
  auto along = [&](const Tensors& at) { return jvp(loss, at, v).second; };
  auto slope = [&](const Tensors& at) {
    const Tensors g = grad(loss)(at);
    Tensor<double> total(0.);
    for (std::size_t i = 0; i < g.size(); ++i) total = total + sum(g[i] * v[i]);
    return total;
  };
  const Tensors a = hvp(loss)(x, v), b = grad(along)(x), d = grad(slope)(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    same(a[i], b[i], 1e-9);
    same(a[i], d[i], 1e-9);
  }
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("forward and reverse mode are each other's transpose", Family, transposes) {
  rows::for_each_sample<Family>(check_transpose);
}
TEST_CASE_TEMPLATE_DEFINE("a recorded push gives what an unrecorded one gives, and is differentiated", Family, pushes) {
  rows::for_each_sample<Family>(check_recorded_push);
}
TEST_CASE_TEMPLATE_DEFINE("forward over reverse, reverse over forward and reverse over reverse agree", Family,
                          seconds) {
  rows::for_each_sample<Family>(check_second_derivatives);
}
TEST_CASE_TEMPLATE_APPLY(transposes, rows::Families);
TEST_CASE_TEMPLATE_APPLY(pushes, rows::Families);
TEST_CASE_TEMPLATE_APPLY(seconds, rows::Families);
