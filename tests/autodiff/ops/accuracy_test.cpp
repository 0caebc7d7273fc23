// Sums of many numbers keep their digits: every reduction, along every axis, against a sum in long double; what is a
// sum inside of another op; numbers that are not finite; axes without elements.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include "same_bits.h"

using namespace tapegrad;
using doctest::Contains;

namespace {

// The error that is allowed for terms of one sign, whatever their number.
template <Real T>
constexpr double allowed = std::is_same_v<T, float> ? 1e-6 : 2e-15;

// Terms of one sign: equal ones, whose roundings all go one way, and numbers drawn from (0, 1).
enum class Terms { equal, drawn };

template <Real T>
Tensor<T> terms(const Shape& shape, Terms kind) {
  if (kind == Terms::equal) return Tensor<T>::full(shape, T(0.1));
  Tensor<T> x = Tensor<T>::empty(shape);
  std::mt19937 generator(7);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(double(generator()) + 0.5) / T(4294967296.0);
  return x;
}

bool is_summed(std::size_t axis, const Axes& axes, std::size_t rank) {
  if (axes.empty()) return true;
  for (const long a : axes) {
    if (std::size_t(a < 0 ? a + long(rank) : a) == axis) return true;
  }
  return false;
}

// A sum in long double that keeps what its roundings lost.
struct Exact {
  long double sum = 0, lost = 0;
  void add(long double term) {
    const long double before = sum;
    sum += term;
    const long double added = sum - before;
    lost += (before - (sum - added)) + (term - added);
  }
};

// The sums over some axes, element by element.
template <Real T>
std::vector<long double> exact_sums(const Tensor<T>& x, const Axes& axes) {
  const std::size_t rank = x.rank();
  std::vector<std::size_t> index(rank), step(rank);
  std::size_t size = 1, place = 0;
  for (std::size_t axis = rank; axis-- > 0;) {
    step[axis] = is_summed(axis, axes, rank) ? 0 : size;
    if (step[axis]) size *= x.shape()[axis];
  }
  std::vector<Exact> sums(size);
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums[place].add(static_cast<long double>(x.data()[i]));
    for (std::size_t axis = rank; axis-- > 0;) {
      place += step[axis];
      if (++index[axis] < x.shape()[axis]) break;
      place -= step[axis] * x.shape()[axis];
      index[axis] = 0;
    }
  }
  std::vector<long double> result;
  for (const Exact& exact : sums) result.push_back(exact.sum + exact.lost);
  return result;
}

template <Real T>
double largest_error(const Tensor<T>& y, const std::vector<long double>& sums, long double factor = 1) {
  REQUIRE(y.size() == sums.size());
  double largest = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    largest = std::max(largest, std::abs(double(static_cast<long double>(y.data()[i]) / (sums[i] * factor) - 1)));
  }
  return largest;
}

struct Case {
  Shape shape;
  Axes axes;
};

// Every way in which a sum walks its array: few and many rows, narrow and wide, odd lengths, alternating axes.
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {{1}, {}},           {{7}, {}},           {{9}, {}},           {{100}, {}},         {{511}, {0}},
      {{1000}, {}},        {{1029}, {}},        {{16385}, {}},       {{1000003}, {}},     {{1, 5}, {0}},
      {{15, 33}, {0}},     {{16, 300}, {0}},    {{17, 1}, {0}},      {{40, 7}, {0}},      {{100, 257}, {0}},
      {{1000, 31}, {0}},   {{100003, 3}, {0}},  {{30000, 40}, {0}},  {{4001, 300}, {0}},  {{530, 2000}, {0}},
      {{3, 100000}, {0}},  {{100000, 3}, {1}},  {{100000, 9}, {-1}}, {{1000, 999}, {1}},  {{7, 150001}, {1}},
      {{30, 1000, 7}, {1}},      {{2, 20000, 30}, {1}},           {{9, 11, 1013}, {1}},
      {{100, 50, 60}, {0, 2}},   {{60, 70, 50}, {0, 1}},          {{60, 70, 50}, {1, 2}},
      {{60, 1, 70, 50}, {0, 3}}, {{9, 10, 11, 12, 13}, {0, 2, 4}}, {{9, 10, 11, 12, 13}, {1, 3}}};
  return all;
}

template <Real T>
void check_reductions(const Case& c, Terms kind) {
  INFO(text(c.shape));
  CAPTURE(int(kind));
  const Tensor<T> x = terms<T>(c.shape, kind), kept = sum(x, c.axes, {.keepdims = true});
  const std::vector<long double> sums = exact_sums(x, c.axes);
  CHECK(largest_error(sum(x, c.axes), sums) <= allowed<T>);
  CHECK(largest_error(kept, sums) <= allowed<T>);
  CHECK(largest_error(sum_to(x, kept.shape()), sums) <= allowed<T>);
  const long double share = static_cast<long double>(sums.size()) / static_cast<long double>(x.size());
  CHECK(largest_error(mean(x, c.axes), sums, share) <= allowed<T>);
}

