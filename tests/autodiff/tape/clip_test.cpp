// Clipped gradients against PyTorch's and Keras', by tests/references/clipping.py, and where theirs overflow.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/option_limits.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

#include "same_bits.h"

using namespace tapegrad;
using doctest::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

template <Real T>
Tensor<T> tensor_of(const std::vector<double>& numbers) {
  Tensor<T> x = Tensor<T>::empty({numbers.size()});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(numbers[i]);
  return x;
}

// Gradients that are the given numbers, of two variables.
template <Real T, Real U = T>
struct Given {
  Tensor<T> a;
  Tensor<U> b;
  Gradients gradients;
  Given(const std::vector<double>& of_a, const std::vector<double>& of_b)
      : a(variable(Tensor<T>::full({of_a.size()}, 0), "a")), b(variable(Tensor<U>::full({of_b.size()}, 0), "b")) {
    {
      Tape tape;
      gradients = tape.backward(sum(a * tensor_of<T>(of_a)));
    }
    Tape tape;
    gradients += tape.backward(sum(b * tensor_of<U>(of_b)));
  }
  std::vector<double> values() const {
    std::vector<double> all;
    for (std::size_t i = 0; i < a.size(); ++i) all.push_back(double(gradients[a].data()[i]));
    for (std::size_t i = 0; i < b.size(); ++i) all.push_back(double(gradients[b].data()[i]));
    return all;
  }
};

bool close(double found, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(found);
  if (std::isinf(expected)) return found == expected;
  return std::abs(found - expected) <= tolerance * std::max(1., std::abs(expected));
}

// "1.5", "inf", "nan".
std::vector<double> numbers_of(std::istringstream& line) {
  std::vector<double> numbers;
  for (std::string word; line >> word;) numbers.push_back(std::stod(word));
  return numbers;
}

}  // namespace

TEST_CASE("gradients are clipped by their norm as PyTorch and Keras clip them") {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/clipping.txt");
  std::size_t cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    CAPTURE(line);
    std::istringstream words(line);
    std::string library;
    words >> library;
    const std::vector<double> n = numbers_of(words);
    REQUIRE(n.size() == 13);
    Given<double> given({n[2], n[3], n[4]}, {n[5], n[6]});
    const double norm = given.gradients.clip_by_global_norm(n[0], {.order = n[1]});
    bool all_finite = true;
    for (int i = 2; i < 7; ++i) all_finite = all_finite && std::isfinite(n[std::size_t(i)]);
    const bool overflows = all_finite && n[2] > 1e200, keras = library == "keras";
    if (!keras) CHECK(close(norm, overflows ? std::sqrt(3.) * 1e300 : n[7], 1e-15));
    for (std::size_t i = 0; i < 5; ++i) {
      const double before = n[2 + i], theirs = n[8 + i];
      if (overflows) CHECK(given.values()[i] == doctest::Approx(before == 0 ? 0 : std::sqrt(1. / 3)));
      else if (keras && std::isinf(n[0])) CHECK(given.values()[i] == before);  // Keras: NaN
      else if (keras && !all_finite) CHECK((std::isnan(given.values()[i]) || given.values()[i] == 0));
      else CHECK(close(given.values()[i], theirs, keras ? 1e-14 : 1e-6));
    }
  }
  CHECK(cases == 19);
}

TEST_CASE("norms neither overflow nor vanish on the way") {
  const double least = std::numeric_limits<double>::denorm_min();
  CHECK(Given<double>({3e200, 0}, {-4e200}).gradients.global_norm() == doctest::Approx(5e200).epsilon(1e-15));
  CHECK(Given<double>({3e-200, 0}, {-4e-200}).gradients.global_norm() == doctest::Approx(5e-200).epsilon(1e-15));
  CHECK(Given<double>({3 * least, 0}, {-4 * least}).gradients.global_norm() == 5 * least);
  CHECK(Given<double>({3e200, 0}, {-4e200}).gradients.global_norm(3) == doctest::Approx(std::cbrt(91.) * 1e200));
  CHECK(Given<double>({3e200, 0}, {-4e200}).gradients.global_norm(infinity) == 4e200);
  CHECK(Given<float>({3e38, 0}, {-3e38}).gradients.global_norm() == doctest::Approx(std::sqrt(2.) * 3e38));
  CHECK(Given<float>({3e-38, 0}, {-4e-38}).gradients.global_norm() == doctest::Approx(5e-38).epsilon(1e-6));
  CHECK(Given<double>({0, 0}, {0}).gradients.global_norm() == 0);
  CHECK(Gradients().global_norm() == 0);
  CHECK(std::isnan(Given<double>({not_a_number, infinity}, {1}).gradients.global_norm()));
  CHECK(Given<double>({1, -infinity}, {1}).gradients.global_norm() == infinity);

  const double huge = std::numeric_limits<double>::max();
  Given<double> given({huge, huge}, {-huge});
  CHECK(given.gradients.clip_by_global_norm(6) == infinity);
  for (const double x : given.values()) CHECK(std::abs(x) == doctest::Approx(6 / std::sqrt(3.)).epsilon(1e-14));

  Given<float, double> mixed({3}, {-4});  // of both element types
  CHECK(mixed.gradients.clip_by_global_norm(1) == 5);
  CHECK(mixed.values()[0] == doctest::Approx(0.6));
  CHECK(mixed.values()[1] == doctest::Approx(-0.8));
}

