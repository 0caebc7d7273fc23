// Random programs, straight lines and loops, run with scalars, dual numbers, both in one, and tensors: gradients must
// agree, forward and back, and second derivatives with those of duals in duals and of tensors.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <tapegrad/functions/functions.h>
#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;

namespace {

constexpr std::size_t inputs = 3, places = 6;
using Directions = Dual<double, inputs>;

struct Instruction {
  int code;
  std::size_t a, b, c;
  double number;
};
using Program = std::vector<Instruction>;

Program random_program(std::mt19937_64& generator, std::size_t length) {
  Program program(length);
  for (Instruction& each : program) {
    each = {int(generator() % 19), generator() % places, generator() % places, generator() % places,
            double(generator() % 1000) / 500 - 1};
  }
  return program;
}

template <class T>
double number(const T& x) {
  if constexpr (IsTensor<T>) return x.item();
  else return plain_number(x);
}

// Values stay bounded, so that rounding is all that can differ.
template <class T>
void step(const Instruction& i, std::array<T, places>& x) {
  T &a = x[i.a], &b = x[i.b], &c = x[i.c];
  switch (i.code) {
    case 0: a = sin(b) * c + i.number; break;
    case 1: a = tanh(b * c - a); break;
    case 2: a = T(b / (2.0 + square(c))); break;
    case 3: a += sin(b * i.number); break;
    case 4: a -= 0.5 * c; break;
    case 5: a = b; break;
    case 6: std::swap(a, b); break;
    case 7: a = sqrt(1.0 + b * b) - i.number * log(2.0 + c * c); break;
    case 8: a = T(i.number); break;
    case 9: a *= cos(b); break;
    case 10: a /= 1.5 + sigmoid(c); break;
    case 11: a = number(b) > number(c) ? T(b) : T(c); break;
    case 12: a += i.number; break;
    case 13: {
      const auto kept = b * cos(c);
      b = T(0.25 * a);
      a = kept - 1.0;
      break;
    }
    case 14: a += tanh(a) * tanh(a); break;
    case 15: {
      T sum = 0.0;
      for (T& each : x) sum += i.number * each;
      a = sum / 6.0;
      break;
    }
    case 16: a = softplus(-b) * exp(-abs(c)); break;
    case 17:
      for (std::size_t k = 0; k < 2 + i.a; ++k) {
        a = T(0.5 * sin(a) + i.number * b);
        c -= 0.1 * a;
      }
      break;
    case 18:  // the numbers say how often
      for (int k = 0; k < 20 && number(a) < 1.5; ++k) a += 0.1 + 0.3 * tanh(b * b);
      break;
  }
  for (T& each : x) {
    if (std::abs(number(each)) > 8) each = T(tanh(each));
  }
}
template <class T>
T run(const Program& program, const std::array<T, inputs>& in) {
  std::array<T, places> x{in[0], in[1], in[2], in[0], T(1.0), T(-0.5)};
  for (const Instruction& each : program) step(each, x);
  T sum = 0.0;
  for (std::size_t i = 0; i < places; ++i) sum += double(i + 1) * x[i];
  return sum;
}

}  // namespace

TEST_CASE("random programs: scalars against dual numbers") {
  std::mt19937_64 generator(6);
  for (int repeat = 0; repeat < 3000; ++repeat) {
    const Program program = random_program(generator, 1 + generator() % 40);
    std::array<double, inputs> at;
    for (double& each : at) each = double(generator() % 4000) / 1000 - 2;
    const Directions expected = run<Directions>(
        program, {Directions::input<0>(at[0]), Directions::input<1>(at[1]), Directions::input<2>(at[2])});
    Tape tape;
    std::array<Scalar<double>, inputs> x;
    for (std::size_t i = 0; i < inputs; ++i) x[i] = variable(at[i]);
    const Scalar<double> y = run(program, x);
    CAPTURE(repeat);
    CHECK(y.value() == Approx(expected.value).epsilon(1e-12));
    if (y.slot() == 0) continue;
    const Gradients g = tape.backward(y);
    const double partials[]{expected.along<0>(), expected.along<1>(), expected.along<2>()};
    const double scale = std::abs(partials[0]) + std::abs(partials[1]) + std::abs(partials[2]) + 1;
    for (std::size_t i = 0; i < inputs; ++i) CHECK(std::abs(g[x[i]] - partials[i]) < 1e-10 * scale);
    if (repeat % 10) continue;
    const double moved = jvp([&](auto a, auto b, auto c) { return run<Scalar<double>>(program, {a, b, c}); },
                             std::tuple(at[0], at[1], at[2]), std::tuple(1.0, 10.0, 100.0)).second;
    CHECK(std::abs(moved - (partials[0] + 10 * partials[1] + 100 * partials[2])) < 1e-8 * scale);
  }
}

