// Elements in another order, or with others around them.
#include <algorithm>

#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/picked.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- roll: y[i + shift] = x[i] in a circle      dx = roll(dy, -shift)
namespace {
struct Roll {
  static constexpr OpTraits traits{
      .name = "roll",
      .depends = Depends::rearranged,
      .formula = with_adjoints({"x shifted in a circle", "x \\text{ shifted in a circle}"},
                               {"x", {"g shifted back", "g \\text{ shifted back}"}})};
  Integers shifts;
  Axes axes;
  auto operator()(const auto& x) const { return roll(x[0], shifts, axes); }
  auto batched(const auto& x, const Batch& b) const { return roll(x[0], shifts, b.axes(axes)); }

  Integers back() const {
    Integers reverse = shifts;
    for (long& shift : reverse) shift = -shift;
    return reverse;
  }
  Picks places(const Shape& shape, const CallSite& site) const {
    ShortVector<long, 8> totals(shape.rank());
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const std::size_t axis = checked_axis("roll", axes[i], shape.rank(), site);
      const long length = std::max(1L, static_cast<long>(shape[axis]));
      totals[axis] = (totals[axis] + shifts[shifts.size() == 1 ? 0 : i] % length + length) % length;
    }
    Picks picks = all_places(shape);
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      if (totals[i] == 0) continue;
      const long length = static_cast<long>(shape[i]);
      picks[i] = {{length - totals[i], 1, static_cast<std::size_t>(totals[i])},
                  {0, 1, static_cast<std::size_t>(length - totals[i])}};
    }
    return picks;
  }
};
}  // namespace

template <Real T>
Tensor<T> roll(const Tensor<T>& x, const Integers& shifts, const Axes& axes, CallSite site) {
  Inputs in(Roll::traits.name, site, x);
  if (shifts.size() != axes.size() && shifts.size() != 1) {
    throw ShapeError("roll: " + std::to_string(shifts.size()) + " shifts for " + std::to_string(axes.size()) +
                     " axes" + text(site) + ". Give one for each, or one for all of them");
  }
  const Roll op{shifts, axes};
  Tensor<T> y = picked(in, x, op.places(x.shape(), site), 0, Roll::traits.name, site);
  if (in) {
    in.record(y, op, adjoint_and_tangent(
                         [op](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, roll(g, op.back(), op.axes)); },
                         [op](const Push& push) { return roll(push.tangent<T>(0), op.shifts, op.axes); }));
  }
  return y;
}
template <Real T>
Tensor<T> roll(const Tensor<T>& x, long shift, CallSite site) {
  if (!x) fail_empty(Roll::traits.name, site);
  return reshape(roll(reshape(x, -1, site), shift, 0, site), x.shape(), site);
}

// ---- pad: dx = dy without what was put around; where that are elements of x, they get its adjoint too
namespace {

// Places before 0 and behind the last of an axis, as the elements there continue it.
std::ptrdiff_t continued(std::ptrdiff_t place, std::ptrdiff_t length, PadMode mode) {
  if (mode == PadMode::edge || length == 1) return std::clamp<std::ptrdiff_t>(place, 0, length - 1);
  const std::ptrdiff_t period = mode == PadMode::wrap ? length : 2 * (length - 1);
  const std::ptrdiff_t in_period = (place % period + period) % period;
  return in_period < length ? in_period : period - in_period;
}

// Places [begin, end) of an axis that is continued, as runs.
void continue_to(Runs& runs, std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t length, PadMode mode) {
  while (begin < end) {
    const std::ptrdiff_t start = continued(begin, length, mode);
    const std::ptrdiff_t step = begin + 1 < end ? continued(begin + 1, length, mode) - start : 1;
    std::size_t count = 1;
    // A run goes forward or backward up to an edge, or stays there.
    if (step == 0) count = static_cast<std::size_t>(end - begin);
    else if (step == 1) count = static_cast<std::size_t>(std::min(end - begin, length - start));
    else if (step == -1) count = static_cast<std::size_t>(std::min(end - begin, start + 1));
    runs.push_back({start, count == 1 ? 1 : step, count});
    begin += static_cast<std::ptrdiff_t>(count);
  }
}

// What stands around the elements along each axis.
struct Margins {
  ShortVector<PadWidths::Width, 4> widths;  // one an axis
  PadOptions options;

  Picks places(const Shape& shape) const {
    Picks picks(shape.rank());
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      const auto [before, after] = widths[i];
      const auto length = static_cast<std::ptrdiff_t>(shape[i]);
      if (options.mode == PadMode::constant) {
        if (before) picks[i].push_back({-1, 0, static_cast<std::size_t>(before)});
        picks[i].push_back({0, 1, shape[i]});
        if (after) picks[i].push_back({-1, 0, static_cast<std::size_t>(after)});
      } else {
        continue_to(picks[i], -before, 0, length, options.mode);
        picks[i].push_back({0, 1, shape[i]});
        continue_to(picks[i], length, length + after, length, options.mode);
      }
    }
    return picks;
  }
  // Behind an axis of examples, which has none.
  Margins of_each() const {
    Margins all{{{0, 0}}, options};
    for (const PadWidths::Width& each : widths) all.widths.push_back(each);
    return all;
  }
  Slices inside(const Shape& shape) const {
    Slices slices;
    for (std::size_t i = 0; i < shape.rank(); ++i) slices.push_back({widths[i].before, 1, shape[i], false});
    return slices;
  }
};

