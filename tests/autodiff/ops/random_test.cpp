// Random tensors: known answers, distributions, keys, gradients, errors.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/ops/random.h>
#include <tapegrad/threads.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

// Kolmogorov's distance from a distribution, times the root of the number of draws: above 1.95 once in a thousand.
template <Real T, class F>
double distance(const Tensor<T>& x, F below) {
  std::vector<double> numbers(x.data(), x.data() + x.size());
  std::sort(numbers.begin(), numbers.end());
  double largest = 0;
  const double count = double(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double share = below(numbers[i]);
    largest = std::max({largest, share - double(i) / count, double(i + 1) / count - share});
  }
  return largest * std::sqrt(count);
}

// Pearson's chi-square of counts against equal shares.
double chi_square(const std::vector<double>& counts, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double gap = counts[i] - expected[i];
    sum += gap * gap / expected[i];
  }
  return sum;
}

double normal_below(double x) { return std::erfc(-x / std::sqrt(2.)) / 2; }

// Of a gamma distribution, by the series of the incomplete gamma function.
double share_below(double a, double x) {
  if (x <= 0) return 0;
  double term = 1 / a, total = term;
  for (int k = 1; term > total * 1e-12; ++k) total += term *= x / (a + k);
  return std::exp(a * std::log(x) - x - std::lgamma(a)) * total;
}

template <class X>
bool same(const X& a, const X& b) {
  return a.shape() == b.shape() && std::equal(a.data(), a.data() + a.size(), b.data());
}

template <Real T>
void check_distributions() {
  const Shape shape{300, 333};
  for (std::uint64_t seed : {1, 2, 3}) {
    const Key key = Key(9).fold_in(seed);
    CHECK(distance(uniform<T>(key, shape), [](double x) { return std::clamp(x, 0., 1.); }) < 1.95);
    CHECK(distance(uniform<T>(key, shape, -1, 3), [](double x) { return (x + 1) / 4; }) < 1.95);
    CHECK(distance(normal<T>(key, shape), normal_below) < 1.95);
    CHECK(distance(normal<T>(key, shape, 5, 0.25), [](double x) { return normal_below((x - 5) * 4); }) < 1.95);
    CHECK(distance(gumbel<T>(key, shape), [](double x) { return std::exp(-std::exp(-x)); }) < 1.95);
    for (const double a : {0.3, 1., 7.}) {
      CHECK(distance(gamma(key, full<T>({3000}, T(a))), [a](double x) { return share_below(a, x); }) < 1.95);
    }
    const double low = normal_below(-0.5), high = normal_below(2);
    CHECK(distance(truncated_normal<T>(key, shape, -0.5, 2), [=](double x) {
      return (normal_below(x) - low) / (high - low);
    }) < 1.95);
    const double mean = sum(bernoulli<T>(key, shape, 0.3)).item() / double(shape.size());
    CHECK(std::abs(mean - 0.3) < 3.3 * std::sqrt(0.21 / double(shape.size())));
  }
}

}  // namespace

