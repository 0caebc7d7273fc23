// Convolutions. The sum of g[n, o, q] w[o, c, k] x[n, c, q stride + k dilation - before] is linear in g, w and x; the
// ops are its three derivatives, and so each other's, of every order.
#include "tapegrad/ops/convolutions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/convolution.h"
#include "ops/instances.h"
#include "ops/pictures.h"
#include "ops/sum_of_present.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

using kernels::ConvolutionSizes;
using AxisLengths = ShortVector<std::size_t, 8>;

// The lengths of a convolution but for the batch and the channels, which the shapes of its tensors say.
struct Geometry {
  std::size_t axes = 0;  // of a picture: the last ones of those below
  ConvolutionSizes sizes;

  ConvolutionSizes of(std::size_t batch, std::size_t in, std::size_t out) const {
    ConvolutionSizes all = sizes;
    all.size[0] = all.result[0] = batch;
    all.in = in;
    all.out = out / sizes.groups;
    return all;
  }
  Shape shape(std::size_t first, std::size_t second, const ConvolutionSizes::Lengths& lengths,
              std::string_view op = "shape", const CallSite& site = {}) const {
    AxisLengths all{first, second};
    for (std::size_t axis = ConvolutionSizes::axes - axes; axis < ConvolutionSizes::axes; ++axis) {
      all.push_back(lengths[axis]);
    }
    return Shape(all, op, site);
  }
  // Axis number i of a picture, of a kernel of that length: what options of either kind say of it. Where that axis is
  // among those of the sizes, and how many places the kernel reaches over, 0 where it has no elements.
  struct Axis {
    std::size_t place, reach;
  };
  template <class Options>
  Axis read_axis(std::string_view op, std::size_t i, std::size_t kernel, const Options& options, const CallSite& site) {
    const std::size_t place = ConvolutionSizes::axes - axes + i;
    sizes.kernel[place] = kernel;
    sizes.stride[place] = pictures::option_of(op, "stride", options.stride, i, axes, 1, site);
    sizes.dilation[place] = pictures::option_of(op, "dilation", options.dilation, i, axes, 1, site);
    sizes.before[place] = pictures::option_of(op, "padding", options.padding.around, i, axes, 0, site);
    return {place, kernel == 0 ? 0 : (kernel - 1) * sizes.dilation[place] + 1};
  }
  // That of `examples` convolutions side by side, each with weights of its own.
  Geometry side_by_side(std::size_t examples) const {
    Geometry all = *this;
    all.sizes.groups *= examples;
    return all;
  }
};

template <Real T>
Tensor<T> convolution(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& b, const Geometry& geometry,
                      const CallSite& site);
template <Real T>
Tensor<T> convolution_back(const Tensor<T>& g, const Tensor<T>& w, const Geometry& geometry, const CallSite& site);
template <Real T>
Tensor<T> convolution_weights(const Tensor<T>& x, const Tensor<T>& g, const Geometry& geometry, const CallSite& site);

// ---- batching: examples that share the weights are more pictures; examples with weights of their own are more groups

// (examples, n, ...) as (examples n, ...), and back.
template <Real T>
Tensor<T> joined(const Tensor<T>& x) {
  return pictures::merged(x, 0);
}
template <Real T>
Tensor<T> split(const Tensor<T>& x, std::size_t examples) {
  return pictures::divided(x, 0, examples);
}
// (examples, n, channels, ...) as (n, examples channels, ...), and back.
template <Real T>
Tensor<T> as_channels(const Tensor<T>& x) {
  return pictures::merged(moveaxis(x, 0, 1), 1);
}
template <Real T>
Tensor<T> as_examples(const Tensor<T>& x, std::size_t examples) {
  return moveaxis(pictures::divided(x, 1, examples), 1, 0);
}

