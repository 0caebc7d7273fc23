// The state of optimizers, read and set by name.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>
#include <tapegrad/optim/rule.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace tapegrad;
using doctest::Contains;

namespace {

struct Model {
  Tensor<float> w = variable(xt::xarray<float>{1.f, -2.f, 3.f}, "w");
  Tensor<double> b = variable(Tensor<double>::full({1, 1}, 0.5), "b");
  optim::Parameters parameters() const { return {{"net.w", w}, {"net.b", b}}; }
  Gradients gradients() const {
    Tape tape;
    return tape.backward(cast<double>(sum(exp(w))) + sum(exp(b)));
  }
};

template <Real T>
bool same_bits(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// Goes 40 steps, saves after 17 and goes the rest again from there.
template <class Optimizer>
void save_and_restore(const typename Optimizer::Options& options) {
  const Model whole;
  Optimizer optimizer(whole.parameters(), options);
  for (int i = 0; i < 17; ++i) optimizer.step(whole.gradients());
  const Model again;
  Tensor<float> w = again.w;
  Tensor<double> b = again.b;
  w.set_value(whole.w);
  b.set_value(whole.b);
  const optim::State saved = optimizer.state();
  for (int i = 0; i < 23; ++i) optimizer.step(whole.gradients());

  Optimizer restored(again.parameters(), options);
  restored.set_state(saved);
  for (int i = 0; i < 23; ++i) restored.step(again.gradients());
  CHECK(same_bits(whole.w, again.w));
  CHECK(same_bits(whole.b, again.b));
  const optim::State last = optimizer.state();
  CHECK(restored.state().size() == last.size());
  for (const auto& [name, tensor] : restored.state()) {
    CAPTURE(name);
    std::visit([&](const auto& x) { CHECK(same_bits(x, std::get<std::decay_t<decltype(x)>>(last.at(name)))); }, tensor);
  }
}

// A rule of one's own: signs of an average (Chen et al. 2023), with what it needs and no more.
struct LionRule {
  struct Options {
    double learning_rate = 1e-2, beta1 = 0.9, beta2 = 0.99;
  };
  static constexpr std::array<std::string_view, 1> states{"momentum"};
  template <Real T>
  struct Step {
    T rate, beta1, rest1, beta2, rest2;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t) {
    return {T(o.learning_rate), T(o.beta1), T(1 - o.beta1), T(o.beta2), T(1 - o.beta2)};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 1>& state) {
    p = p - s.rate * sign(fma(s.beta1, state[0], s.rest1 * g));
    state[0] = fma(s.beta2, state[0], s.rest2 * g);
  }
};

}  // namespace

TEST_CASE("an optimizer that was saved and restored goes on to the last bit") {
  save_and_restore<optim::Adam>({.learning_rate = 0.01});
  save_and_restore<optim::AdamW>({.learning_rate = 0.01});
  save_and_restore<optim::Sgd>({.momentum = 0.9, .nesterov = true});
  save_and_restore<optim::Sgd>({});
  save_and_restore<optim::RMSprop>({.momentum = 0.5, .centered = true});
  save_and_restore<optim::Adagrad>({.learning_rate_decay = 0.1, .initial_accumulator = 0.1});
  save_and_restore<optim::OptimizerOf<LionRule>>({});
}

TEST_CASE("a state names arrays of the parameters' types and shapes, and keeps its values") {
  const Model model;
  optim::Adam adam(model.parameters());
  optim::State before = adam.state();
  CHECK(before.size() == 6);
  CHECK(text(std::get<Tensor<float>>(before.at("net.w/momentum")).shape()) == "(3,)");
  CHECK(text(std::get<Tensor<double>>(before.at("net.b/variance")).shape()) == "(1, 1)");
  CHECK(std::get<Tensor<double>>(before.at("net.w/step")).item() == 0);
  adam.step(model.gradients());
  optim::State after = adam.state();
  const auto momentum = std::get<Tensor<float>>(after.at("net.w/momentum"));
  CHECK(momentum.data()[0] == doctest::Approx(0.1 * std::exp(1.)));
  const float kept = momentum.data()[0];
  adam.step(model.gradients());
  CHECK(momentum.data()[0] == kept);
  CHECK(std::get<Tensor<float>>(before.at("net.w/momentum")).data()[0] == 0);
  CHECK(std::get<Tensor<double>>(adam.state().at("net.b/step")).item() == 2);
}

TEST_CASE("options decide which states are kept, also when they change") {
  const Model model;
  optim::Sgd sgd(model.parameters());
  CHECK(sgd.state().size() == 2);  // the steps
  sgd.step(model.gradients());
  sgd.options.momentum = 0.9;
  CHECK(sgd.state().size() == 4);
  sgd.step(model.gradients());
  CHECK(std::get<Tensor<double>>(sgd.state().at("net.b/momentum")).data()[0] > 0);
  sgd.options.momentum = 0;
  sgd.step(model.gradients());
  sgd.options.momentum = 0.9;
  CHECK(std::get<Tensor<double>>(sgd.state().at("net.b/momentum")).data()[0] == 0);
}

TEST_CASE("a state that does not fit is refused by name, and changes nothing") {
  const Model model;
  optim::Adam adam(model.parameters());
  optim::Sgd sgd(model.parameters(), {.momentum = 0.9});
  adam.step(model.gradients());
  const optim::State good = adam.state();

  CHECK_THROWS_WITH_AS(adam.set_state(sgd.state()),
                       Contains("it has no \"net.w/variance\", \"net.b/variance\" [state_test.cpp:"), Error);
  CHECK_THROWS_WITH_AS(sgd.set_state(good), Contains("this optimizer keeps no \"net.b/variance\", \"net.w/variance\""),
                       Error);
  CHECK_THROWS_WITH_AS(adam.set_state({}),
                       Contains("it has no \"net.w/momentum\", \"net.w/variance\", \"net.w/step\", "
                                "\"net.b/momentum\" and 2 more"),
                       Error);
  optim::State bad = good;
  bad["net.w/variance"] = Tensor<float>::full({4}, 0);
  CHECK_THROWS_WITH_AS(adam.set_state(bad), Contains("\"net.w/variance\" is float of shape (4,)"), ShapeError);
  bad["net.w/variance"] = Tensor<double>::full({3}, 0);
  CHECK_THROWS_WITH_AS(adam.set_state(bad), Contains("is double of shape (3,)"), Error);
  bad["net.w/variance"] = Tensor<float>();
  CHECK_THROWS_WITH_AS(adam.set_state(bad), Contains("is an empty tensor"), Error);
  for (const double count : {-1., 0.5, std::numeric_limits<double>::quiet_NaN()}) {
    bad = good;
    bad["net.b/step"] = Tensor<double>(count);
    CHECK_THROWS_WITH_AS(adam.set_state(bad), Contains("must say how often the parameter was written"), DomainError);
  }
  CHECK(std::get<Tensor<double>>(adam.state().at("net.b/step")).item() == 1);
}

TEST_CASE("parameters of one name have no states that could be told apart") {
  const Model model;
  optim::Adam adam(optim::Parameters{{"w", model.w}, {"w", model.b}});
  CHECK_THROWS_WITH_AS(adam.state(), Contains("two parameters are called \"w\""), Error);
  CHECK_THROWS_WITH_AS(adam.set_state({}), Contains("two parameters are called \"w\""), Error);
  adam.step(model.gradients());  // training does not need the names
}

TEST_CASE("the learning rate of any optimizer can be read and changed") {
  optim::Adam adam;
  optim::Optimizer& any = adam;
  any.learning_rate() *= 0.5;
  CHECK(adam.options.learning_rate == 5e-4);
  CHECK(std::as_const(any).learning_rate() == 5e-4);
}

TEST_CASE("a rule of one's own is a few lines") {
  const auto w = variable(xt::xarray<double>{2., -3.}, "w");
  optim::OptimizerOf<LionRule> lion(optim::Parameters{{"w", w}}, {.learning_rate = 0.25});
  for (int i = 0; i < 4; ++i) {
    Tape tape;
    lion.step(tape.backward(sum(square(w))));
  }
  CHECK(w.data()[0] == 1);
  CHECK(w.data()[1] == -2);
}

TEST_CASE("adamw decays by default, also when other options are given") {
  CHECK(optim::AdamW({.learning_rate = 1e-4}).options.weight_decay == 1e-2);
  CHECK(optim::Adam({.learning_rate = 1e-4}).options.weight_decay == 0);
}
