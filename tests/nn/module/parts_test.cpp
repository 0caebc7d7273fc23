// Parts that were forgotten are found, at set-up or by fit; and none that were not.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <array>
#include <functional>
#include <optional>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

struct Forgetful {
  nn::Dense hidden{2, 3}, output{3, 1};
  void parts(nn::Parts& part) { part("hidden", hidden); }
  Tensor<float> operator()(const Tensor<float>& x) const { return output(hidden(x)); }
};
struct Scale {
  nn::Parameter<float> factor{Tensor<float>(2), "factor"};
  nn::Parameter<float> unused;  // holds no variable, so nothing was forgotten
  void parts(nn::Parts&) {}
  Tensor<float> operator()(const Tensor<float>& x) const { return x * factor.tensor(); }
};
struct Outer {
  Scale scale;
  void parts(nn::Parts& part) { part("scale", scale); }
};
// With a constructor, so that its fields cannot be looked into.
struct Hiding {
  Hiding() {}
  void parts(nn::Parts& part) { part("first", first); }
  Tensor<float> operator()(const Tensor<float>& x) const { return second(first(x)); }
  nn::Dense first{2, 2}, second{2, 1};
};
struct Unlisted {
  nn::Dense layer{2, 2};
  Tensor<float> operator()(const Tensor<float>& x) const { return layer(x); }
};

}  // namespace

TEST_CASE("a field that parts() forgot is named with its model, number and type") {
  Forgetful model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("field 2 of"), Error);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("Forgetful"), Error);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("Dense<float>, holds parameters that would not be trained"),
                       Error);
  CHECK_THROWS_WITH_AS(nn::compile(model, {.loss = nn::mean_squared_error}), Contains("Add part(\"name\", field)"),
                       Error);
  CHECK_THROWS_WITH_AS(nn::summary(model), Contains("field 2 of"), Error);
}

TEST_CASE("a forgotten parameter is found in a nested module and inside a sequential") {
  Outer model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("field 1 of"), Error);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("Scale"), Error);
  nn::Sequential layers{nn::Dense(2, 2), Scale()};
  CHECK_THROWS_WITH_AS(nn::parameters(layers), Contains("Scale"), Error);
}

TEST_CASE("a struct without parts() whose fields are parts is found") {
  Unlisted model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("the struct lists no parts"), Error);
}

TEST_CASE("parts in containers and plain structs are looked into") {
  struct Pair {
    nn::Dense a{1, 1}, b{1, 1};
  };
  struct Holder {
    Pair pair;
    std::vector<nn::Dense> layers{nn::Dense(1, 1), nn::Dense(1, 1)};
    bool all = false;
    void parts(nn::Parts& part) {
      part("a", pair.a);
      if (all) part("b", pair.b);
      part("first", layers[0]);
      if (all) part("second", layers[1]);
    }
  } model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("field 1 of"), Error);
  model.all = true;
  CHECK(nn::parameters(model).size() == 8);
  CHECK(nn::parameters(model)[4].name == "first.weight");
}

TEST_CASE("tied, local, nested and oddly made models raise no false alarm") {
  struct Tied {
    nn::Dense shared{2, 2};
    nn::Parameter<float> scale{Tensor<float>(1), "scale"};
    void parts(nn::Parts& part) {
      part("encoder", shared);
      part("decoder", shared);
      part("weight", shared.weight);
      part("scale", scale);
    }
  } tied;
  CHECK(nn::parameters(tied).size() == 3);

  struct Nested {
    Tied first, second;
    std::optional<int> depth;
    std::function<float(float)> f;
    Tensor<float> buffer;
    std::string label = "no part";
    void parts(nn::Parts& part) {
      part("first", first);
      part("second.weight", second.shared.weight);  // parts of a part, one by one
      part("second.bias", second.shared.bias);
      part("second.scale", second.scale);
    }
  } nested;
  CHECK(nn::parameters(nested).size() == 6);

  struct Arrays {
    nn::Dense layers[2]{nn::Dense(1, 1), nn::Dense(1, 1)};
    std::array<nn::Dense, 2> more{nn::Dense(1, 1), nn::Dense(1, 1)};
    int flag : 1 = 0;
    void parts(nn::Parts& part) {
      for (auto& layer : layers) part("layer", layer);
      for (auto& layer : more) part("more", layer);
    }
  } arrays;
  CHECK(nn::parameters(arrays).size() == 8);

  struct Borrowing {
    nn::Dense& lent;
    Tensor<float> operator()(const Tensor<float>& x) const { return lent(x); }
  } borrowing{tied.shared};
  CHECK(nn::parameters(borrowing).empty());

  nn::Sequential layers{nn::Dense(2, 2), nn::Sequential(nn::Dense(2, 1), nn::Sigmoid())};
  CHECK(nn::parameters(layers).size() == 4);
}

