// Ops that put elements in order: what they give, against NumPy 2.4 and PyTorch, and what they refuse.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <Real T>
std::vector<T> list(const Tensor<T>& x) {
  return {x.data(), x.data() + x.size()};
}
std::vector<int> list(const Indices& places) { return {places.data(), places.data() + places.size()}; }
using V = std::vector<double>;
using I = std::vector<int>;

// Few different numbers, so that many are equal, of both signs of 0.
template <Real T>
Tensor<T> random_ties(const Shape& shape, int seed) {
  std::mt19937 generator(static_cast<unsigned>(seed));
  auto x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(int(generator() % 41) - 20) / 8;
  for (std::size_t i = 0; i < x.size(); i += 7) x.mutable_data()[i] = -x.data()[i];
  return x;
}
template <Real T>
Tensor<T> random_numbers(const Shape& shape, int seed) {
  std::mt19937 generator(static_cast<unsigned>(seed));
  std::normal_distribution<double> normal;
  auto x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i)
    x.mutable_data()[i] = T(normal(generator) * std::exp(20 * normal(generator)));
  return x;
}

// The places by the standard library.
template <Real T>
I places_by_hand(const T* x, std::size_t count, bool descending) {
  I places(count);
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [=](int a, int b) { return descending ? x[b] < x[a] : x[a] < x[b]; });
  return places;
}

}  // namespace

TEST_CASE_TEMPLATE("sort and argsort keep equal elements in their order, in lines of any length", T, float, double) {
  for (const std::size_t length : {1, 2, 3, 17, 47, 48, 49, 50, 300, 5000}) {
    for (const auto& x : {random_ties<T>({2, length}, 3), random_numbers<T>({2, length}, 4)}) {
      for (const bool descending : {false, true}) {
        const Indices places = argsort(x, -1, {.descending = descending});
        const Tensor<T> sorted = sort(x, -1, {.descending = descending});
        for (std::size_t row = 0; row < 2; ++row) {
          const T* const from = x.data() + row * length;
          const I expected = places_by_hand(from, length, descending);
          CHECK(std::equal(expected.begin(), expected.end(), places.data() + row * length));
          bool same = true;
          for (std::size_t k = 0; k < length; ++k) {
            const T number = sorted.data()[row * length + k], wanted = from[expected[k]];
            same &= number == wanted && std::signbit(number) == std::signbit(wanted);
          }
          CHECK(same);
        }
      }
    }
  }
}

TEST_CASE("sort along an axis in the middle sorts each line") {
  const auto x = random_numbers<double>({3, 60, 4}, 5);
  const auto lines = transpose(sort(transpose(x, {0, 2, 1})), {0, 2, 1});
  CHECK(list(sort(x, 1)) == list(lines));
  CHECK(list(take_along_axis(x, argsort(x, 1), 1)) == list(lines));
  CHECK(list(sort(x, -2)) == list(lines));
}

// np.sort([nan, 1, -inf, inf, -nan, 0]) and np.argsort of it; descending as PyTorch's.
TEST_CASE("NaN is above all numbers, of either sign") {
  const Tensor<double> x{no_number, 1, -infinity, infinity, -no_number, 0};
  CHECK(list(argsort(x)) == I{2, 5, 1, 3, 0, 4});
  CHECK(list(argsort(x, 0, {.descending = true})) == I{0, 4, 3, 1, 5, 2});
  CHECK(list(topk(x, 3).indices) == I{0, 4, 3});
  CHECK(list(kthvalue(x, 4).values) == V{infinity});
  CHECK(list(unique(x).counts) == I{1, 1, 1, 1, 2});
  CHECK(list(searchsorted(sort(x), Tensor<double>{no_number, infinity, 2})) == I{4, 3, 3});
  CHECK(list(searchsorted(sort(x), no_number, {.right = true})) == I{6});
}

TEST_CASE("topk gives the first of a sort, equal ones in their order") {
  const Tensor<double> x{{3, 1, 3, 2}, {0, 5, 5, 5}};
  const auto [values, indices] = topk(x, 3);
  CHECK(list(values) == V{3, 3, 2, 5, 5, 5});
  CHECK(list(indices) == I{0, 2, 3, 1, 2, 3});
  const auto smallest = topk(x, 2, -1, {.largest = false});
  CHECK(list(smallest.values) == V{1, 2, 0, 5});
  CHECK(list(smallest.indices) == I{1, 3, 0, 1});
  CHECK(list(topk(x, 1, 0).values) == V{3, 5, 5, 5});
  CHECK(topk(x, 0).values.shape() == Shape{2, 0});
  const auto many = random_numbers<double>({2, 3000}, 6);
  const auto first = topk(many, 100);
  CHECK(list(first.values) == list(take(sort(many, -1, {.descending = true}), xt::arange<int>(100), 1)));
  CHECK(list(take_along_axis(many, first.indices, 1)) == list(first.values));
}

