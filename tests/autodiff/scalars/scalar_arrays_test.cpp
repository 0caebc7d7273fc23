// Scalars as elements of xtensor's containers, and the bridges between arrays of scalars and tensors.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include <tapegrad/scalars/arrays.h>
#include <tapegrad/transforms/transforms.h>
#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/core/xmath.hpp>
#include <xtensor/io/xio.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xio.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>
#endif

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using S = Scalar<double>;
using Array = xt::xarray<S>;

const xt::xarray<double> numbers{{0.5, 1.5, -1.}, {2., 0.25, 3.}};

Array variables(const xt::xarray<double>& values) {
  Array result = Array::from_shape(values.shape());
  for (std::size_t i = 0; i < values.size(); ++i) result.flat(i) = variable(values.flat(i));
  return result;
}
// d total / d x(i, j), by differences of a function of plain numbers.
template <class F>
double slope(const F& f, std::size_t i) {
  xt::xarray<double> above = numbers, below = numbers;
  above.flat(i) += 1e-6;
  below.flat(i) -= 1e-6;
  return (f(above) - f(below)) / 2e-6;
}

}  // namespace

TEST_CASE("a tensor as an array of scalars and back: an entry each, of the same shape") {
  const auto w = variable(numbers, "w");
  Tape tape;
  const Tensor<double> x = w * 2;
  const std::size_t before = tape.size();
  Array a = scalar_array(x);
  CHECK(tape.size() == before + 1);
  REQUIRE(a.dimension() == 2);
  REQUIRE(a.shape(1) == 3);
  CHECK(a(1, 0) == 4);
  a(0, 1) = a(0, 1) * a(1, 2);
  const Tensor<double> y = tensor(a);
  CHECK(tape.size() <= before + 3);  // the bridges, and the statements between them
  CHECK(text(y.shape()) == "(2, 3)");
  const Gradients g = tape.backward(sum(y * y));
  CHECK(g[w].value()(1, 0) == 2 * 4 * 2);
  CHECK(g[w].value()(0, 1) == 2 * 18 * 6 * 2);
  CHECK(g[w].value()(1, 2) == 2 * 6 * 2 + 2 * 18 * 3 * 2);
}

TEST_CASE("views, transposes and expressions of scalars as tensors") {
  Tape tape;
  const Array a = variables(numbers);
  const Tensor<double> row = tensor(xt::view(a, 1, xt::all())), turned = tensor(xt::transpose(a));
  const Tensor<double> twice = tensor(a * 2.0);
  CHECK(text(row.shape()) == "(3,)");
  CHECK(text(turned.shape()) == "(3, 2)");
  CHECK(turned.data()[1] == 2);
  const Gradients g = tape.backward(sum(row) + sum(turned * twice.data()[0]) + sum(twice * twice));
  CHECK(g[a(0, 2)] == 1 + 2 * -2. * 2);
  CHECK(g[a(1, 2)] == 1 + 1 + 2 * 6. * 2);
  const xt::xarray<Scalar<float>> singles{1.f, 2.f};
  static_assert(std::is_same_v<decltype(tensor(singles)), Tensor<float>>);
  CHECK(tensor(singles).data()[1] == 2);
  CHECK_THROWS_WITH_AS(tensor(std::span<const S>(a.data(), 6), Shape{4, 2}),
                       Contains("tensor: 6 scalars do not fill the shape (4, 2) [scalar_arrays_test.cpp:"), ShapeError);
}

TEST_CASE("xtensor's arithmetic and functions, element by element") {
  auto f = [](const auto& a, const auto& total) {
    using Element = typename std::decay_t<decltype(a)>::value_type;
    const xt::xarray<double> c{1., 2., 4.};
    const xt::xarray<Element> y = a * a + 1.0, z = xt::exp(a) / (1.0 + y) - xt::sin(a) * c;
    xt::xarray<Element> u = xt::pow(a, 2.0) + xt::sqrt(y);
    u += z;
    u *= 0.5;
    return total(u);
  };
  Tape tape;
  const Array a = variables(numbers);
  const S sum_of_all = f(a, [](const Array& u) { return S(xt::reduce(plus_scalars, u)()); });
  auto plain = [&](const xt::xarray<double>& x) { return f(x, [](const auto& u) { return double(xt::sum(u)()); }); };
  CHECK(sum_of_all.value() == Approx(plain(numbers)));
  const Gradients g = tape.backward(sum_of_all);
  for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(g[a.flat(i)] == Approx(slope(plain, i)).epsilon(1e-7));
}

TEST_CASE("sums along an axis, comparisons, choices, streaming") {
  Tape tape;
  const Array a = variables(numbers);
  const Array columns = xt::reduce(plus_scalars, a * a, {0});
  REQUIRE(columns.size() == 3);
  CHECK(columns(1).value() == 1.5 * 1.5 + 0.25 * 0.25);
  const Array chosen = xt::where(a > 1.0, a, columns);
  S total = 0;
  for (const S& each : chosen) total += each;
  CHECK(tape.backward(total + 10 * columns(2), {.keep = true})[a(0, 2)] == 11 * 2 * -1. );
  CHECK(xt::all(a > -2.0));
  const S largest = xt::amax(a)();
  CHECK(largest.value() == 3);
  CHECK(tape.backward(largest, {.keep = true})[a(1, 2)] == 1);
  const Array limited = xt::maximum(a, Array(a * 0.0 + 1.0));
  CHECK(tape.backward(limited(0, 1) + limited(0, 0))[a(0, 1)] == 1);
  std::ostringstream out;
  out << a;
  CHECK(out.str().find("-1") != std::string::npos);
}
