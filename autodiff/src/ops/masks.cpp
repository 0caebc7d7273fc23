// What is asked of many answers at once, along axes.
#include <algorithm>
#include <functional>
#include <limits>

#include "engine/trace.h"
#include "ops/reduction.h"
#include "tapegrad/engine/loops/strided.h"

namespace tapegrad {
namespace {

// How many say yes, of the elements that each element of the result is made of.
Indices counts(std::string_view op, const Mask& mask, const Reduction& r, const CallSite& site) {
  if (r.count > std::size_t(std::numeric_limits<std::int32_t>::max())) {
    throw ShapeError(std::string(op) + ": a count of " + std::to_string(r.count) +
                     " elements does not fit into 32 bits" + text(site));
  }
  engine::note_mask_read(op, mask, site);
  Indices result(r.result);
  std::fill_n(result.mutable_data(), result.size(), 0);
  const kernels::Strides to = kernels::broadcast_strides(r.kept, mask.shape());
  const std::ptrdiff_t step = kernels::row_stride(to);
  kernels::for_each_row<2>(mask.shape(), {kernels::strides_of(mask.shape()), to}, {},
                           [&](const auto& at, std::size_t length) {
                             const bool* row = mask.data() + at[0];
                             std::int32_t* target = result.mutable_data() + at[1];
                             if (step == 0) {
                               *target += static_cast<std::int32_t>(std::count(row, row + length, true));
                             } else {
                               for (std::size_t i = 0; i < length; ++i) target[i] += row[i];
                             }
                           });
  return result;
}

template <class F>
Mask asked(std::string_view op, const Mask& mask, const Axes& axes, ReduceOptions options, const CallSite& site,
           const F& holds) {
  const Reduction r = reduction(op, mask.shape(), axes, options.keepdims, site);
  const Indices count = counts(op, mask, r, site);
  Mask result(r.result);
  std::transform(count.data(), count.data() + count.size(), result.mutable_data(),
                 [&](std::int32_t yes) { return holds(static_cast<std::size_t>(yes), r.count); });
  return result;
}

}  // namespace

Mask all(const Mask& mask, const Axes& axes, ReduceOptions options, CallSite site) {
  return asked("all", mask, axes, options, site, std::equal_to<>());
}
Mask any(const Mask& mask, const Axes& axes, ReduceOptions options, CallSite site) {
  return asked("any", mask, axes, options, site, [](std::size_t yes, std::size_t) { return yes > 0; });
}

std::size_t count_nonzero(const Mask& mask) {
  engine::note_mask_read("count_nonzero", mask);
  return static_cast<std::size_t>(std::count(mask.data(), mask.data() + mask.size(), true));
}
Indices count_nonzero(const Mask& mask, const Axes& axes, ReduceOptions options, CallSite site) {
  return counts("count_nonzero", mask, reduction("count_nonzero", mask.shape(), axes, options.keepdims, site), site);
}

}  // namespace tapegrad
