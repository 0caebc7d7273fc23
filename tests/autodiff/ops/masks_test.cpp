// What was not chosen gives nothing: every function of the catalogue beyond its domain, in every mode; what else stops
// the same way; and what is not stopped. tests/autodiff/ops/rows/masks.cpp has the ways to choose, against PyTorch.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/tape/gradient_hooks.h>
#include <tapegrad/transforms/transforms.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "inspect/why.h"

using namespace tapegrad;

namespace {

template <Real T>
constexpr std::array<T, 12> ends{0, -T(0), 1, -1, 2, -2, std::numeric_limits<T>::infinity(),
                                 -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN(),
                                 std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest(),
                                 std::numeric_limits<T>::denorm_min()};

template <Real T>
Tensor<T> all_ends() {
  Tensor<T> x = Tensor<T>::empty({ends<T>.size()});
  std::copy(ends<T>.begin(), ends<T>.end(), x.mutable_data());
  return x;
}

template <Real T>
void all_are(const char* what, const Tensor<T>& x, double number) {
  INFO(what);
  for (std::size_t i = 0; i < x.size(); ++i) {
    INFO("element ", i);
    CHECK(double(x.data()[i]) == number);
  }
}

template <Real T>
void is_identity(const char* what, const Tensor<T>& matrix) {
  INFO(what);
  const std::size_t n = matrix.shape()[0];
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    INFO("element ", i);
    CHECK(double(matrix.data()[i]) == (i / n == i % n ? 1 : 0));
  }
}

// f where the mask is not set, which is everywhere: as if there were only x.
template <Real T>
void check_not_chosen(const std::function<Tensor<T>(const Tensor<T>&)>& f) {
  const Mask none(Shape{1});
  const Tensor<T> x = all_ends<T>(), one = Tensor<T>::full(x.shape(), 1);
  auto line = [&](const Tensor<T>& v) { return where(none, f(v), v * 1); };
  auto total = [&](const Tensor<T>& v) { return sum(where(none, f(v), v * 1)); };
  all_are("gradient", grad(total)(x), 1);
  all_are("tangent", jvp(line, x, one).second, 1);
  is_identity("jacobian by columns", jacobian(line)(x));
  all_are("jacobian by rows", jacobian(total)(x), 1);
  all_are("hessian", hessian(total)(x), 0);
  all_are("third derivative", grad([&](const Tensor<T>& v) { return sum(grad([&](const Tensor<T>& u) {
                                       return sum(grad(total)(u));
                                     })(v)); })(x), 0);
}

template <class F>
void check_function() {
  INFO(F::name);
  check_not_chosen<double>([](const auto& v) { return elementwise::apply(F(), v); });
  check_not_chosen<float>([](const auto& v) { return elementwise::apply(F(), v); });
  for (const double end : ends<double>) {
    INFO("at ", end);
    Tape tape;
    const Scalar<double> x = variable(end);
    const Scalar<double> other = elementwise::apply(F(), x), y = false ? other : x;
    CHECK(tape.backward(y, {.keep = true})[x] == 1);
    const auto dual = [&](const Dual<double>& v) {
      return where(v.value != v.value && v.value == v.value, Dual<double>(elementwise::apply(F(), v)), v);
    };
    CHECK(dual(Dual<double>::input(end)).along() == 1);
  }
}
template <class F>
void check_pair() {
  INFO(F::name);
  for (const double end : ends<double>) {
    INFO("second argument ", end);
    check_not_chosen<double>([&](const auto& v) { return elementwise::apply(F(), v, Tensor<double>(end)); });
    check_not_chosen<double>([&](const auto& v) { return elementwise::apply(F(), Tensor<double>(end), v); });
  }
}
template <class... F>
void check_functions(Types<F...>) {
  (check_function<F>(), ...);
}
template <class... F>
void check_pairs(Types<F...>) {
  (check_pair<F>(), ...);
}

}  // namespace

TEST_CASE("no function of the catalogue gives anything of what was not chosen") { check_functions(Functions()); }
TEST_CASE("no function of two arguments gives anything of what was not chosen") { check_pairs(PairFunctions()); }

