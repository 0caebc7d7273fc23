// The extents of a tensor, row-major. Trivially copyable: an op copies shapes all the time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/call_site.h"

namespace tapegrad {

/// The axes of a tensor. Up to four stand in the object; longer ones are interned for the life of the program,
/// so that copies are 20 bytes and equality is one comparison of memory. An axis is below 2^32.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::size_t> axes, CallSite site = CallSite::current())
      : Shape(std::span(axes.begin(), axes.size()), "shape", site) {}
  /// Throws ShapeError, in the name of `op`, when an axis is 2^32 or longer, or when there are more than 2^48 elements;
  /// an axis of 0 does not make the others shorter, as in NumPy.
  explicit Shape(std::span<const std::size_t> axes, std::string_view op = "shape", const CallSite& site = {})
      : rank_(static_cast<std::uint32_t>(axes.size())) {
    std::size_t longest = 0;
    double size = 1;  // approximate, but never wraps
    for (std::size_t axis : axes) {
      longest |= axis;
      size *= static_cast<double>(axis + (axis == 0));
    }
    if (rank_ > inline_axes || longest >> 32 || size > max_size) set_rare(axes, op, site);
    else for (std::size_t i = 0; i < axes.size(); ++i) axes_[i] = static_cast<std::uint32_t>(axes[i]);
  }

  std::size_t rank() const { return rank_; }
  /// The number of elements: the product of the axes, 1 for a scalar.
  std::size_t size() const {
    std::size_t n = 1;
    for (std::size_t i = 0; i < rank_; ++i) n *= axes()[i];
    return n;
  }
  std::size_t operator[](std::size_t axis) const { return axes()[axis]; }
  /// The axis counted from the end: back(0) is the last.
  std::size_t back(std::size_t i) const { return axes()[rank_ - 1 - i]; }
  const std::uint32_t* begin() const { return axes(); }
  const std::uint32_t* end() const { return axes() + rank_; }
  std::vector<std::size_t> vector() const { return {begin(), end()}; }
  bool operator==(const Shape& other) const { return std::memcmp(this, &other, sizeof(Shape)) == 0; }

 private:
  static constexpr std::size_t inline_axes = 4;
  static constexpr double max_size = 0x1p48;
  // More axes than stand in the object, or one that is too long.
  void set_rare(std::span<const std::size_t> axes, std::string_view op, const CallSite& site);
  const std::uint32_t* axes() const {
    if (rank_ <= inline_axes) return axes_;
    const std::uint32_t* interned;
    std::memcpy(&interned, axes_, sizeof interned);
    return interned;
  }
  std::uint32_t axes_[inline_axes] = {};
  std::uint32_t rank_ = 0;
};

/// "(2, 3)", "(5,)" and "()" as NumPy writes them.
std::string text(const Shape& shape);

}  // namespace tapegrad