TEST_CASE("the number of fields") {
  struct Derived : Forgetful {};
  struct Seventeen {
    int a[17];
  };
  struct Thirteen {
    int a, b, c, d, e, f, g, h, i, j, k, l, m;
  };
  CHECK(nn::field_count<Forgetful>() == 2);
  CHECK(nn::field_count<Derived>() == 0);
  CHECK(nn::field_count<Seventeen>() == 0);
  struct SixtyFour {
    int a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3;
    int d4, d5, d6, d7, e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7, g0, g1, g2, g3, g4, g5, g6, g7;
    int h0, h1, h2, h3, h4, h5, h6;
    nn::Dense last{1, 1};
  };
  struct SixtyFive {
    SixtyFour first;
    int a[64];
  };
  CHECK(nn::field_count<Thirteen>() == 13);
  CHECK(nn::field_count<SixtyFour>() == 64);
  CHECK(nn::field_count<SixtyFive>() == 0);
  SixtyFour many;
  CHECK_THROWS_WITH_AS(nn::parameters(many), Contains("field 64 of"), Error);
  CHECK(nn::field_count<nn::ReLU>() == 0);
  CHECK(nn::field_count<nn::Dense>() == 0);
}

TEST_CASE("fit refuses gradients that nobody owns, by name") {
  nn::Dense inside(2, 1);
  Tensor<float> secret = variable(Tensor<float>::full({1}, 1), "secret"), nameless = variable(Tensor<float>(1.f));
  auto model = [&](const Tensor<float>& x) { return inside(x) * secret * nameless; };
  nn::Training trainer(model, nn::parameters(inside), {.loss = nn::mean_squared_error});
  const Tensor<float> x = Tensor<float>::full({4, 2}, 1), y = Tensor<float>::full({4, 1}, 1);
  const auto before = inside.weight.tensor().value();
  CHECK_THROWS_WITH_AS(trainer.fit(x, y, {.verbose = 0}), Contains("\"secret\""), Error);
  CHECK_THROWS_WITH_AS(trainer.fit(x, y, {.verbose = 0}), Contains("one without a label"), Error);
  CHECK_THROWS_WITH_AS(trainer.fit(x, y, {.verbose = 0}), Contains("cut them off with constant(x)"), Error);
  CHECK(inside.weight.tensor().value() == before);

  auto honest = [&](const Tensor<float>& input) { return inside(input) * constant(secret); };
  nn::Training works(honest, nn::parameters(inside), {.loss = nn::mean_squared_error});
  CHECK(works.fit(x, y, {.verbose = 0})["loss"].size() == 1);
}

TEST_CASE("fit names a layer that hides from parts() behind a constructor") {
  Hiding model;
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const Tensor<float> x = Tensor<float>::full({4, 2}, 1), y = Tensor<float>::full({4, 1}, 1);
  CHECK_THROWS_WITH_AS(trainer.fit(x, y, {.verbose = 0}), Contains("\"weight\""), Error);
  CHECK_THROWS_WITH_AS(trainer.fit(x, y, {.verbose = 0}), Contains("\"bias\""), Error);
}

