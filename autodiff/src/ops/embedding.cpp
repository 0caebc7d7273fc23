// Rows of a table. A table has many rows and a batch reads few of them, so its gradient is given by these alone.
#include <algorithm>

#include "ops/instances.h"
#include "ops/places.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- embedding: y = rows of x      dx = the rows of dy, added where they come from
namespace {
struct Embedding {
  static constexpr OpTraits traits{
      .name = "embedding",
      .depends = Depends::rearranged,
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"rows of x at the indices", "\\text{rows of } x \\text{ at the indices}"},
                               {"x", {"g added at the indices", "g \\text{ added at the indices}"}})};
  Indices indices;
  auto operator()(const auto& x) const { return embedding(x[0], indices); }
  auto batched(const auto& x, const Batch&) const { return take(x[0], indices, 1); }
};

template <Real T>
struct EmbeddingRule {
  TakeRule<T> whole;
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (!sweep.takes_rows(0)) return whole(sweep, g);
    const kernels::Lookup look = whole.places.lookup();
    kernels::PlacesInOrder order(look);
    Indices rows(Shape{order.count()});
    Tensor<T> values = Tensor<T>::empty({order.count(), look.inner});
    kernels::sum_by_places(rows.mutable_data(), values.mutable_data(), g.data(), look.inner, order);
    sweep.add_rows(0, rows, std::move(values));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return whole.template tangent<T>(push);
  }
};
}  // namespace

template <Real T>
Tensor<T> embedding(const Tensor<T>& table, const Indices& indices, CallSite site) {
  constexpr std::string_view name = Embedding::traits.name;
  Inputs in(name, site, table);
  if (table.rank() != 2) {
    throw ShapeError(std::string(name) + ": the table must have two axes, but its shape is " + text(table.shape()) +
                     text(site));
  }
  const Places places{indices, table.shape(), 0, true};
  const std::int32_t* const end = indices.data() + indices.size();
  Tensor<T> y = in.template output<T>(places.result());
  if (std::any_of(indices.data(), end, [](std::int32_t index) { return index < 0; }) ||
      !kernels::take(y.mutable_data(), table.data(), places.lookup())) {
    fail_outside(name, indices, 0, table.shape(), false, site);
  }
  if (in) in.record(y, Embedding{indices}, EmbeddingRule<T>{{places}});
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct EmbeddingOps {
  static constexpr std::tuple functions{Function<Tensor<T>(const Tensor<T>&, const Indices&, CallSite)>(embedding)};
};
template struct EmbeddingOps<float>;
template struct EmbeddingOps<double>;

}  // namespace tapegrad
