// Vectors and arrays of scalars as arguments and results of transforms, against differences and formulas.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using S = Scalar<double>;

template <class T>
using Vector = std::vector<T>;

// Rosenbrock's function in any type of number.
struct Rosenbrock {
  template <class V>
  auto operator()(const V& x) const {
    typename V::value_type total = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      total += 100 * (x[i + 1] - x[i] * x[i]) * (x[i + 1] - x[i] * x[i]) + (1 - x[i]) * (1 - x[i]);
    }
    return total;
  }
};

// n numbers to n - 1 numbers.
struct Coupled {
  template <class S>
  std::vector<S> operator()(const std::vector<S>& x) const {
    using std::exp, std::sin;
    std::vector<S> y;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) y.push_back(sin(x[i]) * x[i + 1] + exp(x[0] / 4));
    return y;
  }
};

template <class F>
double difference(const F& f, std::vector<double> x, std::size_t i) {
  const double h = 1e-5, at = x[i];
  x[i] = at + h;
  const double above = f(x);
  x[i] = at - h;
  return (above - f(x)) / (2 * h);
}

}  // namespace

TEST_CASE("the gradient of a function of a vector or an array of scalars") {
  const Vector<double> x{0.3, -0.8, 1.2, 0.1};
  const Rosenbrock f;
  const auto [y, g] = value_and_grad(f)(x);
  static_assert(std::is_same_v<std::decay_t<decltype(g)>, Vector<double>>);
  CHECK(y.value() == f(x));
  REQUIRE(g.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(g[i] == Approx(difference(f, x, i)).epsilon(1e-7));
  const std::array<double, 4> fixed{0.3, -0.8, 1.2, 0.1};
  const std::array<double, 4> of_array = grad(f)(fixed);
  CHECK(std::equal(g.begin(), g.end(), of_array.begin()));
  const std::array<float, 2> single = grad(f)(std::array<float, 2>{0.5f, 0.25f});
  CHECK(single[0] == Approx(-1.));
  CHECK(single[1] == Approx(0.));
  const Vector<Scalar<double>> constants(x.begin(), x.end());  // scalars are taken as they are
  CHECK(grad(f)(constants) == g);
  auto named = [&](const std::vector<Scalar<double>>& v) { return v[1] * v[1] + y.value(); };
  CHECK(grad(named)(x) == Vector<double>{0, -1.6, 0, 0});
}

TEST_CASE("functions that are no lambdas, formulas as results, an element as the result") {
  const Vector<double> x{2, 3};
  CHECK(grad([](const auto& v) { return v[0] * v[1]; })(x) == Vector<double>{3, 2});
  CHECK(grad([](const auto& v) { return v[1]; })(x) == Vector<double>{0, 1});
  CHECK(grad([](auto v) { v[0] *= v[1]; return v[0]; })(x) == Vector<double>{3, 2});
  CHECK(grad([](const auto& v) { return std::array{v[0] * v[1] * v[1]}; })(x) == Vector<double>{9, 12});
  CHECK_THROWS_WITH_AS(grad([](const auto&) { return Scalar<double>(7); })(x), Contains("nothing was recorded"),
                       TapeError);
  CHECK(jvp([](const auto& v) { return v; }, x, Vector<double>{5, 7}).second == Vector<double>{5, 7});
}

TEST_CASE("jvp and vjp of vectors of scalars: each the other's transpose, and against differences") {
  const Vector<double> x{0.3, -0.8, 1.2, 0.1}, dx{1, -2, 0.5, 3}, v{0.7, -1, 2};
  const Coupled f;
  const auto [y, dy] = jvp(f, x, dx);
  static_assert(std::is_same_v<std::decay_t<decltype(y)>, Vector<Scalar<double>>>);
  static_assert(std::is_same_v<std::decay_t<decltype(dy)>, Vector<double>>);
  REQUIRE(dy.size() == 3);
  double forward = 0, backward = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(y[i].value() == f(x)[i]);
    CHECK(y[i].slot() == 0);
    double slope = 0;
    for (std::size_t k = 0; k < 4; ++k) slope += dx[k] * difference([&](auto& at) { return f(at)[i]; }, x, k);
    CHECK(dy[i] == Approx(slope).epsilon(1e-8));
    forward += dy[i] * v[i];
  }
  const auto [again, pull] = vjp(f, x);
  const Vector<double> g = pull(v);
  for (std::size_t k = 0; k < 4; ++k) backward += g[k] * dx[k];
  CHECK(forward == Approx(backward).epsilon(1e-14));
  CHECK(again[2].value() == y[2].value());
  CHECK(pull(Vector<double>{0, 0, 0}) == Vector<double>{0, 0, 0, 0});  // any number of times
}

