#include "tapegrad/tensor/nested.h"

#include <string>

#include "tapegrad/error.h"

namespace tapegrad::nested {
namespace {

// The lengths along the first element of every level, which those of all others must equal.
std::vector<std::size_t> first_lengths(const std::vector<Braces>& list) {
  std::vector<std::size_t> lengths{list.size()};
  for (auto level = &list; !level->empty() && level->front().is_list(); lengths.push_back(level->size())) {
    level = &level->front().list();
  }
  return lengths;
}

void flatten(const std::vector<Braces>& list, std::size_t level, Numbers& found) {
  if (list.size() != found.axes[level]) fail_ragged(level, found.axes[level], list.size());
  const bool holds_lists = level + 1 < found.axes.size();
  for (const Braces& element : list) {
    if (element.is_list() != holds_lists) {
      throw ShapeError("tensor: a list in braces holds a number beside a list. All elements of a level must be alike");
    }
    if (holds_lists) flatten(element.list(), level + 1, found);
    else found.numbers.push_back(element.number());
  }
}

}  // namespace

Numbers numbers_in(const std::vector<Braces>& list) {
  Numbers found;
  found.axes = first_lengths(list);
  flatten(list, 0, found);
  return found;
}

void fail_ragged(std::size_t level, std::size_t length, std::size_t other) {
  throw ShapeError("tensor: the lists along axis " + std::to_string(level) + " have lengths " +
                   std::to_string(length) + " and " + std::to_string(other) + ". They must be equal");
}

void fail_count(std::size_t count, const Shape& shape) {
  throw ShapeError("tensor: " + std::to_string(count) + " numbers for shape " + text(shape) + ", which has " +
                   std::to_string(shape.size()) + " elements");
}

}  // namespace tapegrad::nested