// The gradient of what is broadcast to x's shape when x arrives as adjoint.
template <Real T>
Tensor<T> unbroadcast(const Tensor<T>& x, const Shape& from) {
  const Tensor<T> b = variable(Tensor<T>::full(from, 0));
  Tape tape;
  return tape.backward(b + x * 0, {.seed = x})[b];
}

}  // namespace

TEST_CASE_TEMPLATE("every reduction along every axis is as accurate as promised", T, float, double) {
  for (const Case& c : cases()) {
    check_reductions<T>(c, Terms::equal);
    check_reductions<T>(c, Terms::drawn);
  }
}

TEST_CASE("ten million floats are summed to 1e-6 along any axis") {
  const Tensor<float> equal = terms<float>({10000000}, Terms::equal);
  const long double total = 1e7L * static_cast<long double>(0.1f);
  for (const Case& c : std::vector<Case>{{{10000000}, {0}}, {{1000000, 10}, {0}}, {{5000000, 2}, {0}},
                                         {{100000, 100}, {0}}, {{5000, 2000}, {0}}, {{10, 1000000}, {1}},
                                         {{10, 100000, 10}, {1}}, {{50, 200, 1000}, {0, 2}}}) {
    INFO(text(c.shape));
    const Tensor<float> y = sum(reshape(equal, c.shape), c.axes);
    const std::vector<long double> sums(y.size(), total / static_cast<long double>(y.size()));
    CHECK(largest_error(y, sums) <= 1e-6);
  }
  const Tensor<float> drawn = terms<float>({10000000}, Terms::drawn);
  CHECK(largest_error(sum(drawn), exact_sums(drawn, {})) <= 1e-6);
}

