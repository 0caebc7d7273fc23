// Ops on indices and masks: what they give, against NumPy 2.4 and PyTorch where a comment says so, and what they
// refuse.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/transforms.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

template <Real T>
std::vector<T> list(const Tensor<T>& x) {
  return {x.data(), x.data() + x.size()};
}
Tensor<double> numbers(const Shape& shape) {
  auto x = Tensor<double>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = double(i);
  return x;
}
using V = std::vector<double>;

}  // namespace

TEST_CASE("take has the shape of the indices where the axis was, as NumPy's") {
  const auto x = numbers({2, 3, 4});
  const Indices indices = xt::xtensor<int, 2>{{0, 2, -1}, {1, 1, -3}};
  const auto y = take(x, indices, 1);
  CHECK(y.shape() == Shape{2, 2, 3, 4});
  CHECK(list(y[{1, 1, 2}]) == V{12, 13, 14, 15});
  CHECK(list(y[{0, 0, 2}]) == V{8, 9, 10, 11});
  CHECK(list(take(x, indices)) == V{0, 2, 23, 1, 1, 21});
  CHECK(take(x, Indices(Shape{}), -1).shape() == Shape{2, 3});
  CHECK(take(x, Indices(Shape{0, 5}), 2).shape() == Shape{2, 3, 0, 5});
  CHECK(list(take(Tensor<double>(7.), {0, -1})) == V{7, 7});
  CHECK(list(index_select(x, -1, {3, 0})[{1, 2}]) == V{23, 20});
}

