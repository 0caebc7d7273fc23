#include "ops/families.h"
#include "ops/rows/reductions.h"

const std::vector<rows::Row>& rows::Softmaxes::rows() {
  using namespace tapegrad;
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    const Domain logits{-3, 3};
    auto add = [&](const std::string& op, auto f, auto of_axis) {
      all.push_back({op, "rows", [=](const auto& x) { return f(x[0]); },
                     {.shapes = {{{3, 5}}, {{2, 1, 19}}}, .large = {{{1001, 37}}, {{3, 20001}}}, .domain = logits,
                      .program = op + "($0)"}});
      all.push_back({op, "axis 0", [=](const auto& x) { return of_axis(x[0], 0); },
                     {.shapes = {{{3, 5}}, {{2, 3, 9}}, {{0, 3}}}, .large = {{{1001, 37}}, {{3, 20001}}},
                      .domain = logits, .program = op + "($0, 0)"}});
      all.push_back({op, "axis -2", [=](const auto& x) { return of_axis(x[0], -2); },
                     {.shapes = {{{2, 3, 1}}, {{2, 3, 19}}}, .large = {{{7, 60, 101}}}, .domain = logits}});
    };
    add("softmax", [](const auto& x) { return softmax(x); },
        [](const auto& x, long axis) { return softmax(x, axis); });
    add("log_softmax", [](const auto& x) { return log_softmax(x); },
        [](const auto& x, long axis) { return log_softmax(x, axis); });
    add_reduction(all, "logsumexp",
                  [](const auto& x, const Axes& a, ReduceOptions o) { return logsumexp(x, a, o); }, nullptr);
    return all;
  }();
  return list;
}
