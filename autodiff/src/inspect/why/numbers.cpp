#include "inspect/why/numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tapegrad {
using namespace engine;

std::string element_text(const Shape& shape, std::size_t place) {
  if (shape.rank() == 0) return "";
  std::string index;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    index = std::to_string(place % shape.back(i)) + (index.empty() ? "" : ", ") + index;
    place /= shape.back(i);
  }
  return " at element (" + index + ")";
}

std::string count_text(std::size_t count, std::size_t all) {
  return std::to_string(count) + " of " + std::to_string(all) + (all == 1 ? " element" : " elements");
}

std::optional<std::size_t> first_not_finite(const Numbers& numbers) {
  const auto found = std::find_if(numbers.at.begin(), numbers.at.end(), [](double x) { return !std::isfinite(x); });
  if (found == numbers.at.end()) return std::nullopt;
  return static_cast<std::size_t>(found - numbers.at.begin());
}

bool all_zero(const Numbers& numbers) {
  return std::all_of(numbers.at.begin(), numbers.at.end(), [](double x) { return x == 0; });
}

std::size_t place_of_largest(const Numbers& numbers) {
  const auto smaller = [](double a, double b) { return std::abs(a) < std::abs(b); };
  return static_cast<std::size_t>(std::max_element(numbers.at.begin(), numbers.at.end(), smaller) - numbers.at.begin());
}

double largest(const Numbers& numbers) {
  return numbers.at.empty() ? 0 : std::abs(numbers.at[place_of_largest(numbers)]);
}

double norm(const Numbers& numbers) {
  const double scale = largest(numbers);
  if (scale == 0 || !std::isfinite(scale)) return scale;
  double total = 0;
  for (double x : numbers.at) total += (x / scale) * (x / scale);
  return scale * std::sqrt(total);
}

std::size_t broadcast_place(const Shape& from, const Shape& to, std::size_t place) {
  std::size_t result = 0, step = 1;
  for (std::size_t i = 0; i < from.rank(); ++i) {
    const std::size_t index = place % to.back(i);
    place /= to.back(i);
    if (from.back(i) != 1) result += index * step;
    step *= from.back(i);
  }
  return result;
}

}  // namespace tapegrad
