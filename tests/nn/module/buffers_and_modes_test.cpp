// Buffers and modes, and parts in containers: listed, named, copied, assigned, set for a scope.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

using Names = std::vector<std::string>;

template <class M>
Names names(M& model) {
  Names result;
  for (const auto& p : nn::parameters(model)) result.push_back(p.name);
  return result;
}

// Counts its calls in training.
template <Real T>
struct Counting {
  nn::Parameter<T> scale{Tensor<T>(2), "scale"};
  mutable nn::Buffer<T> calls{Tensor<T>(T(0))};
  nn::Mode mode = nn::Mode::inference;
  void parts(nn::Parts& part) {
    part("scale", scale);
    part("calls", calls);
    part(mode);
  }
  Tensor<T> operator()(const Tensor<T>& x) const {
    if (mode == nn::Mode::training) calls.set_value(calls + 1);
    return x * scale + calls;
  }
};

template <Real T>
struct Twice {
  Counting<T> first, second;
  void parts(nn::Parts& part) {
    part("first", first);
    part("second", second);
  }
  Tensor<T> operator()(const Tensor<T>& x) const { return second(first(x)); }
};

}  // namespace

TEST_CASE("a buffer is a constant that is listed apart from the parameters") {
  Twice<double> model;
  CHECK(names(model) == Names{"first.scale", "second.scale"});
  const auto buffers = nn::buffers(model);
  REQUIRE(buffers.size() == 2);
  CHECK(buffers[1].name == "second.calls");
  CHECK(std::get<nn::Buffer<double>*>(buffers[1].buffer) == &model.second.calls);
  Tape tape;
  const Gradients g = tape.backward(model(Tensor<double>(1.)));
  CHECK(g.size() == 2);
  CHECK_FALSE(g.contains(model.first.calls));
}

TEST_CASE("what was read from a buffer keeps its values, on a tape too") {
  nn::Buffer<double> state(Tensor<double>::full({2}, 3));
  nn::Parameter<double> w(Tensor<double>::full({2}, 1), "w");
  const Tensor<double> before = state;
  Tape tape;
  const Tensor<double> y = sum(w * state);
  state.set_value(w * 5);  // of recorded tensors only the values are kept
  CHECK(before.data()[0] == 3);
  CHECK(state.data()[0] == 5);
  CHECK_FALSE(tape.contains(state));
  CHECK(tape.backward(y)[w].data()[0] == 3);
}

TEST_CASE("buffers are copied and assigned with the model, and keep their shape") {
  Twice<float> model;
  model.first.calls.set_value(Tensor<float>(7.f));
  Twice<float> copy = model;
  copy.first.calls.set_value(Tensor<float>(8.f));
  CHECK(model.first.calls.item() == 7);
  model = copy;
  CHECK(model.first.calls.item() == 8);
  CHECK_THROWS_WITH_AS(model.first.calls.set_value(Tensor<float>::full({3}, 1)),
                       Contains("set_value: a buffer has shape (), but the new value has (3,) [buffers_and_modes"),
                       ShapeError);
  nn::Buffer<float> row(Tensor<float>::full({3}, 1)), none;
  CHECK_THROWS_WITH_AS(row = none, Contains("the new value holds nothing"), ShapeError);
  none = row;
  CHECK(none.size() == 3);
}

TEST_CASE("a mode is set in every nested part and comes back at the end of the scope") {
  Twice<float> model;
  nn::Sequential layers{nn::Sequential(model, nn::ReLU()), Counting<float>()};
  CHECK(model.first.mode == nn::Mode::inference);
  nn::set_mode(model, nn::Mode::training);
  CHECK(model.second.mode == nn::Mode::training);
  {
    nn::ModeScope outer(model, nn::Mode::inference);
    model.first.mode = nn::Mode::training;
    {
      nn::ModeScope inner(model, nn::Mode::inference);
      CHECK(model.first.mode == nn::Mode::inference);
    }
    CHECK(model.first.mode == nn::Mode::training);
    CHECK(model.second.mode == nn::Mode::inference);
  }
  CHECK(model.first.mode == nn::Mode::training);
  CHECK(model.second.mode == nn::Mode::training);

  auto calls = [&] { return std::get<nn::Buffer<float>*>(nn::buffers(layers)[2].buffer)->item(); };
  try {
    nn::ModeScope training(layers, nn::Mode::training);
    layers(Tensor<float>(1.f));
    throw std::runtime_error("stop");
  } catch (const std::runtime_error&) {
  }
  CHECK(calls() == 1);
  layers(Tensor<float>(1.f));
  CHECK(calls() == 1);
}

