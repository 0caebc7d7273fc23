#include "tapegrad/tensor/shape.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <set>

#include "tapegrad/error.h"

namespace tapegrad {
namespace {

// Shapes of more than four axes, each kept once for the life of the program.
const std::uint32_t* intern(const std::vector<std::uint32_t>& axes) {
  static std::mutex mutex;
  static auto& table = *new std::set<std::vector<std::uint32_t>>;  // never destroyed: tensors may outlive main
  std::lock_guard lock(mutex);
  return table.insert(axes).first->data();
}

}  // namespace

void Shape::set_rare(std::span<const std::size_t> axes, std::string_view op, const CallSite& site) {
  const auto fail = [&](const std::string& reason) {
    std::string lengths;
    for (std::size_t axis : axes) lengths += (lengths.empty() ? "" : ", ") + std::to_string(axis);
    throw ShapeError(std::string(op) + ": axes of " + lengths + " make no shape, " + reason + text(site));
  };
  double size = 1;
  for (std::size_t axis : axes) {
    if (axis > std::numeric_limits<std::uint32_t>::max()) fail("an axis is at most 2^32 - 1 long");
    size *= static_cast<double>(axis + (axis == 0));
  }
  if (size > max_size) fail("a tensor has at most 2^48 elements");
  const std::uint32_t* interned = intern({axes.begin(), axes.end()});
  std::memcpy(axes_, &interned, sizeof interned);
}

std::string text(const Shape& shape) {
  std::string result = "(";
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (i) result += ", ";
    result += std::to_string(shape[i]);
  }
  return result + (shape.rank() == 1 ? ",)" : ")");
}

}  // namespace tapegrad
