// What the files of reductions share: the axes, checked; one run of axes after the other; the rule of what is chosen.
#pragma once
#include <algorithm>
#include <string_view>
#include <utility>

#include "ops/axis.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {

struct Reduction {
  Shape kept, result;  // with the reduced axes as 1, and as the user wants it
  std::size_t count;   // of elements that an element of the result is made of
};

/// Of a shape along axes, all of them where there are none. Throws ShapeError, in the name of `op`, for an axis that
/// does not exist or is given twice.
Reduction reduction(std::string_view op, const Shape& shape, const Axes& axes, bool keepdims, const CallSite& site);

/// Neighbouring axes that are all reduced, or all kept, as one axis.
struct Run {
  std::size_t length;
  bool reduced;
};
/// The axes of `full`, of which those are reduced that `kept` has with length 1 or lacks. Axes of length 1 are in no
/// run.
ShortVector<Run, 8> runs_of(const Shape& full, const Shape& kept);

/// y = x reduced over the axes that `kept` has with length 1 or lacks: one run of axes after the other, the last first,
/// each by reduce(to, from, outer, length, inner). x has elements.
template <Real T, class Reduce>
void reduce_runs(Tensor<T>& y, const Shape& kept, const Tensor<T>& x, const Reduce& reduce) {
  T* const result = y.mutable_data();
  ShortVector<Run, 8> runs = runs_of(x.shape(), kept);
  std::size_t left = 0;
  for (const Run& run : runs) left += run.reduced;
  if (left == 0) return void(std::copy_n(x.data(), x.size(), result));
  Tensor<T> from = x;
  for (std::size_t i = runs.size(), inner = 1; left > 0;) {
    const auto [length, reduced] = runs[--i];
    if (!reduced) {
      inner *= length;
      continue;
    }
    const std::size_t outer = from.size() / (length * inner);
    Tensor<T> to = --left == 0 ? y : Tensor<T>::empty({outer * inner});
    reduce(left == 0 ? result : to.mutable_data(), from.data(), outer, length, inner);
    from = to;
  }
}

/// The rule of one result a line: what is a line's goes to its elements, times their slopes, which slope() gives.
template <class Slope, Real T>
struct LinesRule {
  Slope slope;
  Shape kept;
  void operator()(engine::Sweep& sweep, const Tensor<T>& g) const { sweep.add(0, reshape(g, kept) * slope()); }
  template <Real>
  Tensor<T> tangent(const engine::Push& push) const {
    return reshape(sum_to(push.tangent<T>(0) * slope(), kept), push.shape());
  }
};

/// The rule of elements that were chosen, by shares that are constants: the adjoint goes to them, the tangent comes
/// from there, and nothing goes to or comes from elsewhere, not even of an infinity or a NaN.
template <Real T>
struct Shares {
  Tensor<T> share;
  Shape kept;
  Tensor<T> x = {}, y = {};  // while vmap follows: what is chosen is where x is y, in recorded ops
  Tensor<T> chosen() const {
    if (share) return share;
    const Tensor<T> equal = cast<T>(x == reshape(y, kept));
    return equal / sum_to(equal, kept);
  }
  void operator()(engine::Sweep& sweep, const Tensor<T>& g) const {
    const Tensor<T> all = chosen();
    sweep.add(0, engine::stopped(reshape(g, kept) * all, all, sweep.recording));
  }
  template <Real>
  Tensor<T> tangent(const engine::Push& push) const {
    const Tensor<T> all = chosen(), taken = engine::stopped(push.tangent<T>(0) * all, all, push.recording);
    return reshape(sum_to(taken, kept), push.shape());
  }
};

}  // namespace tapegrad
