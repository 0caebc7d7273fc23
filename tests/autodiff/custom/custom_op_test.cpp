// Ops of a user's own: on arrays, in ops, with saved values.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/custom/custom_op.h>
#include <tapegrad/transforms/transforms.h>

#include <memory>
#include <sstream>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

#include "ops/row.h"

using namespace tapegrad;
using doctest::Contains;

namespace {

// x^3, whose backward computes on arrays.
const auto cube = custom_op(
    "cube", [](const auto& x) { return with_saved(x * x * x, x); },
    [](const auto& g, const auto& x) { return 3 * g * x * x; });

// tanh, which saves its result; backward in ops.
const auto squash = custom_op(
    "squash",
    [](const auto& x) {
      const Tensor y = xt::tanh(x);
      return with_saved(y, y);
    },
    []<class T>(const Tensor<T>& g, const Tensor<T>& y) { return g * (1 - y * y); });

// a^2 b of the same shapes, in ops, saving both inputs; forward on tensors.
const auto product = custom_op(
    "product", []<class T>(const Tensor<T>& a, const Tensor<T>& b) { return with_saved(a * a * b, a, b); },
    []<class T>(const Tensor<T>& g, const Tensor<T>& a, const Tensor<T>& b) {
      return std::tuple(2 * g * a * b, g * a * a);
    });

void check_orders(const rows::Row& row, int order) {
  for (const rows::Shapes& shapes : row.shapes) {
    const GradcheckReport report =
        gradcheck_all(row.call, rows::inputs_of(row, shapes, 3), {.order = order, .absolute = 1e-7});
    std::ostringstream table;
    table << report;
    CHECK_MESSAGE(report.passed(), row.name(), ", ", rows::text(shapes), "\n", table.str());
  }
}

Tensor<double> pair() { return variable(xt::xarray<double>{0.5, -2.}, "x"); }

}  // namespace

TEST_CASE("a custom op on arrays has the gradients of its backward") {
  check_orders({"cube", "any shape", [](const auto& x) { return cube(x[0]); },
                {.shapes = {{{2, 3}}, {Shape{}}, {{0, 3}}}}},
               1);
}

TEST_CASE("a custom op in ops has derivatives of third order") {
  check_orders({"squash", "matrix", [](const auto& x) { return squash(x[0]); }, {.shapes = {{{2, 3}}}}}, 3);
  check_orders({"squash", "chain", [](const auto& x) { return squash(squash(x[0]) * x[0]); }, {.shapes = {{{3}}}}}, 3);
  check_orders({"product", "two", [](const auto& x) { return product(x[0], x[1]); }, {.shapes = {{{2, 3}, {2, 3}}}}},
               3);
  check_orders({"product", "one twice", [](const auto& x) { return product(x[0], x[0]); }, {.shapes = {{{3}}}}}, 3);
}

TEST_CASE("a custom op serves float and double, and is replayed in the other") {
  const Tensor<float> x = variable(xt::xarray<float>{0.5f, -2.f, 0.25f}, "x");
  Tape tape({.replayable = true});
  const Tensor<float> y = sum(cube(x) + squash(x) + product(x, x));
  const Tensor<float> g = tape.backward(y)[x];
  const Tensor<double> exact = tape.replay<double>(y, {});
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double v = double(x.data()[i]), t = std::tanh(v);
    expected += v * v * v + t + v * v * v;
    CHECK(g.data()[i] == doctest::Approx(6 * v * v + 1 - t * t));
  }
  CHECK(exact.item() == doctest::Approx(expected).epsilon(1e-14));
  CHECK(y.item() == doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("a custom op is one entry, under its name and the user's line") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = product(x, x * 2);
  const auto entries = tape.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[2].op == "product");
  CHECK(entries[2].inputs == std::vector<long>{0, 1});
  CHECK(text(entries[2].site).find("custom_op_test.cpp") != std::string::npos);
  CHECK(tape.contains(y));
}

TEST_CASE("without a tape, or of constants, a custom op gives its value alone") {
  const Tensor<double> x = xt::xarray<double>{2., 3.};
  CHECK(cube(x).value() == xt::xarray<double>{8., 27.});
  Tape tape;
  CHECK(cube(x).value() == xt::xarray<double>{8., 27.});
  CHECK(tape.size() == 0);
}

