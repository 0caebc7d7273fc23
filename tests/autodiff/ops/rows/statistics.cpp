#include "ops/families.h"
#include "ops/rows/reductions.h"

namespace {

using namespace tapegrad;
using rows::Row, rows::large, rows::add_reduction;

// What separates the elements in the middle from those beside them: 0 where these may change places.
template <Real T>
Tensor<T> lead_of_median(const Tensor<T>& x, const Axes& axes) {
  const Tensor<T> middle = median(x, axes, {.keepdims = true});
  const Tensor<T> low = amax(where(x <= middle, x, T(-100)), axes, {.keepdims = true});
  const Tensor<T> high = amin(where(x >= middle, x, T(100)), axes, {.keepdims = true});
  return where(x == low, T(1), x - low) * where(x == high, T(1), x - high);
}

}  // namespace

const std::vector<Row>& rows::Statistics::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_reduction(all, "prod", [](const auto& x, const Axes& a, ReduceOptions o) { return prod(x, a, o); }, nullptr);
    all.push_back({"prod", "no elements", [](const auto& x) { return prod(x[0], Axes{0}); }, {.shapes = {{{0, 3}}}}});
    auto options = [](ReduceOptions o, double correction) { return VarianceOptions{correction, o.keepdims}; };
    add_reduction(all, "var", [=](const auto& x, const Axes& a, ReduceOptions o) { return var(x, a, options(o, 0)); },
                  nullptr);
    all.push_back({"var", "correction 1", [](const auto& x) { return var(x[0], {-1}, {.correction = 1}); },
                   {.shapes = {{{3, 4}}}}});
    add_reduction(all, "stddev",
                  [=](const auto& x, const Axes& a, ReduceOptions o) { return stddev(x, a, options(o, 0)); },
                  [](const auto& x, const Axes& axes) { return stddev(x, axes); });
    all.push_back({"stddev", "correction 1.5", [](const auto& x) { return stddev(x[0], {0}, {.correction = 1.5}); },
                   {.shapes = {{{3, 4}}}}});
    add_reduction(all, "median", [](const auto& x, const Axes& a, ReduceOptions o) { return median(x, a, o); },
                  [](const auto& x, const Axes& axes) { return lead_of_median(x, axes); });
    return all;
  }();
  return list;
}