TEST_CASE("no arithmetic gives anything of what was not chosen") {
  for (const double end : ends<double>) {
    INFO("with ", end);
    const Tensor<double> other(end), row = Tensor<double>::full({1}, end);
    check_not_chosen<double>([&](const auto& v) { return v * other; });
    check_not_chosen<double>([&](const auto& v) { return v * row + v; });
    check_not_chosen<double>([&](const auto& v) { return v / other; });
    check_not_chosen<double>([&](const auto& v) { return other / v; });
    check_not_chosen<double>([&](const auto& v) { return v * end; });
    check_not_chosen<double>([&](const auto& v) { return v / end; });
    check_not_chosen<double>([&](const auto& v) { return end / v - v; });
    check_not_chosen<double>([&](const auto& v) { return pow(v, end); });
    check_not_chosen<double>([&](const auto& v) { return pow(v, other); });
    check_not_chosen<double>([&](const auto& v) { return pow(other, v); });
    check_not_chosen<double>([&](const auto& v) {
      return fuse([end](const auto& p) { return sqrt(p) / (p - end) * log(p); }, v);
    });
  }
}

// Even of ops that mix elements, as long as none is chosen: no rule is asked.
TEST_CASE("a branch of which nothing was chosen gives zeros, whatever its ops") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Mask none(Shape{});
  const Tensor<double> x = variable(xt::xarray<double>{{1., -infinity}, {0., 2.}});
  Tape tape;
  const Tensor<double> bad =
      sum(softmax(matmul(x, transpose(x)) / 0.)) + norm(x) + cross_entropy(log(x), Indices(xt::xarray<int>{0, 1}));
  const Tensor<double> y = where(none, bad, sum(view(x, 1)));
  const Tensor<double> gradient = tape.backward(y, {.keep = true})[x];
  CHECK(gradient.value() == xt::xarray<double>{{0., 0.}, {1., 1.}});
  CHECK(tape.gradient(y, x).value() == xt::xarray<double>{{0., 0.}, {1., 1.}});
}

TEST_CASE("a hook hears of zeros that a mask made") {
  int calls = 0;
  const Tensor<double> x = variable(xt::xarray<double>{1., 2.});
  Tape tape;
  const Tensor<double> seen = on_gradient(x, [&](const Tensor<double>& g) {
    ++calls;
    return g + 3.;
  });
  CHECK(tape.backward(sum(where(Mask(Shape{}), seen, 1.)))[x].value() == xt::xarray<double>{3., 3.});
  CHECK(calls == 1);
}

TEST_CASE("scalars: what fmax, relu and their like did not take gives nothing") {
  auto slope = [](double at, auto f) {
    Tape tape;
    const Scalar<double> x = variable(at);
    const Scalar<double> y = f(x);
    const double first = tape.backward(y)[x];
    CHECK(hessian([&](const auto& v) { return f(v) + v * 0; })(at).item() == 0);
    const auto dual = f(Dual<double>::input(at));
    CHECK(dual.along() == first);
    return first;
  };
  CHECK(slope(0., [](const auto& x) { return fmax(log(x), -2.) + x; }) == 1);
  CHECK(slope(0., [](const auto& x) { return fmin(1 / x, 3.) + 2 * x; }) == 2);
  CHECK(slope(0., [](const auto& x) { return fdim(3., rsqrt(x)) - x; }) == -1);
  CHECK(slope(0., [](const auto& x) { return relu(sqrt(x) - 5) + 4 * x; }) == 4);
  CHECK(slope(-1., [](const auto& x) { return fmax(sqrt(x), x) + x; }) == 2);  // the other one is a NaN
  CHECK(slope(0., [](const auto& x) { return sqrt(relu(-sqrt(x))) + x; }) == 1);
  CHECK(slope(0., [](const auto& x) { return relu6(log(x)) + floor(log(x + 1.5)) + x; }) == 1);
}

TEST_CASE("an element of a direction that is 0 is not moved, an element of a seed not asked for") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor<double> x = variable(xt::xarray<double>{0., 1.}), second = xt::xarray<double>{0., 1.};
  auto root = [](const Tensor<double>& v) { return sqrt(v); };
  const xt::xarray<double> half{0., 0.5}, both{{infinity, 0.}, {0., 0.5}};
  CHECK(jvp(root, x, second).second.value() == half);
  CHECK(vjp(root, x).second(second).value() == half);
  CHECK(jacobian(root)(x).value() == both);
  CHECK(jacobian([](const Tensor<double>& v) { return view(sqrt(v), 1); })(x).value() == half);
  Tape tape;
  const Tensor<double> y = sqrt(x);
  CHECK(tape.gradient(y, x, {.seed = second}).value() == half);
  CHECK(tape.gradient(y, x, {.seed = second, .create_graph = true}).value() == half);
  CHECK(tape.backward(y, {.seed = second})[x].value() == half);
}

