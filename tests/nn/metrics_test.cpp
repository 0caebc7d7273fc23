// Accuracies against Keras', by tests/references/accuracies.py, and where Keras' number would mean nothing.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <fstream>
#include <limits>

using namespace tapegrad;
using doctest::Contains;

namespace {

template <Real T>
Tensor<T> made(const Shape& shape, const auto& f) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t k = 0; k < x.size(); ++k) x.mutable_data()[k] = T(f(k));
  return x;
}

template <Real T>
struct Case {
  std::size_t rows, classes;
  Tensor<T> scores = made<T>({rows, classes}, [](std::size_t k) { return std::sin(0.3 + 1.7 * double(k)); });
  Tensor<T> sines = made<T>({rows, 1}, [](std::size_t k) { return std::sin(0.3 + 1.7 * double(k)); });
  Tensor<T> one_hot =
      made<T>({rows, classes}, [n = classes](std::size_t k) { return k % n == 3 * (k / n) % n ? 1. : 0.; });
  Tensor<T> classes_as_numbers = made<T>({rows}, [n = classes](std::size_t i) { return double(3 * i % n); });
  Tensor<T> sign = made<T>({rows, 1}, [](std::size_t i) { return double(3 * i % 2); });
  Indices labels{Shape{rows}}, column{Shape{rows, 1}}, signs{Shape{rows}};

  Case(std::size_t count, std::size_t n) : rows(count), classes(n) {
    for (std::size_t i = 0; i < rows; ++i) {
      labels.mutable_data()[i] = column.mutable_data()[i] = std::int32_t(3 * i % classes);
      signs.mutable_data()[i] = std::int32_t(3 * i % 2);
    }
  }
  std::vector<double> of(const std::string& name) const {
    const Tensor<T> share = (sines + 1) / 2;
    if (name == "one_hot") return {nn::accuracy(scores, one_hot), nn::categorical_accuracy(scores, one_hot)};
    if (name == "soft") {
      const Tensor<T> soft = softmax(one_hot * 2 + made<T>({rows, classes}, [](std::size_t k) { return std::cos(k); }));
      return {nn::accuracy(scores, soft), nn::categorical_accuracy(scores, soft)};
    }
    if (name == "labels") {
      return {nn::accuracy(scores, labels), nn::accuracy(scores, classes_as_numbers),
              nn::sparse_categorical_accuracy(scores, labels),
              nn::sparse_categorical_accuracy(scores, classes_as_numbers)};
    }
    if (name == "column") {
      return {nn::accuracy(scores, column), nn::accuracy(scores, reshape(classes_as_numbers, {rows, 1})),
              nn::sparse_categorical_accuracy(scores, column)};
    }
    if (name == "binary") {
      return {nn::accuracy(share, sign), nn::binary_accuracy(share, sign), nn::accuracy(share, signs),
              nn::binary_accuracy(share, signs), nn::accuracy(reshape(share, {rows}), reshape(sign, {rows}))};
    }
    if (name == "binary_logits") {
      return {nn::BinaryAccuracy{.threshold = 0}(sines, sign), nn::BinaryAccuracy{.threshold = 0}(sines, signs)};
    }
    return {nn::binary_accuracy((scores + 1) / 2, one_hot)};
  }
};

Tensor<float> column_of(std::initializer_list<float> numbers) {
  return reshape(Tensor<float>(xt::xarray<float>(numbers)), {numbers.size(), 1});
}

}  // namespace

TEST_CASE("accuracies are Keras', for each form of targets") {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/accuracies.txt");
  std::string name;
  std::size_t rows, classes, cases = 0;
  for (double expected; file >> name >> rows >> classes >> expected; ++cases) {
    CAPTURE(name);
    CAPTURE(rows);
    for (const double found : Case<float>(rows, classes).of(name)) CHECK(found == doctest::Approx(expected));
    for (const double found : Case<double>(rows, classes).of(name)) CHECK(found == doctest::Approx(expected));
  }
  CHECK(cases == 28);
}