TEST_CASE("jacobian of vectors and arrays of scalars") {
  const Vector<double> x{0.3, -0.8, 1.2, 0.1};
  const Coupled f;
  const Tensor<double> j = jacobian(f)(x);
  REQUIRE(text(j.shape()) == "(3, 4)");
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(j.data()[4 * i + k] == Approx(difference([&](auto& at) { return f(at)[i]; }, x, k)).epsilon(1e-8));
    }
  }
  const Tensor<double> row = jacobian([](const auto& v) { return v[0] * v[1] * v[3]; })(x);
  CHECK(text(row.shape()) == "(4,)");
  CHECK(row.data()[3] == Approx(-0.24));
  const Tensor<double> column = jacobian([](const auto& s) { return std::array<S, 3>{s * s, s * 3, s}; })(2.0);
  CHECK(text(column.shape()) == "(3,)");
  CHECK(column.data()[0] == 4);
  CHECK(column.data()[2] == 1);
}

TEST_CASE("many directions in one sweep give what single sweeps give") {
  auto f = [](const auto& x, std::size_t results) {
    using Element = typename std::decay_t<decltype(x)>::value_type;
    std::vector<Element> y;
    for (std::size_t i = 0; i < results; ++i) {
      Element sum = 0;
      for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * x[(k + i) % x.size()];
      y.push_back(sin(sum) * x[i % x.size()]);
    }
    y.back() = y.front();  // twice the same
    return y;
  };
  for (std::size_t n : {1, 3, 9, 20}) {
    for (std::size_t m : {1, 2, 7, 13}) {
      auto check = [&]<class T>(T) {
        std::vector<T> x;
        for (std::size_t k = 0; k < n; ++k) x.push_back(T(0.1) * T(k) - T(0.3));
        auto of_x = [&](const auto& v) { return f(v, m); };
        const Tensor<T> j = jacobian(of_x)(x);
        REQUIRE(text(j.shape()) == text(Shape{m, n}));
        const auto pull = vjp(of_x, x).second;
        for (std::size_t i = 0; i < m; ++i) {
          std::vector<T> direction(m);
          direction[i] = 1;
          const std::vector<T> row = pull(direction);
          for (std::size_t k = 0; k < n; ++k) {
            CHECK(j.data()[i * n + k] == Approx(row[k]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-13));
          }
        }
      };
      check(0.0);
      check(0.0f);
    }
  }
}

