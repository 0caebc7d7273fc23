#include "ops/contraction.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "kernels/gemm.h"
#include "kernels/reduce.h"
#include "tapegrad/engine/loops/strided.h"

namespace tapegrad::contraction {
namespace {

using kernels::Strides;

struct LabelledAxis {
  char label = 0;
  std::size_t length = 0;
  std::ptrdiff_t stride = 0;
};
using LabelledAxes = ShortVector<LabelledAxis, 8>;

// An array read by labels, each once: a diagonal has the strides of its axes together. Axes of length 1 have none.
template <Real T>
struct Labelled {
  Tensor<T> array;
  LabelledAxes axes;
};

const LabelledAxis* find(const LabelledAxes& axes, char label) {
  const auto* at = std::find_if(axes.begin(), axes.end(), [=](const auto& axis) { return axis.label == label; });
  return at == axes.end() ? nullptr : at;
}
bool has(const Labels& labels, char label) { return labels.find(label) != Labels::npos; }

Labels labels_of(const LabelledAxes& axes) {
  Labels labels;
  for (const LabelledAxis& axis : axes) labels += axis.label;
  return labels;
}

LabelledAxes axes_of(const Labels& labels, const Shape& shape) {
  LabelledAxes axes;
  const Strides strides = kernels::strides_of(shape);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (shape[i] == 1) continue;
    if (auto* known = const_cast<LabelledAxis*>(find(axes, labels[i]))) known->stride += strides[i];
    else axes.push_back({labels[i], shape[i], strides[i]});
  }
  return axes;
}

std::size_t size_of(const LabelledAxes& axes) {
  std::size_t size = 1;
  for (const LabelledAxis& axis : axes) size *= axis.length;
  return size;
}

// The same labels with the strides of a contiguous array.
LabelledAxes contiguous(LabelledAxes axes) {
  std::ptrdiff_t step = 1;
  for (std::size_t i = axes.size(); i-- > 0;) {
    axes[i].stride = step;
    step *= static_cast<std::ptrdiff_t>(axes[i].length);
  }
  return axes;
}
bool is_contiguous(const LabelledAxes& axes) {
  const LabelledAxes other = contiguous(axes);
  return std::equal(axes.begin(), axes.end(), other.begin(),
                    [](const auto& p, const auto& q) { return p.stride == q.stride; });
}

// y = x, walked along the axes of y; 0 is the stride of a label that x lacks.
template <Real T>
void copy(T* y, const LabelledAxes& to, const T* x, const LabelledAxes& from) {
  Strides read, write;
  ShortVector<std::size_t, 8> lengths;
  for (const LabelledAxis& axis : to) {
    const LabelledAxis* source = find(from, axis.label);
    lengths.push_back(axis.length);
    write.push_back(axis.stride);
    read.push_back(source ? source->stride : 0);
  }
  const std::ptrdiff_t step_y = kernels::row_stride(write), step_x = kernels::row_stride(read);
  kernels::for_each_row<2>(Shape(lengths), {write, read}, {0, 0}, [=](const auto& at, std::size_t length) {
    T* to_row = y + at[0];
    const T* from_row = x + at[1];
    if (step_x == 1 && step_y == 1) return void(std::copy_n(from_row, length, to_row));
    for (std::size_t i = 0; i < length; ++i) {
      to_row[std::ptrdiff_t(i) * step_y] = from_row[std::ptrdiff_t(i) * step_x];
    }
  });
}

// The same array, contiguous with its axes in that order.
template <Real T>
Labelled<T> laid_out(const Labelled<T>& x, const LabelledAxes& order) {
  Labelled<T> y{x.array, order};
  if (is_contiguous(order)) return y;
  y = {Tensor<T>::empty(Shape{size_of(order)}), contiguous(order)};
  copy(y.array.mutable_data(), y.axes, x.array.data(), x.axes);
  return y;
}

// Summed over the labels that are not kept.
template <Real T>
Labelled<T> summed(const Labelled<T>& x, const Labels& kept) {
  LabelledAxes outer, inner;
  for (const LabelledAxis& axis : x.axes) (has(kept, axis.label) ? outer : inner).push_back(axis);
  if (inner.empty()) return x;
  LabelledAxes order = outer;
  for (const LabelledAxis& axis : inner) order.push_back(axis);
  const Labelled<T> from = laid_out(x, order);
  Labelled<T> y{Tensor<T>::empty(Shape{size_of(outer)}), contiguous(outer)};
  kernels::sum_middle(y.array.mutable_data(), from.array.data(), size_of(outer), size_of(inner), 1);
  return y;
}

// Several axes as one, if they lie like one: its length and stride.
std::optional<LabelledAxis> collapsed(const LabelledAxes& group) {
  LabelledAxis all{0, 1, 1};
  for (std::size_t i = group.size(); i-- > 0;) {
    if (i + 1 == group.size()) all.stride = group[i].stride;
    else if (group[i].stride != all.stride * static_cast<std::ptrdiff_t>(all.length)) return std::nullopt;
    all.length *= group[i].length;
  }
  return all;
}

// The axes of x with the labels of `group`, in its order.
LabelledAxes selected(const LabelledAxes& x, const LabelledAxes& group) {
  LabelledAxes axes;
  for (const LabelledAxis& axis : group) axes.push_back(*find(x, axis.label));
  return axes;
}

// How a matrix of two groups of axes is read: along one of them its elements lie side by side.
struct Layout {
  bool transposed;
  std::size_t step;
};
std::optional<Layout> layout(const LabelledAxes& rows, const LabelledAxes& columns) {
  const std::optional<LabelledAxis> r = collapsed(rows), c = collapsed(columns);
  if (!r || !c) return std::nullopt;
  auto step = [](const LabelledAxis& far, const LabelledAxis& near) {  // BLAS asks for one that is long enough
    return std::max(far.length == 1 ? 0 : static_cast<std::size_t>(far.stride), std::max<std::size_t>(near.length, 1));
  };
  auto fits = [](const LabelledAxis& far, const LabelledAxis& near) {
    return (near.stride == 1 || near.length == 1) &&
           (far.length == 1 || far.stride >= static_cast<std::ptrdiff_t>(near.length));
  };
  if (fits(*r, *c)) return Layout{false, step(*r, *c)};
  if (fits(*c, *r)) return Layout{true, step(*c, *r)};
  return std::nullopt;
}

// The labels of two factors and their product: those in both and kept, in both and summed, in one alone.
struct Groups {
  LabelledAxes batch, inner, left, right;
};

LabelledAxes joined(const LabelledAxes& a, const LabelledAxes& b, const LabelledAxes& c) {
  LabelledAxes all = a;
  for (const LabelledAxis& axis : b) all.push_back(axis);
  for (const LabelledAxis& axis : c) all.push_back(axis);
  return all;
}

// A factor whose matrices gemm can read, copied if it has to be.
template <Real T>
Labelled<T> readable(Labelled<T> x, const LabelledAxes& batch, const LabelledAxes& rows, const LabelledAxes& columns) {
  if (layout(selected(x.axes, rows), selected(x.axes, columns))) return x;
  return laid_out(x, selected(x.axes, joined(batch, rows, columns)));
}

// Offsets of the matrices of an array, of which there is one for each place along the batch's axes.
class Offsets {
 public:
  Offsets(const LabelledAxes& x, const LabelledAxes& batch) : axes_(selected(x, batch)) {}
  std::ptrdiff_t operator()(std::size_t i) const {
    std::ptrdiff_t at = 0;
    for (std::size_t axis = axes_.size(); axis-- > 0;) {
      at += static_cast<std::ptrdiff_t>(i % axes_[axis].length) * axes_[axis].stride;
      i /= axes_[axis].length;
    }
    return at;
  }