TEST_CASE("what no gradient flows through: nothing, an empty tensor, nullopt") {
  const auto round = custom_op(
      "round", [](const auto& x) { return xt::round(x); }, [](const auto&) {});
  const auto pick = custom_op(
      "pick", [](const auto& a, const auto& b, const auto&) { return a * b; },
      [](const auto& g) { return std::tuple(g * 5, Tensor<double>(), std::nullopt); });
  const Tensor<double> a = pair(), b = pair(), c = pair();
  Tape tape;
  const Gradients g = tape.backward(sum(round(a) + pick(a, b, c)));
  CHECK(g[a].value() == xt::xarray<double>{5., 5.});
  CHECK_FALSE(g.contains(b));
  CHECK_FALSE(g.contains(c));
}

TEST_CASE("a gradient without a place is right where it is zero, and where the op is linear") {
  const Tensor<double> x = pair();
  const auto stairs = custom_op(
      "stairs", [](const auto& v) { return xt::floor(v); },
      []<class T>(const Tensor<T>& g) { return Tensor<T>::full(g.shape(), 0); });
  const auto twice = custom_op(
      "twice", [](const auto& v) { return 2 * v; }, []<class T>(const Tensor<T>& g) { return 2 * g; });
  Tape tape;
  const Tensor<double> slope = tape.gradient(sum(stairs(x) + twice(x) * x), x, {.create_graph = true});
  CHECK(slope.value() == xt::xarray<double>{2., -8.});
  CHECK(tape.gradient(sum(slope), x).value() == xt::xarray<double>{4., 4.});
}

TEST_CASE("arrays of integers and plain values are saved as they are") {
  const auto leaky = custom_op(
      "leaky", [](const auto& x) { return with_saved(xt::where(x > 0, x, 0.1 * x), x > 0, std::string("slope"), 10); },
      [](const auto& g, const xt::xarray<bool>& positive, const std::string& what, int parts) {
        CHECK(what == "slope");
        return xt::where(positive, g, g / parts);
      });
  check_orders({"leaky", "matrix", [&](const auto& x) { return leaky(x[0]); },
                {.shapes = {{{3, 4}}}, .domain = Domain{-2, 2, 0.1}}},
               1);
  const Tensor<double> x = pair();
  Tape tape;
  CHECK(tape.backward(sum(leaky(x)))[x].value() == xt::xarray<double>{1., 0.1});
}

TEST_CASE("local variables of forward may be saved and returned by with_saved") {
  const auto logistic = custom_op(
      "logistic",
      [](const auto& x) {
        auto e = xt::exp(x);  // lazy: with_saved evaluates what refers to it
        return with_saved(e / (1 + e), e);
      },
      [](const auto& g, const auto& e) { return g * e / xt::square(1 + e); });
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = logistic(x);
  const Gradients g = tape.backward(sum(y));
  for (std::size_t i = 0; i < 2; ++i) {
    const double s = 1 / (1 + std::exp(-x.data()[i]));
    CHECK(y.data()[i] == doctest::Approx(s));
    CHECK(g[x].data()[i] == doctest::Approx(s * (1 - s)));
  }
}

TEST_CASE("views and reductions of xtensor work on what the functions get") {
  const auto norm = custom_op(
      "norm",
      [](const auto& x) {
        const double length = std::sqrt(xt::sum(x * x)());
        return with_saved(length, x, length);
      },
      [](const auto& g, const auto& x, double length) { return Tensor(g() * x / length); });
  const auto first = custom_op(
      "first", [](const auto& x) { return with_saved(xt::view(x, 0, xt::all()), x.shape()[0]); },
      [](const auto& g, std::size_t rows) {
        xt::xarray<double> whole = xt::zeros<double>({rows, g.shape()[0]});
        xt::view(whole, 0, xt::all()) = g;
        return whole;
      });
  const auto total = custom_op(
      "total", [](const auto& x) { return with_saved(xt::sum(x, {0}), x.shape()[0]); },
      [](const auto& g, std::size_t rows) {
        return xt::broadcast(g, std::vector{rows, g.shape()[0]});
      });
  check_orders({"norm", "matrix", [&](const auto& x) { return norm(x[0]); }, {.shapes = {{{2, 3}}}}}, 1);
  const Tensor<double> x = variable(xt::xarray<double>{{1., 2.}, {3., 4.}});
  const GradcheckReport report =
      gradcheck([&](const Tensor<double>& v) { return first(v) * first(v) + total(v); }, {x});
  CHECK(report.passed());
}

