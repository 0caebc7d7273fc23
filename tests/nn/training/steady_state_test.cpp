// The steady state allocates nothing: after the first steps, everything comes from the pool and the arena.
#include <doctest/doctest.h>

#include <tapegrad/autodiff.h>
#include <tapegrad/engine/context.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

using namespace tapegrad;

TEST_CASE("a training step takes no block from the heap once the pool is warm") {
  struct {
    nn::Dense hidden{20, 300}, last{300, 10};
    void parts(nn::Parts& part) {
      part("hidden", hidden);
      part("last", last);
    }
  } model;
  optim::Adam adam(nn::parameters(model));
  const Tensor<float> x = Tensor<float>::full({64, 20}, 0.5f);
  xt::xarray<int> labels = xt::zeros<int>({64});
  auto step = [&] {
    Tape tape;
    const auto loss =
        cross_entropy(model.last(tanh(model.hidden(x))), labels) + 1e-3f * sum(square(model.last.weight.tensor()));
    adam.step(tape.backward(loss));
  };
  for (int i = 0; i < 3; ++i) step();
  const std::uint64_t before = engine::context().heap_blocks;
  CHECK(before > 0);
  for (int i = 0; i < 20; ++i) step();
  CHECK(engine::context().heap_blocks == before);
}
