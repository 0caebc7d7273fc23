// Transforms of modules: as functions, and with respect to their parameters.
#include <doctest/doctest.h>

#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

struct Net {
  nn::BasicDense<double> hidden{3, 4, {.activation = nn::tanh}};
  nn::BasicDense<double> output{4, 1};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  Tensor<double> operator()(const Tensor<double>& x) const { return output(hidden(x)); }
};

const Tensor<double> x = xt::xarray<double>{{0.5, -1., 2.}, {1.5, 0.3, -0.7}};

}  // namespace

TEST_CASE("value_and_grad of a model gives what its tape gives") {
  Net net;
  auto loss = [&](const Net& model) { return mean(square(model(x))); };
  const auto [y, gradients] = value_and_grad(net, loss);
  Tape tape;
  const Gradients plain = tape.backward(loss(net));
  CHECK(gradients.size() == 4);
  for (const auto& p : nn::parameters(net)) {
    std::visit([&](const auto& w) { CHECK(gradients[w].value() == plain[w].value()); }, p.variable);
  }
  const auto [same, by_capture] = value_and_grad(net, [&] { return mean(square(net(x))); });
  CHECK(same.item() == y.item());
  CHECK(by_capture[net.hidden.weight.tensor()].value() == gradients[net.hidden.weight.tensor()].value());
}

TEST_CASE("within a tape the gradients of a model are recorded") {
  Net net;
  const Tensor<double>& w = net.hidden.weight;
  auto loss = [&] { return sum(square(net(x))); };
  auto norm = [&] { return sum(square(value_and_grad(net, loss).second[w])); };
  Tape tape;
  const Tensor<double> slope = tape.backward(norm())[w];
  for (std::size_t i : {std::size_t(0), std::size_t(7), std::size_t(11)}) {
    const Tensor<double> before = constant(w);
    auto moved = [&](double h) {
      Tensor<double> value = Tensor<double>(before.value());
      value.mutable_data()[i] += h;
      net.hidden.weight.set_value(value);
      const double result = norm().item();
      net.hidden.weight.set_value(before);
      return result;
    };
    CHECK(slope.data()[i] == Approx((moved(1e-5) - moved(-1e-5)) / 2e-5).epsilon(1e-7));
  }
}

TEST_CASE("hvp of a model is the change of its gradients") {
  Net net;
  auto loss = [&](const Net& model) { return mean(square(model(x))); };
  const Gradients v = value_and_grad(net, loss).second;
  const Gradients hv = hvp(net, loss, v);
  auto gradients_after = [&](double h) {
    std::vector<Tensor<double>> before;
    for (const auto& p : nn::parameters(net)) {
      auto w = std::get<Tensor<double>>(p.variable);
      before.push_back(constant(w));
      w.set_value(w + v[w] * h);
    }
    const Gradients result = value_and_grad(net, loss).second;
    std::size_t i = 0;
    for (auto p : nn::parameters(net)) std::get<Tensor<double>>(p.variable).set_value(before[i++]);
    return result;
  };
  const Gradients above = gradients_after(1e-5), below = gradients_after(-1e-5);
  for (const auto& p : nn::parameters(net)) {
    const auto w = std::get<Tensor<double>>(p.variable);
    for (std::size_t i = 0; i < w.size(); ++i) {
      CHECK(hv[w].data()[i] == Approx((above[w].data()[i] - below[w].data()[i]) / 2e-5).epsilon(1e-6));
    }
  }
}

TEST_CASE("a module is a function like any other, and is not copied") {
  Net net;
  const Tensor<double> row = xt::xarray<double>{0.5, -1., 2.};
  const Tensor<double> j = jacobian(net)(row);
  CHECK(text(j.shape()) == "(1, 3)");
  const auto [y, dy] = jvp(net, row, Tensor<double>(xt::xarray<double>{1., 0., 0.}));
  CHECK(dy.item() == Approx(j.data()[0]));
  CHECK(y.item() == net(row).item());
  Tape tape;
  const Tensor<double> slope = sum(square(grad(net)(row)));  // reads the weights of net itself
  CHECK(tape.contains(slope));
  CHECK(tape.backward(slope).contains(net.hidden.weight.tensor()));
}

TEST_CASE("a loss that does not read the model says so") {
  Net net;
  CHECK_THROWS_WITH_AS(value_and_grad(net, [&] { return sum(x); }),
                       Contains("value_and_grad: nothing was recorded that depends on an argument"), TapeError);
  CHECK_THROWS_WITH_AS(value_and_grad(net, [&](const Net& model) { return model(x); }),
                       Contains("its result has shape (2, 1) [transforms_test.cpp:"), ShapeError);
  const auto [y, gradients] = value_and_grad(net, [&](const Net& model) { return sum(model.hidden(x)); });
  CHECK(gradients.size() == 2);
  CHECK_FALSE(gradients.contains(net.output.weight.tensor()));
}
