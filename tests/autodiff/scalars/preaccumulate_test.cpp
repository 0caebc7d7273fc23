// Preaccumulation: the same derivatives with fewer edges, and what becomes of everything else.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>

#include <tapegrad/scalars/preaccumulate.h>
#include <tapegrad/tape/tape.h>
#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;

namespace {

using S = Scalar<double>;

template <class T = double>
std::size_t edges(Tape& tape) {
  return engine::ScalarRecorder::log<T>(tape.state()).position();
}

// A pendulum with friction, taken `steps` steps on: two numbers of state and one parameter.
template <class T>
std::array<T, 2> swing(const std::array<T, 2>& start, const T& friction, int steps) {
  using std::sin;
  std::array<T, 2> now = start;
  for (int i = 0; i < steps; ++i) {
    const T speed = now[1] + 0.01 * (-sin(now[0]) - friction * now[1]);
    now = {T(now[0] + 0.01 * speed), speed};
  }
  return now;
}
template <class T>
T energy(const std::array<T, 2>& state) {
  using std::cos;
  return state[1] * state[1] / 2 - cos(state[0]);
}

struct Slopes {
  double value, angle, speed, friction;
};
void same(const Slopes& a, const Slopes& b, double epsilon = 1e-12) {
  CHECK(a.value == b.value);
  CHECK(a.angle == Approx(b.angle).epsilon(epsilon));
  CHECK(a.speed == Approx(b.speed).epsilon(epsilon));
  CHECK(a.friction == Approx(b.friction).epsilon(epsilon));
}

// The energy after ten calls of step(state, friction), and its derivatives.
template <class T, class Step>
Slopes swung(const Step& step) {
  Tape tape;
  const std::array<Scalar<T>, 2> start{variable(T(0.5)), variable(T(0.1))};
  const Scalar<T> friction = variable(T(0.2));
  std::array<Scalar<T>, 2> state = start;
  for (int i = 0; i < 10; ++i) state = step(state, friction);
  const Scalar<T> result = energy(state);
  const Gradients g = tape.backward(result);
  return {result.value(), g[start[0]], g[start[1]], g[friction]};
}

}  // namespace

TEST_CASE("a pendulum, whole and preaccumulated: the same derivatives, six edges for each part") {
  auto plain = [](auto state, const auto& friction) { return swing(state, friction, 50); };
  auto local = [&](auto state, const auto& friction) { return preaccumulate([&] { return plain(state, friction); }); };
  same(swung<double>(local), swung<double>(plain));
  same(swung<float>(local), swung<float>(plain), 1e-4);
  auto numbers = [](double angle, double speed, double friction) {
    return energy(swing<double>({angle, speed}, friction, 500));
  };
  const Slopes found = swung<double>(local);
  CHECK(found.value == Approx(numbers(0.5, 0.1, 0.2)));
  CHECK(found.angle == Approx((numbers(0.5 + 1e-5, 0.1, 0.2) - numbers(0.5 - 1e-5, 0.1, 0.2)) / 2e-5).epsilon(1e-7));
  CHECK(found.speed == Approx((numbers(0.5, 0.1 + 1e-5, 0.2) - numbers(0.5, 0.1 - 1e-5, 0.2)) / 2e-5).epsilon(1e-7));
  CHECK(found.friction == Approx((numbers(0.5, 0.1, 0.2 + 1e-5) - numbers(0.5, 0.1, 0.2 - 1e-5)) / 2e-5).epsilon(1e-7));
  Tape tape;
  const std::array<S, 2> state{variable(0.5), variable(0.1)};
  const S friction = variable(0.2);
  const std::uint32_t slots = engine::ScalarRecorder::log<double>(tape.state()).slots;
  const auto moved = local(state, friction);
  CHECK(edges(tape) == 6);
  CHECK(engine::ScalarRecorder::log<double>(tape.state()).slots == slots + 2);
  CHECK(moved[0].value() == swing<double>({0.5, 0.1}, 0.2, 50)[0]);
}

TEST_CASE("results of every structure") {
  Tape tape;
  const S a = variable(2.), b = variable(3.);
  const S cubed = preaccumulate([&] { S s = a * b; s = s * s * s; return s; });
  const S formula = preaccumulate([&] { S s = a * b; return s * s * s; });
  const auto [first, second] = preaccumulate([&] {
    S s = a * b;
    s = s * s * s;
    return std::tuple(s * a, std::vector<S>{s, s + b});
  });
  const auto of_formulas = preaccumulate([&] { S s = a * b; s = s * s; return std::array{s * s, s * b}; });
  const Gradients g = tape.backward(cubed + 10 * formula + 100 * first + 1000 * second[1] + of_formulas[1]);
  const double slope = 3 * 36 * 3, s3 = 216;
  CHECK(g[a] == Approx(11 * slope + 100 * (slope * 2 + s3) + 1000 * slope + 2 * 6 * 9.));
  CHECK(g[b] == Approx(11 * 72 * 3 + 100 * 72 * 3 * 2 + 1000 * (72 * 3 + 1) + 2 * 6 * 2 * 3 + 36.));
}

