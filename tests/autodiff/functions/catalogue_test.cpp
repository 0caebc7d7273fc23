// Every function of the catalogue against numbers of 50 digits (tests/references/elementwise.py): value and three
// derivatives of tensors, scalars, dual numbers and fuse; then what is at the ends of the numbers.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <sstream>

using namespace tapegrad;
using doctest::Contains;

namespace {

using D = Dual<double>;
using DD = Dual<D>;
using DDD = Dual<DD>;

struct Point {
  std::string parameter;
  double x;
  std::array<double, 4> derivatives;  // of order 0 to 3
};
const std::multimap<std::string, Point>& points() {
  static const std::multimap<std::string, Point> all = [] {
    std::multimap<std::string, Point> read;
    std::ifstream file(TAPEGRAD_REFERENCE_DIR "/elementwise.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      Point point;
      words >> name >> point.parameter >> point.x;
      if (name == "pair") continue;
      for (double& number : point.derivatives) words >> number;
      REQUIRE_MESSAGE(words, line);
      read.emplace(name, point);
    }
    return read;
  }();
  return all;
}

// The function with the parameter of the row.
template <class F>
F with(const std::string& parameter) {
  if constexpr (std::is_empty_v<F>) return F();
  else if (parameter == "-") return F();
  else if constexpr (std::is_same_v<F, elementwise::Polygamma>) return F{std::stoi(parameter)};
  else return F{std::stod(parameter)};
}

template <class Check, class... F>
void for_each(Types<F...>, Check check) {
  (check.template operator()<F>(), ...);
}

void compare(const std::string& kind, int order, double found, double expected) {
  CAPTURE(kind);
  CAPTURE(order);
  CHECK(found == doctest::Approx(expected).epsilon(1e-12).scale(1e-3));
}

// f, f', f'' and f''' of one element, each recorded backward of the one before.
template <Real T, class F>
std::array<double, 4> of_tensor(F f, T x) {
  const Tensor<T> v = variable(Tensor<T>(x));
  Tape tape;
  Tensor<T> y = f(v);
  std::array<double, 4> all{double(y.item())};
  for (int order = 1; order < 4; ++order) {
    y = tape.contains(y) ? tape.gradient(y, v, {.create_graph = true}) : Tensor<T>(T(0));
    all[std::size_t(order)] = double(y.item());
  }
  return all;
}

}  // namespace

TEST_CASE("every function: value and three derivatives of tensors, scalars, dual numbers and fuse, to 1e-12") {
  std::set<std::string> seen;
  for_each(Functions(), [&]<class F>() {
    CHECK_MESSAGE(seen.insert(std::string(F::name)).second, "two functions have the name ", std::string(F::name));
    const auto [begin, end] = points().equal_range(std::string(F::name));
    CHECK_MESSAGE(begin != end, "no numbers in tests/references/elementwise.py for ", std::string(F::name));
    for (auto at = begin; at != end; ++at) {
      const Point& point = at->second;
      CAPTURE(at->first);
      CAPTURE(point.parameter);
      CAPTURE(point.x);
      const F function = with<F>(point.parameter);
      auto f = [function](const auto& x) { return apply(function, x); };
      const auto tensors = of_tensor<double>(f, point.x);
      const auto fused = of_tensor<double>([f](const auto& v) { return fuse(f, v); }, point.x);
      const auto floats = of_tensor<float>(f, float(point.x));
      const auto same = of_tensor<double>(f, double(float(point.x)));
      for (int k = 0; k < 4; ++k) {
        const double expected = point.derivatives[std::size_t(k)];
        compare("tensor", k, tensors[std::size_t(k)], expected);
        compare("fuse", k, fused[std::size_t(k)], expected);
      }
      for (std::size_t k = 0; k < 2; ++k) {  // a derivative may cancel
        CHECK(floats[k] == doctest::Approx(same[k]).epsilon(1e-6).scale(k == 0 ? 1e-3 : 0.1));
      }
      const DDD y = f(DDD::input(DD::input(D::input(point.x))));
      compare("dual number", 0, y.value.value.value, point.derivatives[0]);
      compare("dual number", 1, y.along().value.value, point.derivatives[1]);
      compare("dual number", 2, y.along().along().value, point.derivatives[2]);
      compare("dual number", 3, y.along().along().along(), point.derivatives[3]);
      Tape tape;
      const Scalar<DD> s = variable(DD::input(D::input(point.x)));
      const Scalar<DD> z = f(s);
      const DD slope = tape.backward(z)[s];
      compare("scalar", 0, z.value().value.value, point.derivatives[0]);
      compare("scalar", 1, slope.value.value, point.derivatives[1]);
      compare("scalar", 2, slope.along().value, point.derivatives[2]);
      compare("scalar", 3, slope.along().along(), point.derivatives[3]);
    }
  });
  for (const auto& [name, point] : points()) CHECK_MESSAGE(seen.count(name), "numbers for no function: ", name);
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// What a function and its derivative are at the ends of the numbers, as limits.
struct End {
  double x, value, slope;
};
template <class F>
void check_ends(F f, std::initializer_list<End> ends) {
  const auto same = [](double found, double expected) {
    if (std::isnan(expected)) return std::isnan(found);
    return found == expected || found == doctest::Approx(expected).epsilon(1e-6);
  };
  for (const auto& [x, value, slope] : ends) {
    CAPTURE(std::string(F::name));
    CAPTURE(x);
    auto call = [f](const auto& v) { return apply(f, v); };
    const auto check = [&, value = value, slope = slope](const std::string& kind, double found, double derivative) {
      CAPTURE(kind);
      CAPTURE(found);
      CAPTURE(derivative);
      CHECK(same(found, value));
      CHECK(same(derivative, slope));
    };
    const auto tensor = of_tensor<double>(call, x);
    check("tensor", tensor[0], tensor[1]);
    const auto floats = of_tensor<float>(call, float(x));
    check("float", floats[0], floats[1]);
    const auto fused = of_tensor<double>([call](const auto& v) { return fuse(call, v); }, x);
    check("fuse", fused[0], fused[1]);
    const D dual = call(D::input(x));
    check("dual number", dual.value, dual.along());
  }
}

}  // namespace