template <Real T>
Tensor<T> padded(const Tensor<T>& x, const Margins& margins, const CallSite& site);
template <Real T>
Tensor<T> unpad(const Tensor<T>& g, const Margins& margins, const Shape& full);

struct Pad {
  static constexpr OpTraits traits{
      .name = "pad",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x with a margin", "x \\text{ with a margin}"},
                               {"x", {"g without the margin, or with what was taken for it added",
                                      "g \\text{ without the margin, or with what was taken for it added}"}})};
  Margins margins;
  auto operator()(const auto& x) const { return padded(x[0], margins, CallSite{}); }
  auto batched(const auto& x, const Batch&) const { return padded(x[0], margins.of_each(), CallSite{}); }
};
struct Unpad {
  static constexpr OpTraits traits{
      .name = "unpad",
      .formula = with_adjoints({"x with its margin added", "x \\text{ with its margin added}"},
                               {"x", {"g with a margin", "g \\text{ with a margin}"}})};
  Margins margins;
  Shape full;
  auto operator()(const auto& x) const { return unpad(x[0], margins, full); }
  auto batched(const auto& x, const Batch& b) const { return unpad(x[0], margins.of_each(), b + full); }
};

// The same margin, without the number that stands there.
Margins of_zeros(Margins margins) {
  margins.options.value = 0;
  return margins;
}

template <Real T>
Tensor<T> unpad(const Tensor<T>& g, const Margins& margins, const Shape& full) {
  const CallSite site{};
  Inputs in(Unpad::traits.name, site, g);
  Tensor<T> y = sums_of_picked(in, g, margins.places(full), full);
  if (in) {
    in.record(y, Unpad{margins, full},
              adjoint_and_tangent(
                  [margins](Sweep& sweep, const Tensor<T>& gg) { sweep.add(0, padded(gg, margins, CallSite{})); },
                  [margins](const Push& push) { return unpad(push.tangent<T>(0), margins, push.shape()); }));
  }
  return y;
}

template <Real T>
Tensor<T> padded(const Tensor<T>& x, const Margins& margins, const CallSite& site) {
  Inputs in(Pad::traits.name, site, x);
  Tensor<T> y = picked(in, x, margins.places(x.shape()), margins.options.value, Pad::traits.name, site);
  if (in) {
    in.record(y, Pad{margins},
              adjoint_and_tangent(
                  [zeros = of_zeros(margins)](Sweep& sweep, const Tensor<T>& g) {
                    const Shape& full = sweep.shape(0);
                    sweep.add(0, zeros.options.mode == PadMode::constant ? slice(g, zeros.inside(full))
                                                                         : unpad(g, zeros, full));
                  },
                  [zeros = of_zeros(margins)](const Push& push) {
                    return padded(push.tangent<T>(0), zeros, CallSite{});
                  }));
  }
  return y;
}
}  // namespace

template <Real T>
Tensor<T> pad(const Tensor<T>& x, const PadWidths& widths, PadOptions options, CallSite site) {
  if (!x) fail_empty(Pad::traits.name, site);
  const std::size_t given = widths.widths().size();
  if (given != x.rank() && given != 1) {
    throw ShapeError("pad: widths of " + std::to_string(given) + " axes for shape " + text(x.shape()) + text(site) +
                     ". Give {before, after} of each axis, or of all of them");
  }
  Margins margins{{}, options};
  for (std::size_t i = 0; i < x.rank(); ++i) {
    const auto [before, after] = widths.widths()[given == 1 ? 0 : i];
    margins.widths.push_back({before, after});
    if (before < 0 || after < 0) {
      throw ShapeError("pad: width " + std::to_string(std::min(before, after)) + " of axis " + std::to_string(i) +
                       " is negative" + text(site) + ". Use view to leave elements out");
    }
    if (options.mode != PadMode::constant && x.shape()[i] == 0 && before + after > 0) {
      throw ShapeError("pad: axis " + std::to_string(i) + " of shape " + text(x.shape()) +
                       " has no elements to continue" + text(site) + ". PadMode::constant needs none");
    }
  }
  return padded(x, margins, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct Arrangements {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, const Integers&, const Axes&, CallSite)>(roll),
                                        Function<Tensor<T>(X, long, CallSite)>(roll),
                                        Function<Tensor<T>(X, const PadWidths&, PadOptions, CallSite)>(pad)};
};
template struct Arrangements<float>;
template struct Arrangements<double>;

}  // namespace tapegrad
