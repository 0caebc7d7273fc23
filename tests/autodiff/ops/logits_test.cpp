// Binary cross-entropy of logits where peers lose digits or give NaN; tests/references/logits.py made the numbers.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

using namespace tapegrad;

namespace {

struct Row {
  double logit, target;
  std::vector<double> peers;  // value and derivative of PyTorch, optax and Keras
  double value, derivative;   // of 120 digits
};

std::vector<Row> rows() {
  std::vector<Row> all;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/logits.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::vector<double> n;
    for (std::string word; words >> word;) n.push_back(std::strtod(word.c_str(), nullptr));
    REQUIRE(n.size() == 10);
    all.push_back({n[0], n[1], {n.begin() + 2, n.begin() + 8}, n[8], n[9]});
  }
  return all;
}

template <Real T>
void require_close(double found, double expected) {
  if (std::isinf(expected)) {
    CHECK(found == expected);
    return;
  }
  const double epsilon = std::numeric_limits<T>::epsilon(), least = std::numeric_limits<T>::min();
  CHECK(std::abs(found - expected) <= 4 * epsilon * std::abs(expected) + least);
}

// The value, and derivatives by reverse mode, by forward mode, and by the recorded sweep.
template <Real T>
void follow(const Row& row) {
  CAPTURE(row.logit);
  CAPTURE(row.target);
  const Tensor<T> x = variable(Tensor<T>::full({1}, T(row.logit)), "x"), t = Tensor<T>::full({1}, T(row.target));
  const auto loss = [&](const Tensor<T>& z) { return binary_cross_entropy_with_logits(z, t); };
  Tape tape;
  const Tensor<T> y = loss(x);
  require_close<T>(y.item(), row.value);
  require_close<T>(tape.backward(y, {.keep = true})[x].item(), row.derivative);
  require_close<T>(tape.backward(y, {.create_graph = true})[x].item(), row.derivative);
  require_close<T>(jvp(loss, x, Tensor<T>::full({1}, 1)).second.item(), row.derivative);
}

}  // namespace

TEST_CASE("the loss of a logit is exact to rounding, and has its limits at infinities") {
  const auto all = rows();
  CHECK(all.size() == 39);
  for (const Row& row : all) {
    follow<double>(row);
    follow<float>({float(row.logit), float(row.target), row.peers, row.value, row.derivative});
  }
}

TEST_CASE("where PyTorch, JAX and Keras give a number for a logit, ours is the same") {
  int missing = 0;
  for (const Row& row : rows()) {
    CAPTURE(row.logit);
    CAPTURE(row.target);
    for (std::size_t i = 0; i < 6; ++i) {
      const double ours = i % 2 ? row.derivative : row.value;
      missing += std::isnan(row.peers[i]);
      // Keras computes the value in float here; PyTorch the derivative from 1 - sigmoid
      if (std::isnan(row.peers[i]) || ours == row.peers[i]) continue;
      CHECK(std::abs(row.peers[i] - ours) < 1e-6 * std::max(1., std::abs(ours)));
    }
  }
  CHECK(missing == 8);
}

TEST_CASE("the loss of logits has derivatives of every order at 0 and far out, also in the target") {
  const auto loss = [](const Tensor<double>& z, const Tensor<double>& t) {
    return binary_cross_entropy_with_logits(z, t);
  };
  const Tensor<double> z = xt::xarray<double>{0., 0., 0., 3., -3.}, t = xt::xarray<double>{0., 1., 0.5, 1., 0.};
  CHECK(gradcheck(loss, {z, t}, {.order = 2}).passed());
  const auto at = [&](double logit, double target) {
    const Tensor<double> x = variable(Tensor<double>::full({1}, logit), "x"),
                         y = variable(Tensor<double>::full({1}, target), "y");
    Tape tape;
    return tape.backward(loss(x, y))[y].item();
  };
  CHECK(at(0, 0) == 0);
  CHECK(at(50, 1) == -50);
  CHECK(at(50, 0) == -50);
  CHECK(at(-50, 0) == 50);
  CHECK(at(-1e300, 0) == 1e300);
}
