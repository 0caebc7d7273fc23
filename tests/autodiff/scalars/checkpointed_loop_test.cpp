// Checkpointed loops: the bits of the plain loop, its gradients, and the memory of a few states.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <thread>

#include <tapegrad/autodiff.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;
using S = Scalar<double>;
using List = std::vector<S>;

namespace {

// Foxes and rabbits, one step of Heun's method.
template <class T>
using Two = std::array<Scalar<T>, 2>;
template <class T>
using Four = std::array<Scalar<T>, 4>;
constexpr auto lotka_volterra = []<class T>(std::size_t i, const Two<T>& z, const Four<T>& p) {
  auto slope = [&](const Two<T>& at) {
    return Two<T>{at[0] * (p[0] - p[1] * at[1]), at[1] * (p[2] * at[0] - p[3])};
  };
  const double h = 0.01 + 0.001 * static_cast<double>(i % 3);
  const Two<T> k = slope(z), l = slope({z[0] + h * k[0], z[1] + h * k[1]});
  return Two<T>{z[0] + h / 2 * (k[0] + l[0]), z[1] + h / 2 * (k[1] + l[1])};
};

// A chain of springs, stepped; every state has as many scalars as the chain is long.
const auto springs = [](std::size_t, List z, const List&) {
  const List before = z;
  for (std::size_t k = 1; k + 1 < z.size(); ++k) {
    z[k] += 0.1 * sin(before[k - 1] - 2 * before[k] + before[k + 1]);
  }
  return z;
};

Two<double> decay(std::size_t, const Two<double>& z, const Two<double>& rates) {
  return {z[0] * rates[0], z[1] * rates[1]};
}

template <class State, class Parameters, class Step>
State plain_loop(std::size_t steps, State state, const Parameters& parameters, const Step& step) {
  for (std::size_t i = 0; i < steps; ++i) state = step(i, state, parameters);
  return state;
}

template <class Scalars>
Scalars variables(const std::vector<double>& numbers) {
  Scalars result{};
  if constexpr (requires { result.resize(1); }) result.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    result[i] = variable(static_cast<typename Scalars::value_type::value_type>(numbers[i]));
  }
  return result;
}

}  // namespace

TEST_CASE("the bits of the plain loop, and its gradients, for all numbers of steps and snapshots") {
  for (std::size_t steps : {1, 2, 3, 7, 40, 101}) {
    for (std::size_t snapshots : {0, 1, 2, 3, 5, 10, 200}) {
      CAPTURE(steps);
      CAPTURE(snapshots);
      Tape tape;
      const auto z = variables<Two<double>>({1.1, 0.4});
      const auto p = variables<Four<double>>({1.1, 0.4, 0.1, 0.4});
      const auto looped = checkpointed_loop(steps, z, p, lotka_volterra, {.snapshots = snapshots});
      CHECK(tape.size() == 1);
      CHECK(tape.entries()[0].op == "checkpointed_loop");
      const auto plain = plain_loop(steps, z, p, lotka_volterra);
      CHECK(looped[0].value() == plain[0].value());
      CHECK(looped[1].value() == plain[1].value());
      auto objective = [&](const Two<double>& end) { return sin(end[0]) * end[1] + z[0] * p[2]; };
      const Gradients ours = tape.backward(objective(looped), {.keep = true});
      const Gradients expected = tape.backward(objective(plain), {.keep = true});
      for (const S& s : z) CHECK(ours[s] == Approx(expected[s]).epsilon(1e-12));
      for (const S& s : p) CHECK(ours[s] == Approx(expected[s]).epsilon(1e-12));
      const Gradients again = tape.backward(objective(looped));
      for (const S& s : p) CHECK(again[s] == ours[s]);
    }
  }
}