TEST_CASE("random programs: tensors, and second derivatives four ways") {
  using Twice = Dual<Directions, inputs>;
  std::mt19937_64 generator(8);
  for (int repeat = 0; repeat < 400; ++repeat) {
    const Program program = random_program(generator, 1 + generator() % 15);
    const std::array<double, inputs> at{0.4, -1.3, 0.9};
    const auto f = [&](const auto& x) { return run(program, x); };
    std::array<Twice, inputs> moving;
    for (std::size_t i = 0; i < inputs; ++i) moving[i] = Twice::input(Directions::input(at[i], i), i);
    const Twice expected = f(moving);
    CAPTURE(repeat);
    Tape tape;
    std::array<Tensor<double>, inputs> x;
    for (std::size_t i = 0; i < inputs; ++i) x[i] = variable(Tensor<double>(at[i]));
    const Tensor<double> read = x[0] + x[1] + x[2];  // gives each a place, whatever the program reads
    const Tensor<double> y = f(x);
    CHECK(y.item() == Approx(number(expected)).epsilon(1e-12));
    if (!tape.contains(y)) continue;
    double scale = 1;
    for (std::size_t i = 0; i < inputs; ++i) {
      for (std::size_t j = 0; j < inputs; ++j) scale += std::abs(expected.along(i).along(j));
    }
    const std::vector<Tensor<double>> g = tape.gradient(y, {x[0], x[1], x[2]}, {.create_graph = true});
    const Tensor<double> h = hessian(f)(at);
    for (std::size_t i = 0; i < inputs; ++i) {
      CHECK(std::abs(g[i].item() - expected.value.along(i)) < 1e-10 * scale);
      for (std::size_t j = 0; j < inputs; ++j) {
        const double second = expected.along(i).along(j);
        CHECK(std::abs(h.value()(i, j) - second) < 1e-10 * scale);
        const bool moves = tape.contains(g[i]);
        CHECK(std::abs((moves ? tape.gradient(g[i], x[j]).item() : 0) - second) < 1e-9 * scale);
      }
    }
  }
}

TEST_CASE("random programs with tensors, marks and rewinds between the statements") {
  std::mt19937_64 generator(7);
  for (int repeat = 0; repeat < 500; ++repeat) {
    const Program before = random_program(generator, 5), lost = random_program(generator, 5),
                  after = random_program(generator, 10);
    auto program = [&]<class T>(const std::array<T, inputs>& in, auto&& between) {
      std::array<T, places> x{in[0], in[1], in[2], in[0], T(1.0), T(-0.5)};
      for (const Instruction& each : before) step(each, x);
      between(x);
      for (const Instruction& each : after) step(each, x);
      T sum = 0.0;
      for (const T& each : x) sum += each;
      return sum;
    };
    const Directions expected =
        program(std::array<Directions, inputs>{Directions::input<0>(0.3), Directions::input<1>(-0.7),
                                               Directions::input<2>(1.1)},
                [](auto& x) {
                  for (auto& each : x) each = each * 0.5;
                });
    Tape tape;
    const std::array<Scalar<double>, inputs> in{variable(0.3), variable(-0.7), variable(1.1)};
    const Scalar<double> y = program(in, [&](auto& x) {
      const Tape::Mark mark = tape.mark();
      auto scratch = x;
      for (const Instruction& each : lost) step(each, scratch);
      tape.rewind(mark);
      const auto halves = scalars(tensor(std::span<const Scalar<double>>(x)) * 0.5);
      std::copy(halves.begin(), halves.end(), x.begin());
    });
    CAPTURE(repeat);
    CHECK(y.value() == Approx(expected.value).epsilon(1e-12));
    if (y.slot() == 0) continue;
    const Gradients g = tape.backward(y);
    CHECK(g[in[0]] == Approx(expected.along<0>()).epsilon(1e-9));
    CHECK(g[in[1]] == Approx(expected.along<1>()).epsilon(1e-9));
    CHECK(g[in[2]] == Approx(expected.along<2>()).epsilon(1e-9));
  }
}
