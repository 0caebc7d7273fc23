// Losses of classes against PyTorch's; tests/references/losses.py made the numbers.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

using namespace tapegrad;
using doctest::Contains;

namespace {

template <Real T>
Tensor<T> made(const auto& f) {
  Tensor<T> x = Tensor<T>::empty({4, 3});
  for (std::size_t k = 0; k < 12; ++k) x.mutable_data()[k] = T(f(double(k)));
  return x;
}

const Indices labels = xt::xarray<int>{2, 0, 1, 2};

std::map<std::string, std::vector<double>> references() {
  std::map<std::string, std::vector<double>> rows;
  std::ifstream in(std::string(TAPEGRAD_REFERENCE_DIR) + "/losses.csv");
  for (std::string line; std::getline(in, line);) {
    std::stringstream cells(line);
    std::string name, cell;
    std::getline(cells, name, ',');
    while (std::getline(cells, cell, ',')) rows[name].push_back(std::stod(cell));
  }
  return rows;
}

template <Real T>
void compare(const std::string& name, const Tensor<T>& start, const auto& loss) {
  CAPTURE(name);
  const auto expected = references().at(name);
  const double tolerance = std::is_same_v<T, double> ? 1e-13 : 1e-5;
  const Tensor<T> x = variable(start, "x");
  Tape tape;
  const Tensor<T> value = loss(x);
  const Tensor<T> slope = tape.backward(value)[x];
  CHECK(std::abs(value.item() - expected[0]) < tolerance);
  for (std::size_t k = 0; k < 12; ++k) CHECK(std::abs(slope.data()[k] - expected[k + 1]) < tolerance * 10);
}

template <Real T>
void compare_all() {
  const Tensor<T> z = made<T>([](double k) { return 3 * std::sin(1 + 1.7 * k); }), p = softmax(z);
  const Tensor<T> t = softmax(made<T>([](double k) { return std::cos(k); }));
  compare<T>("labels", z, [](const auto& x) { return nn::cross_entropy(x, labels); });
  compare<T>("classes", z, [&](const auto& x) { return nn::cross_entropy(x, t); });
  compare<T>("categorical", p, [&](const auto& x) { return nn::categorical_cross_entropy(x, t); });
  compare<T>("sparse", p, [](const auto& x) { return nn::sparse_categorical_cross_entropy(x, labels); });
}

}  // namespace

TEST_CASE("losses of classes are PyTorch's, with labels and with probabilities") {
  compare_all<double>();
  compare_all<float>();
}

TEST_CASE("cross-entropy with probabilities is stable for every prediction") {
  const Tensor<float> z = xt::xarray<float>{{1000.f, -1000.f}, {-3000.f, 3000.f}},
                      t = Tensor<float>::full({2, 2}, 0.5f);
  CHECK(nn::cross_entropy(z, t).item() == doctest::Approx((1000 + 3000) / 2.));
}

TEST_CASE("losses and metrics of classes refuse what does not fit") {
  const Tensor<float> p = Tensor<float>::full({4, 3}, 0.25f), row = Tensor<float>::full({4}, 1);
  const Indices two = xt::xarray<int>{0, 1}, far = xt::xarray<int>{0, 1, 2, 3}, negative = xt::xarray<int>{0, -1, 2, 1};
  CHECK_THROWS_WITH_AS(nn::cross_entropy(p, row), Contains("cross_entropy: the prediction has shape (4, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::categorical_cross_entropy(p, row), Contains("but the targets have (4,)"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::sparse_categorical_cross_entropy(p, two),
                       Contains("must be (rows, classes), with one label a row, but is (4, 3) and the labels are (2,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::sparse_categorical_cross_entropy(p, far),
                       Contains("the label of row 3 is 3, but classes are 0 to 2"), DomainError);
  CHECK_THROWS_WITH_AS(nn::sparse_categorical_cross_entropy(p, negative), Contains("the label of row 1 is -1"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::accuracy(row, labels), Contains("accuracy: the prediction must be (rows, classes)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::accuracy(Tensor<float>::full({0, 3}, 0), Indices(Shape{0})), Contains("there are no rows"),
                       ShapeError);
}

TEST_CASE("accuracy of labels takes the first of equal predictions") {
  const Tensor<double> p = xt::xarray<double>{{.2, .5, .3}, {.4, .4, .2}, {.1, .1, .8}, {.5, .3, .2}};
  CHECK(nn::accuracy(p, xt::xarray<int>{1, 0, 2, 1}) == 0.75);
}
