// Elements several times.
#include <algorithm>

#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/picked.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- repeat: dx = the sum of dy over the copies
namespace {

// Each place of an axis as often as it is to be there.
Picks repeated_places(const Shape& shape, const Indices& counts, std::size_t axis) {
  Picks picks = all_places(shape);
  picks[axis].clear();
  picks[axis].reserve(shape[axis]);
  for (std::size_t i = 0; i < shape[axis]; ++i) {
    const std::int32_t count = counts.data()[counts.size() == 1 ? 0 : i];
    picks[axis].push_back({static_cast<std::ptrdiff_t>(i), 0, static_cast<std::size_t>(count)});
  }
  return picks;
}

template <Real T>
Tensor<T> unrepeat(const Tensor<T>& g, const Indices& counts, std::size_t axis, const Shape& full);

struct Repeat {
  static constexpr OpTraits traits{
      .name = "repeat",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"copies of elements of x", "\\text{copies of elements of } x"},
                               {"x", {"g summed over the copies", "g \\text{ summed over the copies}"}})};
  Indices counts;
  long axis;
  auto operator()(const auto& x) const { return repeat(x[0], counts, axis); }
  auto batched(const auto& x, const Batch& b) const { return repeat(x[0], counts, b.axis(axis)); }
};
struct Unrepeat {
  static constexpr OpTraits traits{
      .name = "unrepeat",
      .formula = with_adjoints({"x summed over copies", "x \\text{ summed over copies}"},
                               {"x", {"g of each copy", "g \\text{ of each copy}"}})};
  Indices counts;
  std::size_t axis;
  Shape full;
  auto operator()(const auto& x) const { return unrepeat(x[0], counts, axis, full); }
  auto batched(const auto& x, const Batch& b) const { return unrepeat(x[0], counts, b.axis(axis), b + full); }
};

template <Real T>
Tensor<T> unrepeat(const Tensor<T>& g, const Indices& counts, std::size_t axis, const Shape& full) {
  const CallSite site{};
  Inputs in(Unrepeat::traits.name, site, g);
  Tensor<T> y = sums_of_picked(in, g, repeated_places(full, counts, axis), full);
  if (in) {
    in.record(y, Unrepeat{counts, axis, full},
              adjoint_and_tangent(
                  [counts, axis](Sweep& sweep, const Tensor<T>& gg) {
                    sweep.add(0, repeat(gg, counts, static_cast<long>(axis)));
                  },
                  [counts, axis](const Push& push) {
                    return unrepeat(push.tangent<T>(0), counts, axis, push.shape());
                  }));
  }
  return y;
}

void check_count(long count, const CallSite& site) {
  if (count >= 0) return;
  throw ShapeError("repeat: " + std::to_string(count) + " copies cannot be made" + text(site) + ". Ask for 0 or more");
}

}  // namespace

template <Real T>
Tensor<T> repeat(const Tensor<T>& x, const Indices& counts, long axis, CallSite site) {
  Inputs in(Repeat::traits.name, site, x);
  const std::size_t along = checked_axis("repeat", axis, x.rank(), site);
  if (counts.shape().rank() > 1 || (counts.size() != 1 && counts.size() != x.shape()[along])) {
    throw ShapeError("repeat: counts of shape " + text(counts.shape()) + " for axis " + std::to_string(along) +
                     " of shape " + text(x.shape()) + text(site) + ". Give one for each place, or one for all");
  }
  for (std::size_t i = 0; i < counts.size(); ++i) check_count(counts.data()[i], site);
  Tensor<T> y = picked(in, x, repeated_places(x.shape(), counts, along), 0, Repeat::traits.name, site);
  if (in) {
    in.record(y, Repeat{counts, axis},
              adjoint_and_tangent(
                  [counts, along](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, unrepeat(g, counts, along, sweep.shape(0)));
                  },
                  [counts, axis](const Push& push) { return repeat(push.tangent<T>(0), counts, axis); }));
  }
  return y;
}
// The same number of copies of each is a broadcast along a new axis.
template <Real T>
Tensor<T> repeat(const Tensor<T>& x, long count, long axis, CallSite site) {
  if (!x) fail_empty(Repeat::traits.name, site);
  const std::size_t along = checked_axis("repeat", axis, x.rank(), site);
  check_count(count, site);
  ShortVector<std::size_t, 8> raised, copied, result;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    const std::size_t length = x.shape()[i], copies = i == along ? static_cast<std::size_t>(count) : 1;
    for (auto* shape : {&raised, &copied}) shape->push_back(length);
    result.push_back(length * copies);
    if (i != along) continue;
    raised.push_back(1);
    copied.push_back(copies);
  }
  const Shape shape(result, Repeat::traits.name, site);
  return reshape(broadcast_to(reshape(x, Shape(raised), site), Shape(copied), site), shape, site);
}
template <Real T>
Tensor<T> repeat(const Tensor<T>& x, long count, CallSite site) {
  if (!x) fail_empty(Repeat::traits.name, site);
  return repeat(reshape(x, -1, site), count, 0, site);
}

// ---- tile: a broadcast along new axes before each
template <Real T>
Tensor<T> tile(const Tensor<T>& x, const Integers& counts, CallSite site) {
  if (!x) fail_empty("tile", site);
  const std::size_t rank = std::max(x.rank(), counts.size());
  ShortVector<std::size_t, 8> raised, copied, result;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t length = i + x.rank() < rank ? 1 : x.shape()[i + x.rank() - rank];
    const long count = i + counts.size() < rank ? 1 : counts[i + counts.size() - rank];
    if (count < 0) {
      throw ShapeError("tile: " + std::to_string(count) + " copies cannot be made" + text(site) +
                       ". Ask for 0 or more");
    }
    if (count != 1) {
      raised.push_back(1);
      copied.push_back(static_cast<std::size_t>(count));
    }
    for (auto* axes : {&raised, &copied}) axes->push_back(length);
    result.push_back(length * static_cast<std::size_t>(count));
  }
  const Shape shape(result, "tile", site);
  return reshape(broadcast_to(reshape(x, Shape(raised), site), Shape(copied), site), shape, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct Repeats {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, const Indices&, long, CallSite)>(repeat),
                                        Function<Tensor<T>(X, long, long, CallSite)>(repeat),
                                        Function<Tensor<T>(X, long, CallSite)>(repeat),
                                        Function<Tensor<T>(X, const Integers&, CallSite)>(tile)};
};
template struct Repeats<float>;
template struct Repeats<double>;

}  // namespace tapegrad
