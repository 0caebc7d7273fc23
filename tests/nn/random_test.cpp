// Random numbers: known answers and distributions. First weights: ranges and variances.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <thread>
#include <vector>

using namespace tapegrad;

namespace {

struct Moments {
  double mean = 0, variance = 0, low = 0, high = 0;
};
Moments moments(const Tensor<float>& x) {
  Moments m{0, 0, x.data()[0], x.data()[0]};
  for (std::size_t i = 0; i < x.size(); ++i) m.mean += double(x.data()[i]) / double(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x.data()[i];
    m.variance += (v - m.mean) * (v - m.mean) / double(x.size());
    m.low = std::min(m.low, v);
    m.high = std::max(m.high, v);
  }
  return m;
}
Moments first_weights(nn::Initializer<float> initializer) {
  nn::Random random(7);
  return moments(nn::Dense(300, 200, {.initializer = initializer}, random).weight);
}

std::vector<std::uint32_t> draws_of_threads(int count) {
  std::vector<std::uint32_t> draws;
  for (int i = 0; i < count; ++i) std::thread([&] { draws.push_back(nn::default_random().next()); }).join();
  draws.push_back(nn::default_random().next());
  return draws;
}

TEST_CASE("threads draw different numbers that follow from the seed") {
  nn::seed(8);
  const auto first = draws_of_threads(5);
  CHECK(std::set(first.begin(), first.end()).size() == 6);
  nn::seed(8);
  CHECK(draws_of_threads(5) == first);
  CHECK(first.back() == nn::Random(8).next());  // the main thread: stream 0
  CHECK(first[2] == nn::Random(8, 3).next());
  nn::seed(9);
  CHECK(draws_of_threads(5) != first);
  std::uint32_t own = 0, main_before = nn::Random(9).next();
  nn::seed(9);
  std::thread([&] {
    nn::seed(21);
    own = nn::default_random().next();
  }).join();
  CHECK(own == nn::Random(21).next());
  CHECK(nn::default_random().next() == main_before);
}

}  // namespace

TEST_CASE("philox gives the known words for the digits of pi") {  // the third of Random123's known answers
  CHECK(nn::Random::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("words come from counters in order, under the seed as key") {
  const std::uint64_t seed = 0x0123456789abcdef;
  nn::Random random(seed);
  for (std::uint32_t counter = 0; counter < 3; ++counter) {
    for (const std::uint32_t word : nn::Random::philox({counter, 0, 0, 0}, {0x89abcdef, 0x01234567})) {
      CHECK(random.next() == word);
    }
  }
}

TEST_CASE("the first numbers of seed 1 are these with every compiler") {  // from a second Philox, written in Python
  CHECK(nn::Random(1).uniform() == 14936070 * 0x1p-24);
  CHECK(nn::Random(1).uniform(-0.1, 0.3) == 0x1.064009999999ap-2);
  const std::vector<std::size_t> order = nn::Random(1).permutation(8);
  CHECK(order == std::vector<std::size_t>{3, 7, 5, 1, 2, 0, 6, 4});
}

TEST_CASE("uniform numbers fill the interval from 0 to 1 evenly") {
  nn::Random random(2);
  std::array<int, 64> bins{};
  constexpr int count = 64000;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++bins[std::size_t(u * 64)];
  }
  double chi_square = 0;
  for (const int bin : bins) chi_square += (bin - 1000.) * (bin - 1000.) / 1000.;
  CHECK(chi_square < 103.4);  // 63 degrees of freedom: exceeded once in a thousand seeds
  const double v = random.uniform(-3, -2);
  CHECK((v >= -3 && v < -2));
}

TEST_CASE("normal numbers have the tails of the normal distribution") {
  nn::Random random(4);
  constexpr int count = 200000;
  std::array<int, 4> beyond{};
  double third = 0, fourth = 0;
  for (int i = 0; i < count; ++i) {
    const double n = random.normal();
    REQUIRE(std::isfinite(n));
    for (std::size_t k = 1; k < beyond.size(); ++k) beyond[k] += std::abs(n) > double(k);
    third += n * n * n / count;
    fourth += n * n * n * n / count;
  }
  for (std::size_t k = 1; k < beyond.size(); ++k) {
    const double expected = std::erfc(double(k) / std::sqrt(2.)) * count;
    CHECK(std::abs(beyond[k] - expected) < 4 * std::sqrt(expected));
  }
  CHECK(std::abs(third) < 0.04);
  CHECK(fourth == doctest::Approx(3).epsilon(0.03));
}

TEST_CASE("every permutation of four is equally likely") {
  nn::Random random(5);
  std::map<std::vector<std::size_t>, int> seen;
  constexpr int count = 24000;
  for (int i = 0; i < count; ++i) ++seen[random.permutation(4)];
  CHECK(seen.size() == 24);
  double chi_square = 0;
  for (const auto& [order, times] : seen) chi_square += (times - 1000.) * (times - 1000.) / 1000.;
  CHECK(chi_square < 49.7);  // 23 degrees of freedom: exceeded once in a thousand seeds
  CHECK(random.permutation(0).empty());
  CHECK(random.permutation(1) == std::vector<std::size_t>{0});
}

TEST_CASE("seed restarts the generator that layers draw from") {
  nn::seed(8);
  const nn::Dense first(3, 2), second(3, 2);
  nn::seed(8);
  const nn::Dense again(3, 2);
  CHECK(first.weight.tensor().value() == again.weight.tensor().value());
  CHECK(first.weight.tensor().value() != second.weight.tensor().value());
  nn::seed(9);
  CHECK(nn::Dense(3, 2).weight.tensor().value() != first.weight.tensor().value());
}

TEST_CASE("first weights have the ranges and variances of their papers") {
  const double glorot = std::sqrt(6. / 500), he = std::sqrt(6. / 300);
  const Moments uniform = first_weights(nn::glorot_uniform);
  CHECK(uniform.low >= -glorot);
  CHECK(uniform.high <= glorot);
  CHECK(uniform.low == doctest::Approx(-glorot).epsilon(0.001));
  CHECK(uniform.high == doctest::Approx(glorot).epsilon(0.001));
  CHECK(uniform.variance == doctest::Approx(2. / 500).epsilon(0.02));
  CHECK(std::abs(uniform.mean) < 0.001);

  const Moments he_uniform = first_weights(nn::he_uniform);
  CHECK(he_uniform.high == doctest::Approx(he).epsilon(0.001));
  CHECK(he_uniform.variance == doctest::Approx(2. / 300).epsilon(0.02));

  const Moments he_normal = first_weights(nn::he_normal);
  CHECK(he_normal.variance == doctest::Approx(2. / 300).epsilon(0.02));
  CHECK(he_normal.high > he);

  const Moments zeros = first_weights(nn::zeros);
  CHECK(zeros.low == 0);
  CHECK(zeros.high == 0);
  CHECK(moments(nn::Dense(3, 2).bias).high == 0);
}

TEST_CASE("a layer without inputs or outputs is refused") {
  CHECK_THROWS_WITH_AS(nn::Dense(0, 2), doctest::Contains("got 0 and 2"), ShapeError);
  CHECK_THROWS_WITH_AS(nn::Dense(2, 0), doctest::Contains("one output, but got 2 and 0"), ShapeError);
}