 private:
  LabelledAxes axes_;
};

// Products of single numbers.
template <Real T>
void multiply_elements(T* y, const LabelledAxes& to, const Labelled<T>& a, const Labelled<T>& b,
                       const LabelledAxes& batch) {
  std::array<Strides, 3> strides;
  ShortVector<std::size_t, 8> lengths;
  const LabelledAxes walked = selected(to, batch);
  for (const LabelledAxis& axis : walked) {
    lengths.push_back(axis.length);
    strides[0].push_back(axis.stride);
    strides[1].push_back(find(a.axes, axis.label)->stride);
    strides[2].push_back(find(b.axes, axis.label)->stride);
  }
  const std::ptrdiff_t s0 = kernels::row_stride(strides[0]), s1 = kernels::row_stride(strides[1]),
                       s2 = kernels::row_stride(strides[2]);
  kernels::for_each_row<3>(Shape(lengths), strides, {0, 0, 0},
                           [=, p = a.array.data(), q = b.array.data()](const auto& at, std::size_t length) {
                             for (std::size_t n = 0; n < length; ++n) {
                               const auto i = static_cast<std::ptrdiff_t>(n);
                               y[at[0] + i * s0] = p[at[1] + i * s1] * q[at[2] + i * s2];
                             }
                           });
}

// y = a b for all matrices of the batch. False, and nothing done, where y's rows or columns do not lie side by side.
template <Real T>
bool multiply_into(T* y, const LabelledAxes& to, const Labelled<T>& a, const Labelled<T>& b, const Groups& g) {
  if (g.inner.empty() && g.left.empty() && g.right.empty()) return multiply_elements(y, to, a, b, g.batch), true;
  const std::optional<Layout> c = layout(selected(to, g.left), selected(to, g.right));
  if (!c) return false;
  if (c->transposed) return multiply_into(y, to, b, a, {g.batch, g.inner, g.right, g.left});
  const Labelled<T> left = readable(a, g.batch, g.left, g.inner), right = readable(b, g.batch, g.inner, g.right);
  const Layout at_left = *layout(selected(left.axes, g.left), selected(left.axes, g.inner)),
               at_right = *layout(selected(right.axes, g.inner), selected(right.axes, g.right));
  const std::size_t m = size_of(g.left), n = size_of(g.right), k = size_of(g.inner);
  kernels::gemm_each<T>(
      size_of(g.batch), m, n, k,
      [&, in_left = Offsets(left.axes, g.batch), in_right = Offsets(right.axes, g.batch),
       in_y = Offsets(to, g.batch)](std::size_t i) -> kernels::Factors<T> {
        return {{left.array.data() + in_left(i), at_left.transposed, at_left.step},
                {right.array.data() + in_right(i), at_right.transposed, at_right.step},
                y + in_y(i)};
      },
      c->step);
  return true;
}

// Axes of one factor in the order in which they lie in it, so that they can be one.
void sort_by_stride(LabelledAxes& axes) {
  for (LabelledAxis* next = axes.begin(); next != axes.end(); ++next) {  // std::stable_sort would ask the heap
    LabelledAxis* const place = std::upper_bound(axes.begin(), next, *next, [](const auto& p, const auto& q) {
      return p.stride > q.stride;
    });
    std::rotate(place, next, next + 1);
  }
}

// The axes of a group in the order in which the result has them.
LabelledAxes in_order_of(const LabelledAxes& result, const LabelledAxes& group) {
  LabelledAxes axes;
  for (const LabelledAxis& axis : result) {
    if (const LabelledAxis* own = find(group, axis.label)) axes.push_back(*own);
  }
  return axes;
}

// The product of two factors, with the labels that are kept.
template <Real T>
struct Pair {
  Labelled<T> a, b;
  Groups groups;