// ---- convolution: y[n, o, q] = sum of w[o, c, k] x[n, c, q s + k d - p] + b[o]     dx, dw: those below; db = sum of dy
struct Convolution {
  static constexpr OpTraits traits{
      .name = "convolution",
      .formula = with_adjoints({"w * x + b", "w \\ast x + b"},
                               {"x", {"the transpose of w on g", "w^\\top \\ast g"}},
                               {"w", {"sum over places of g x", "\\sum_q g_q \\, x_{q + k}"}})};
  Geometry geometry;
  bool biased;
  auto operator()(const auto& x) const {
    using Tensor = std::decay_t<decltype(x[0])>;
    return convolution(x[0], x[1], biased ? x[2] : Tensor(), geometry, CallSite{});
  }
  auto batched(const auto& x, const Batch& batch) const {
    using Tensor = std::decay_t<decltype(x[0])>;
    if (!batch.has[1] && !(biased && batch.has[2])) {
      return split(convolution(joined(x[0]), x[1], biased ? x[2] : Tensor(), geometry, CallSite{}), batch.length);
    }
    const auto all = batch.whole(x);
    return as_examples(convolution(as_channels(all[0]), joined(all[1]), biased ? joined(all[2]) : Tensor(),
                                   geometry.side_by_side(batch.length), CallSite{}),
                       batch.length);
  }
};

// ---- convolution_back: x of g and w, the transpose of the map from x to y
struct ConvolutionBack {
  static constexpr OpTraits traits{
      .name = "convolution_back",
      .formula = with_adjoints({"the transpose of w on x", "w^\\top \\ast x"}, {"x", {"w * g", "w \\ast g"}},
                               {"w", {"sum over places of x g", "\\sum_q x_q \\, g_{q + k}"}})};
  Geometry geometry;
  auto operator()(const auto& x) const { return convolution_back(x[0], x[1], geometry, CallSite{}); }
  auto batched(const auto& x, const Batch& batch) const {
    if (!batch.has[1]) return split(convolution_back(joined(x[0]), x[1], geometry, CallSite{}), batch.length);
    const auto all = batch.whole(x);
    return as_examples(convolution_back(as_channels(all[0]), joined(all[1]), geometry.side_by_side(batch.length),
                                        CallSite{}),
                       batch.length);
  }
};

// ---- convolution_weights: w of x and g
struct ConvolutionWeights {
  static constexpr OpTraits traits{
      .name = "convolution_weights",
      .formula = with_adjoints({"sum over places of y x", "\\sum_q y_q \\, x_{q + k}"},
                               {"x", {"the transpose of g on y", "g^\\top \\ast y"}}, {"y", {"g * x", "g \\ast x"}})};
  Geometry geometry;
  auto operator()(const auto& x) const { return convolution_weights(x[0], x[1], geometry, CallSite{}); }
  auto batched(const auto& x, const Batch& batch) const {
    const auto all = batch.whole(x);
    return split(convolution_weights(as_channels(all[0]), as_channels(all[1]), geometry.side_by_side(batch.length),
                                     CallSite{}),
                 batch.length);
  }
};

// A number for each channel, to stand beside (batch, channels, ...).
template <Real T>
Tensor<T> beside_channels(const Tensor<T>& b, std::size_t axes) {
  AxisLengths shape(axes + 1, 1);
  shape[0] = b.size();
  return reshape(b, Shape(shape));
}

