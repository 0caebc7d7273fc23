// A parameter whose first gradient comes late: PyTorch's numbers, by tests/references/late_gradient.py, beside Keras'.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>

#include <cmath>
#include <fstream>
#include <map>

using namespace tapegrad;

TEST_CASE("Adam counts the steps of each parameter, as PyTorch does and Keras does not") {
  std::map<std::pair<std::string, int>, std::pair<double, double>> references;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/late_gradient.txt");
  std::string library;
  int step = 0;
  for (double a, b; file >> library >> step >> a >> b;) references[{library, step}] = {a, b};
  REQUIRE(references.size() == 10);

  const auto a = variable(Tensor<double>(1.), "a"), b = variable(Tensor<double>(1.), "b");
  optim::Adam adam(optim::Parameters{{"a", a}, {"b", b}}, {.learning_rate = 0.1});
  for (int n = 1; n <= 12; ++n) {
    Tape tape;
    adam.step(tape.backward(n < 10 ? a * 0.5 : (a + b) * 0.5));
    if (!references.contains({"torch", n})) continue;
    CAPTURE(n);
    const auto [torch_a, torch_b] = references.at({"torch", n});
    CHECK(std::abs(a.item() - torch_a) < 1e-14);
    CHECK(std::abs(b.item() - torch_b) < 1e-14);
    if (n >= 10) CHECK(std::abs(b.item() - references.at({"keras", n}).second) > 0.04);
  }
}