TEST_CASE("gradients of a loop against finite differences") {
  auto run = [](const std::vector<double>& p) {
    const Two<double> z{p[0], p[1]};
    return plain_loop(300, z, Four<double>{p[2], p[3], p[4], p[5]}, lotka_volterra)[0].value();
  };
  const std::vector<double> numbers{1.1, 0.4, 1.1, 0.4, 0.1, 0.4};
  Tape tape;
  const auto z = variables<Two<double>>({1.1, 0.4});
  const auto p = variables<Four<double>>({1.1, 0.4, 0.1, 0.4});
  const Gradients g = tape.backward(checkpointed_loop(300, z, p, lotka_volterra, {.snapshots = 4})[0]);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(i);
    std::vector<double> above = numbers, below = numbers;
    above[i] += 1e-6;
    below[i] -= 1e-6;
    CHECK((i < 2 ? g[z[i]] : g[p[i - 2]]) == Approx((run(above) - run(below)) / 2e-6).epsilon(1e-7));
  }
}

TEST_CASE("a function as a step, and as many snapshots as steps") {
  Tape tape;
  const auto z = variables<Two<double>>({3., 5.}), rates = variables<Two<double>>({0.5, 2.});
  const auto end = checkpointed_loop(4, z, rates, decay, {.snapshots = 4});
  const Gradients g = tape.backward(end[0] + 10 * end[1]);
  CHECK(end[1].value() == 80);
  CHECK(g[z[0]] == 1. / 16);
  CHECK(g[z[1]] == 160);
  CHECK(g[rates[0]] == 3 * 4 * 0.125);
  CHECK(g[rates[1]] == 10 * 5 * 4 * 8);
}

TEST_CASE("vectors as states, no parameters, constants among them, float") {
  Tape tape;
  List z;
  for (int k = 0; k < 8; ++k) z.push_back(k % 3 ? variable(0.3 * k) : S(1.));
  const List looped = checkpointed_loop(50, z, List{}, springs, {.snapshots = 3});
  const List plain = plain_loop(50, z, List{}, springs);
  const Gradients ours = tape.backward(looped[4] * looped[2], {.keep = true});
  const Gradients expected = tape.backward(plain[4] * plain[2], {.keep = true});
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK(looped[k].value() == plain[k].value());
    if (z[k].slot()) CHECK(ours[z[k]] == Approx(expected[z[k]]).epsilon(1e-12));
  }
  const auto f = variables<Two<float>>({1.1, 0.4});
  const Four<float> p{variable(1.1f), 0.4f, variable(0.1f), 0.4f};
  const auto many = checkpointed_loop(60, f, p, lotka_volterra), same = plain_loop(60, f, p, lotka_volterra);
  CHECK(many[0].value() == same[0].value());
  const Gradients of_many = tape.backward(many[0], {.keep = true}), of_same = tape.backward(same[0]);
  CHECK(of_many[p[0]] == Approx(of_same[p[0]]).epsilon(1e-4));
  CHECK(of_many[p[2]] == Approx(of_same[p[2]]).epsilon(1e-4));
}

TEST_CASE("no steps, no tape, constants only") {
  const Two<double> z{1.1, 0.4};
  const Four<double> p{1.1, 0.4, 0.1, 0.4};
  const auto end = checkpointed_loop(100, z, p, lotka_volterra);
  Tape tape;
  CHECK(checkpointed_loop(100, z, p, lotka_volterra)[0].value() == end[0].value());
  CHECK(tape.size() == 0);
  const auto x = variables<Two<double>>({1.1, 0.4});
  const auto same = checkpointed_loop(0, x, p, lotka_volterra);
  CHECK(tape.size() == 0);
  CHECK(tape.backward(same[0] * 2, {.keep = true})[x[0]] == 2);
  // A step may forget its state: what comes before has no gradient.
  const auto reset = [](std::size_t i, const Two<double>& s, const Four<double>&) {
    return i == 5 ? Two<double>{2., 3.} : s;
  };
  const auto forgot = checkpointed_loop(10, x, p, reset);
  CHECK(forgot[0].value() == 2);
  CHECK(tape.backward(forgot[0] * x[1])[x[0]] == 0);
}