TEST_CASE("a number may be an argument, and tensors before it") {
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = product(Tensor<double>::full({2}, 3), x);
  CHECK(y.value() == xt::xarray<double>{4.5, -18.});
  CHECK(tape.backward(sum(y))[x].value() == xt::xarray<double>{9., 9.});
}

TEST_CASE("saved values live until a sweep consumes the tape") {
  const auto held = std::make_shared<int>(7);
  const auto op = custom_op(
      "holder", [&held](const auto& x) { return with_saved(x * 1, held); },
      [](const auto& g, const std::shared_ptr<int>& h) { return g * *h; });
  const Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(op(x));
  CHECK(held.use_count() == 2);
  CHECK(tape.backward(y, {.keep = true})[x].value()(0) == 7);
  CHECK(held.use_count() == 2);
  CHECK(tape.backward(y)[x].value()(0) == 7);
  CHECK(held.use_count() == 1);
}

TEST_CASE("what set_value writes does not reach what was saved") {
  Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = sum(cube(x));
  x.set_value(xt::xarray<double>{100., 100.});
  CHECK(tape.backward(y)[x].value() == xt::xarray<double>{0.75, 12.});
}

TEST_CASE("a forward that hands back its input gives another tensor") {
  const auto same = custom_op(
      "same", []<class T>(const Tensor<T>& x) { return x; }, [](const auto& g) { return 2 * g; });
  Tensor<double> x = pair();
  Tape tape;
  const Tensor<double> y = same(x);
  CHECK_FALSE(y.is_variable());
  x.set_value(xt::xarray<double>{9., 9.});
  CHECK(y.value()(0) == 0.5);
  CHECK(tape.backward(sum(y))[x].value()(1) == 2);
}

TEST_CASE("forward and backward may use tapes of their own") {
  // The root of v^3 + v = x, by Newton's method with slopes from a tape; backward by the implicit function theorem.
  const auto slope_at = [](const Tensor<double>& v) {
    const Tensor<double> at = variable(v);
    Tape tape;
    return tape.backward(sum(at * at * at + at))[at];
  };
  const auto root = custom_op(
      "root",
      [&](const Tensor<double>& x) {
        auto v = Tensor<double>::full(x.shape(), 0.5);
        for (int i = 0; i < 30; ++i) v = v - (v * v * v + v - x) / slope_at(v);
        return with_saved(v, v);
      },
      [&](const auto& g, const auto& v) { return g / slope_at(Tensor(v)).value(); });
  const Tensor<double> x = variable(xt::xarray<double>{0.3, 1.7}), w = variable(xt::xarray<double>{2., 3.});
  CHECK(gradcheck([&](const Tensor<double>& a) { return root(a * a) * a; }, {x}).passed());
  Tape tape;
  const Tensor<double> y = sum(root(x) * w);
  const Tensor<double> once = tape.backward(y, {.keep = true})[x], later = w * 2;
  CHECK(tape.contains(later));
  CHECK(tape.backward(y + sum(later))[w].value()(0) == doctest::Approx(root(x).value()(0) + 2));
}

TEST_CASE("forward mode by the tangent that was given, on arrays or in ops") {
  const auto power = custom_op(
      "power", [](const auto& a, const auto& b) { return with_saved(a * b * b, a, b); },
      [](const auto& g, const auto& a, const auto& b) { return std::tuple(g * b * b, 2 * g * a * b); },
      [](const auto& da, const auto& db, const auto& a, const auto& b) { return da * b * b + 2 * a * b * db; });
  const Tensor<double> a = xt::xarray<double>{1., 2.}, b = xt::xarray<double>{3., -4.};
  const auto [y, dy] =
      jvp([&](const auto& u, const auto& v) { return power(u, v); }, std::tuple(a, b), std::tuple(b, a));
  CHECK(dy.value() == xt::xarray<double>{27. + 6., -64. - 32.});
  const auto along_b = jvp([&](const auto& v) { return power(a, v); }, b, b).second;  // a is a constant
  CHECK(along_b.value() == (2 * y).value());
  {
    Tape tape;
    CHECK_THROWS_WITH_AS(jvp([&](const auto& v) { return power(a, v); }, variable(b), b),
                         Contains("custom op power: its tangent computes on arrays"), TapeError);
  }
  const auto in_ops = custom_op(
      "in_ops", [](const auto& v) { return with_saved(v * v * v, v); },
      []<class T>(const Tensor<T>& g, const Tensor<T>& v) { return 3 * g * v * v; },
      []<class T>(const Tensor<T>& dv, const Tensor<T>& v) { return 3 * dv * v * v; });
  const GradcheckReport report =
      gradcheck([&](const Tensor<double>& v) { return jvp(in_ops, v, a).second; }, {b}, {.order = 2});
  CHECK(report.passed());
}

