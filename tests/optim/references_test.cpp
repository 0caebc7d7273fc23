// Optimizers step by step against PyTorch's, in double; tests/references/optimizers.py made the numbers.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

using namespace tapegrad;

namespace {

// "case,what,step" to ten numbers.
const std::map<std::string, std::vector<double>>& references() {
  static const auto all = [] {
    std::map<std::string, std::vector<double>> numbers;
    std::ifstream in(std::string(TAPEGRAD_REFERENCE_DIR) + "/optimizers.csv");
    for (std::string line; std::getline(in, line);) {
      std::stringstream cells(line);
      std::string name, what, step, cell;
      std::getline(cells, name, ',');
      std::getline(cells, what, ',');
      std::getline(cells, step, ',');
      auto& row = numbers[name + "," + what + "," + step];
      while (std::getline(cells, cell, ',')) row.push_back(std::stod(cell));
    }
    return numbers;
  }();
  return all;
}

template <Real T>
Tensor<T> made(std::size_t size, const auto& f) {
  Tensor<T> x = Tensor<T>::empty({size});
  for (std::size_t k = 0; k < size; ++k) x.mutable_data()[k] = T(f(double(k)));
  return x;
}

template <Real T>
void check_row(const std::string& row, const Tensor<T>& a, const Tensor<T>& b) {
  CAPTURE(row);
  const auto& expected = references().at(row);
  REQUIRE(expected.size() == a.size() + b.size());
  const double tolerance = std::is_same_v<T, double> ? 1e-12 : 2e-5;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CAPTURE(k);
    const double found = k < a.size() ? a.data()[k] : b.data()[k - a.size()];
    CHECK(std::abs(found - expected[k]) < tolerance);
  }
}

// The run of optimizers.py; before_step may change the options.
template <class Optimizer, Real T>
void follow_as(const std::string& name, Optimizer optimizer, void (*before_step)(Optimizer&, int)) {
  const auto a = variable(made<T>(7, [](double k) { return std::cos(k); }), "a");
  const auto b = variable(made<T>(3, [](double k) { return std::cos(k); }), "b");
  optimizer.bind({{"a", a}, {"b", b}});
  for (int n = 1; n <= 30; ++n) {
    auto slope = [n](double k) { return std::sin(1.3 * n + 0.7 * k); };
    if (before_step) before_step(optimizer, n);
    Tape tape;
    Tensor<T> loss = sum(a * made<T>(7, slope) + 0.1 * square(a));
    if (n % 3) loss = loss + sum(b * made<T>(3, slope) + 0.1 * square(b));
    optimizer.step(tape.backward(loss));
    const std::string row = name + ",value," + std::to_string(n);
    if (references().contains(row)) check_row(row, a, b);
  }
  const optim::State state = optimizer.state();
  CHECK(std::get<Tensor<double>>(state.at("a/step")).item() == 30);
  CHECK(std::get<Tensor<double>>(state.at("b/step")).item() == 20);
  for (const auto& [key, tensor] : state) {
    const std::string row = name + "," + key.substr(2) + ",30";
    if (!key.starts_with("a/") || key == "a/step") continue;
    check_row(row, std::get<Tensor<T>>(tensor), std::get<Tensor<T>>(state.at("b/" + key.substr(2))));
  }
}

template <class Optimizer>
void follow(const std::string& name, const Optimizer& optimizer, void (*before_step)(Optimizer&, int) = nullptr) {
  follow_as<Optimizer, double>(name, optimizer, before_step);
  follow_as<Optimizer, float>(name, optimizer, before_step);
}

}  // namespace

TEST_CASE("adam and adamw are PyTorch's, also where a parameter has no gradient in some steps") {
  follow("adam", optim::Adam({.learning_rate = 0.02}));
  follow("adam_decay", optim::Adam({.learning_rate = 0.02, .weight_decay = 0.1}));
  follow("adamw", optim::AdamW({.learning_rate = 0.02}));
}
TEST_CASE("options that are changed between steps count from the next one, as PyTorch's do") {
  follow<optim::Adam>("adam_changed", optim::Adam({.learning_rate = 0.05}), [](optim::Adam& adam, int n) {
    if (n > 1) adam.learning_rate() *= 0.9;
    if (n == 16) adam.options.beta1 = 0.8;
  });
}
TEST_CASE("sgd is PyTorch's, with momentum, Nesterov's and weight decay") {
  follow("sgd", optim::Sgd({.learning_rate = 0.05, .weight_decay = 0.1}));
  follow("sgd_momentum", optim::Sgd({.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.1}));
  follow("sgd_nesterov", optim::Sgd({.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}));
}
TEST_CASE("rmsprop is PyTorch's, also centered, with momentum and weight decay") {
  follow("rmsprop", optim::RMSprop());
  follow("rmsprop_all", optim::RMSprop({.alpha = 0.9, .weight_decay = 0.1, .momentum = 0.8, .centered = true}));
}
TEST_CASE("adagrad is PyTorch's, with decays and a first sum") {
  follow("adagrad", optim::Adagrad({.learning_rate = 0.1}));
  follow("adagrad_all",
         optim::Adagrad(
             {.learning_rate = 0.1, .learning_rate_decay = 0.05, .weight_decay = 0.1, .initial_accumulator = 0.3}));
}