TEST_CASE("a hundred thousand steps take the memory of twenty states and one step") {
  std::thread([] {  // whose pools and chunks are its own
    const std::size_t steps = 100'000;
    std::size_t calls = 0;
    {
      Tape tape;
      const auto z = variables<Two<double>>({1.1, 0.4});
      const auto p = variables<Four<double>>({1.1, 0.4, 0.1, 0.4});
      const auto end = checkpointed_loop(steps, z, p,
                                         [&](std::size_t i, const Two<double>& s, const Four<double>& q) {
                                           ++calls;
                                           return lotka_volterra(i, s, q);
                                         },
                                         {.snapshots = 20});
      CHECK(tape.statistics().of_double.edges == 0);
      CHECK(tape.bytes() < 200);
      CHECK(calls == 1 + steps);  // one to check
      const Gradients g = tape.backward(end[0]);
      // In the sweep: those of the schedule that were not run before, and each recorded once.
      CHECK(calls == 1 + steps + BinomialSchedule::advances(steps, 20) - (steps - 1) + steps);
      CHECK(std::isfinite(g[p[0]]));
      CHECK(g[p[0]] != 0);
    }
    const std::uint64_t blocks = engine::context().heap_blocks;
    CHECK(blocks < 100);
    Tape next;
    const S a = variable(2.);
    [[maybe_unused]] const S b = a * a;
    CHECK(next.statistics().of_double.chunks <= 1);
    CHECK(engine::context().heap_blocks == blocks);
  }).join();
}

TEST_CASE("loops in loops, tensors in steps") {
  // A step of the outer loop is ten of the inner one.
  const auto ten = [](std::size_t, const Two<double>& z, const Four<double>& p) {
    return checkpointed_loop(10, z, p, lotka_volterra, {.snapshots = 2});
  };
  const auto flat = [](std::size_t i, const Two<double>& z, const Four<double>& p) {
    return lotka_volterra(i % 10, z, p);
  };
  Tape tape;
  const auto z = variables<Two<double>>({1.1, 0.4});
  const auto p = variables<Four<double>>({1.1, 0.4, 0.1, 0.4});
  const auto nested = checkpointed_loop(7, z, p, ten, {.snapshots = 3}), plain = plain_loop(70, z, p, flat);
  CHECK(nested[0].value() == plain[0].value());
  const Gradients ours = tape.backward(nested[1], {.keep = true}), expected = tape.backward(plain[1], {.keep = true});
  for (const S& s : p) CHECK(ours[s] == Approx(expected[s]).epsilon(1e-12));

  const Tensor<double> w = xt::xarray<double>{{0.5, -0.3}, {0.2, 0.4}};
  const auto neural = [w](std::size_t, const List& s, const List& q) {
    const auto x = scalars(tanh(matmul(w, tensor(std::span<const S>(s)))));
    return List{s[0] + 0.1 * q[0] * x[0], s[1] + 0.1 * x[1]};
  };
  const List start{z[0], z[1]}, q{p[0]};
  const List with = checkpointed_loop(20, start, q, neural, {.snapshots = 2});
  const List without = plain_loop(20, start, q, neural);
  const Gradients g = tape.backward(with[0], {.keep = true}), h = tape.backward(without[0]);
  CHECK(with[0].value() == without[0].value());
  CHECK(g[z[1]] == Approx(h[z[1]]).epsilon(1e-12));
  CHECK(g[q[0]] == Approx(h[q[0]]).epsilon(1e-12));
}

TEST_CASE("transforms of a loop, in reverse and forward mode") {
  auto f = [](const auto& loop) {
    return [loop](const S& a, const S& b, const S& c) {
      const Two<double> end = loop(Two<double>{a, b}, Four<double>{c, 0.4, a, 0.4});
      const S y = end[0] * end[1];
      return y;
    };
  };
  for (std::size_t steps : {1, 30}) {
    const auto ours = f(
        [steps](const auto& z, const auto& p) { return checkpointed_loop(steps, z, p, lotka_volterra); });
    const auto plain = f([steps](const auto& z, const auto& p) { return plain_loop(steps, z, p, lotka_volterra); });
    const auto [a, b, c] = grad(ours)(1.1, 0.4, 0.9);
    const auto [d, e, g] = grad(plain)(1.1, 0.4, 0.9);
    CHECK(a == Approx(d).epsilon(1e-12));
    CHECK(b == Approx(e).epsilon(1e-12));
    CHECK(c == Approx(g).epsilon(1e-12));
    const auto [value, tangent] = jvp(ours, std::tuple{1.1, 0.4, 0.9}, std::tuple{1., -2., 0.5});
    const auto [expected, moved] = jvp(plain, std::tuple{1.1, 0.4, 0.9}, std::tuple{1., -2., 0.5});
    CHECK(value.value() == expected.value());
    CHECK(tangent == Approx(moved).epsilon(1e-12));
  }
}