TEST_CASE("what has as many edges as its Jacobian stays as it was recorded") {
  Tape tape;
  const S a = variable(2.), b = variable(3.);
  const S product = preaccumulate([&] { return a * b; });
  CHECK(edges(tape) == 2);
  const auto three = preaccumulate([&] { S s = a * b; return std::array<S, 3>{exp(s), sin(s), s * 2}; });
  CHECK(edges(tape) == 2 + 2 + 3);
  const Gradients g = tape.backward(product + three[1] + three[2]);
  CHECK(g[a] == 3 + 3 * std::cos(6.) + 6);
}

TEST_CASE("results that are inputs, constants, twice the same, or variables made inside") {
  Tape tape;
  const S a = variable(2.), b = variable(3.);
  const auto r = preaccumulate([&] {
    S s = a;
    for (int i = 0; i < 10; ++i) s = s * b;
    S other = s * s;
    return std::array<S, 6>{a, 7.0, s, s, other, variable(5.)};
  });
  CHECK(edges(tape) == 4);
  CHECK(r[1].slot() == 0);
  CHECK(r[2].slot() == r[3].slot());
  CHECK(r[0].slot() == a.slot());
  const double power = std::pow(3., 10);
  const Gradients g = tape.backward(r[0] + r[1] + 10 * r[2] + 100 * r[3] + r[4] + 3 * r[5]);
  CHECK(g[a] == Approx(1 + 110 * power + 2 * 2 * power * power));
  CHECK(g[b] == Approx(110 * 20 * power / 3 + 4. * 20 * power * power / 3));
  CHECK(g[r[5]] == 3);
  CHECK(preaccumulate([] { return S(3); }).slot() == 0);
  CHECK(preaccumulate([&]() -> const S& { return a; }).slot() == a.slot());
}

TEST_CASE("without a tape, and while it is paused, results are constants") {
  CHECK(preaccumulate([] { S s = 3; s = s * s; return s * s; }).value() == 81);
  Tape tape;
  const S a = variable(2.);
  const Tape::Pause pause;
  const S s = preaccumulate([&] { S s = a * a; return s * s; });
  CHECK(s.value() == 16);
  CHECK(s.slot() == 0);
}

TEST_CASE("nested preaccumulations") {
  Tape tape;
  const S a = variable(0.3), b = variable(0.4);
  auto inner = [](const S& x, const S& y) {
    return preaccumulate([&] {
      S s = x;
      for (int i = 0; i < 20; ++i) s = sin(s) * y + x;
      return s;
    });
  };
  auto outer = [&](auto f) {
    S s = a;
    for (int i = 0; i < 10; ++i) s += f(s, b);
    return s;
  };
  auto plain = [](const S& x, const S& y) {
    S s = x;
    for (int i = 0; i < 20; ++i) s = sin(s) * y + x;
    return s;
  };
  const S expected = outer(plain);
  const std::size_t before = edges(tape);
  const S found = preaccumulate([&] { return outer(inner); });
  CHECK(edges(tape) == before + 2);
  const Gradients g = tape.backward(found, {.keep = true}), h = tape.backward(expected);
  CHECK(found.value() == expected.value());
  CHECK(g[a] == Approx(h[a]).epsilon(1e-13));
  CHECK(g[b] == Approx(h[b]).epsilon(1e-13));
}