TEST_CASE("kthvalue counts from 1 and drops the axis, as PyTorch's") {
  const Tensor<double> x{{3, 1, 3, 2}, {0, 5, 5, 5}};
  CHECK(list(kthvalue(x, 2).values) == V{2, 5});
  CHECK(list(kthvalue(x, 2).indices) == I{3, 1});
  CHECK(list(kthvalue(x, 1, 0).values) == V{0, 1, 3, 2});
  CHECK(kthvalue(x, 4).indices.shape() == Shape{2});
  const auto many = random_numbers<double>({3001}, 7);
  CHECK(kthvalue(many, 1501).values.item() == sort(many)[1500].item());
}

// np.unique(x, return_index=True, return_inverse=True, return_counts=True)
TEST_CASE("unique gives the different elements, where they first stand, which stands where, and how often") {
  const Tensor<double> x{{3, 1, 3}, {0, -0., 1}};
  const auto [values, first, inverse, counts] = unique(x);
  CHECK(list(values) == V{0, 1, 3});
  CHECK(list(first) == I{3, 1, 0});
  CHECK(list(inverse) == I{2, 1, 2, 0, 0, 1});
  CHECK(inverse.shape() == Shape{2, 3});
  CHECK(list(counts) == I{2, 2, 2});
  CHECK(unique(Tensor<double>::empty({0, 2})).values.shape() == Shape{0});
  CHECK(list(unique(Tensor<double>(4.)).values) == V{4});
}

TEST_CASE("searchsorted finds where a value would stand, as NumPy's") {
  const Tensor<double> list_of_numbers{1, 2, 2, 5};
  const Tensor<double> values{{0, 1, 2}, {3, 5, 9}};
  CHECK(list(searchsorted(list_of_numbers, values)) == I{0, 0, 1, 3, 3, 4});
  CHECK(list(searchsorted(list_of_numbers, values, {.right = true})) == I{0, 1, 3, 3, 4, 4});
  CHECK(searchsorted(list_of_numbers, 2).shape() == Shape{});
  CHECK(list(searchsorted(Tensor<double>::empty({0}), values)) == I{0, 0, 0, 0, 0, 0});
}

TEST_CASE("gradients go to the elements that a sort moved, a topk took, and to the first of equal ones") {
  const auto x = variable(Tensor<double>{2, 1, 2, 0});
  const Tensor<double> weights{1, 10, 100, 1000};
  Tape tape;
  const auto all = sum(sort(x) * weights) + sum(topk(x, 2).values * Tensor<double>{3, 5}) +
                   sum(unique(x).values * Tensor<double>{0.5, 0.25, 0.125});
  CHECK(list(tape.backward(all)[x]) == V{103.125, 10.25, 1005, 1.5});
}

TEST_CASE("ops that put elements in order say what does not fit") {
  const Tensor<double> x{{1, 2, 3}, {4, 5, 6}};
  CHECK_THROWS_WITH_AS(sort(x, 2), Contains("sort: axis 2 does not exist in shape (2, 3) [sorting_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(sort(Tensor<double>(1.)), Contains("sort: axis -1 does not exist in shape ()"), ShapeError);
  CHECK_THROWS_WITH_AS(argsort(x, -3), Contains("argsort: axis -3 does not exist in shape (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(topk(x, 4),
                       Contains("topk: k is 4, but axis -1 of shape (2, 3) has only 3 elements [sorting_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      kthvalue(x, 0),
      Contains("kthvalue: k is 0, but axis -1 of shape (2, 3) has 3 elements, which are counted from 1"), ShapeError);
  CHECK_THROWS_WITH_AS(kthvalue(x, 3, 0), Contains("kthvalue: k is 3, but axis 0 of shape (2, 3) has 2 elements"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(searchsorted(x, 1),
                       Contains("searchsorted: the sorted list must have one axis, but its shape is (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      searchsorted(Tensor<double>{1, 3, 2}, 1),
      Contains("searchsorted: the list is not sorted: element 2, 2.000000, is below the one before it, 3.000000"),
      DomainError);
  const Tensor<double> none;
  CHECK_THROWS_WITH_AS(sort(none), Contains("sort: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(argsort(none), Contains("argsort: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(topk(none, 1), Contains("topk: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(kthvalue(none, 1), Contains("kthvalue: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(unique(none), Contains("unique: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(searchsorted(none, 1), Contains("searchsorted: an input is an empty tensor"), ShapeError);
}