TEST_CASE("a buffer or a mode that parts() forgot is found") {
  struct Forgetful {
    nn::Buffer<float> state{Tensor<float>(1.f)};
    nn::Mode mode = nn::Mode::training;
    bool buffer = false;
    void parts(nn::Parts& part) {
      if (buffer) part("state", state);
    }
  } model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("holds buffers that would not be saved"), Error);
  model.buffer = true;
  CHECK_THROWS_WITH_AS(nn::set_mode(model, nn::Mode::training), Contains("holds a mode that would not be set"), Error);
}

TEST_CASE("parts in vectors, arrays, maps, tuples, optionals and pointers are named by their places") {
  using Layer = nn::BasicDense<double>;
  struct Model {
    std::vector<Layer> blocks{Layer(1, 1), Layer(1, 1)};
    std::array<Layer, 2> pair{Layer(1, 1), Layer(1, 1)};
    Layer plain[1]{Layer(1, 1)};
    std::map<std::string, Layer> heads{{"left", Layer(1, 1)}};
    std::map<int, nn::Parameter<double>> scales{{7, nn::Parameter<double>(Tensor<double>(1.))}};
    std::tuple<Layer, nn::BasicReLU<double>> both{Layer(1, 1), {}};
    std::optional<Layer> maybe, missing;
    std::unique_ptr<Layer> owned = std::make_unique<Layer>(1, 1);
    std::shared_ptr<Layer> shared = std::make_shared<Layer>(1, 1), again = shared;
    std::vector<std::vector<Layer>> nested{{Layer(1, 1)}};
    void parts(nn::Parts& part) {
      part("blocks", blocks);
      part("pair", pair);
      part("plain", plain);
      part("heads", heads);
      part("scales", scales);
      part("both", both);
      part("maybe", maybe);
      part("missing", missing);
      part("owned", owned);
      part("shared", shared);
      part("again", again);
      part("nested", nested);
    }
  } model;
  model.maybe.emplace(1, 1);
  Names weights;
  for (const std::string& name : names(model)) {
    if (!name.ends_with(".bias")) weights.push_back(name);
  }
  CHECK(weights == Names{"blocks.0.weight", "blocks.1.weight", "pair.0.weight", "pair.1.weight", "plain.0.weight",
                         "heads.left.weight", "scales.7", "both.0.weight", "maybe.weight", "owned.weight",
                         "shared.weight", "nested.0.0.weight"});
  CHECK(label(model.blocks[1].weight) == "blocks.1.weight");
}

TEST_CASE("an owned part that was forgotten is found behind its pointer, a borrowed one is left to its owner") {
  struct Model {
    std::optional<nn::Dense> maybe;
    std::unique_ptr<nn::Dense> owned;
    std::shared_ptr<nn::Dense> shared = std::make_shared<nn::Dense>(1, 1);
    void parts(nn::Parts&) {}
  } model;
  CHECK(nn::parameters(model).empty());
  model.owned = std::make_unique<nn::Dense>(1, 1);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("field 2 of"), Error);
  model.owned.reset();
  model.maybe.emplace(1, 1);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("field 1 of"), Error);
}

TEST_CASE("the tape shows the full name of a parameter, that in the outermost model") {
  struct Net {
    nn::Dense hidden{2, 2};
    void parts(nn::Parts& part) { part("hidden", hidden); }
  };
  auto shown = [](const auto& w) {
    Tape tape;
    const Tensor<float> y = w * 2.f;
    return tape.entries()[0].label;
  };
  Net net;
  CHECK(shown(net.hidden.weight) == "weight");  // no model was listed yet
  nn::parameters(net);
  CHECK(shown(net.hidden.weight) == "hidden.weight");
  nn::parameters(net.hidden);
  CHECK(shown(net.hidden.weight) == "hidden.weight");
  struct Outer {
    Net encoder;
    void parts(nn::Parts& part) { part("encoder", encoder); }
  } outer{std::move(net)};
  nn::parameters(outer);
  CHECK(shown(outer.encoder.hidden.weight) == "encoder.hidden.weight");
  nn::Sequential layers{nn::Dense(2, 2), nn::ReLU()};
  Tape tape;
  layers(Tensor<float>::full({1, 2}, 1));
  CHECK(tape.entries()[0].label == "0.weight");  // a sequential knows without being listed
}
