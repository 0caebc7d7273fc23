// Transforms: nesting, arguments of every kind, errors.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/transforms.h>

#include "transforms/compare.h"

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using Tensors = std::vector<Tensor<double>>;

const Tensor<double> x3 = xt::xarray<double>{0.5, 1., 2.};
auto wave = [](const auto& x) { return sum(sin(x) * x * x); };
double wave1(double x) { return std::cos(x) * x * x + 2 * x * std::sin(x); }
double wave2(double x) { return 2 * std::sin(x) + 4 * x * std::cos(x) - x * x * std::sin(x); }

}  // namespace

TEST_CASE("grad, value_and_grad, jacobian, hessian and hvp of a formula") {
  const auto [y, g] = value_and_grad(wave)(x3);
  CHECK(y.item() == wave(x3).item());
  const Tensor<double> h = hessian(wave)(x3), hv = hvp(wave)(x3, x3), gradient = grad(wave)(variable(x3));
  CHECK(text(h.shape()) == "(3, 3)");
  for (std::size_t i = 0; i < 3; ++i) {
    const double x = x3.data()[i];
    CHECK(g.data()[i] == Approx(wave1(x)).epsilon(1e-14));
    CHECK(gradient.data()[i] == g.data()[i]);
    CHECK(hv.data()[i] == Approx(wave2(x) * x).epsilon(1e-14));
    for (std::size_t k = 0; k < 3; ++k) CHECK(h.data()[3 * i + k] == Approx(i == k ? wave2(x) : 0).epsilon(1e-14));
  }
}

TEST_CASE("a Jacobian is the same by columns and by rows") {
  const Tensor<double> w = xt::xarray<double>{{1., -2.}, {0.5, 3.}, {0.1, 0.2}};
  auto wide = [&](const Tensor<double>& x) { return tanh(matmul(x, w)); };             // 3 -> 2: by rows
  auto tall = [&](const Tensor<double>& x) { return tanh(matmul(x, transpose(w))); };  // 2 -> 3: by columns
  const Tensor<double> x2 = xt::xarray<double>{0.3, -0.6};
  const Tensor<double> rows = jacobian(wide)(x3), columns = jacobian(tall)(x2);
  CHECK(text(rows.shape()) == "(2, 3)");
  CHECK(text(columns.shape()) == "(3, 2)");
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double y = wide(x3).data()[i], z = tall(x2).data()[k];
      CHECK(rows.data()[3 * i + k] == Approx((1 - y * y) * w.data()[2 * k + i]).epsilon(1e-13));
      CHECK(columns.data()[2 * k + i] == Approx((1 - z * z) * w.data()[2 * k + i]).epsilon(1e-13));
    }
  }
  // within a tape both are recorded: the derivative of the sum of squares of a Jacobian, against differences
  CHECK(gradcheck([&](const Tensor<double>& x) { return sum(square(jacobian(wide)(x))); }, {x3}).passed());
  CHECK(gradcheck([&](const Tensor<double>& x) { return sum(square(jacobian(tall)(x))); }, {x2}).passed());
  CHECK(gradcheck([&](const Tensor<double>& x) { return sum(square(hessian(wave)(x))); }, {x3}).passed());
}

