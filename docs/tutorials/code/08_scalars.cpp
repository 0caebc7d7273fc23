// Lesson 8: what a scalar costs, dual numbers, second derivatives, and the tools for long computations.
#include <array>
#include <cstdio>
#include <iostream>
#include <vector>

#include <tapegrad/autodiff.h>
#include <tapegrad/scalars/checkpointed_loop.h>
#include <tapegrad/scalars/external_function.h>
#include <tapegrad/scalars/preaccumulate.h>

using namespace tapegrad;

void statements() {
  Tape tape;
  const Scalar<double> a = variable(2.0, "a"), b = variable(3.0, "b");
  auto formula = a * sin(b);             // nothing is recorded yet
  Scalar<double> y = formula + b;        // one statement, three edges
  Scalar<double> sum = 0.0;
  for (int i = 0; i < 10; ++i) sum += y * double(i);  // one edge each, all into one slot
  std::cout << tape.statistics();
  const Gradients g = tape.backward(sum);
  std::printf("d sum/da = %.4f\n", g[a]);
}

void between_tensors() {
  Tape tape;
  const Tensor<double> w = variable(Tensor<double>(xt::xarray<double>{1., 2., 3.}), "w");
  std::vector<Scalar<double>> x = scalars(w * w);              // one entry
  for (std::size_t i = 1; i < x.size(); ++i) x[i] += 0.5 * x[i - 1];
  const Tensor<double> loss =
      sum(exp(tensor(std::span<const Scalar<double>>(x)) * -0.1));  // one entry, and on with tensors
  tape.backward(loss, {.keep = true});
  print(tape, {.lines = false});
}

template <class X>
auto valley(const X& x) {  // Rosenbrock's function, for numbers of any kind
  typename X::value_type total = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const auto bend = x[i + 1] - x[i] * x[i];
    const auto off = 1.0 - x[i];
    total += 100.0 * bend * bend + off * off;
  }
  return total;
}

void dual_numbers() {
  const auto x = Dual<double>::input(0.5);             // the value 0.5, the derivative 1
  const auto y = exp(x) * x;
  std::printf("f = %.4f, f' = %.4f\n", y.value, y.along());

  Tape tape;
  std::vector<Scalar<Dual<double>>> at;
  for (double number : {0.5, 2.0}) at.push_back(variable(Dual<double>(number, {1.0, {}})));  // along (1, 1)
  const Gradients g = tape.backward(valley(at));
  std::printf("gradient %.1f %.1f, Hessian times (1, 1) %.1f %.1f\n", g[at[0]].value, g[at[1]].value,
              g[at[0]].along(), g[at[1]].along());
}

void second_derivatives() {
  const auto f = [](const auto& x) { return valley(x); };
  const std::vector<double> at{0.5, 2.0};
  const std::vector<double> slope = grad(f)(at), product = hvp(f)(at, std::vector{1.0, 1.0});
  const Tensor<double> h = hessian(f)(at);
  std::printf("%.1f %.1f, %.1f %.1f\n", slope[0], slope[1], product[0], product[1]);
  std::printf("%.1f %.1f\n%.1f %.1f\n", h.value()(0, 0), h.value()(0, 1), h.value()(1, 0), h.value()(1, 1));
}

void jacobians() {
  auto f = [](const auto& x) {
    auto y = x;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) y[i] = x[i] * x[i + 1];
    return y;
  };
  const Tensor<double> j = jacobian(f)(std::vector{1.0, 2.0, 3.0});
  for (int i = 0; i < 3; ++i) std::printf("%g %g %g\n", j.value()(i, 0), j.value()(i, 1), j.value()(i, 2));
}

void preaccumulation() {
  Tape tape;
  const Scalar<double> angle = variable(0.5), friction = variable(0.2);
  std::array<Scalar<double>, 2> state{angle, 0.0};
  for (int second = 0; second < 10; ++second) {
    state = preaccumulate([&] {  // 100 steps, of which at most six edges stay
      auto [position, speed] = state;
      for (int i = 0; i < 100; ++i) {
        speed -= 0.01 * (sin(position) + friction * speed);
        position += 0.01 * speed;
      }
      return std::array{position, speed};
    });
  }
  const std::size_t edges = tape.statistics().of_double.edges;
  const Gradients g = tape.backward(state[0]);
  std::printf("%zu edges; %.6f %.6f\n", edges, g[angle], g[friction]);
}

void a_solver() {
  // y^3 + x0 y = x1, solved for y; dy/dx by the implicit function theorem.
  const auto root = external_function(
      "root",
      [](std::span<const double> x) {
        double y = 1;
        for (int i = 0; i < 50; ++i) y -= (y * y * y + x[0] * y - x[1]) / (3 * y * y + x[0]);
        return y;
      },
      [](std::span<const double> x, double y, double dy) {
        const double slope = 3 * y * y + x[0];
        return std::array{-y / slope * dy, dy / slope};
      });
  Tape tape;
  const Scalar<double> p = variable(2.0), q = variable(5.0);
  const Scalar<double> y = root({p, q});
  const Gradients g = tape.backward(y * y);
  std::printf("y = %.6f, %.6f %.6f\n", y.value(), g[p], g[q]);
}

void long_integration() {
  using State = std::array<Scalar<double>, 2>;
  using Rates = std::array<Scalar<double>, 4>;
  auto euler = [](std::size_t, const State& z, const Rates& p) {  // rabbits and foxes
    const double h = 1e-3;
    return State{z[0] + h * z[0] * (p[0] - p[1] * z[1]), z[1] + h * z[1] * (p[2] * z[0] - p[3])};
  };
  Tape tape;
  const State start{variable(1.1), variable(0.4)};
  const Rates rates{variable(1.1), variable(0.4), variable(0.1), variable(0.4)};
  const State end = checkpointed_loop(20'000, start, rates, euler, {.snapshots = 20});
  const std::size_t entries = tape.size();
  const Gradients g = tape.backward(end[0]);
  std::printf("%zu entries; %.4f, by its rates %.4f %.4f %.4f %.4f\n", entries, end[0].value(), g[rates[0]],
              g[rates[1]], g[rates[2]], g[rates[3]]);
  std::printf("snapshots   runs of a step beside the recorded ones\n");
  for (std::size_t snapshots : {5, 10, 20, 200}) {
    std::printf("%9zu   %zu\n", snapshots, BinomialSchedule::advances(20'000, snapshots));
  }
}

int main() {
  statements();
  between_tensors();
  dual_numbers();
  second_derivatives();
  jacobians();
  preaccumulation();
  a_solver();
  long_integration();
}
