// Cases h, h_multiply, h_tanh and h2: chains of ops on one element, which cost what the recording costs.
#include <tapegrad/autodiff.h>

#include <cmath>

#include "case.h"
#include "floors/floors.h"

using namespace tapegrad;

namespace bench {
namespace {

struct Inputs {
  Tensor<float> x = variable(Tensor<float>::full({1}, 0.5f), "x");
  Tensor<float> w = variable(Tensor<float>::full({1}, 1.0001f), "w");
};

Tensor<float> scaled(Tensor<float> x, int length) {
  for (int i = 0; i < length; i += 2) {
    x = x * 1.0001f;
    x = x + 0.1f;
  }
  return x;
}
Tensor<float> multiplied(Tensor<float> x, const Tensor<float>& w, int length) {
  for (int i = 0; i < length; i += 2) {
    x = x * w;
    x = x + 0.1f;
  }
  return x;
}
Tensor<float> tanh_of_tanh(Tensor<float> x, int length) {
  for (int i = 0; i < length; ++i) x = tanh(x);
  return x;
}

double scale_gradient(const Inputs& in) {
  Tape tape;
  return tape.backward(scaled(in.x, 1000))[in.x].item();
}
double multiply_gradient(const Inputs& in) {
  Tape tape;
  const Gradients g = tape.backward(multiplied(in.x, in.w, 1000));
  keep(g[in.x].item());
  return g[in.w].item();
}
double tanh_gradient(const Inputs& in) {
  Tape tape;
  return tape.backward(tanh_of_tanh(in.x, 1000))[in.x].item();
}
double second_gradient(const Inputs& in) {
  Tape tape;
  const Gradients g = tape.backward(multiplied(in.x, in.w, 100), {.create_graph = true});
  return tape.backward(g[in.w])[in.w].item();
}

// The same derivatives from recurrences in double.
double expected_scale() { return std::pow(double(1.0001f), 500); }
double expected_multiply(int length, int order) {
  double x = 0.5, first = 0, second = 0;
  const double w = double(1.0001f);
  for (int i = 0; i < length; i += 2) {
    second = second * w + 2 * first;
    first = first * w + x;
    x = x * w + double(0.1f);
  }
  return order == 1 ? first : second;
}
double expected_tanh() {
  double x = 0.5, slope = 1;
  for (int i = 0; i < 1000; ++i) {
    x = std::tanh(x);
    slope *= 1 - x * x;
  }
  return slope;
}

Case chain_case(std::string name, std::string title, int length, double (*gradient)(const Inputs&), double expected) {
  return {.name = std::move(name),
          .title = std::move(title),
          .operations = double(length),
          .ours = [gradient]() -> Work { return [in = Inputs(), gradient] { keep(float(gradient(in))); }; },
          .floors = [length]() -> std::vector<Contestant> {
            return {{"floor: malloc and free", [length] {
                       for (int i = 0; i < length; ++i) floors::malloc_and_free();
                     }}};
          },
          .also = [] { return std::vector<Contestant>(); },
          .check = [=]() -> Agreement {
            return {std::abs(gradient(Inputs()) / expected - 1), 1e-3};
          }};
}

}  // namespace

std::vector<Case> chain_cases() {
  return {
      chain_case("h", "an op of x * 1.0001, + 0.1, ...", 1000, scale_gradient, expected_scale()),
      chain_case("h_multiply", "an op of x * w, + 0.1, ...; two gradients", 1000, multiply_gradient,
                 expected_multiply(1000, 1)),
      chain_case("h_tanh", "an op of tanh(tanh(...))", 1000, tanh_gradient, expected_tanh()),
      chain_case("h2", "an op of x * w, + 0.1, ...; backward of the backward", 100, second_gradient,
                 expected_multiply(100, 2)),
  };
}

}  // namespace bench