template <Real T>
struct ConvolutionRule {
  Tensor<T> x, w;
  Geometry geometry;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (sweep.wants(0)) sweep.add(0, convolution_back(g, w, geometry, CallSite{}));
    if (sweep.wants(1)) sweep.add(1, convolution_weights(x, g, geometry, CallSite{}));
    if (sweep.entry->inputs < 3 || !sweep.wants(2)) return;
    Axes axes{0};
    for (std::size_t axis = 0; axis < geometry.axes; ++axis) axes.push_back(static_cast<long>(axis + 2));
    sweep.add(2, sum(g, axes));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> p, q, b;
    if (push.entry->inputs > 2 && push.has(2)) b = push.tangent<T>(2);
    const Tensor<T> none;
    if (push.has(0)) p = convolution(push.tangent<T>(0), w, b, geometry, CallSite{});
    if (push.has(1)) q = convolution(x, push.tangent<T>(1), p ? none : b, geometry, CallSite{});
    if (!p && !q) return broadcast_to(beside_channels(b, geometry.axes), push.shape());
    return sum_of_present(std::move(p), q);
  }
};
template <Real T>
struct ConvolutionBackRule {
  Tensor<T> g, w;
  Geometry geometry;
  void operator()(Sweep& sweep, const Tensor<T>& adjoint) const {
    if (sweep.wants(0)) sweep.add(0, convolution(adjoint, w, Tensor<T>(), geometry, CallSite{}));
    if (sweep.wants(1)) sweep.add(1, convolution_weights(adjoint, g, geometry, CallSite{}));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> p, q;
    if (push.has(0)) p = convolution_back(push.tangent<T>(0), w, geometry, CallSite{});
    if (push.has(1)) q = convolution_back(g, push.tangent<T>(1), geometry, CallSite{});
    return sum_of_present(std::move(p), q);
  }
};
template <Real T>
struct ConvolutionWeightsRule {
  Tensor<T> x, g;
  Geometry geometry;
  void operator()(Sweep& sweep, const Tensor<T>& adjoint) const {
    if (sweep.wants(0)) sweep.add(0, convolution_back(g, adjoint, geometry, CallSite{}));
    if (sweep.wants(1)) sweep.add(1, convolution(x, adjoint, Tensor<T>(), geometry, CallSite{}));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    Tensor<T> p, q;
    if (push.has(0)) p = convolution_weights(push.tangent<T>(0), g, geometry, CallSite{});
    if (push.has(1)) q = convolution_weights(x, push.tangent<T>(1), geometry, CallSite{});
    return sum_of_present(std::move(p), q);
  }
};

template <Real T>
Tensor<T> convolution(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& b, const Geometry& geometry,
                      const CallSite& site) {
  const auto run = [&](const auto& in, std::size_t inputs) {
    Tensor<T> y = in.template output<T>(
        geometry.shape(x.shape()[0], w.shape()[0], geometry.sizes.result, Convolution::traits.name, site));
    kernels::convolve(y.mutable_data(), x.data(), w.data(), b ? b.data() : nullptr,
                      geometry.of(x.shape()[0], w.shape()[1], w.shape()[0]));
    if (!in) return y;
    ConvolutionRule<T> rule{snapshot_if(x, in[1]), snapshot_if(w, in[0]), geometry};
    in.record(y, Convolution{geometry, inputs > 2}, std::move(rule));
    return y;
  };
  if (b) return run(Inputs(Convolution::traits.name, site, x, w, b), 3);
  return run(Inputs(Convolution::traits.name, site, x, w), 2);
}

template <Real T>
Tensor<T> convolution_back(const Tensor<T>& g, const Tensor<T>& w, const Geometry& geometry, const CallSite& site) {
  Inputs in(ConvolutionBack::traits.name, site, g, w);
  const std::size_t batch = g.shape()[0], channels = geometry.sizes.groups * w.shape()[1];
  Tensor<T> x = in.template output<T>(
      geometry.shape(batch, channels, geometry.sizes.size, ConvolutionBack::traits.name, site));
  kernels::convolve_back(x.mutable_data(), g.data(), w.data(), geometry.of(batch, w.shape()[1], w.shape()[0]));
  if (in) {
    ConvolutionBackRule<T> rule{snapshot_if(g, in[1]), snapshot_if(w, in[0]), geometry};
    in.record(x, ConvolutionBack{geometry}, std::move(rule));
  }
  return x;
}

