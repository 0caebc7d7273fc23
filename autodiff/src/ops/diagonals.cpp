// Diagonals and triangles of matrices, and windows.
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/windows.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- diagonal: y[..., i] = x[i, i + offset]     dx = zeros with dy on the diagonal
namespace {

// A diagonal of the matrices along two axes.
struct DiagonalPlace {
  long offset;
  std::size_t axis1, axis2;
};

// A diagonal in an array: its shape, with its own axis last, and how it is walked.
struct DiagonalLayout {
  Shape shape;
  kernels::Strides strides;
  std::ptrdiff_t start;
};

DiagonalPlace checked_place(std::string_view op, long offset, long axis1, long axis2, std::size_t rank,
                            const CallSite& site) {
  const DiagonalPlace place{offset, checked_axis(op, axis1, rank, site), checked_axis(op, axis2, rank, site)};
  if (place.axis1 == place.axis2) {
    throw ShapeError(std::string(op) + ": axes " + std::to_string(axis1) + " and " + std::to_string(axis2) +
                     " are the same" + text(site) + ". A matrix has two");
  }
  return place;
}

DiagonalLayout layout_of(const Shape& full, const DiagonalPlace& place) {
  const kernels::Strides own = kernels::strides_of(full);
  ShortVector<std::size_t, 8> shape;
  DiagonalLayout layout;
  for (std::size_t i = 0; i < full.rank(); ++i) {
    if (i == place.axis1 || i == place.axis2) continue;
    shape.push_back(full[i]);
    layout.strides.push_back(own[i]);
  }
  const long down = std::max(0L, -place.offset), right = std::max(0L, place.offset);
  const long rows = static_cast<long>(full[place.axis1]) - down, columns = static_cast<long>(full[place.axis2]) - right;
  const long length = std::max(0L, std::min(rows, columns));
  shape.push_back(static_cast<std::size_t>(length));
  layout.strides.push_back(own[place.axis1] + own[place.axis2]);
  layout.start = length ? down * own[place.axis1] + right * own[place.axis2] : 0;
  layout.shape = Shape(shape);
  return layout;
}

template <Real T>
Tensor<T> embedded(const Tensor<T>& x, const DiagonalPlace& place, const Shape& full, const CallSite& site);

struct Diagonal {
  static constexpr OpTraits traits{
      .name = "diagonal",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"the diagonal of x", "\\text{the diagonal of } x"},
                               {"x", {"g on the diagonal, else 0", "g \\text{ on the diagonal, else } 0"}})};
  long offset, axis1, axis2;
  auto operator()(const auto& x) const { return diagonal(x[0], offset, axis1, axis2); }
  auto batched(const auto& x, const Batch& b) const { return diagonal(x[0], offset, b.axis(axis1), b.axis(axis2)); }
};
struct DiagEmbed {
  static constexpr OpTraits traits{
      .name = "diag_embed",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x on a diagonal", "x \\text{ on a diagonal}"},
                               {"x", {"the diagonal of g", "\\text{the diagonal of } g"}})};
  DiagonalPlace place;
  Shape full;
  auto operator()(const auto& x) const { return embedded(x[0], place, full, CallSite{}); }
  auto batched(const auto& x, const Batch& b) const {
    return embedded(x[0], {place.offset, b.axis(place.axis1), b.axis(place.axis2)}, b + full, CallSite{});
  }
};

template <Real T>
Tensor<T> diagonal_at(const Tensor<T>& x, const DiagonalPlace& place, CallSite site = {}) {
  return diagonal(x, place.offset, static_cast<long>(place.axis1), static_cast<long>(place.axis2), site);
}

// In an array of that shape, which is 0 elsewhere.
template <Real T>
Tensor<T> embedded(const Tensor<T>& x, const DiagonalPlace& place, const Shape& full, const CallSite& site) {
  Inputs in(DiagEmbed::traits.name, site, x);
  const DiagonalLayout layout = layout_of(full, place);
  Tensor<T> y = in.template output<T>(full);
  kernels::fill(y.mutable_data(), y.size(), T(0));
  kernels::copy(y.mutable_data() + layout.start, layout.strides, x.data(), kernels::strides_of(x.shape()), x.shape());
  if (in) {
    in.record(y, DiagEmbed{place, full},
              adjoint_and_tangent([place](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, diagonal_at(g, place)); },
                                  [place](const Push& push) {
                                    return embedded(push.tangent<T>(0), place, push.shape(), CallSite{});
                                  }));
  }
  return y;
}
}  // namespace