  Pair(const Labelled<T>& x, const Labelled<T>& y, const Labels& kept) {
    a = summed(x, kept + labels_of(y.axes));
    b = summed(y, kept + labels_of(x.axes));
    for (const LabelledAxis& axis : a.axes) {
      if (!find(b.axes, axis.label)) groups.left.push_back(axis);
      else (has(kept, axis.label) ? groups.batch : groups.inner).push_back(axis);
    }
    for (const LabelledAxis& axis : b.axes) {
      if (!find(a.axes, axis.label)) groups.right.push_back(axis);
    }
    for (LabelledAxes* group : {&groups.inner, &groups.left, &groups.right}) sort_by_stride(*group);
  }
  Labelled<T> product() const {
    Labelled<T> y;
    y.axes = contiguous(joined(groups.batch, groups.left, groups.right));
    y.array = Tensor<T>::empty(Shape{size_of(y.axes)});
    multiply_into(y.array.mutable_data(), y.axes, a, b, groups);
    return y;
  }
  // Into an array that has all labels of the product, where its axes lie so that BLAS can write it.
  bool into(T* y, const LabelledAxes& to) const {
    Groups g = groups;
    for (LabelledAxes* group : {&g.batch, &g.left, &g.right}) *group = in_order_of(to, *group);
    return multiply_into(y, to, a, b, g);
  }
};

// How many multiplications a pair of factors costs.
template <Real T>
double cost(const Labelled<T>& x, const Labelled<T>& y) {
  double all = static_cast<double>(size_of(x.axes));
  for (const LabelledAxis& axis : y.axes) all *= find(x.axes, axis.label) ? 1 : static_cast<double>(axis.length);
  return all;
}

template <Real T>
using Factors = std::vector<Labelled<T>, engine::PoolAllocator<Labelled<T>>>;

// The labels of the result and of all factors but two.
template <Real T>
Labels needed(const Factors<T>& factors, std::size_t i, std::size_t j, const Labels& result) {
  Labels kept = result;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    for (const LabelledAxis& axis : factors[k].axes) {
      if (k != i && k != j && !has(kept, axis.label)) kept += axis.label;
    }
  }
  return kept;
}