TEST_CASE("second derivatives go through the plain loop") {
  auto f = [](const auto& loop) {
    return [loop](const auto& x) {
      using X = std::decay_t<decltype(x[0])>;
      const auto end = loop(std::array<X, 2>{x[0], x[1]}, std::array<X, 4>{x[2], 0.4, 0.1, 0.4});
      const X y = end[0] * end[1];
      return y;
    };
  };
  const auto ours = f([](const auto& z, const auto& p) { return checkpointed_loop(20, z, p, lotka_volterra); });
  const auto plain = f([](const auto& z, const auto& p) { return plain_loop(20, z, p, lotka_volterra); });
  const std::vector<double> x{1.1, 0.4, 0.9}, v{1, -2, 0.5};
  const std::vector<double> along = hvp(ours)(x, v), expected = hvp(plain)(x, v);
  for (std::size_t i = 0; i < 3; ++i) CHECK(along[i] == Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("what a step reads behind the loop's back is no silent zero") {
  Tape tape;
  const auto z = variables<Two<double>>({1.1, 0.4});
  const std::array<S, 0> none{};
  const S rate = variable(0.5);
  using None = std::array<S, 0>;
  auto times = [](const auto& factor) {  // a step that captures a way to get a factor
    return [&factor](std::size_t, const Two<double>& s, const None&) { return Two<double>{s[0] * factor(), s[1]}; };
  };
  const auto get_rate = [&] { return rate; };
  const auto reads = times(get_rate);
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, none, reads),
                       Contains("checkpointed_loop: step 0 reads something recorded outside the loop that is neither "
                                "in state nor in parameters, so that its gradient would be lost [checkpointed_loop_"),
                       TapeError);
  const Two<double> constant{1.1, 0.4};
  // Where all is constant, the plain loop is recorded.
  CHECK(tape.backward(checkpointed_loop(5, constant, none, reads)[0], {.keep = true})[rate] ==
        Approx(1.1 * 5 * std::pow(0.5, 4)));
  const auto get_value = [r = rate.value()] { return r; };
  const auto end_with_value = checkpointed_loop(5, z, none, times(get_value));
  CHECK(tape.backward(end_with_value[0], {.keep = true})[z[0]] == Approx(std::pow(0.5, 5)));
  const auto w = variable(xt::xarray<double>{2.}, "w");
  const auto get_w = [&] { return w(0); };
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, none, times(get_w)),
                       Contains("checkpointed_loop: step 0 reads variable \"w\", to which the loop can give no "
                                "gradient [checkpointed_loop_test.cpp:"),
                       TapeError);
  const auto product = w * w;
  const auto get_product = [&] { return product(0); };
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, none, times(get_product)),
                       Contains("neither in state nor in parameters"), TapeError);
  CHECK(tape.backward(z[0] * rate, {.keep = true})[rate] == 1.1);  // the tape is as it was
  // What only a later step reads is found in the sweep.
  const auto later = [&](std::size_t i, const Two<double>& s, const None&) { return i == 3 ? reads(i, s, none) : s; };
  const auto end = checkpointed_loop(5, z, none, later);
  CHECK_THROWS_WITH_AS(tape.backward(end[0]), Contains("checkpointed_loop: step 3 reads something recorded outside"),
                       TapeError);
}

TEST_CASE("from constants, what later steps read has its gradient") {
  Tape tape;
  const S c = variable(3.), x = variable(5.);
  const auto multiplies = [&](std::size_t i, const List& s, const List&) { return i ? List{s[0] * c, s[1]} : s; };
  const auto y = checkpointed_loop(3, List{1., 2.}, List{}, multiplies);
  CHECK(tape.backward(y[0] * x, {.keep = true})[c] == 2 * 3 * 5);
  const auto copies = [&](std::size_t i, const List& s, const List&) { return i ? List{c, s[1]} : s; };
  const auto z = checkpointed_loop(3, List{1., 2.}, List{}, copies);
  CHECK(tape.backward(z[0] * x)[c] == 5);
}