TEST_CASE("many directions through bridges from tensors and to tensors") {
  const Tensor<double> x = xt::xarray<double>{{0.5, 1.5}, {-1., 2.}};
  auto f = [](const Tensor<double>& t, const std::vector<S>& v) {
    const auto all = scalars(t);
    const S corner = t(1, 1);
    S sum = 0;
    for (std::size_t i = 0; i < 4; ++i) sum += all[i] * v[i % 3] * corner;
    return std::tuple(tensor({sum, all[2] * v[0], S(4)}), v[1] * v[1]);
  };
  const Vector<double> v{3, 4, 5};
  const auto [of_tensor, of_scalar] = jacobian(f)(x, v);
  const auto& [by_x, by_v] = of_tensor;
  REQUIRE(text(by_x.shape()) == "(3, 2, 2)");
  REQUIRE(text(by_v.shape()) == "(3, 3)");
  const double total = 0.5 * 3 + 1.5 * 4 - 5 + 2 * 3;
  CHECK(by_x.data()[0] == 3 * 2);
  CHECK(by_x.data()[3] == Approx(3 * 2 + total));
  CHECK(by_x.data()[4 + 2] == 3);
  CHECK(by_x.data()[8] == 0);
  CHECK(by_v.data()[0] == (0.5 + 2) * 2);
  CHECK(by_v.data()[3] == -1);
  CHECK(std::get<1>(of_scalar).data()[1] == 8);
  const Tensor<double> gathered = jacobian([](const Tensor<double>& t) { return tensor({t(0, 0) * t(0, 1)}); })(x);
  CHECK(gathered.data()[1] == 0.5);
  auto scaled = [](const Tensor<double>& t) { return tensor({t(0, 0) * t(0, 1), t(1, 0)}) * 3; };
  const Tensor<double> mixed = jacobian(scaled)(x);  // by way of a tensor op: direction by direction
  CHECK(mixed.data()[1] == 3 * 0.5);
  CHECK(mixed.data()[4 + 2] == 3);
}