TEST_CASE("values and derivatives at infinity, at poles and far out are the limits, and a NaN stays one") {
  using namespace elementwise;
  for_each(Functions(), [&]<class F>() {
    if constexpr (std::is_same_v<F, Step>) return;
    CAPTURE(std::string(F::name));
    CHECK(std::isnan(of_tensor<double>([](const auto& v) { return apply(F(), v); }, not_a_number)[0]));
    CHECK(std::isnan(of_tensor<float>([](const auto& v) { return apply(F(), v); }, float(not_a_number))[0]));
  });
  const std::initializer_list<End> gates{{1e4, 1e4, 1}, {-1e4, 0, 0}, {infinity, infinity, 1}, {-infinity, 0, 0}};
  check_ends(Softplus(), gates);
  check_ends(Silu(), gates);
  check_ends(Mish(), gates);
  check_ends(Gelu(), gates);
  check_ends(GeluTanh(), gates);
  check_ends(HardSwish(), gates);
  check_ends(Relu(), gates);
  check_ends(Silu(), {{1e30, 1e30, 1}, {-1e30, 0, 0}, {0, 0, 0.5}});
  check_ends(GeluTanh(), {{1e30, 1e30, 1}, {-1e30, 0, 0}, {0, 0, 0.5}});
  check_ends(Gelu(), {{0, 0, 0.5}});
  check_ends(Mish(), {{0, 0, 0.6}});
  check_ends(Softsign(), {{1e4, 1e4 / 10001, 1 / (10001. * 10001)}, {infinity, 1, 0}, {-infinity, -1, 0}, {0, 0, 1}});
  check_ends(Elu(), {{1e4, 1e4, 1}, {-1e4, -1, 0}, {infinity, infinity, 1}, {-infinity, -1, 0}, {0, 0, 1}});
  check_ends(Celu{2}, {{1e4, 1e4, 1}, {-1e4, -2, 0}, {infinity, infinity, 1}, {-infinity, -2, 0}, {0, 0, 1}});
  check_ends(Selu(), {{infinity, infinity, 1.0507009873}, {-infinity, -1.7580993408, 0}, {0, 0, 1.7580993408}});
  check_ends(LeakyRelu{0.25}, {{0, 0, 0.25}, {infinity, infinity, 1}, {-infinity, -infinity, 0.25}});
  check_ends(Relu6(), {{0, 0, 0}, {6, 6, 0}, {infinity, 6, 0}, {-infinity, 0, 0}});
  check_ends(HardSigmoid(), {{-3, 0, 0}, {3, 1, 0}, {infinity, 1, 0}, {-infinity, 0, 0}});
  check_ends(HardSwish(), {{-3, 0, -0.5}, {3, 3, 1.5}});
  check_ends(Sigmoid(), {{1e4, 1, 0}, {-1e4, 0, 0}, {infinity, 1, 0}, {-infinity, 0, 0}});
  check_ends(NormalCdf(), {{1e4, 1, 0}, {-1e4, 0, 0}, {infinity, 1, 0}, {-infinity, 0, 0}});
  check_ends(Erf(), {{1e4, 1, 0}, {-infinity, -1, 0}, {0, 0, 2 / std::sqrt(std::numbers::pi)}});
  check_ends(Erfc(), {{1e4, 0, 0}, {-infinity, 2, 0}, {infinity, 0, 0}});
  check_ends(Log1p(), {{-1, -infinity, infinity}, {infinity, infinity, 0}, {-2, not_a_number, -1}});
  check_ends(Atanh(), {{1, infinity, infinity}, {-1, -infinity, infinity}});
  check_ends(Cbrt(), {{0, 0, infinity}, {-8, -2, 1. / 12}});
  check_ends(Rsqrt(), {{0, infinity, -infinity}, {infinity, 0, 0}});
  check_ends(Sqrt(), {{0, 0, infinity}});
  check_ends(Acosh(), {{1, 0, infinity}});
  check_ends(Asin(), {{1, std::numbers::pi / 2, infinity}});
  check_ends(Asinh(), {{1e30, std::asinh(1e30), 1e-30}, {infinity, infinity, 0}});
  check_ends(Atan(), {{infinity, std::numbers::pi / 2, 0}, {-1e30, -std::numbers::pi / 2, 0}});
  check_ends(Expm1(), {{-1e4, -1, 0}, {1e4, infinity, infinity}});
  check_ends(Tanh(), {{1e4, 1, 0}, {-infinity, -1, 0}});
  check_ends(LogGamma(), {{infinity, infinity, infinity}, {1, 0, -std::numbers::egamma}});
  check_ends(Digamma(), {{infinity, infinity, 0}, {-1, not_a_number, infinity}});
}