// Multiplies the cheapest pair until two factors are left.
template <Real T>
void reduce_to_two(Factors<T>& factors, const Labels& result) {
  while (factors.size() > 2) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t first = 0, second = 1;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      for (std::size_t j = i + 1; j < factors.size(); ++j) {
        const double price = cost(factors[i], factors[j]);
        if (price < least) least = price, first = i, second = j;
      }
    }
    factors[first] = Pair<T>(factors[first], factors[second], needed(factors, first, second, result)).product();
    factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(second));
  }
}

}  // namespace

template <Real T>
void contract(T* y, const Contraction& c, std::span<const Tensor<T>> operands) {
  Factors<T> factors;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    factors.push_back({operands[i], axes_of(c.operands[i], operands[i].shape())});
  }
  const LabelledAxes to = axes_of(c.result, c.shape);
  const std::size_t size = c.shape.size();
  if (size == 0) return;
  const Labels kept = labels_of(to);
  bool whole = size_of(to) == size;  // else a diagonal, with zeros beside it
  if (!whole) std::fill_n(y, size, T(0));
  reduce_to_two(factors, kept);
  if (factors.size() == 1) {
    const Labelled<T> x = summed(factors[0], kept);
    return copy(y, to, x.array.data(), x.axes);
  }
  const Pair<T> last(factors[0], factors[1], kept);
  for (const LabelledAxis& axis : to) whole &= find(last.a.axes, axis.label) || find(last.b.axes, axis.label);
  if (whole && last.into(y, to)) return;
  const Labelled<T> x = last.product();
  copy(y, to, x.array.data(), x.axes);
}

template void contract(float*, const Contraction&, std::span<const Tensor<float>>);
template void contract(double*, const Contraction&, std::span<const Tensor<double>>);

}  // namespace tapegrad::contraction