TEST_CASE("several arguments, tuples and vectors") {
  const Tensor<double> a = xt::xarray<double>{1., 2.}, b = xt::xarray<double>{{3., 4.}, {5., 6.}};
  auto f = [](const auto& p, const auto& q) { return sum(p * matmul(q, p)); };
  const auto [ga, gb] = grad(f)(a, b);
  same(ga, matmul(b, a) + matmul(transpose(b), a));
  same(gb, reshape(a, {2, 1}) * a);
  auto of_tuple = [&](const std::tuple<Tensor<double>, Tensor<double>>& t) {
    return f(std::get<0>(t), std::get<1>(t));
  };
  same(std::get<1>(grad(of_tuple)(std::tuple(a, b))), gb, 0);
  const auto [y, dy] = jvp(f, std::tuple(a, b), std::tuple(a, b));
  CHECK(dy.item() == Approx(3 * y.item()));  // f is homogeneous of degree 3
  const auto h = hessian(f)(a, b);
  CHECK(text(std::get<1>(std::get<0>(h)).shape()) == "(2, 2, 2)");
  CHECK(text(std::get<1>(std::get<1>(h)).shape()) == "(2, 2, 2, 2)");
  same(std::get<0>(std::get<0>(h)), b + transpose(b));
  auto two = [](const auto& p, const auto& q) { return std::tuple(p * p, matmul(q, p)); };
  const auto [values, pull] = vjp(two, a, b);
  const auto [pa, pb] = pull(std::get<0>(values), std::get<1>(values));
  same(pa, 2 * a * a * a + matmul(transpose(b), matmul(b, a)));
  const auto j = jacobian(two)(a, b);
  same(std::get<0>(std::get<1>(j)), b);
  same(std::get<1>(std::get<0>(j)), Tensor<double>::full({2, 2, 2}, 0));
  const auto [unused, used] =
      grad([](const auto& p, const auto&) { return sum(p); })(a, b);  // zeros for what is not read
  same(used, Tensor<double>::full({2, 2}, 0), 0);
  CHECK(unused.data()[0] == 1);
}

TEST_CASE("float and double in one function") {
  const Tensor<float> a = xt::xarray<float>{1.f, 2.f};
  const Tensor<double> b = xt::xarray<double>{0.25, 0.5};
  auto f = [](const Tensor<float>& p, const Tensor<double>& q) { return cast<double>(p * p) * q; };
  const auto [ja, jb] = jacobian(f)(a, b);
  static_assert(std::is_same_v<std::decay_t<decltype(ja)>, Tensor<double>>);
  CHECK(ja.value()(0, 0) == 0.5);
  CHECK(jb.value()(1, 1) == 4);
  static_assert(std::is_same_v<decltype(grad([&](const auto& p) { return sum(f(p, b)); })(a)), Tensor<float>>);
}

TEST_CASE("derivatives of any order by nesting") {
  auto f = [](const auto& x) { return x * x * x * x; };
  auto d1 = grad(f);
  auto d2 = grad(d1);
  auto d3 = grad(d2);
  auto d4 = grad(d3);
  const Tensor<double> x(2.);
  CHECK(d1(x).item() == 32);
  CHECK(d2(x).item() == 48);
  CHECK(d3(x).item() == 48);
  CHECK(d4(x).item() == 24);
  CHECK(grad(d4)(x).item() == 0);  // the derivative of a constant that came from x
  auto forward = [&](const auto& t) { return jvp(f, t, Tensor<double>(1.)).second; };
  auto twice = [&](const auto& t) { return jvp(forward, t, Tensor<double>(1.)).second; };
  CHECK(jvp(twice, x, Tensor<double>(1.)).second.item() == 48);
}

// x in two roles: the inner derivative is with respect to its own argument only (Siskind and Pearlmutter 2005).
TEST_CASE("inner and outer derivatives are not confused") {
  const Tensor<double> one(1.);
  auto inner_grad = [](const Tensor<double>& x) {
    return x * grad([&](const Tensor<double>& y) { return x + y; })(Tensor<double>(1.));
  };
  CHECK(grad(inner_grad)(one).item() == 1);
  auto inner_jvp = [&](const Tensor<double>& x) {
    return x * jvp([&](const Tensor<double>& y) { return x + y; }, one, one).second;
  };
  CHECK(jvp(inner_jvp, one, one).second.item() == 1);
  CHECK(grad(inner_jvp)(one).item() == 1);
  CHECK(jvp(inner_grad, one, one).second.item() == 1);
  auto same_argument = [](const Tensor<double>& x) {  // d/dx (x * d/dy (x y^2 at y = x)) = d/dx 2 x^3
    return x * grad([&](const Tensor<double>& y) { return x * y * y; })(x);
  };
  CHECK(grad(same_argument)(Tensor<double>(3.)).item() == 54);
}

