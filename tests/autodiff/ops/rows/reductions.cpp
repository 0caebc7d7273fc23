#include <limits>

#include "ops/families.h"

namespace {

using namespace tapegrad;
using rows::Row, rows::Call, rows::large;

// All axes by which op is checked; lead(x, axes) is 0 where the op has a kink, or there is no lead.
template <class F, class Lead>
void add_reduction(std::vector<Row>& all, const std::string& op, F f, Lead lead) {
  auto add = [&](const std::string& variant, const std::string& code, const Axes& axes, bool keepdims,
                 std::vector<rows::Shapes> shapes, std::vector<rows::Shapes> big) {
    Row row{op, variant, [=](const auto& x) { return f(x[0], axes, {.keepdims = keepdims}); },
            {.shapes = std::move(shapes), .large = std::move(big), .program = op + code}};
    if constexpr (!std::is_same_v<Lead, std::nullptr_t>) row.kink = [=](const auto& x) { return lead(x[0], axes); };
    all.push_back(std::move(row));
  };
  add("all", "($0)", {}, false, {{{3, 4}}}, {{large}});
  add("axis 0", "($0, {0})", {0}, false, {{{3, 4}}}, {{large}});
  add("axis -1", "($0, {-1})", {-1}, false, {}, {{large}});
  add("axis 1 kept", "($0, {1}, {.keepdims = true})", {1}, true, {{{2, 3, 4}}}, {});
  add("axes 0 and 2", "($0, {0, 2})", {0, 2}, false, {{{2, 3, 4}}}, {{{7, 60, 101}}});
  add("all kept", "($0, {}, {.keepdims = true})", {}, true, {}, {});
}

// The largest along the axes less the second largest.
template <Real T>
Tensor<T> lead(const Tensor<T>& x, const Axes& axes) {
  const Tensor<T> top = amax(x, axes, {.keepdims = true});
  return top - amax(where(x >= top, T(-100), x), axes, {.keepdims = true});
}

// Norms of every order, smooth where no norm is 0, of which random programs are kept away, and, of order 1 and
// infinity, where abs and amax are.
void add_norms(std::vector<Row>& all) {
  add_reduction(all, "norm", [](const auto& x, const Axes& a, ReduceOptions o) {
    return norm(x, a, {.keepdims = o.keepdims});
  }, nullptr);
  for (Row& row : all) {
    if (row.op == "norm") row.domain = Domain{0.3, 2};
  }
  auto add = [&](const std::string& variant, double order, const Axes& axes, Call kink) {
    all.push_back({"norm", variant, [=](const auto& x) { return norm(x[0], axes, {.order = order}); },
                   {.shapes = {{{3, 4}}}, .domain = Domain{-2, 2, 0.1}, .kink = std::move(kink)}});
  };
  add("order 1", 1, {-1}, {});
  add("order 3", 3, {0}, {});
  add("order 1.5", 1.5, {}, {});
  add("order infinity", std::numeric_limits<double>::infinity(), {-1},
      [](const auto& x) { return lead(abs(x[0]), {-1}); });
}

// What is made of broadcasts.
void add_broadcasts(std::vector<Row>& all) {
  auto add = [&](const std::string& variant, Call call, std::vector<rows::Shapes> shapes, std::string program = {}) {
    all.push_back({"broadcast_to", variant, std::move(call),
                   {.shapes = std::move(shapes), .program = std::move(program)}});
  };
  add("tile", [](const auto& x) { return tile(x[0], {2, 3}); }, {{{3, 1}}, {{3}}}, "tile($0, {2, 3})");
  add("tile once", [](const auto& x) { return tile(x[0], 2); }, {{{2, 2}}}, "tile($0, 2)");
  add("repeat rows", [](const auto& x) { return repeat(x[0], 2, 0); }, {{{2, 3}}}, "repeat($0, 2, 0)");
  add("repeat flat", [](const auto& x) { return repeat(x[0], 3); }, {{{2, 2}}});
  add("repeat never", [](const auto& x) { return repeat(x[0], 0, 0); }, {});
  add("meshgrid", [](const auto& x) {
    const auto grid = meshgrid(x);
    return grid[0] * grid[1] + grid[1] * grid[1];
  }, {{{2}, {3}}});
  add("meshgrid ij", [](const auto& x) {
    const auto grid = meshgrid(x, Indexing::ij);
    return grid[0] * grid[1] * grid[2];
  }, {{{2}, {}, {3}}});
  add("broadcast_arrays", [](const auto& x) {
    const auto parts = broadcast_arrays(x);
    return parts[0] * parts[1] + square(parts[1]);
  }, {{{2, 1}, {3}}});
}

}  // namespace

const std::vector<Row>& rows::Reductions::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_reduction(all, "sum", [](const auto& x, const Axes& a, ReduceOptions o) { return sum(x, a, o); }, nullptr);
    add_reduction(all, "mean", [](const auto& x, const Axes& a, ReduceOptions o) { return mean(x, a, o); }, nullptr);
    add_reduction(all, "amax", [](const auto& x, const Axes& a, ReduceOptions o) { return amax(x, a, o); },
                  [](const auto& x, const Axes& axes) { return lead(x, axes); });
    add_reduction(all, "amin", [](const auto& x, const Axes& a, ReduceOptions o) { return amin(x, a, o); },
                  [](const auto& x, const Axes& axes) { return lead(-x, axes); });
    add_norms(all);
    all.push_back({"sum", "no elements", [](const auto& x) { return sum(x[0], Axes{0}); }, {.shapes = {{{0, 3}}}}});
    all.push_back({"sum_to", "3", [](const auto& x) { return sum_to(x[0], {3}); }, {.shapes = {{{4, 3}}}}});
    all.push_back({"sum_to", "4 1", [](const auto& x) { return sum_to(x[0], {4, 1}); }, {.shapes = {{{4, 3}}}}});
    all.push_back({"sum_to", "257", [](const auto& x) { return sum_to(x[0], large_row); },
                   {.large = {{large}}, .no_reference = "sum_to/3 has one"}});
    all.push_back({"sum_to", "131 1", [](const auto& x) { return sum_to(x[0], large_column); },
                   {.large = {{large}}, .no_reference = "sum_to/4 1 has one"}});
    all.push_back({"broadcast_to", "2 4 3", [](const auto& x) { return broadcast_to(x[0], {2, 4, 3}); },
                   {.shapes = {{{3}}, {{4, 1}}}}});
    add_broadcasts(all);
    all.push_back({"broadcast_to", "131 257", [](const auto& x) { return broadcast_to(x[0], large); },
                   {.large = {{large_row}, {large_column}}, .no_reference = "broadcast_to/2 4 3 has one"}});
    return all;
  }();
  return list;
}
