#include "ops/families.h"
#include "ops/rows/pairs.h"

const std::vector<rows::Row>& rows::Arithmetic::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_pairs(all, "add", "$0 + $1", {}, [](const auto& a, const auto& b) { return a + b; });
    add_pairs(all, "subtract", "$0 - $1", {}, [](const auto& a, const auto& b) { return a - b; });
    add_pairs(all, "multiply", "$0 * $1", {}, [](const auto& a, const auto& b) { return a * b; });
    add_pairs(all, "divide", "$0 / $1", Domain{0.5, 2}, [](const auto& a, const auto& b) { return a / b; });
    all.push_back({"divide", "of a number", [](const auto& x) { return 1.5 / x[0]; },
                   {.shapes = {{{3, 4}}}, .domain = Domain{0.5, 2}, .program = "1.5 / $0"}});
    all.push_back(of_one("shift", "number", "2 + $0 - 0.25", [](const auto& x) { return 2 + x - 0.25; }));
    all.push_back(of_one("scale", "number", "3 * ($0 * -0.5)", [](const auto& x) { return 3 * (x * -0.5); }));
    all.push_back(of_one("complement", "number", "1.5 - $0", [](const auto& x) { return 1.5 - x; }));
    all.push_back(of_one("divide by number", "number", "$0 / 3", [](const auto& x) { return x / 3; }));
    return all;
  }();
  return list;
}