TEST_CASE("a scalar from outside that a step only copies is found") {
  Tape tape;
  const S c = variable(3.);
  const List z{variable(1.), variable(2.)};
  const auto copies = [&](std::size_t first) {
    return [&c, first](std::size_t i, const List& s, const List&) { return i >= first ? List{c, s[1]} : s; };
  };
  CHECK_THROWS_WITH_AS(checkpointed_loop(3, z, List{}, copies(0)),
                       Contains("checkpointed_loop: step 0 reads something recorded outside"), TapeError);
  const auto y = checkpointed_loop(3, z, List{}, copies(2));
  CHECK_THROWS_WITH_AS(tape.backward(y[0]), Contains("checkpointed_loop: step 2 reads something recorded outside"),
                       TapeError);
}

TEST_CASE("a sweep stops where nothing goes on") {
  Tape tape;
  const List z{variable(1.), variable(2.)}, p{variable(3.)};
  std::size_t calls = 0;
  const auto y = checkpointed_loop(100, z, p, [&](std::size_t i, const List& s, const List& q) {
    ++calls;
    return i == 97 ? List{4., 5.} : List{s[0] * q[0], s[1]};
  }, {.snapshots = 100});
  calls = 0;
  const Gradients g = tape.backward(y[0]);
  CHECK(calls == 3);  // 99, 98, and 97, which forgets its state
  CHECK(g[z[0]] == 0);
  CHECK(g[p[0]] == 4 * 2 * 3);
}

TEST_CASE("more snapshots than there can be, and more steps") {
  Tape tape;
  const auto z = variables<Two<double>>({3., 5.}), rates = variables<Two<double>>({0.5, 2.});
  const auto end = checkpointed_loop(4, z, rates, decay, {.snapshots = ~std::size_t(0)});
  CHECK(tape.backward(end[0])[z[0]] == 1. / 16);
  using D = Scalar<Dual<double>>;
  const auto same = [](std::size_t, const auto& s, const auto&) { return s; };
  CHECK_THROWS_WITH_AS(checkpointed_loop(std::size_t(1) << 32, std::vector<D>{1.}, std::vector<D>{}, same),
                       Contains("checkpointed_loop: 4294967296 steps are too many, 2^32 - 1 can be reversed "
                                "[checkpointed_loop_test.cpp:"),
                       Error);
}

TEST_CASE("errors of loops, and of their steps") {
  const auto grows = [](std::size_t i, List s, const List&) {
    if (i == 2) s.push_back(1.);
    return s;
  };
  const auto diverges = [](std::size_t i, const List& s, const List&) {
    if (i == 2) throw DomainError("diverged");
    return s;
  };
  Tape tape;
  const List z{variable(1.), variable(2.)};
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, List{}, grows),
                       Contains("checkpointed_loop: step 2 returned a state of 3 scalars, but was given one of 2 "
                                "[checkpointed_loop_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, List{}, diverges), "diverged", DomainError);
  CHECK_THROWS_WITH_AS(checkpointed_loop(std::size_t(1) << 40, z, List{}, diverges),
                       Contains("checkpointed_loop: 1099511627776 steps"), Error);
  CHECK(tape.size() == 0);
  CHECK(tape.backward(z[0] * z[1], {.keep = true})[z[0]] == 2);
  bool fails = false;
  const auto end = checkpointed_loop(5, z, List{}, [&](std::size_t i, const List& s, const List& p) {
    return fails ? diverges(i, s, p) : s;
  });
  fails = true;
  CHECK_THROWS_AS(tape.backward(end[0]), DomainError);
  CHECK_THROWS_WITH_AS(tape.backward(end[0]), Contains("the rule of checkpointed_loop [checkpointed_loop_test.cpp:"),
                       TapeError);
  Tape other;
  CHECK_THROWS_WITH_AS(checkpointed_loop(5, z, List{}, grows),
                       Contains("checkpointed_loop: scalar 0 that it reads was made"), StaleError);
}
