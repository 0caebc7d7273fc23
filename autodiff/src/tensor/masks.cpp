// Masks combined element by element: !, && and ||.
#include <algorithm>
#include <functional>

#include "engine/trace.h"
#include "tapegrad/engine/loops/strided.h"
#include "tapegrad/ops/comparisons.h"
#include "tapegrad/ops/shapes.h"

namespace tapegrad {
namespace {

using namespace engine;

constexpr OpTraits traits{.name = "mask of masks"};

template <class F>
Mask combined(std::string_view op, const Mask& a, const Mask& b, const CallSite& site, F f) {
  const Shape shape = broadcast_shape(op, a.shape(), b.shape(), site);
  Mask result(shape);
  const kernels::Walk<3> walk(shape, {kernels::strides_of(shape), kernels::broadcast_strides(a.shape(), shape),
                                      kernels::broadcast_strides(b.shape(), shape)});
  const std::ptrdiff_t da = walk.step(1), db = walk.step(2);
  walk.all_rows([&](const auto& at, std::size_t length) {
    bool* y = result.mutable_data() + at[0];
    const bool *p = a.data() + at[1], *q = b.data() + at[2];
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(length); ++i) y[i] = f(p[i * da], q[i * db]);
  });
  note_mask(result, traits, site, {}, {&a, &b}, [op, f](const auto&, const std::vector<Mask>& masks) {
    return combined(op, masks[0], masks[1], CallSite{}, f);
  });
  return result;
}

}  // namespace

Mask logical_and(const Mask& a, const Mask& b, CallSite site) {
  return combined("logical_and", a, b, site, std::logical_and<>());
}
Mask logical_or(const Mask& a, const Mask& b, CallSite site) {
  return combined("logical_or", a, b, site, std::logical_or<>());
}
Mask logical_xor(const Mask& a, const Mask& b, CallSite site) {
  return combined("logical_xor", a, b, site, std::not_equal_to<>());
}
Mask logical_not(const Mask& a) {
  Mask result(a.shape());
  std::transform(a.data(), a.data() + a.size(), result.mutable_data(), std::logical_not<>());
  note_mask(result, traits, CallSite{}, {}, {&a}, [](const auto&, const std::vector<Mask>& masks) {
    return logical_not(masks[0]);
  });
  return result;
}
bool all(const Mask& mask) {
  note_mask_read("all", mask);
  return std::all_of(mask.data(), mask.data() + mask.size(), std::identity());
}
bool any(const Mask& mask) {
  note_mask_read("any", mask);
  return std::any_of(mask.data(), mask.data() + mask.size(), std::identity());
}

}  // namespace tapegrad