TEST_CASE("an accuracy that would mean nothing is an error that says what to write") {
  const Tensor<float> logits = column_of({-2, 0.5, 3}), sign = column_of({0, 1, 1});
  CHECK_THROWS_WITH_AS(nn::accuracy(logits, sign),
                       Contains("accuracy: the prediction of element 0 is -2, which is no probability. For logits "
                                "write nn::BinaryAccuracy{.threshold = 0}"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::binary_accuracy(logits, Indices(xt::xarray<int>{0, 1, 1})),
                       Contains("binary_accuracy: the prediction of element 0 is -2"), DomainError);
  CHECK(nn::BinaryAccuracy{.threshold = 0}(logits, sign) == 1);
  const Tensor<float> p = column_of({0.25, 0.5, 0.75}), numbers = column_of({0, -1, 1});
  CHECK_THROWS_WITH_AS(nn::accuracy(p, numbers), Contains("the target of element 1 is -1, but must be 0 or 1"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::accuracy(p, Indices(xt::xarray<int>{0, 2, 1})),
                       Contains("accuracy: the label of row 1 is 2, but one number a row tells 0 from 1 only"),
                       DomainError);

  const Tensor<float> scores = xt::xarray<float>{{5.f, -1.f, 2.f}, {0.f, 1.f, -3.f}};
  const Tensor<float> several = xt::xarray<float>{{1.f, 0.f, 1.f}, {0.f, 1.f, 0.f}}, none = several * 0;
  CHECK_THROWS_WITH_AS(nn::accuracy(scores, several),
                       Contains("accuracy: the sum of the targets of row 0 is 2, but a row must have one class"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::categorical_accuracy(scores, none), Contains("write nn::binary_accuracy"), DomainError);
  for (const int label : {3, -1}) {
    const Indices far = xt::xarray<int>{0, label};
    CHECK_THROWS_WITH_AS(nn::accuracy(scores, far), Contains("accuracy: the label of row 1 is "), DomainError);
    CHECK_THROWS_WITH_AS(nn::sparse_categorical_accuracy(scores, far), Contains("but classes are 0 to 2"), DomainError);
  }
  const Tensor<float> halves = xt::xarray<float>{0.5f, 1.f};
  CHECK_THROWS_WITH_AS(nn::accuracy(scores, halves), Contains("the label of row 0 is 0.5"), DomainError);
  CHECK_THROWS_WITH_AS(nn::sparse_categorical_accuracy(scores, several),
                       Contains("needs a prediction (rows, classes) and one label a row, but they are (2, 3) and (2, "
                                "3). For a number a class write nn::categorical_accuracy"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::binary_accuracy(scores, Indices(xt::xarray<int>{0, 1})),
                       Contains("labels 0 and 1 need a prediction (rows, 1), but it is (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::categorical_accuracy(Tensor<float>(1.f), Tensor<float>(1.f)),
                       Contains("needs classes along the last axis"), ShapeError);
  for (const double threshold : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_WITH_AS((nn::BinaryAccuracy{threshold}(p, p)), Contains("threshold must be finite, but is "),
                         DomainError);
    CHECK_THROWS_AS((nn::BinaryAccuracy{threshold}(p, Indices(xt::xarray<int>{0, 1, 1}))), DomainError);
  }
}

TEST_CASE("a prediction that is NaN is wrong") {
  const float not_a_number = std::numeric_limits<float>::quiet_NaN();
  const Tensor<float> p = column_of({not_a_number, not_a_number, 0.75}), sign = column_of({0, 1, 1});
  CHECK(nn::accuracy(p, sign) == doctest::Approx(1. / 3));
  const Tensor<float> scores = xt::xarray<float>{{not_a_number, 1.f}, {2.f, not_a_number}, {3.f, 1.f}, {2.f, 2.f}};
  CHECK(nn::accuracy(scores, Indices(xt::xarray<int>{1, 0, 0, 0})) == 0.5);
  CHECK(nn::accuracy(scores, Tensor<float>(xt::xarray<float>{{0.f, 1.f}, {1.f, 0.f}, {1.f, 0.f}, {1.f, 0.f}})) == 0.5);
}

TEST_CASE("rows may have several axes, and the last one is that of classes") {
  const Tensor<double> scores = xt::xarray<double>{{{1., 2.}, {2., 1.}}, {{5., 1.}, {0., 7.}}};
  const Tensor<double> wanted = xt::xarray<double>{{{0., 1.}, {1., 0.}}, {{0., 1.}, {0., 1.}}};
  CHECK(nn::accuracy(scores, wanted) == 0.75);
}
