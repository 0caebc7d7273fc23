// Windows along an axis.
#include "kernels/copy.h"
#include "kernels/windows.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "ops/windows.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- unfold: y[w, ..., k] = x[w step + k, ...]     dx = the sum of dy over the windows that hold an element
namespace {

template <Real T>
Tensor<T> unfold(const Tensor<T>& x, const Windows& windows) {
  return unfold(x, static_cast<long>(windows.axis), static_cast<long>(windows.size), static_cast<long>(windows.step));
}

struct Unfold {
  static constexpr OpTraits traits{
      .name = "unfold",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"windows of x", "\\text{windows of } x"},
                               {"x", {"g summed over the windows", "g \\text{ summed over the windows}"}})};
  Windows windows;
  auto operator()(const auto& x) const { return unfold(x[0], windows); }
  auto batched(const auto& x, const Batch& b) const {
    return unfold(x[0], {b.axis(windows.axis), windows.size, windows.step});
  }
};
struct Fold {
  static constexpr OpTraits traits{
      .name = "fold",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x summed over windows", "x \\text{ summed over windows}"},
                               {"x", {"windows of g", "\\text{windows of } g"}})};
  Windows windows;
  Shape full;
  auto operator()(const auto& x) const { return fold(x[0], windows, full); }
  auto batched(const auto& x, const Batch& b) const {
    return fold(x[0], {b.axis(windows.axis), windows.size, windows.step}, b + full);
  }
};
}  // namespace

template <Real T>
Tensor<T> fold(const Tensor<T>& g, const Windows& windows, const Shape& full, const CallSite& site) {
  Inputs in(Fold::traits.name, site, g);
  Tensor<T> y = in.template output<T>(full);
  kernels::fold(y.mutable_data(), g.data(), kernels::lines_along(full, windows.axis), g.shape()[windows.axis],
                windows.size, windows.step);
  if (in) {
    in.record(y, Fold{windows, full},
              adjoint_and_tangent(
                  [windows](Sweep& sweep, const Tensor<T>& gg) { sweep.add(0, unfold(gg, windows)); },
                  [windows](const Push& push) { return fold(push.tangent<T>(0), windows, push.shape()); }));
  }
  return y;
}

template <Real T>
Tensor<T> unfold(const Tensor<T>& x, long axis, long size, long step, CallSite site) {
  Inputs in(Unfold::traits.name, site, x);
  const std::size_t along = checked_axis("unfold", axis, x.rank(), site);
  const long length = static_cast<long>(x.shape()[along]);
  if (size < 0 || size > length) {
    throw ShapeError("unfold: windows of " + std::to_string(size) + " do not fit axis " + std::to_string(along) +
                     " of shape " + text(x.shape()) + text(site) + ". They are 0 to " + std::to_string(length) +
                     " long; pad(x, ...) makes room");
  }
  if (step < 1) {
    throw ShapeError("unfold: windows " + std::to_string(step) + " apart" + text(site) + ". The step is 1 or more");
  }
  const Windows windows{along, static_cast<std::size_t>(size), static_cast<std::size_t>(step)};
  kernels::Strides strides = kernels::strides_of(x.shape());
  ShortVector<std::size_t, 8> shape(x.shape().begin(), x.shape().end());
  shape[along] = static_cast<std::size_t>((length - size) / step + 1);
  shape.push_back(windows.size);
  strides.push_back(strides[along]);
  strides[along] *= step;
  Tensor<T> y = in.template output<T>(Shape(shape, Unfold::traits.name, site));
  kernels::copy(y.mutable_data(), x.data(), strides, y.shape());
  if (in) {
    in.record(y, Unfold{windows},
              adjoint_and_tangent(
                  [windows](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, fold(g, windows, sweep.shape(0))); },
                  [windows](const Push& push) { return unfold(push.tangent<T>(0), windows); }));
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct WindowOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, long, long, long, CallSite)>(unfold),
      Function<Tensor<T>(X, const Windows&, const Shape&, const CallSite&)>(fold)};
};
template struct WindowOps<float>;
template struct WindowOps<double>;

}  // namespace tapegrad