TEST_CASE("counts do not stop at 2^24 in float") {
  const Tensor<float> same = variable(Tensor<float>::full({17000000, 1}, 0));
  Tape tape;
  const Gradients gradients = tape.backward(sum(amax(same, {0})));  // shares are 1 / (how many are equal)
  CHECK(double(gradients[same].data()[0]) == doctest::Approx(1 / 17e6).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("gradients of what was broadcast keep their digits", T, float, double) {
  for (const Terms kind : {Terms::equal, Terms::drawn}) {
    const Tensor<T> x = terms<T>({100000, 10}, kind);
    CHECK(largest_error(unbroadcast(x, {10}), exact_sums(x, {0})) <= allowed<T>);
    CHECK(largest_error(unbroadcast(x, {1, 10}), exact_sums(x, {0})) <= allowed<T>);
    CHECK(largest_error(unbroadcast(x, {100000, 1}), exact_sums(x, {1})) <= allowed<T>);
    CHECK(largest_error(unbroadcast(x, {}), exact_sums(x, {})) <= allowed<T>);
  }
}

TEST_CASE("the bias of a linear layer gets all of a million rows") {
  const Tensor<float> w = variable(Tensor<float>::full({1, 4}, 1)), b = variable(Tensor<float>::full({4}, 0));
  const Tensor<float> x = Tensor<float>::full({1000000, 1}, 1), g = terms<float>({1000000, 4}, Terms::equal);
  const std::vector<long double> sums = exact_sums(g, {0});
  for (const bool recorded : {false, true}) {
    Tape tape;
    const Gradients gradients = tape.backward(linear(x, w, b), {.seed = g, .create_graph = recorded});
    CHECK(largest_error(gradients[b], sums) <= 1e-6);
  }
}

TEST_CASE_TEMPLATE("fused sums keep their digits", T, float, double) {
  const auto same = [](const auto& v) { return v; };
  const auto left = [](const auto& v, const auto&) { return v; };
  for (const Terms kind : {Terms::equal, Terms::drawn}) {
    const Tensor<T> x = terms<T>({100000, 10}, kind), wide = terms<T>({10, 100000}, kind);
    CHECK(largest_error(fuse_sum(same, x), exact_sums(x, {})) <= allowed<T>);
    CHECK(largest_error(fuse_sum(left, x, Tensor<T>::full({10}, 0)), exact_sums(x, {})) <= allowed<T>);
    CHECK(largest_error(fuse_sum(left, wide, Tensor<T>::full({100000}, 0)), exact_sums(wide, {})) <= allowed<T>);
  }
}

TEST_CASE("losses of a million equal rows are the loss of one") {
  auto check = [](const auto& loss) {
    CHECK(double(loss(1000000).item()) == doctest::Approx(double(loss(1).item())).epsilon(1e-6));
  };
  check([](std::size_t n) {
    return binary_cross_entropy(Tensor<float>::full({n}, 0.3f), Tensor<float>::full({n}, 1));
  });
  check([](std::size_t n) {
    return binary_cross_entropy_with_logits(Tensor<float>::full({n}, 0.3f), Tensor<float>::full({n}, 1));
  });
  check([](std::size_t n) { return mean(square(Tensor<float>::full({n}, 0.7f))); });
  check([](std::size_t n) {
    Indices labels(Shape{n});
    std::fill_n(labels.mutable_data(), n, 1);
    return cross_entropy(Tensor<float>::full({n, 3}, 0.3f), labels);
  });
}

TEST_CASE("a million classes are as accurate as few") {
  const Tensor<float> z = Tensor<float>::full({1, 1000000}, 0.1f);
  CHECK(double(softmax(z).data()[0]) == doctest::Approx(1e-6).epsilon(1e-6));
  CHECK(double(cross_entropy(z, Indices(xt::xarray<int>{5})).item()) == doctest::Approx(std::log(1e6)).epsilon(1e-6));
}

TEST_CASE("the norm of a million gradients keeps its digits") {
  const Tensor<float> x = variable(terms<float>({1000000}, Terms::equal));
  Tape tape;
  const double norm = tape.backward(sum(square(x))).global_norm();
  CHECK(norm == doctest::Approx(2 * double(0.1f) * 1000).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("an infinite term makes an infinite sum, and a NaN a NaN", T, float, double) {
  const T infinite = std::numeric_limits<T>::infinity();
  for (const Case& c : cases()) {
    INFO(text(c.shape));
    Tensor<T> x = terms<T>(c.shape, Terms::drawn);
    const std::size_t place = x.size() / 2;
    auto total = [&](T number) {
      x.mutable_data()[place] = number;
      return sum(sum(x, c.axes));
    };
    CHECK(total(infinite).item() == infinite);
    CHECK(total(-infinite).item() == -infinite);
    CHECK(std::isnan(total(std::numeric_limits<T>::quiet_NaN()).item()));
    if (x.size() == 1) continue;
    x.mutable_data()[0] = -infinite;
    CHECK(std::isnan(sum(x).item() + total(infinite).item()));
  }
}

TEST_CASE_TEMPLATE("sums have the same bits for 1, 2, 3 and 8 threads", T, float, double) {
  for (const Case& c : cases()) {
    INFO(text(c.shape));
    const Tensor<T> x = terms<T>(c.shape, Terms::drawn);
    const auto compute = [&] {
      std::string bits;
      append(bits, sum(x, c.axes));
      append(bits, fuse_sum([](const auto& v) { return v * v; }, x));
      return bits;
    };
    same_for_every_count(compute);
    CHECK(bits_on(8, compute) == bits_on(1, compute));
  }
}

// As NumPy, PyTorch and JAX have it.
TEST_CASE("a sum of nothing is 0, its mean NaN, and there is no largest of nothing") {
  const Tensor<float> none = Tensor<float>::empty({0, 3});
  CHECK(sum(none, {0}).shape() == Shape{3});
  CHECK(sum(none, {0}).data()[2] == 0);
  CHECK(sum(none).item() == 0);
  CHECK(std::isnan(mean(none, {0}).data()[0]));
  CHECK(std::isnan(mean(none).item()));
  CHECK_THROWS_WITH_AS(amax(none, {0}), Contains("amax: shape (0, 3) has no elements"), ShapeError);
  CHECK_THROWS_WITH_AS(amin(Tensor<float>::empty({0, 0}), {1}), Contains("no elements"), ShapeError);
}

TEST_CASE("an empty axis that stays makes an empty result") {
  const Tensor<float> none = variable(Tensor<float>::empty({2, 0, 3}));
  for (const bool keepdims : {false, true}) {
    const Shape shape = keepdims ? Shape{2, 0, 1} : Shape{2, 0};
    Tape tape;
    for (const Tensor<float>& y : {sum(none, {2}, {.keepdims = keepdims}), mean(none, {2}, {.keepdims = keepdims}),
                                   amax(none, {2}, {.keepdims = keepdims}), amin(none, {2}, {.keepdims = keepdims})}) {
      CHECK(y.shape() == shape);
      CHECK(tape.gradient(sum(y), none).shape() == none.shape());
    }
  }
  CHECK(argmax(none, 2).shape() == Shape{2, 0});
  CHECK(argmin(none, 0).shape() == Shape{0, 3});
}