TEST_CASE("forward mode without a tangent is the transpose of a backward in ops") {
  const Tensor<double> a = xt::xarray<double>{1., 2.}, b = xt::xarray<double>{3., -4.};
  const auto f = [](const auto& u, const auto& v) { return product(u, squash(v)); };
  const auto g = [](const auto& u, const auto& v) { return u * u * tanh(v); };
  const Tensor<double> by_op = jvp(f, std::tuple(a, b), std::tuple(b, a)).second,
                       composed = jvp(g, std::tuple(a, b), std::tuple(b, a)).second;
  const Tensor<double> h_op = hessian([](const auto& v) { return sum(product(v, squash(v))); })(a);
  const Tensor<double> h = hessian([](const auto& v) { return sum(v * v * tanh(v)); })(a);
  for (std::size_t i = 0; i < 2; ++i) CHECK(by_op.data()[i] == doctest::Approx(composed.data()[i]).epsilon(1e-14));
  for (std::size_t i = 0; i < 4; ++i) CHECK(h_op.data()[i] == doctest::Approx(h.data()[i]).epsilon(1e-12));
  const GradcheckReport report =
      gradcheck([&](const Tensor<double>& v) { return jvp(squash, v, a).second; }, {b}, {.order = 2});
  CHECK(report.passed());
  const auto stairs = custom_op(
      "stairs", [](const auto& v) { return xt::floor(v); },
      []<class T>(const Tensor<T>& up) { return Tensor<T>::full(up.shape(), 0); });
  CHECK(jvp(stairs, a, b).second.value() == xt::xarray<double>{0., 0.});
}

// A saved input is known by its own array, also where two inputs share one, as a function's argument and what it
// captures.
TEST_CASE("saved inputs that share an array keep their own places") {
  const Tensor<double> at = xt::xarray<double>{3.};
  const auto times = custom_op(
      "times", [](const Tensor<double>& a, const Tensor<double>& b) { return with_saved(a * b, a, b); },
      [](const Tensor<double>& g, const Tensor<double>& a, const Tensor<double>& b) {
        return std::tuple{g * b, g * a};
      });
  CHECK(hessian([&](const Tensor<double>& t) { return sum(times(t, at)); })(at).item() == 0);
  CHECK(hessian([&](const Tensor<double>& t) { return sum(times(at, t)); })(at).item() == 0);
  CHECK(hessian([&](const Tensor<double>& t) { return sum(times(t, t)); })(at).item() == 2);
  CHECK(hessian([&](const Tensor<double>& t) { return sum(times(t, constant(t))); })(at).item() == 0);
  const auto slope_of_its_own = custom_op(
      "identity", [](const Tensor<double>& x) { return with_saved(x, x); },
      [](const Tensor<double>& g, const Tensor<double>& x) { return g * x; });
  auto first = [&](const Tensor<double>& x) {
    return sum(grad([&](const Tensor<double>& t) { return sum(slope_of_its_own(t)); })(x));
  };
  CHECK(grad(first)(at).item() == 1);
}

TEST_CASE("gradcheck of a custom op that saves a value of its own works at order 1") {
  const auto cube = custom_op(
      "cube",
      [](const Tensor<double>& x) {
        const Tensor<double> square = x * x;
        return with_saved(square * x, square);
      },
      [](const Tensor<double>& g, const Tensor<double>& square) { return g * square * 3; });
  const Tensor<double> x = variable(Tensor<double>{1, 2, -0.5}, "x");
  const GradcheckReport report = gradcheck([&](const Tensor<double>& v) { return cube(v); }, {x});
  CHECK(report.passed());
  REQUIRE(report.notes.size() == 1);
  CHECK(report.notes[0].find(
            "forward mode was not compared: custom op cube: value 1 that its forward saved is neither") == 0);
}