TEST_CASE("the words behind random tensors are those of Philox") {  // known answers of its authors
  using Words = std::array<std::uint32_t, 4>;
  CHECK(engine::philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t all = 0xffffffff;
  CHECK(engine::philox({all, all, all, all}, {all, all}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(engine::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random tensors have the distributions that they say, in float and in double") {
  check_distributions<float>();
  check_distributions<double>();
}

TEST_CASE("choices and integers have the shares that they say") {
  const Key key(4);
  const Indices dice = randint(key, {60000}, -2, 4);
  std::vector<double> counts(6);
  for (std::size_t i = 0; i < dice.size(); ++i) ++counts.at(std::size_t(dice.data()[i] + 2));
  CHECK(chi_square(counts, std::vector<double>(6, 10000)) < 20.5);  // once in a thousand, of 5 degrees
  const double none = -std::numeric_limits<double>::infinity();
  const Tensor<double> logits{std::log(0.5), std::log(0.2), none, std::log(0.3)};
  const Indices chosen = categorical(key, broadcast_to(logits, {20000, 4}));
  CHECK(chosen.shape() == Shape{20000});
  std::vector<double> shares(4);
  for (std::size_t i = 0; i < chosen.size(); ++i) ++shares.at(std::size_t(chosen.data()[i]));
  CHECK(shares[2] == 0);
  CHECK(chi_square({shares[0], shares[1], shares[3]}, {10000, 4000, 6000}) < 13.8);
  std::vector<double> first(5);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const Indices order = permutation(key.fold_in(i), 5);
    CHECK(std::set(order.data(), order.data() + 5) == std::set<std::int32_t>{0, 1, 2, 3, 4});
    ++first[std::size_t(order.data()[0])];
  }
  CHECK(chi_square(first, std::vector<double>(5, 1000)) < 18.5);
  CHECK(permutation(key, 0).size() == 0);
  CHECK(randint(key, {3}, 7, 8).data()[2] == 7);
  using Limits = std::numeric_limits<std::int32_t>;
  const Indices wide = randint(key, {100}, Limits::min(), Limits::max());
  CHECK(*std::min_element(wide.data(), wide.data() + 100) < -1000000000);
}

TEST_CASE("keys that come from a key draw other numbers, and none that overlap") {
  const Key key(5);
  const auto [a, b, c] = key.split<3>();
  std::set<std::uint64_t> seen;
  for (const Key& each : {key, a, b, c, key.fold_in(0), key.fold_in(1), a.fold_in(0), a.split()[0]}) {
    const Tensor<double> x = uniform(each, {1000});
    for (std::size_t i = 0; i < x.size(); ++i) seen.insert(std::uint64_t(x.data()[i] * 0x1p53));
  }
  CHECK(seen.size() == 8000);
  CHECK(same(uniform(key.split()[0], {9}), uniform(a, {9})));
  // Neighbouring keys and places are not correlated.
  const Tensor<double> x = normal(a, {100000}), y = normal(b, {100000});
  CHECK(std::abs(sum(x * y).item()) < 3.3 * std::sqrt(1e5));
  CHECK(std::abs(sum(x * roll(x, 1)).item()) < 3.3 * std::sqrt(1e5));
}

TEST_CASE("random tensors have the same bits for every number of threads, and in a checkpoint that computes again") {
  const int before = threads();
  const Key key(6);
  const auto draw = [&](int count) {
    set_threads(count);
    return normal<float>(key, {70001}) + uniform<float>(key, {70001}) + truncated_normal<float>(key, {70001}) +
           bernoulli<float>(key, {70001}, 0.5) + dropout(key, ones<float>({70001}), 0.1) + gumbel<float>(key, {70001}) +
           gamma(key, full<float>({20001}, 2.f)).data()[20000];
  };
  const Tensor<float> one = draw(1);
  CHECK(same(one, draw(2)));
  CHECK(same(one, draw(3)));
  set_threads(before);
  const auto x = variable(full({50}, 2.));
  const auto noisy = [key](const Tensor<double>& a) { return dropout(key, a * a, 0.4) * normal(key, {50}); };
  Tape tape;
  const auto plain = tape.gradient(sum(noisy(x)), x, {.keep = true});
  CHECK(same(plain, tape.gradient(sum(checkpoint(noisy, x)), x)));
}

TEST_CASE("gradients flow to what random numbers are made from, and dropout keeps the mean") {
  const Key key(8);
  const auto mean = variable(Tensor<double>{1, 2}), deviation = variable(Tensor<double>{{0.5}, {2}, {3}});
  const auto draw = [key](const auto& m, const auto& s) { return normal(key, m, s); };
  CHECK(gradcheck(draw, {mean, deviation}, {.order = 2}).passed());
  CHECK(same(normal(key, mean, deviation), mean + deviation * normal(key, {3, 2})));
  const auto between = [key](const auto& low, const auto& high) { return uniform(key, low, high); };
  CHECK(gradcheck(between, {mean, deviation}, {.order = 2}).passed());
  const Tensor<double> kept = dropout(key, ones({100000}), 0.25);
  CHECK(sum(kept).item() / 1e5 == Approx(1).epsilon(0.01));
  CHECK(std::set(kept.data(), kept.data() + kept.size()) == std::set<double>{0, 1 / 0.75});
  CHECK(same(dropout(key, kept, 0), kept));
  CHECK(gradcheck([key](const auto& x) { return dropout(key, x * x, 0.5); }, {variable(ones({20}))}).passed());
  const Tensor<double> p{0, 1, 0.5};
  const Tensor<double> drawn = bernoulli(key, broadcast_to(p, {1000, 3}));
  const Tensor<double> ones_drawn = sum(drawn, 0);
  CHECK(ones_drawn.data()[0] == 0);
  CHECK(ones_drawn.data()[1] == 1000);
  CHECK(std::abs(ones_drawn.data()[2] - 500) < 55);
}

TEST_CASE("gradients flow to the concentration of gamma numbers and to the options of gumbel_softmax") {
  const Key key(11);
  const auto a = variable(Tensor<double>{{0.4, 1, 3}, {8, 12, 40}});
  CHECK(gradcheck([key](const auto& x) { return gamma(key, x); }, {a}, {.order = 3}).passed());
  const auto mixture = [key](const auto& x) { return gumbel_softmax(key, x, {.temperature = 0.7, .axis = 0}); };
  CHECK(gradcheck(mixture, {a}, {.order = 2}).passed());
  CHECK(sum(mixture(a), 0).data()[1] == Approx(1));
  const auto one = variable(Tensor<double>(2.5));
  Tape tape;  // the gradient of the mean of many is 1, of that of their logarithms trigamma(a)
  const auto many = gamma(key, broadcast_to(one, {20000}));
  CHECK(tape.gradient(mean(many), one, {.keep = true}).item() == Approx(1).epsilon(0.03));
  CHECK(tape.gradient(mean(log(many)), one).item() == Approx(polygamma(1, 2.5)).epsilon(0.03));
}

TEST_CASE("a hard gumbel_softmax is exactly one of the options, by softmax' chances, with the mixture's gradients") {
  const Key key(12);
  const auto logits = variable(Tensor<double>{std::log(0.6), std::log(0.3), std::log(0.1)});
  Tape tape;
  const auto weights = Tensor<double>{1, 2, 5};
  const auto many = broadcast_to(logits, {20000, 3});
  const auto hard = gumbel_softmax(key, many, {.temperature = 0.5, .hard = true});
  const auto soft = gumbel_softmax(key, many, {.temperature = 0.5});
  CHECK(std::set(hard.data(), hard.data() + hard.size()) == std::set<double>{0, 1});
  const Tensor<double> counts = sum(stop_gradient(hard), 0);
  CHECK(chi_square({counts.data()[0], counts.data()[1], counts.data()[2]}, {12000, 6000, 2000}) < 13.8);
  CHECK(same(tape.gradient(sum(hard * weights), logits, {.keep = true}), tape.gradient(sum(soft * weights), logits)));
}

TEST_CASE("a permutation of a tensor moves whole rows, or columns, and its gradient moves back") {
  const Key key(13);
  const auto x = variable(reshape(arange<double>(12), {4, 3}));
  const Indices order = permutation(key, 4);
  CHECK(same(permutation(key, x), index_select(x, 0, order)));
  CHECK(same(permutation(key, x, -1), index_select(x, 1, permutation(key, 3))));
  CHECK(gradcheck([key](const auto& y) { return permutation(key, y * y, 1); }, {x}).passed());
}

TEST_CASE("what random tensors cannot be is said with the line and the fix") {
  const Key key(1);
  const auto fails = [](const auto& call, const char* words) {
    CHECK_THROWS_WITH_AS(call(), Contains(words), DomainError);
  };
  fails([&] { uniform(key, {2}, 1, 0); }, "uniform: low 1 is above high 0 [random_test.cpp:");
  fails([&] { uniform(key, {2}, NAN); }, "uniform: low must be finite, but is nan [random_test.cpp:");
  fails([&] { normal(key, {2}, 0, -1); }, "normal: deviation must be ");
  fails([&] { truncated_normal(key, {2}, 2, 1); }, "truncated_normal: 0 of all normal numbers are from 2 to 1 [random");
  fails([&] { truncated_normal(key, {2}, 9, 10); }, "It needs 0.01 or more");
  fails([&] { bernoulli(key, {2}, 1.5); }, "bernoulli: probability must be in [0, 1], but is 1.5 [random_test.cpp:");
  fails([&] { bernoulli(key, Tensor<double>{0.5, -1}); }, "bernoulli: probability must be in [0, 1], but is -1");
  fails([&] { randint(key, {2}, 3, 3); }, "randint: there is no integer from 3 to below 3 [random_test.cpp:");
  fails([&] { gumbel_softmax(key, ones({2}), {.temperature = 0}); },
        "gumbel_softmax: temperature must be finite and above 0, but is 0 [random_test.cpp:");
  fails([&] { dropout(key, ones({2}), 1); }, "dropout: rate must be in [0, 1), but is 1 [random_test.cpp:");
  const Tensor<double> none;
  CHECK_THROWS_WITH_AS(gumbel_softmax(key, ones({2}), {.axis = 1}),
                       Contains("gumbel_softmax: axis 1 does not exist in shape (2,) [random_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(permutation(key, ones({2}), 1),
                       Contains("permutation: axis 1 does not exist in shape (2,) [random_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(key, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(gamma(key, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(permutation(key, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(dropout(key, none), Contains("dropout: an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(bernoulli(key, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(categorical(key, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(normal(key, none, none), Contains("empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(uniform(key, none, none), Contains("empty tensor"), ShapeError);
}