TEST_CASE("inside a tape what a transform returns is recorded, and nothing else is disturbed") {
  const Tensor<double> w = variable(xt::xarray<double>{2., 3.}, "w");
  Tape tape;
  const Tensor<double> before = w * w;
  const auto [y, g] = value_and_grad([&](const auto& x) { return sum(x * x * x * w); })(before);
  const Gradients all = tape.backward(sum(g * before));  // g = 3 w^4 w, times w^2: 3 w^7
  for (std::size_t i = 0; i < 2; ++i) CHECK(all[w].data()[i] == Approx(21 * std::pow(w.data()[i], 6)));
  CHECK(y.item() == Approx(std::pow(2., 7) + std::pow(3., 7)));
}

TEST_CASE("only what leads from the argument to the result is swept") {
  const Tensor<double> w = variable(xt::xarray<double>{2., 3.}, "w");
  Tape tape;
  const Tensor<double> a = w * 2, b = a * a, c = b * w;
  const std::size_t before = tape.size();
  const Tensor<double> g = tape.gradient(sum(c), b, {.create_graph = true});
  CHECK(g.data()[1] == 3);
  CHECK(tape.size() <= before + 4);  // the sum, its rule, and one product: nothing for w, a and what reads them
}

TEST_CASE("a pull is used many times, also after another tape") {
  const Tensor<double> w = variable(x3, "w");
  const auto [y, pull] = vjp([](const auto& x) { return x * x; }, w);
  same(pull(Tensor<double>::full({3}, 1)), 2 * x3);
  {
    Tape tape;
    CHECK(tape.backward(sum(w * w))[w].data()[2] == 4);
  }
  same(pull(x3), 2 * x3 * x3);
  {
    Tape tape;
    CHECK_THROWS_WITH_AS(pull(w * w), Contains("recorded by a tape that began after the function was"), TapeError);
    CHECK_THROWS_AS(pull(w), TapeError);
    same(pull(constant(w)), 2 * x3 * x3);
  }
  auto late = [] {
    Tape tape;
    return vjp([](const auto& x) { return x * x; }, x3).second;
  }();
  CHECK_THROWS_WITH_AS(late(x3), Contains("the tape on which the function was recorded is gone"), TapeError);
  Tape tape;
  const Tape::Mark mark = tape.mark();
  const auto lost = vjp([](const auto& x) { return x * x; }, w).second;
  tape.rewind(mark);
  CHECK_THROWS_WITH_AS(lost(x3), Contains("was rewound"), TapeError);
}

TEST_CASE("functions of scalars, and scalars inside") {
  auto f = [](auto a, auto b) { return sin(a) * b + a * a; };
  const auto [da, db] = grad(f)(2.0, 3.0);
  CHECK(da == Approx(std::cos(2.) * 3 + 4));
  CHECK(db == Approx(std::sin(2.)));
  const auto [y, dy] = jvp(f, std::tuple(2.0, 3.0), std::tuple(1.0, 0.5));
  CHECK(y.value() == Approx(std::sin(2.) * 3 + 4));
  CHECK(dy == Approx(std::cos(2.) * 3 + 4 + 0.5 * std::sin(2.)));
  auto through = [](const Tensor<double>& x) {  // tensor, scalars, tensor
    const auto s = scalars(x * 2);
    return tensor({s[0] * s[1], sin(s[2])}) * 3;
  };
  const Tensor<double> j = jacobian(through)(x3);
  CHECK(j.value()(0, 0) == Approx(3 * 2 * 2 * x3.data()[1]));
  CHECK(j.value()(1, 2) == Approx(3 * 2 * std::cos(2 * x3.data()[2])));
  CHECK(dot(jvp(through, x3, x3).second, Tensor<double>(xt::xarray<double>{1., 0.})) ==
        Approx(2 * through(x3).data()[0]));
  {
    Tape tape;  // statements of an outer tape go on in the same run: only the inner ones count
    const Scalar<double> outer = variable(5.0);
    const Scalar<double> product = outer * outer;
    CHECK(grad([&](auto s) { return s * product; })(4.0) == 25);
    CHECK(tape.backward(product)[outer] == 10);
  }
  CHECK_THROWS_WITH_AS(
      grad([&](const auto& x) { return sum(grad([&](const auto& z) { return sum(through(z)); })(x)); })(x3),
      Contains("a run of scalar statements holds numbers"), TapeError);
  CHECK_THROWS_WITH_AS(grad([&](const auto& x) { return sum(jvp(through, x, x).second); })(x3),
                       Contains("jvp: a run of scalar statements"), TapeError);
}