TEST_CASE("a norm is the same for every number of threads") {
  same_for_every_count([] {
    std::vector<double> numbers(200003);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = std::sin(double(i * i % 1000003));
    const Given<double> given(numbers, {1});
    std::string bits;
    append(bits, Tensor<double>(given.gradients.global_norm()));
    append(bits, Tensor<double>(given.gradients.global_norm(3)));
    append(bits, Tensor<double>(given.gradients.global_norm(infinity)));
    return bits;
  });
}

TEST_CASE("gradients that are not finite can be refused, and then nothing has changed") {
  for (const double bad : {not_a_number, infinity, -infinity}) {
    Given<double> given({1, bad}, {3});
    const ClipOptions strict{.error_if_nonfinite = true};
    const std::string words =
        "clip_by_global_norm: the gradients hold " + option_text(std::abs(bad)) + " [clip_test.cpp:";
    CHECK_THROWS_WITH_AS(given.gradients.clip_by_global_norm(1, strict), Contains(words.c_str()), NumberError);
    CHECK_THROWS_WITH_AS(given.gradients.clip_by_norm(1, strict), Contains("clip_by_norm: the gradients hold "),
                         NumberError);
    CHECK(given.values()[0] == 1);
    CHECK(given.values()[2] == 3);
  }
  const double huge = std::numeric_limits<double>::max();
  Given<double> finite({huge, huge}, {huge});
  finite.gradients.clip_by_global_norm(1, {.error_if_nonfinite = true});  // each is finite
  CHECK(finite.gradients.global_norm() == doctest::Approx(1));
}

TEST_CASE("gradients are clipped one by one, and element by element") {
  Given<double> each({3, 4, 0}, {0, 0.5});
  CHECK(each.gradients.clip_by_norm(1) == 5);
  const std::vector<double> expected{0.6, 0.8, 0, 0, 0.5};
  for (std::size_t i = 0; i < 5; ++i) CHECK(each.values()[i] == doctest::Approx(expected[i]));
  Given<double> one_bad({3, 4, 0}, {not_a_number, 0.5});
  CHECK(std::isnan(one_bad.gradients.clip_by_norm(1)));
  CHECK(one_bad.values()[0] == doctest::Approx(0.6));

  Given<double> value({3, -4, infinity}, {not_a_number, 0.5});
  value.gradients.clip_by_value(1);
  const auto values = value.values();
  CHECK(std::vector<double>(values.begin(), values.begin() + 3) == std::vector<double>{1, -1, 1});
  CHECK(std::isnan(values[3]));
  CHECK(values[4] == 0.5);
  CHECK(std::isinf(Given<double>({1, infinity}, {2}).gradients.clip_by_norm(infinity)));
}

TEST_CASE("limits and orders that cannot be are refused") {
  Given<double> given({3, -4}, {0});
  for (const double bad : {-1., -1e-300, not_a_number, -infinity}) {
    const std::string words = "max_norm must be at least 0, but is " + option_text(bad) + " [clip_test.cpp:";
    CHECK_THROWS_WITH_AS(given.gradients.clip_by_global_norm(bad), Contains(words.c_str()), DomainError);
    CHECK_THROWS_WITH_AS(given.gradients.clip_by_norm(bad), Contains(words.c_str()), DomainError);
    CHECK_THROWS_WITH_AS(given.gradients.clip_by_value(bad), Contains("clip_by_value: limit must be at least 0"),
                         DomainError);
    CHECK_THROWS_WITH_AS(given.gradients.global_norm(bad), Contains("global_norm: order must be above 0"), DomainError);
    CHECK_THROWS_AS(given.gradients.clip_by_global_norm(1, {.order = bad}), DomainError);
    CHECK_THROWS_AS(given.gradients.clip_by_norm(1, {.order = bad}), DomainError);
  }
  CHECK_THROWS_AS(given.gradients.global_norm(0), DomainError);
  CHECK(given.values() == std::vector<double>{3, -4, 0});
  given.gradients.clip_by_global_norm(0);
  CHECK(given.gradients.global_norm() == 0);
}
