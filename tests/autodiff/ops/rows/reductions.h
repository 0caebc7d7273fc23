// Rows of ops that reduce axes.
#pragma once
#include "ops/row.h"

namespace rows {

/// All axes by which op(x, axes, options) is checked; lead(x, axes) is 0 where the op has a kink, or there is no lead.
template <class F, class Lead>
void add_reduction(std::vector<Row>& all, const std::string& op, F f, Lead lead) {
  auto add = [&](const std::string& variant, const std::string& code, const tapegrad::Axes& axes, bool keepdims,
                 std::vector<Shapes> shapes, std::vector<Shapes> big) {
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

}  // namespace rows