TEST_CASE("many directions: infinite slopes, long runs, sums from outside") {
  auto f = [](const auto& v) {
    const S root = sqrt(v[0]), chosen = v[0] > 0 ? root : S(v[0] * 2);
    return std::vector<S>{root, chosen, v[1] * v[2] * v[0]};
  };
  const Tensor<double> j = jacobian(f)(Vector<double>{0, 2, 3});
  CHECK(std::isinf(j.data()[0]));
  CHECK(j.data()[1] == 0);
  CHECK(j.data()[3] == 2);
  CHECK(j.data()[6] == 6);
  auto walk = [](const auto& v) {
    auto y = v;
    for (int i = 0; i < 200'000; ++i) y[i % 3] = y[(i + 1) % 3] * 0.5 + y[i % 3] * 0.5;  // six chunks
    return y;
  };
  const Tensor<double> whole = jacobian(walk)(Vector<double>{1, 2, 3});
  for (int i = 0; i < 9; i += 3) CHECK(whole.data()[i] + whole.data()[i + 1] + whole.data()[i + 2] == Approx(1));
  Tape tape;
  const S a = variable(2.);
  S sum = a * 1;
  const Tensor<double> grown = jacobian([&](const auto& v) {
    sum += v[0] * v[1];  // in its old slot
    return std::vector<S>{sum * v[1]};
  })(Vector<double>{3, 4});
  CHECK(grown.data()[0] == 4 * 4);
  CHECK(grown.data()[1] == 14 + 3 * 4);
  CHECK(tape.backward(sum)[a] == 1);
}

TEST_CASE("vectors and arrays of scalars beside other arguments and results") {
  const std::array<double, 2> a{2, 3};
  const Vector<double> b{0.5, -1, 4};
  auto f = [](const auto& p, const auto& q, const auto& t) {
    S s = p[0] * q[2] + p[1] * q[0] * q[0];
    const Tensor<double> u = sum(t) * tensor(s);
    return std::tuple(u, std::array{s, S(p[0])}, p[1] * p[1]);
  };
  const Tensor<double> t = xt::xarray<double>{1., 5.};
  const auto j = jacobian(f)(a, b, t);
  const auto& [of_tensor, of_array, of_scalar] = j;
  CHECK(text(std::get<0>(of_tensor).shape()) == "(2,)");
  CHECK(text(std::get<1>(of_array).shape()) == "(2, 3)");
  CHECK(text(std::get<2>(of_array).shape()) == "(2, 2)");
  CHECK(std::get<0>(of_tensor).data()[1] == 6 * 0.25);
  CHECK(std::get<1>(of_tensor).data()[0] == 6 * 3);
  CHECK(std::get<2>(of_tensor).data()[0] == 2 * 4 + 3 * 0.25);
  CHECK(std::get<1>(of_array).data()[2] == 2);
  CHECK(std::get<0>(of_array).data()[2] == 1);
  CHECK(std::get<0>(of_scalar).data()[1] == 6);
  const auto [value, pull] = vjp(f, a, b, t);
  const auto [ga, gb, gt] = pull(Tensor<double>(1.), std::array{10., 100.}, 1000.);
  CHECK(ga[0] == 6 * 4 + 40 + 100);
  CHECK(ga[1] == 6 * 0.25 + 2.5 + 6000);
  CHECK(gb == Vector<double>{18 + 30, 0, 12 + 20});
  CHECK(gt.data()[1] == 8.75);
  const auto [whole, moved] = jvp([](const std::tuple<std::array<S, 2>, S>& z) {
    return std::get<0>(z)[1] * std::get<1>(z);
  }, std::tuple(a, 5.0), std::tuple(std::array{1., 2.}, 0.5));
  CHECK(whole.value() == 15);
  CHECK(moved == 10 + 1.5);
}

TEST_CASE("floats and doubles in one function of vectors") {
  const auto [f, d] = grad([](const std::vector<Scalar<float>>& x, const std::vector<S>& y) {
    const Tensor<double> both = cast<double>(tensor(std::span<const Scalar<float>>(x))) * tensor(std::span<const S>(y));
    return sum(both);
  })(std::vector{1.f, 2.f}, Vector<double>{3, 4});
  static_assert(std::is_same_v<std::decay_t<decltype(f)>, std::vector<float>>);
  CHECK(f == std::vector{3.f, 4.f});
  CHECK(d == Vector<double>{1, 2});
}

TEST_CASE("within a recording tape, values stay on it and derivatives are numbers") {
  Tape tape;
  const std::vector<S> x{variable(2.), variable(3.)};
  const S outer = x[0] * x[1];
  const auto [y, g] = value_and_grad([&](const auto& v) { return v[0] * v[0] * v[1] + outer; })(x);
  CHECK(g == Vector<double>{12, 4});
  const auto two = [](const auto& v) { return std::vector{v[0] * v[1], v[1] * v[1]}; };
  const auto [z, pull] = vjp(two, x);
  CHECK(pull(Vector<double>{1, 1}) == Vector<double>{3, 8});
  CHECK_THROWS_WITH_AS(jvp(two, x, Vector<double>{1, 1}), Contains("jvp: a run of scalar statements holds numbers"),
                       TapeError);
  const Tensor<double> j = jacobian(Coupled())(x);
  CHECK(j.data()[1] == std::sin(2.));
  const Gradients all = tape.backward(y + 100 * z[1]);
  CHECK(all[x[0]] == 12 + 3);
  CHECK(all[x[1]] == 4 + 2 + 600);
}

TEST_CASE("vectors without elements") {
  const Vector<double> none;
  CHECK(grad([](const auto&) { return S(1); })(none).empty());
  CHECK(text(jacobian([](const auto& v) { return v; })(none).shape()) == "(0, 0)");
  CHECK(text(jacobian([](const auto&) { return std::vector<S>(); })(Vector<double>{1, 2}).shape()) == "(0, 2)");
}

TEST_CASE("what transforms of vectors of scalars refuse") {
  const Vector<double> x{1, 2, 3};
  auto all = [](const auto& v) { return v; };
  CHECK_THROWS_WITH_AS(jvp(all, x, Vector<double>{1, 2}),
                       Contains("jvp: the tangent has shape (2,), but the argument has (3,) [scalar_groups_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(vjp(all, x).second(Vector<double>{1}),
                       Contains("vjp: the cotangent has shape (1,), but the result has (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(grad(all)(x), Contains("grad: the function must return one element, but its result has shape "
                                              "(3,)"), ShapeError);
  std::vector<S> old;
  {
    Tape tape;
    old = {variable(1.)};
  }
  Tape tape;
  CHECK_THROWS_WITH_AS(grad([](const auto& v) { return v[0]; })(old), Contains("made on another tape"), TapeError);
}