TEST_CASE("three chunks of statements, many inputs, many results") {
  Tape tape;
  std::vector<S> x;
  for (int i = 0; i < 10; ++i) x.push_back(variable(0.1 * i));
  S filler = 0;
  for (int i = 0; i < 65'500; ++i) filler += x[0];  // begins near the end of a chunk
  const std::size_t before = edges(tape);
  const auto y = preaccumulate([&] {
    std::vector<S> y(x.begin(), x.begin() + 9);
    for (int i = 0; i < 100'000; ++i) y[i % 9] = y[i % 9] * 0.999 + x[9] * 1e-3;
    return y;
  });
  CHECK(edges(tape) == before + 18);
  S total = 0;
  for (int i = 0; i < 9; ++i) total += y[i] * double(i);
  const Gradients g = tape.backward(total);
  for (int i = 0; i < 9; ++i) CHECK(g[x[i]] == Approx(i * std::pow(0.999, (100'000 - i + 8) / 9)));
}

TEST_CASE("an infinite slope inside that no gradient reaches gives no NaN") {
  Tape tape;
  const S a = variable(0.), b = variable(1.);
  const auto y = preaccumulate([&] {
    S root = sqrt(a), s = b;
    for (int i = 0; i < 10; ++i) s = s * 2;
    root = root * 1;
    root = root * 1;
    return std::array{s, root};
  });
  CHECK(edges(tape) == 2);
  const Gradients g = tape.backward(y[0], {.keep = true});
  CHECK(g[a] == 0);
  CHECK(g[b] == 1024);
  CHECK(std::isinf(tape.backward(y[1])[a]));
}

TEST_CASE("within transforms: Jacobians, products, and numbers that are checked") {
  auto f = [](const auto& v) {
    return preaccumulate([&] {
      auto y = v;
      for (int i = 0; i < 30; ++i) y[i % 3] = sin(y[(i + 1) % 3]) + y[i % 3] * 0.5;
      return y;
    });
  };
  auto plain = [](const auto& v) {
    auto y = v;
    for (int i = 0; i < 30; ++i) y[i % 3] = sin(y[(i + 1) % 3]) + y[i % 3] * 0.5;
    return y;
  };
  const std::vector<double> x{0.1, 0.7, -0.4}, d{1, 2, 3};
  const Tensor<double> j = jacobian(f)(x), k = jacobian(plain)(x);
  const auto forward = jvp(f, x, d).second, backward = vjp(f, x).second(d);
  for (std::size_t i = 0; i < 3; ++i) {
    double row = 0, column = 0;
    for (std::size_t m = 0; m < 3; ++m) {
      CHECK(j.data()[3 * i + m] == Approx(k.data()[3 * i + m]));
      row += k.data()[3 * i + m] * d[m];
      column += k.data()[3 * m + i] * d[m];
    }
    CHECK(forward[i] == Approx(row));
    CHECK(backward[i] == Approx(column));
  }
  Tape tape({.check_numbers = true});
  const S a = variable(2.);
  const S y = preaccumulate([&] { S s = a * a; s = s * s; return s * s; });
  CHECK(edges(tape) == 1);
  CHECK(tape.backward(y, {.keep = true})[a] == 8 * 128);
  CHECK_THROWS_AS(preaccumulate([&] { S s = a - 2; s = 1 / s; return s * s; }), NumberError);
}

TEST_CASE("scalars of dual numbers are preaccumulated, too: second derivatives are the same") {
  using D = Dual<double, 2>;
  auto second = [](bool local) {
    Tape tape;
    const std::array<Scalar<D>, 2> x{variable(D::input<0>(0.5)), variable(D::input<1>(0.8))};
    auto f = [&] { return swing(x, x[1], 30); };
    const auto y = local ? preaccumulate(f) : f();
    const Scalar<D> result = sin(y[0]) * y[1];
    if (local) CHECK(edges<D>(tape) == 4 + 2);
    const Gradients g = tape.backward(result);
    std::array<double, 4> all;
    for (std::size_t i = 0; i < 4; ++i) all[i] = i % 2 ? g[x[i / 2]].along(1) : g[x[i / 2]].along(0);
    return all;
  };
  const auto whole = second(false), found = second(true);
  CHECK(whole[1] == Approx(whole[2]));
  for (std::size_t i = 0; i < 4; ++i) CHECK(found[i] == Approx(whole[i]).epsilon(1e-12));
}

TEST_CASE("random programs with random parts preaccumulated") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::vector<double> expected;
    for (bool local : {false, true}) {
      std::mt19937 choice(seed);  // the same program both times
      auto below = [&](std::size_t n) { return choice() % n; };
      Tape tape;
      std::vector<S> x;
      for (int i = 0; i < 4; ++i) x.push_back(variable(0.2 + 0.3 * i));
      const std::vector<S> inputs = x;
      auto statement = [&](std::vector<S>& of) {
        const std::size_t a = below(of.size()), b = below(of.size()), to = below(of.size());
        switch (below(4)) {
          case 0: of[to] = sin(of[a]) * of[b]; break;
          case 1: of[to] += of[a] * of[b] * 0.1; break;
          case 2: of[to] = of[a]; break;
          default: of[to] = (of[a] + of[b]) / 2; break;
        }
      };
      for (int part = 0; part < 6; ++part) {
        const std::size_t length = below(20);
        auto body = [&] {
          std::vector<S> y = x;
          for (std::size_t i = 0; i < length; ++i) statement(y);
          return y;
        };
        if (local && part % 3 != 1) x = preaccumulate([&] { return part == 5 ? preaccumulate(body) : body(); });
        else x = body();
      }
      S total = 0;
      for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * (1.0 + double(i));
      const Gradients g = tape.backward(total);
      std::vector<double> found{total.value()};
      for (const S& input : inputs) found.push_back(g[input]);
      if (!local) expected = found;
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-11));
    }
  }
}