TEST_CASE("indices are lists, vectors and arrays of any integers of 32 bits") {
  const auto x = numbers({5});
  CHECK(list(take(x, {4, 0}, 0)) == V{4, 0});
  CHECK(list(take(x, Indices(std::vector<std::size_t>{4, 0}), 0)) == V{4, 0});
  CHECK(list(take(x, xt::xtensor<unsigned char, 1>{4, 0}, 0)) == V{4, 0});
  CHECK_THROWS_WITH_AS(Indices(std::vector<long>{1, 3'000'000'000}),
                       Contains("indices: 3000000000 is outside of 32 bits"), DomainError);
}

TEST_CASE("x[i] and x[{i, j}] are parts of the first axes") {
  const auto x = variable(numbers({2, 3, 2}));
  CHECK(list(x[1]) == V{6, 7, 8, 9, 10, 11});
  CHECK(list(x[{-1, 0}]) == V{6, 7});
  CHECK(x[{0, 2, 1}].item() == 5);
  CHECK(x[std::size_t(0)].shape() == Shape{3, 2});
  Tape tape;
  CHECK(list(tape.backward(sum(square(x[{1, 2}])))[x]) == V{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 22});
  CHECK_THROWS_WITH_AS(
      x[2], Contains("x[i]: index 2 is outside of axis 0 of shape (2, 3, 2), whose length is 2 [indices_test.cpp:"),
      ShapeError);
  CHECK_THROWS_WITH_AS((x[{0, -4}]), Contains("x[i]: index -4 is outside of axis 1 of shape (2, 3, 2)"), ShapeError);
  CHECK_THROWS_WITH_AS((x[{0, 0, 0, 0}]), Contains("x[i]: 4 indices for shape (2, 3, 2)"), ShapeError);
  CHECK_THROWS_WITH_AS(Tensor<double>()[0], Contains("x[i]: an input is an empty tensor"), ShapeError);
}

TEST_CASE("take_along_axis broadcasts as NumPy's, gather takes parts as PyTorch's") {
  const auto x = numbers({2, 3});
  CHECK(list(take_along_axis(x, xt::xtensor<int, 2>{{2, 0}}, 1)) == V{2, 0, 5, 3});
  CHECK(take_along_axis(numbers({1, 3}), xt::xtensor<int, 2>{{0}, {2}}, -1).shape() == Shape{2, 1});
  CHECK(list(gather(x, 0, xt::xtensor<int, 2>{{1, -2}, {0, 1}, {1, 1}})) == V{3, 1, 0, 4, 3, 4});
  CHECK(list(gather(x, -1, xt::xtensor<int, 2>{{2, 2, 0, 1}})) == V{2, 2, 0, 1});
  CHECK(gather(numbers({3, 0}), 0, Indices(Shape{2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("of what goes to one place scatter keeps the last, and gives the others no gradient") {
  const auto x = variable(numbers({4})), s = variable(Tensor<double>{10, 20, 30});
  Tape tape;
  const auto y = scatter(x, 0, {1, -1, 1}, s);
  CHECK(list(y) == V{0, 30, 2, 20});
  const Gradients gradients = tape.backward(sum(square(y)));
  CHECK(list(gradients[x]) == V{0, 0, 4, 0});
  CHECK(list(gradients[s]) == V{0, 40, 60});
  CHECK(list(index_put(numbers({2, 2}), {{1, 1}}, Tensor<double>{{5, 6}, {7, 8}})) == V{0, 1, 7, 8});
}

TEST_CASE("scatter_add, index_add and index_put add in the order of the indices") {
  const auto x = numbers({2, 3});
  CHECK(list(scatter_add(x, 1, xt::xtensor<int, 2>{{0, 0}, {2, -3}}, Tensor<double>{{10, 20}, {30, 40}})) ==
        V{30, 1, 2, 43, 4, 35});
  CHECK(list(index_add(x, 1, {1, 1}, 10)) == V{0, 21, 2, 3, 24, 5});
  CHECK(list(index_add(x, 0, {-1}, Tensor<double>{{1, 2, 3}})) == V{0, 1, 2, 4, 6, 8});
  CHECK(list(index_put(x, {{0, 1, 1}, {-1, 0, 0}}, 9)) == V{0, 1, 9, 9, 4, 5});
  CHECK(list(index_put(x, {{0, 1, 1}, {-1, 0, 0}}, 9, {.accumulate = true})) == V{0, 1, 11, 21, 4, 5});
  CHECK(list(index_put(x, {xt::xtensor<int, 2>{{0}, {1}}, {0, 1}}, Tensor<double>{7, 8})) == V{7, 8, 2, 7, 8, 5});
  CHECK(list(index_add(x, 0, Indices(Shape{0}), Tensor<double>::empty({0, 3}))) == list(x));
}

TEST_CASE("masked_select takes and masked_fill replaces where the mask says yes") {
  const auto x = variable(numbers({2, 3}));
  CHECK(list(masked_select(x, x > 2)) == V{3, 4, 5});
  CHECK(masked_select(x, x < 0).shape() == Shape{0});
  CHECK(list(masked_select(x, Mask(xt::xarray<bool>{true, false, true}))) == V{0, 2, 3, 5});
  Tape tape;
  const auto y = masked_fill(x, Mask(xt::xtensor<bool, 2>{{true}, {false}}), -1);
  CHECK(list(y) == V{-1, -1, -1, 3, 4, 5});
  CHECK(list(tape.backward(sum(square(y)))[x]) == V{0, 0, 0, 6, 8, 10});
  const auto fill = variable(Tensor<double>(2.));
  CHECK(grad([&](const auto& value) { return sum(square(masked_fill(x, x > 1, value))); })(fill).item() == 16);
  CHECK_THROWS_WITH_AS(masked_fill(x, x > 1, Tensor<double>{1, 2}),
                       Contains("masked_fill: the value must be a number, but its shape is (2,)"), ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(numbers({3}), x > 1, 0),
                       Contains("masked_fill: a mask of shape (2, 3) does not broadcast to (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(masked_select(numbers({2}), x > 1), Contains("masked_select"), ShapeError);
  CHECK_THROWS_WITH_AS(masked_select(Tensor<double>(), x > 1), Contains("masked_select: an input is an empty tensor"),
                       ShapeError);
}

TEST_CASE_TEMPLATE("one_hot has a 1 at each index", T, float, double) {
  CHECK(list(one_hot<T>({2, 0}, 3)) == std::vector<T>{0, 0, 1, 1, 0, 0});
  CHECK(list(one_hot<T>({1, 0})) == std::vector<T>{0, 1, 1, 0});
  CHECK(one_hot<T>(xt::xtensor<int, 2>{{0, 1}, {2, 3}}, 5).shape() == Shape{2, 2, 5});
  CHECK(one_hot<T>(Indices(Shape{0})).shape() == Shape{0, 0});
  CHECK_THROWS_WITH_AS(one_hot<T>({0, 3}, 3),
                       Contains("one_hot: index 3 at place 1 is none of the 3 classes [indices_test.cpp:"),
                       DomainError);
  CHECK_THROWS_WITH_AS(one_hot<T>({-1}), Contains("one_hot: index -1 at place 0 is none of the 0 classes"),
                       DomainError);
}

TEST_CASE("an index outside is named with its place, its axis and the length") {
  const auto x = numbers({2, 3});
  CHECK_THROWS_WITH_AS(take(x, xt::xtensor<int, 2>{{0, 1}, {3, 9}}, 1),
                       Contains("take: index 3 at (1, 0) is outside of axis 1 of shape (2, 3), whose length is 3 "
                                "[indices_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(take(x, {0, -3}, 0),
                       Contains("index -3 at (1,) is outside of axis 0 of shape (2, 3), whose length is 2"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(take(x, {0, -3}, 0), Contains(". Indices are from -2 to 1"), ShapeError);
  CHECK_THROWS_WITH_AS(take(x, {6}), Contains("take: index 6 at (0,) is outside of axis 0 of shape (6,)"), ShapeError);
  CHECK_THROWS_WITH_AS(take(numbers({2, 0}), {0}, 1),
                       Contains("index 0 at (0,) is outside of axis 1 of shape (2, 0), whose length is 0"), ShapeError);
  CHECK_THROWS_WITH_AS(take(numbers({0, 2}), {2}, 1), Contains("index 2 at (0,) is outside of axis 1"), ShapeError);
  CHECK_THROWS_WITH_AS(index_select(x, 1, {3}), Contains("index_select: index 3 at (0,)"), ShapeError);
  CHECK_THROWS_WITH_AS(take_along_axis(x, xt::xtensor<int, 2>{{-4}}, 1), Contains("take_along_axis: index -4 at "),
                       ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 0, xt::xtensor<int, 2>{{0, 0, 2}}), Contains("gather: index 2 at (0, 2)"), ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 0, xt::xtensor<int, 2>{{0, 2}}),
                       Contains("gather: index 2 at (0, 1) is outside of axis 0 of shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(scatter(x, 1, xt::xtensor<int, 2>{{0}, {3}}, 1), Contains("scatter: index 3 at (1, 0)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(x, 1, xt::xtensor<int, 2>{{0}, {-4}}, 1),
                       Contains("scatter_add: index -4 at (1, 0)"), ShapeError);
  CHECK_THROWS_WITH_AS(index_add(x, 0, {2}, 1), Contains("index_add: index 2 at (0,)"), ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {{0, 1}, {0, 3}}, 1),
                       Contains("index_put: index 3 at (1,) is outside of axis 1 of shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(embedding(x, {-1}), Contains("embedding: index -1 at (0,) is outside of axis 0"), ShapeError);
  CHECK_THROWS_WITH_AS(embedding(x, {0, 2}), Contains(". Indices are from 0 to 1"), ShapeError);
}

TEST_CASE("ops on indices say which shapes do not fit") {
  const auto x = numbers({2, 3});
  const Indices square = xt::xtensor<int, 2>{{0, 1}, {1, 0}};
  CHECK_THROWS_WITH_AS(take(x, {0}, 2), Contains("take: axis 2 does not exist in shape (2, 3) [indices_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(index_select(x, 0, square),
                       Contains("index_select: the indices must have one axis, but their shape is (2, 2)"), ShapeError);
  CHECK_THROWS_WITH_AS(index_add(x, 0, square, 1), Contains("index_add: the indices must have one axis"), ShapeError);
  CHECK_THROWS_WITH_AS(
      index_add(x, 0, {0}, numbers({2, 3})),
      Contains("index_add: a source of shape (2, 3) does not broadcast to (1, 3), where the indices point"),
      ShapeError);
  CHECK_THROWS_WITH_AS(
      take_along_axis(x, {0}, 0),
      Contains("take_along_axis: indices of shape (1,) and x of shape (2, 3) have different numbers of axes"),
      ShapeError);
  CHECK_THROWS_WITH_AS(take_along_axis(x, square, 0), Contains("take_along_axis"), ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 0, Indices(Shape{1, 4})),
                       Contains("gather: indices of shape (1, 4) do not fit into shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 0, {0}), Contains("They need as many axes, none longer but axis 0"), ShapeError);
  CHECK_THROWS_WITH_AS(gather(Tensor<double>(1.), 0, {0}), Contains("gather: axis 0 does not exist in shape ()"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(scatter(x, 1, square, numbers({3})), Contains("scatter"), ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {}, 1), Contains("index_put: 0 arrays of indices for shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {{0}, {0}, {0}}, 1), Contains("index_put: 3 arrays of indices for shape (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(index_put(x, {{0, 1}, {0, 1, 2}}, 1), Contains("index_put"), ShapeError);
  CHECK_THROWS_WITH_AS(embedding(numbers({3}), {0}),
                       Contains("embedding: the table must have two axes, but its shape is (3,)"), ShapeError);
  const Tensor<double> none;
  CHECK_THROWS_WITH_AS(take(none, {0}), Contains("take: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(gather(none, 0, {0}), Contains("gather: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(scatter(x, 0, square, none), Contains("scatter: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(index_add(none, 0, {0}, 1), Contains("index_add: an input is an empty tensor"), ShapeError);
}

TEST_CASE("many floats that are added at one place keep their digits") {
  const std::size_t count = 100000;
  Indices zeros{Shape{count}};
  std::fill_n(zeros.mutable_data(), count, 0);
  const auto source = Tensor<float>::full({count}, 0.1f);
  CHECK(scatter_add(Tensor<float>{0, 5}, 0, zeros, source)[0].item() == doctest::Approx(10000).epsilon(1e-6));
  const auto rows = Tensor<float>::full({count, 17}, 0.1f);
  CHECK(index_add(Tensor<float>::full({2, 17}, 0), 0, zeros, rows)[{0, 16}].item() ==
        doctest::Approx(10000).epsilon(1e-6));
  const auto table = variable(Tensor<float>::full({2, 20}, 1));
  Tape tape;
  CHECK(tape.backward(sum(take(table, zeros, 0) * 0.1f))[table][{0, 19}].item() ==
        doctest::Approx(10000).epsilon(1e-6));
}