TEST_CASE("a function whose slope is said to be bounded has a number as its derivative wherever its value is one") {
  int bounded = 0;
  for_each(Functions(), [&]<class F>() {
    if constexpr (elementwise::bounded_slope<F>) {
      ++bounded;
      for (const double x : {0., -0., 1e-320, 1., -1., 40., -40., 1e4, -1e4, 1e200, -1e200, infinity, -infinity}) {
        CAPTURE(std::string(F::name));
        CAPTURE(x);
        const auto f = [](const auto& v) { return apply(F(), v); };
        if (std::isnan(f(x))) continue;
        CHECK(std::isfinite(f(D::input(x)).along()));
        CHECK(std::isfinite(of_tensor<double>([&](const auto& v) { return fuse(f, v); }, x)[1]));
        if (std::isnan(f(float(x)))) continue;
        CHECK(std::isfinite(of_tensor<float>([&](const auto& v) { return fuse(f, v); }, float(x))[1]));
      }
    }
  });
  CHECK(bounded >= 19);
}

TEST_CASE("a plain number goes to <cmath>, or to the function itself where <cmath> has none") {
  static_assert(std::is_same_v<decltype(tanh(0.5)), double>);
  CHECK(tanh(0.5) == std::tanh(0.5));
  CHECK(lgamma(0.5) == std::lgamma(0.5));
  CHECK(gelu(1.0) == doctest::Approx(0.8413447460685429).epsilon(1e-15));
  CHECK(digamma(1.0) == doctest::Approx(-std::numbers::egamma).epsilon(1e-15));
  static_assert(std::is_same_v<decltype(elu(-1.f, 0.5)), float>);
  CHECK(elu(-1., 0.5) == doctest::Approx(0.5 * std::expm1(-1.)));
}

TEST_CASE("a formula of scalars has no room for the structs of its functions, but for their parameters") {
  const Scalar<double> x = 0.5;
  CHECK(sizeof(exp(exp(x))) == sizeof(exp(x)) + sizeof(double));
  CHECK(sizeof(x * x * x) == sizeof(x * x) + sizeof(+x) + sizeof(double));
  CHECK(sizeof(elu(x, 0.5)) == sizeof(exp(x)) + sizeof(double));
}

TEST_CASE("parameters that a function cannot have are errors with the user's line") {
  const Tensor<double> x(1.);
  CHECK_THROWS_WITH_AS(celu(x, 0.), Contains("celu: alpha must be above 0"), DomainError);
  CHECK_THROWS_WITH_AS(celu(x, -1.), Contains("[catalogue_test.cpp:"), DomainError);
  CHECK_THROWS_WITH_AS(polygamma(-1, x), Contains("polygamma: the order must not be negative, but is -1"), DomainError);
}