template <Real T>
Tensor<T> diagonal(const Tensor<T>& x, long offset, long axis1, long axis2, CallSite site) {
  Inputs in(Diagonal::traits.name, site, x);
  const DiagonalPlace place = checked_place(Diagonal::traits.name, offset, axis1, axis2, x.rank(), site);
  const DiagonalLayout layout = layout_of(x.shape(), place);
  Tensor<T> y = in.template output<T>(layout.shape);
  kernels::copy(y.mutable_data(), x.data() + layout.start, layout.strides, layout.shape);
  if (in) {
    in.record(y, Diagonal{offset, axis1, axis2},
              adjoint_and_tangent(
                  [place](Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, embedded(g, place, sweep.shape(0), CallSite{}));
                  },
                  [place](const Push& push) { return diagonal_at(push.tangent<T>(0), place); }));
  }
  return y;
}

// ---- diag_embed: dx = the diagonal of dy
template <Real T>
Tensor<T> diag_embed(const Tensor<T>& x, long offset, long axis1, long axis2, CallSite site) {
  if (!x) fail_empty(DiagEmbed::traits.name, site);
  if (x.rank() == 0) {
    throw ShapeError(std::string(DiagEmbed::traits.name) + ": a number is no diagonal" + text(site) +
                     ". Use reshape(x, 1)");
  }
  const DiagonalPlace place = checked_place(DiagEmbed::traits.name, offset, axis1, axis2, x.rank() + 1, site);
  const std::size_t length = x.shape().back(0) + static_cast<std::size_t>(std::abs(offset));
  ShortVector<std::size_t, 8> full;
  for (std::size_t i = 0, next = 0; i <= x.rank(); ++i) {
    full.push_back(i == place.axis1 || i == place.axis2 ? length : x.shape()[next++]);
  }
  return embedded(x, place, Shape(full, DiagEmbed::traits.name, site), site);
}

// ---- diag: one of the two
template <Real T>
Tensor<T> diag(const Tensor<T>& x, long offset, CallSite site) {
  if (!x) fail_empty("diag", site);
  if (x.rank() == 1) return diag_embed(x, offset, 0, 1, site);
  if (x.rank() == 2) return diagonal(x, offset, 0, 1, site);
  throw ShapeError("diag: shape " + text(x.shape()) + " is neither a diagonal nor a matrix" + text(site) +
                   ". For many of them there are diag_embed(x) and diagonal(x, 0, -2, -1)");
}

// ---- tril, triu: y = x in a triangle, else 0     dx = dy there, else 0
namespace {
struct Tril {
  static constexpr OpTraits traits{
      .name = "tril",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x on and below the diagonal", "x \\text{ on and below the diagonal}"},
                               {"x", {"g on and below the diagonal", "g \\text{ on and below the diagonal}"}})};
  static constexpr bool lower = true;
  long offset;
  auto operator()(const auto& x) const { return tril(x[0], offset); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};
struct Triu {
  static constexpr OpTraits traits{
      .name = "triu",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"x on and above the diagonal", "x \\text{ on and above the diagonal}"},
                               {"x", {"g on and above the diagonal", "g \\text{ on and above the diagonal}"}})};
  static constexpr bool lower = false;
  long offset;
  auto operator()(const auto& x) const { return triu(x[0], offset); }
  auto batched(const auto& x, const Batch&) const { return (*this)(x); }
};

template <class Op, Real T>
Tensor<T> triangle(const Tensor<T>& x, const Op& op, const CallSite& site) {
  Inputs in(Op::traits.name, site, x);
  if (x.rank() < 2) {
    throw ShapeError(std::string(Op::traits.name) + ": shape " + text(x.shape()) + " is no matrix" + text(site) +
                     ". It needs two axes or more");
  }
  Tensor<T> y = in.template output<T>(x.shape());
  const std::size_t rows = x.shape().back(1), columns = x.shape().back(0);
  const std::size_t count = x.size() == 0 ? 0 : x.size() / (rows * columns);
  kernels::triangle(y.mutable_data(), x.data(), count, rows, columns, op.offset, Op::lower);
  if (in) {
    const auto part = [op](const Tensor<T>& g) { return triangle(g, op, CallSite{}); };
    in.record(y, op, adjoint_and_tangent([part](Sweep& sweep, const Tensor<T>& g) { sweep.add(0, part(g)); },
                                         [part](const Push& push) { return part(push.tangent<T>(0)); }));
  }
  return y;
}
}  // namespace

template <Real T>
Tensor<T> tril(const Tensor<T>& x, long offset, CallSite site) {
  return triangle(x, Tril{offset}, site);
}
template <Real T>
Tensor<T> triu(const Tensor<T>& x, long offset, CallSite site) {
  return triangle(x, Triu{offset}, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct Diagonals {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{Function<Tensor<T>(X, long, long, long, CallSite)>(diagonal),
                                        Function<Tensor<T>(X, long, long, long, CallSite)>(diag_embed),
                                        Function<Tensor<T>(X, long, CallSite)>(diag),
                                        Function<Tensor<T>(X, long, CallSite)>(tril),
                                        Function<Tensor<T>(X, long, CallSite)>(triu)};
};
template struct Diagonals<float>;
template struct Diagonals<double>;

}  // namespace tapegrad