TEST_CASE("a step in one's own loop refuses gradients of parameters that were never listed, by name") {
  Hiding model;
  optim::Sgd sgd(nn::parameters(model), {.learning_rate = 0.1});
  const Tensor<float> x = Tensor<float>::full({4, 2}, 1), before = constant(model.first.bias);
  auto gradients = [&] {
    Tape tape;
    return tape.backward(sum(model(x)));
  };
  CHECK_THROWS_WITH_AS(sgd.step(gradients()),
                       Contains("parameters that are in no list receive gradients, which nobody would use: \""), Error);
  CHECK_THROWS_WITH_AS(sgd.step(gradients()), Contains("\"bias\""), Error);
  CHECK_THROWS_WITH_AS(sgd.step(gradients()), Contains("\"weight\""), Error);
  CHECK_THROWS_WITH_AS(sgd.step(gradients()), Contains(" [parts_test.cpp:"), Error);
  CHECK(model.first.bias.value() == before.value());

  optim::Sgd other(nn::parameters(model.second));  // a second optimizer, as for two players of a game
  sgd.step(gradients());
  other.step(gradients());
  CHECK(model.first.bias.value() != before.value());
}

TEST_CASE("a copy of a parameter that was meant as a handle is found by the next step") {
  nn::Dense layer(2, 1);
  optim::Sgd sgd(nn::parameters(layer));
  auto step = [&](const Tensor<float>& weight) {
    Tape tape;
    sgd.step(tape.backward(sum(weight) + sum(layer.bias)));
  };
  auto copied = layer.weight;
  CHECK_THROWS_WITH_AS(step(copied), Contains("\"weight\""), Error);
  step(layer.weight);
  step(constant(copied));
  nn::Parameter<float> frozen(Tensor<float>::full({2}, 1), "frozen");
  step(constant(frozen));
  CHECK_THROWS_WITH_AS(step(frozen), Contains("\"frozen\""), Error);
}

TEST_CASE("the summary of a struct lists parameters with shapes, counts and the total") {
  struct Small {
    nn::Dense hidden{8, 16};
    nn::Parameter<double> scale{Tensor<double>(1), "scale"};
    void parts(nn::Parts& part) {
      part("hidden", hidden);
      part("scale", scale);
    }
  } model;
  CHECK(nn::summary(model) ==
        "parameter       shape     elements\n"
        "hidden.weight   (8, 16)   128\n"
        "hidden.bias     (16,)     16\n"
        "scale           ()        1\n"
        "total: 145 parameters\n");
  nn::Sequential layers{nn::Dense(2, 1), nn::Sigmoid()};
  CHECK(nn::summary(layers, {5, 2}) ==
        "layer       output shape   parameters\n"
        "0 Dense     (5, 1)         3\n"
        "1 Sigmoid   (5, 1)         0\n"
        "total: 3 parameters\n");
  CHECK(nn::summary(layers).find("0.weight") != std::string::npos);
  CHECK_THROWS_AS(nn::summary(layers, {5, 3}), ShapeError);
}

TEST_CASE("the summary shows buffers apart, runs in inference, and names a layer that fails") {
  nn::BasicSequential<double> model{nn::BasicDense<double>(2, 3, {.activation = nn::relu}),
                                    nn::BasicBatchNorm<double>(3)};
  nn::ModeScope training(model, nn::Mode::training);
  CHECK(nn::summary(model, {5, 2}) ==
        "layer           output shape   parameters   in buffers\n"
        "0 Dense, relu   (5, 3)         9            0\n"
        "1 BatchNorm     (5, 3)         6            6\n"
        "total: 15 parameters, and 6 numbers in buffers, which are not trained\n");
  CHECK(std::get<nn::Buffer<double>*>(nn::buffers(model)[0].buffer)->data()[0] == 0);
  CHECK(nn::summary(model).find("1.running_mean (buffer)       (3,)     3\n") != std::string::npos);
  CHECK_THROWS_WITH_AS(nn::summary(model, {5, 3}), Contains("layer 0 (Dense, relu): linear: "), ShapeError);
}
