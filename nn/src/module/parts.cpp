#include "tapegrad/nn/module/parts.h"

#include <algorithm>

#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

using Lines = std::vector<std::string>;

template <Real T>
std::string described(const std::string& name, const Tensor<T>& x) {
  return name + " " + text(x.shape()) + (std::is_same_v<T, double> ? " of double" : "");
}

// One line a parameter or buffer, the same for models whose values fit into each other.
Lines description(const Parts& parts) {
  Lines lines;
  for (const auto& [name, variable] : parts.parameters()) {
    lines.push_back(std::visit([&](const auto& x) { return "parameter " + described(name, x); }, variable));
  }
  for (const auto& [name, buffer] : parts.buffers()) {
    lines.push_back(std::visit([&](const auto* x) { return "buffer " + described(name, *x); }, buffer));
  }
  return lines;
}

}  // namespace

void Parts::fail_unnamed() {
  fail_option("parts", "the name of a part", "must not be empty", "\"\"",
              "Write part(\"hidden\", hidden), or part.list(hidden) to list its parts under their own names", {});
}

void Parts::require_same(const Parts& other) const {
  const Lines ours = description(*this), theirs = description(other);
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    const std::string here = i < ours.size() ? ours[i] : "nothing", there = i < theirs.size() ? theirs[i] : "nothing";
    if (here != there) throw ShapeError("assignment: the model has " + here + ", where the other has " + there);
  }
}

}  // namespace tapegrad::nn