template <Real T>
Tensor<T> convolution_weights(const Tensor<T>& x, const Tensor<T>& g, const Geometry& geometry, const CallSite& site) {
  Inputs in(ConvolutionWeights::traits.name, site, x, g);
  const std::size_t out = g.shape()[1], channels = x.shape()[1] / geometry.sizes.groups;
  Tensor<T> w = in.template output<T>(geometry.shape(out, channels, geometry.sizes.kernel));
  kernels::convolve_for_weights(w.mutable_data(), x.data(), g.data(), geometry.of(x.shape()[0], channels, out));
  if (in) {
    ConvolutionWeightsRule<T> rule{snapshot_if(x, in[1]), snapshot_if(g, in[0]), geometry};
    in.record(w, ConvolutionWeights{geometry}, std::move(rule));
  }
  return w;
}

// ---- what users call

// The axes of x, w and y that are no axes of pictures, and the groups, checked.
template <Real T>
Geometry checked(std::string_view op, const Tensor<T>& x, const Tensor<T>& w, std::size_t axes, long groups,
                 std::size_t channels_axis, const CallSite& site) {
  const std::string name(op);
  if (groups < 1) {
    throw DomainError(name + ": groups must be 1 or more, but is " + std::to_string(groups) + text(site));
  }
  if (w.rank() != axes + 2) {
    throw ShapeError(name + ": w must have " + std::to_string(axes + 2) + " axes, " +
                     (channels_axis == 1 ? "(out channels, channels / groups, kernel)"
                                         : "(channels, out channels / groups, kernel)") +
                     ", but has shape " + text(w.shape()) + text(site));
  }
  Geometry geometry{.axes = axes, .sizes = {}};
  geometry.sizes.groups = static_cast<std::size_t>(groups);
  const std::size_t wanted = channels_axis == 1 ? w.shape()[1] * geometry.sizes.groups : w.shape()[0];
  if (x.shape()[1] != wanted) {
    throw ShapeError(name + ": w of shape " + text(w.shape()) + " is for " + std::to_string(wanted) +
                     " channels in " + std::to_string(groups) + " groups, but x of shape " + text(x.shape()) + " has " +
                     std::to_string(x.shape()[1]) + text(site));
  }
  if (w.shape()[0] % geometry.sizes.groups != 0) {
    throw ShapeError(name + ": the " + std::to_string(w.shape()[0]) + " channels of w, of shape " + text(w.shape()) +
                     ", cannot be split into " + std::to_string(groups) + " groups" + text(site));
  }
  geometry.sizes.size.fill(1);
  geometry.sizes.kernel.fill(1);
  geometry.sizes.result.fill(1);
  return geometry;
}
template <Real T>
void check_bias(std::string_view op, const Tensor<T>* b, std::size_t out, const CallSite& site) {
  if (b && !*b) fail_empty(op, site);
  if (!b || b->shape() == Shape{out}) return;
  throw ShapeError(std::string(op) + ": b must have a number for each of " + std::to_string(out) +
                   " out channels, but has shape " + text(b->shape()) + text(site));
}

}  // namespace

