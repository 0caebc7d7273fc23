// Optimizers as values: bound again, and copied.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

namespace {
double step(optim::Adam& adam, const Tensor<double>& w) {
  const double before = w.data()[0];
  Tape tape;
  adam.step(tape.backward(sum(w * 3)));
  return before - w.data()[0];
}
}  // namespace

TEST_CASE("an optimizer that is bound again starts anew") {
  const auto w = variable(xt::xarray<double>{2.}, "w");
  optim::Adam adam(optim::Parameters{{"w", w}}, {.learning_rate = 0.1});
  for (int i = 0; i < 3; ++i) step(adam, w);
  adam.bind({{"w", w}});
  CHECK(step(adam, w) == doctest::Approx(0.1));
}

TEST_CASE("a copied optimizer keeps a state of its own") {
  const auto w = variable(xt::xarray<double>{2.}, "w");
  optim::Adam adam(optim::Parameters{{"w", w}}, {.learning_rate = 0.1});
  step(adam, w);
  optim::Adam copy = adam;
  const double first = step(adam, w);
  CHECK(step(copy, w) == first);
}
