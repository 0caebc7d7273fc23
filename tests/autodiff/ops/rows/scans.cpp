#include "ops/families.h"

namespace {

using namespace tapegrad;
using rows::Row, rows::Call, rows::Domain;

// What separates each element from the largest before it; 1 for the first.
template <Real T>
Tensor<T> lead_of_running(const Tensor<T>& x, long axis, bool reverse) {
  const auto along = static_cast<std::size_t>(axis < 0 ? axis + static_cast<long>(x.rank()) : axis);
  const std::size_t length = x.shape()[along];
  if (length < 2) return Tensor<T>::full(x.shape(), 1);
  engine::Slices first(along + 1), rest(along + 1);
  for (std::size_t i = 0; i < along; ++i) first[i] = rest[i] = {0, 1, x.shape()[i], false};
  first[along] = {0, 1, length - 1, false};
  rest[along] = {1, 1, length - 1, false};
  const Tensor<T> before = slice(cummax(x, axis, {reverse}), reverse ? rest : first);
  return slice(x, reverse ? first : rest) - before;
}

// All ways to call f(x, axis, options); lead(x, axis, reverse) is 0 where it has a kink.
template <class F, class Lead>
void add_scan(std::vector<Row>& all, const std::string& op, F f, Lead lead, std::optional<Domain> domain = {}) {
  auto add = [&](const std::string& variant, const std::string& code, long axis, bool reverse,
                 std::vector<rows::Shapes> shapes, std::vector<rows::Shapes> large) {
    Row row{op, variant, [=](const auto& x) { return f(x[0], axis, {.reverse = reverse}); },
            {.shapes = std::move(shapes), .large = std::move(large), .domain = domain}};
    if (!code.empty()) row.program = op + code;
    if constexpr (!std::is_same_v<Lead, std::nullptr_t>) {
      row.kink = [=](const auto& x) { return lead(x[0], axis, reverse); };
    }
    all.push_back(std::move(row));
  };
  add("axis 0", "($0, 0)", 0, false, {{{4}}, {{3, 4}}, {{1, 3}}, {{0, 3}}}, {{{131, 257}}, {{40000}}});
  add("axis -1", "($0, -1)", -1, false, {{{3, 4}}, {{2, 0}}}, {{{131, 257}}});
  add("axis 1 backwards", "($0, 1, {.reverse = true})", 1, true, {{{2, 3, 4}}, {{3, 2}}},
      {{{3, 70, 200}}, {{1001, 37}}});
}

}  // namespace

const std::vector<Row>& rows::Scans::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_scan(all, "cumsum", [](const auto& x, long axis, ScanOptions o) { return cumsum(x, axis, o); }, nullptr);
    add_scan(all, "cumprod", [](const auto& x, long axis, ScanOptions o) { return cumprod(x, axis, o); }, nullptr);
    add_scan(all, "cummax", [](const auto& x, long axis, ScanOptions o) { return cummax(x, axis, o); },
             [](const auto& x, long axis, bool reverse) { return lead_of_running(x, axis, reverse); });
    add_scan(all, "cummin", [](const auto& x, long axis, ScanOptions o) { return cummin(x, axis, o); },
             [](const auto& x, long axis, bool reverse) { return lead_of_running(-x, axis, reverse); });
    add_scan(all, "logcumsumexp", [](const auto& x, long axis, ScanOptions o) { return logcumsumexp(x, axis, o); },
             nullptr, Domain{-3, 3});
    auto add_flat = [&](const std::string& op, auto f) {
      all.push_back({op, "flat", [=](const auto& x) { return f(x[0]); }, {.shapes = {{{2, 3}}}}});
    };
    add_flat("cumsum", [](const auto& x) { return cumsum(x); });
    add_flat("cumprod", [](const auto& x) { return cumprod(x); });
    add_flat("cummax", [](const auto& x) { return cummax(x); });
    add_flat("cummin", [](const auto& x) { return cummin(x); });
    add_flat("logcumsumexp", [](const auto& x) { return logcumsumexp(x); });
    auto add_recurrence = [&](const std::string& variant, long axis, bool reverse, std::vector<Shapes> shapes,
                              std::vector<Shapes> large, std::string program) {
      all.push_back({"linear_recurrence", variant,
                     [=](const auto& x) { return linear_recurrence(x[0], x[1], axis, {reverse}); },
                     {.shapes = std::move(shapes), .large = std::move(large), .domain = Domain{-1.2, 1.2},
                      .program = std::move(program)}});
    };
    add_recurrence("axis 0", 0, false, {{{3, 4}, {3, 4}}, {{4}, {3, 4}}, {{3, 1}, Shape{}}, {{0, 2}, {0, 2}}},
                   {{{131, 257}, {257}}}, "linear_recurrence($0, $1, 0)");
    add_recurrence("axis -1 backwards", -1, true, {{{3, 4}, {3, 4}}}, {{{131, 257}, {131, 257}}}, {});
    all.push_back({"linear_recurrence", "twice", [](const auto& x) { return linear_recurrence(x[0], x[0], -1); },
                   {.shapes = {{{5}}}, .domain = Domain{-1.2, 1.2}}});
    return all;
  }();
  return list;
}