template <std::size_t axes, Real T>
Tensor<T> convolutions::convolved(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>* b,
                                  const ConvolutionOptions& options, const CallSite& site) {
  constexpr std::string_view names[]{"conv1d", "conv2d", "conv3d"}, op = names[axes - 1];
  if (!w) fail_empty(op, site);
  return pictures::with_batch(op, x, axes, site, [&](const Tensor<T>& batch) {
    Geometry geometry = checked(op, batch, w, axes, options.groups, 1, site);
    check_bias(op, b, w.shape()[0], site);
    ConvolutionSizes& s = geometry.sizes;
    for (std::size_t i = 0; i < axes; ++i) {
      const auto [axis, reach] = geometry.read_axis(op, i, w.shape()[2 + i], options, site);
      s.size[axis] = batch.shape()[2 + i];
      std::size_t zeros = 2 * s.before[axis];
      if (options.padding.same) {
        const std::size_t places = (s.size[axis] + s.stride[axis] - 1) / s.stride[axis];
        const std::size_t needed = places == 0 ? 0 : (places - 1) * s.stride[axis] + reach;
        zeros = needed > s.size[axis] ? needed - s.size[axis] : 0;
        s.before[axis] = zeros / 2;
      }
      if (reach == 0 || s.size[axis] + zeros < reach) {
        throw ShapeError(std::string(op) + ": a kernel of " + std::to_string(s.kernel[axis]) + ", which reaches over " +
                         std::to_string(reach) + " places, does not fit axis " + std::to_string(2 + i) +
                         " of x, of shape " + text(batch.shape()) + " with " + std::to_string(zeros) + " zeros" +
                         text(site) + (reach ? ". padding makes room" : ""));
      }
      s.result[axis] = (s.size[axis] + zeros - reach) / s.stride[axis] + 1;
    }
    return convolution(batch, w, b ? *b : Tensor<T>(), geometry, site);
  });
}

template <std::size_t axes, Real T>
Tensor<T> convolutions::transposed(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>* b,
                                   const TransposedConvolutionOptions& options, const CallSite& site) {
  constexpr std::string_view names[]{"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}, op = names[axes - 1];
  if (!w) fail_empty(op, site);
  return pictures::with_batch(op, x, axes, site, [&](const Tensor<T>& batch) {
    Geometry geometry = checked(op, batch, w, axes, options.groups, 0, site);
    check_bias(op, b, w.shape()[1] * geometry.sizes.groups, site);
    ConvolutionSizes& s = geometry.sizes;
    for (std::size_t i = 0; i < axes; ++i) {
      const auto [axis, reach] = geometry.read_axis(op, i, w.shape()[2 + i], options, site);
      s.result[axis] = batch.shape()[2 + i];
      const std::size_t more = pictures::option_of(op, "output_padding", options.output_padding, i, axes, 0, site);
      if (more >= std::max(s.stride[axis], s.dilation[axis])) {
        throw DomainError(std::string(op) + ": output_padding must be below the stride or the dilation, but is " +
                          std::to_string(more) + text(site));
      }
      std::size_t cut = 2 * s.before[axis];
      if (options.padding.same) {
        cut = reach > s.stride[axis] ? reach - s.stride[axis] : 0;
        s.before[axis] = cut / 2;
      }
      const std::size_t all = s.result[axis] == 0 ? 0 : (s.result[axis] - 1) * s.stride[axis] + reach + more;
      if (reach == 0 || all <= cut) {
        throw ShapeError(std::string(op) + ": nothing is left of axis " + std::to_string(2 + i) + ": x of shape " +
                         text(batch.shape()) + " and w of shape " + text(w.shape()) + " make " + std::to_string(all) +
                         " places, of which " + std::to_string(cut) + " are cut off" + text(site));
      }
      s.size[axis] = options.padding.same ? s.result[axis] * s.stride[axis] : all - cut;
    }
    const Tensor<T> y = convolution_back(batch, w, geometry, site);
    return b ? add(y, beside_channels(*b, axes), site) : y;
  });
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ConvolutionOps {
  using X = const Tensor<T>&;
  using Forth = Function<Tensor<T>(X, X, const Tensor<T>*, const ConvolutionOptions&, const CallSite&)>;
  using Back = Function<Tensor<T>(X, X, const Tensor<T>*, const TransposedConvolutionOptions&, const CallSite&)>;
  static constexpr std::tuple functions{
      Forth(convolutions::convolved<1, T>), Forth(convolutions::convolved<2, T>), Forth(convolutions::convolved<3, T>),
      Back(convolutions::transposed<1, T>), Back(convolutions::transposed<2, T>), Back(convolutions::transposed<3, T>)};
};
template struct ConvolutionOps<float>;
template struct ConvolutionOps<double>;

}  // namespace tapegrad