TEST_CASE("xtensor expressions, numbers, and no elements") {
  const xt::xarray<double> plain{0.5, 1.};
  CHECK(grad(wave)(plain * 2).data()[0] == Approx(wave1(1.)));
  const Tensor<double> none = Tensor<double>::full({0}, 0);
  CHECK(text(hessian(wave)(none).shape()) == "(0, 0)");
  CHECK(text(jacobian([](const auto& x) { return x * x; })(none).shape()) == "(0, 0)");
}

TEST_CASE("what transforms refuse") {
  // Scalars too: value() cuts, a constant depends on nothing; but an argument handed back is a result.
  const auto nothing = Contains("nothing was recorded that depends on an argument");
  CHECK_THROWS_WITH_AS(grad([](const auto& v) { return Scalar<double>(v.value() * 2); })(2.0), nothing, TapeError);
  CHECK_THROWS_WITH_AS(grad([](const auto&) { return Scalar<double>(3.0); })(2.0), nothing, TapeError);
  CHECK_THROWS_WITH_AS(
      jacobian([](const auto& v) { return std::vector{Scalar<double>(v[0].value())}; })(std::vector{2.0}), nothing,
      TapeError);
  CHECK(grad([](const auto& v) { return v; })(2.0) == 1);
  CHECK(grad([](const auto& v) { return v[1]; })(std::vector{2.0, 3.0}) == std::vector{0.0, 1.0});
  const Tensor<double> m = Tensor<double>::full({2, 3}, 1);
  auto f = [](const auto& x) { return x * x; };
  CHECK_THROWS_WITH_AS(grad(f)(m),
                       Contains("grad: the function must return one element, but its result has shape (2, 3) "
                                "[transforms_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(grad([](const auto& x) { return std::tuple(sum(x), sum(x)); })(m),
                       Contains("must return one tensor of one element, but it returned 2"), ShapeError);
  CHECK_THROWS_WITH_AS(jvp(f, m, x3), Contains("jvp: the tangent has shape (3,), but the argument has (2, 3) "
                                               "[transforms_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(jvp(f, m, Tensor<double>()), Contains("jvp: the tangent is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(hvp(wave)(m, x3), Contains("the tangent has shape (3,), but the argument has (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(vjp(f, m).second(x3), Contains("vjp: the cotangent has shape (3,), but the result has (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(grad(f)(Tensor<double>()), Contains("an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(grad([](const auto&) { return Tensor<double>(); })(m), Contains("returned an empty tensor"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(grad([](const auto&) { return Tensor<double>(3.); })(m),
                       Contains("grad: nothing was recorded that depends on an argument of the function "
                                "[transforms_test.cpp:"), TapeError);
  CHECK_THROWS_WITH_AS(grad([](const auto& x) {
                         Tape::Pause pause;
                         return sum(x);
                       })(m), Contains("nothing was recorded"), TapeError);
  CHECK_THROWS_WITH_AS(
      jvp([](const std::vector<Tensor<double>>& x) { return x[0]; }, std::vector{m}, std::vector<Tensor<double>>{}),
      Contains("there are 0 tangents, but 1 arguments"), ShapeError);
  const Tensor<double> w = variable(x3);
  const Tensor<double> fine = grad(wave)(w);  // after a failure everything still works
  CHECK(fine.data()[1] == Approx(wave1(1.)));
  CHECK(Tape::current() == nullptr);
}

TEST_CASE("a function that throws leaves no tape behind") {
  CHECK_THROWS_AS(
      grad([](const Tensor<double>& x) -> Tensor<double> { throw std::runtime_error(text(x.shape())); })(x3),
      std::runtime_error);
  CHECK(Tape::current() == nullptr);
  Tape tape;
  const Tensor<double> w = variable(x3);
  const Tensor<double> y = sum(w * w);
  CHECK_THROWS(grad([](const Tensor<double>& x) -> Tensor<double> { throw std::runtime_error(text(x.shape())); })(w));
  CHECK(tape.backward(y)[w].data()[0] == 1);
}