namespace {

struct PairPoint {
  std::string name;
  double a, b;
  std::array<double, 6> derivatives;  // f, a, b, aa, ab, bb
};
std::vector<PairPoint> pair_points() {
  std::vector<PairPoint> all;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/elementwise.txt");
  for (std::string line, kind; std::getline(file, line);) {
    std::istringstream words(line);
    PairPoint point;
    words >> kind >> point.name >> point.a >> point.b;
    if (kind != "pair") continue;
    for (double& number : point.derivatives) words >> number;
    REQUIRE_MESSAGE(words, line);
    all.push_back(point);
  }
  return all;
}

}  // namespace

TEST_CASE("every function of two arguments: value, gradient and Hessian of tensors and of dual numbers, to 1e-12") {
  const std::vector<PairPoint> all = pair_points();
  for_each(PairFunctions(), [&]<class F>() {
    int rows = 0;
    for (const auto& [name, a, b, expected] : all) {
      if (name != F::name) continue;
      ++rows;
      CAPTURE(name);
      CAPTURE(a);
      CAPTURE(b);
      const Tensor<double> p = variable(Tensor<double>(a)), q = variable(Tensor<double>(b));
      Tape tape;
      const Tensor<double> y = apply(F(), p, q);
      const auto slope = [&](const Tensor<double>& of, const Tensor<double>& along) {
        return tape.contains(of) ? tape.gradient(of, along, {.create_graph = true}) : Tensor<double>(0.);
      };
      const Tensor<double> da = slope(y, p), db = slope(y, q);
      compare("tensor", 0, y.item(), expected[0]);
      compare("fuse", 0, fuse([](auto v, auto w) { return apply(F(), v, w); }, p, q).item(), expected[0]);
      compare("tensor, a", 1, da.item(), expected[1]);
      compare("tensor, b", 1, db.item(), expected[2]);
      compare("tensor, a and a", 2, slope(da, p).item(), expected[3]);
      compare("tensor, a and b", 2, slope(da, q).item(), expected[4]);
      compare("tensor, b and b", 2, slope(db, q).item(), expected[5]);
      using One = Dual<double, 2>;
      using Two = Dual<One, 2>;
      const Two z = apply(F(), Two::input(One::input(a, 0), 0), Two::input(One::input(b, 1), 1));
      compare("dual number", 0, z.value.value, expected[0]);
      compare("dual number, a", 1, z.along(0).value, expected[1]);
      compare("dual number, b", 1, z.along(1).value, expected[2]);
      compare("dual number, a and a", 2, z.along(0).along(0), expected[3]);
      compare("dual number, a and b", 2, z.along(0).along(1), expected[4]);
      compare("dual number, b and b", 2, z.along(1).along(1), expected[5]);
    }
    CHECK_MESSAGE(rows > 0, "no numbers in tests/references/elementwise.py for ", std::string(F::name));
  });
}

TEST_CASE("functions of two arguments take tensors that broadcast, and agree with scalars") {
  for_each(PairFunctions(), [&]<class F>() {
    CAPTURE(std::string(F::name));
    auto f = [](const auto& p, const auto& q) { return apply(F(), p, q); };
    const Tensor<double> a = variable(xt::xarray<double>{{1.3, -0.7}, {2.9, 0.4}}),
                         b = variable(xt::xarray<double>{0.7, 2.2});
    Tape tape;
    const Tensor<double> y = f(a, b);
    const Gradients g = tape.backward(sum(y));
    std::array<double, 2> of_b{};
    for (std::size_t i = 0; i < 4; ++i) {
      const DD p = DD::input(D::input(a.data()[i])), q = b.data()[i % 2];
      CHECK(y.data()[i] == f(p, q).value.value);
      CHECK(g[a].data()[i] == doctest::Approx(f(p, q).along().value).epsilon(1e-14));
      of_b[i % 2] += f(D(a.data()[i]), D::input(b.data()[i % 2])).along();
    }
    CHECK(g[b].data()[0] == doctest::Approx(of_b[0]).epsilon(1e-14));
    CHECK(g[b].data()[1] == doctest::Approx(of_b[1]).epsilon(1e-14));
  });
  const Tensor<double> x = variable(xt::xarray<double>{0., 3e200});
  Tape tape;
  const Tensor<double> far = hypot(x, 4e200 * step(x));
  CHECK(far.data()[0] == 0);
  CHECK(far.data()[1] == doctest::Approx(5e200));
  const Tensor<double> slope = tape.backward(sum(far))[x];
  CHECK(slope.data()[0] == 0);
  CHECK(slope.data()[1] == doctest::Approx(0.6));
  CHECK_THROWS_WITH_AS(atan2(x, Tensor<double>(xt::xarray<double>{1., 2., 3.})),
                       Contains("atan2: shapes (2,) and (3,) do not broadcast [catalogue_test.cpp:"), ShapeError);
}