// A 0 that a mask did not make keeps its derivatives: nothing is cut where numbers happen to be 0.
TEST_CASE("behind a mask, adjoints that happen to be 0 have the derivatives that they have") {
  const Mask all(xt::xarray<bool>{true});
  const Tensor<double> zero = Tensor<double>::full({1}, 0);
  auto second = [&](auto f) {
    return hessian([&](const Tensor<double>& v) { return sum(where(all, f(v), 0)); })(zero);
  };
  auto third = [&](auto f) {
    return grad([&](const Tensor<double>& w) {
      return sum(grad([&](const Tensor<double>& v) {
        return sum(grad([&](const Tensor<double>& u) { return sum(where(all, f(u), 0)); })(v));
      })(w));
    })(zero);
  };
  CHECK(second([](const auto& v) { return square(sin(v)); }).item() == 2);
  CHECK(second([](const auto& v) { return fuse([](const auto& p) { return sin(p) * sin(p); }, v); }).item() == 2);
  CHECK(second([](const auto& v) { return square(matmul(reshape(v, {1, 1}), reshape(v, {1, 1})) + v); }).item() == 2);
  CHECK(third([](const auto& v) { return sin(v) * square(v); }).item() == 6);
  CHECK(third([](const auto& v) { return pow(v, 3.); }).item() == 6);
  CHECK(third([](const auto& v) { return square(v) * v / (1 + v); }).item() == 6);
}

// Without a mask, 0 times infinity is a NaN, as in PyTorch and JAX.
TEST_CASE("what no mask stops stays a NaN") {
  const Tensor<double> x = variable(xt::xarray<double>{0., 4.}, "x"), factor = xt::xarray<double>{0., 1.};
  {
    Tape tape;
    CHECK(std::isnan(tape.backward(sum(sqrt(x) * factor))[x].data()[0]));
  }
  {
    Tape tape;
    CHECK(std::isnan(tape.gradient(sum(sqrt(square(x))), x).data()[0]));
  }
  Tape tape(debugging);  // the NaN is behind a mask too, but by an infinite adjoint times 0: no mask's
  const Tensor<double> root = sqrt(square(x)), other = sqrt(x - 3.);  // which is not chosen at 0
  const Tensor<double> y = sum(where(x < 1, root, other));
  CHECK(std::isnan(tape.backward(y)[x].data()[0]));
  CHECK(has(unlined(tape.why(x)), "it is nan at element (0). In backward, sqrt %2 made inf at element (0) of the "
                                  "gradient of %1 from the adjoint 1 and %1 = 0"));
}

TEST_CASE("a replay of what was not chosen, on other inputs and in double") {
  const Tensor<float> x = variable(xt::xarray<float>{1.f, 4.f});
  Tape tape({.replayable = true});
  const Tensor<float> y = sum(where(Mask(xt::xarray<bool>{true, false}), sqrt(x), x));
  tape.backward(y);
  const Tensor<double> other = variable(xt::xarray<double>{4., -1.});
  Tape again;
  const Tensor<double> z = tape.replay<double>(y, {{x, other}});
  CHECK(again.backward(z)[other].value() == xt::xarray<double>{0.25, 1.});
}

TEST_CASE("vjp's pull records a cotangent that is a variable") {
  const Tensor<double> x = variable(xt::xarray<double>{1., 2., 3.});
  const Tensor<double> at = Tensor<double>::full({3}, 2), whole = Tensor<double>::full({5}, 0);
  auto check = [&](auto f, const Tensor<double>& point, double expected) {
    Tape tape;
    const Tensor<double> y = vjp(f, point).second(x);
    const Gradients gradients = tape.backward(sum(square(y)));
    REQUIRE(gradients.contains(x));
    for (std::size_t i = 0; i < 3; ++i) CHECK(gradients[x].data()[i] == expected * x.data()[i]);
  };
  check([](const Tensor<double>& v) { return v * 3.; }, at, 18);
  check([](const Tensor<double>& v) { return square(v); }, at, 32);
  check([](const Tensor<double>& v) { return reshape(v, {3}); }, at, 2);
  check([](const Tensor<double>& v) { return view(v, xt::range(1, 4)); }, whole, 2);
  {
    Tape tape;
    const Tensor<double> tangent = jvp([](const Tensor<double>& v) { return square(v); }, at, x).second;
    CHECK(tape.backward(sum(square(tangent)))[x].data()[1] == 64);
  }
  // So does a recorded sweep its seed.
  const Tensor<double> w = variable(at);
  for (const bool whole_sweep : {false, true}) {
    INFO("backward: ", whole_sweep);
    Tape tape;
    const Tensor<double> y = square(w);
    const Tensor<double> slope = whole_sweep ? tape.backward(y, {.seed = x, .create_graph = true})[w]
                                             : tape.gradient(y, w, {.seed = x, .create_graph = true});
    CHECK(tape.backward(sum(square(slope)))[x].data()[1] == 64);
  }
}
