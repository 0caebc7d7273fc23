// Data sets of any number of arrays, and their batches.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <algorithm>
#include <tuple>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

Tensor<double> counted(std::size_t rows, std::size_t width) {
  Tensor<double> x = Tensor<double>::empty({rows, width});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = double(i / width);
  return x;
}
Indices labels(std::size_t rows) {
  Indices y(Shape{rows});
  for (std::size_t i = 0; i < rows; ++i) y.mutable_data()[i] = std::int32_t(i);
  return y;
}

}  // namespace

TEST_CASE("batches cut tensors, labels, tuples and vectors together") {
  const nn::BasicDataset data{std::tuple{counted(10, 3), labels(10)}, std::vector{counted(10, 1), counted(10, 2)}};
  nn::Random random(3);
  for (const bool shuffle : {false, true}) {
    const auto parts = nn::batches(data, {.batch_size = 4, .shuffle = shuffle}, random);
    REQUIRE(parts.size() == 3);
    std::vector<int> seen;
    for (const auto& batch : parts) {
      const auto& [x, which] = batch.inputs;
      CHECK(which.size() == (&batch == &parts.back() ? 2 : 4));
      for (std::size_t i = 0; i < which.size(); ++i) {
        seen.push_back(which.data()[i]);
        for (std::size_t k = 0; k < 3; ++k) CHECK(x.data()[i * 3 + k] == which.data()[i]);
        CHECK(batch.targets[0].data()[i] == which.data()[i]);
        CHECK(batch.targets[1].data()[i * 2 + 1] == which.data()[i]);
      }
    }
    CHECK(std::is_sorted(seen.begin(), seen.end()) == !shuffle);
    std::sort(seen.begin(), seen.end());
    for (int i = 0; i < 10; ++i) CHECK(seen[std::size_t(i)] == i);
  }
}

TEST_CASE("a loop of one's own trains on tensors and labels") {
  for (const auto& batch : nn::batches(nn::BasicDataset{counted(5, 2), labels(5)}, {.batch_size = 5})) {
    CHECK_THROWS_AS(nn::accuracy(batch.inputs, labels(5)), DomainError);  // labels to 4 of two classes
    CHECK_THROWS_AS(tapegrad::cross_entropy(batch.inputs, batch.targets), DomainError);
  }
}

TEST_CASE("arrays of several numbers of rows, of none, or none at all are refused") {
  CHECK_THROWS_WITH_AS(
      nn::batches(nn::BasicDataset{counted(3, 1), labels(4)}),
      Contains("batches: inputs and targets need the same number of rows, at least one, but are (3, 1) "
               "and (4,) [dataset_test.cpp:"),
      ShapeError);
  CHECK_THROWS_WITH_AS(nn::batches(nn::BasicDataset{counted(0, 1), labels(0)}), Contains("are (0, 1) and (0,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::batches(nn::BasicDataset{Tensor<double>(), Tensor<double>(1.)}),
                       Contains("are empty and ()"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::batches(nn::AnyDataset<float>{}), Contains("but there are none"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::batches(nn::BasicDataset{counted(3, 1), labels(3)}, {.batch_size = 0}),
                       Contains("batch_size must be at least 1, but is 0 [dataset_test.cpp:"), DomainError);
}
