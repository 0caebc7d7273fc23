#include <tapegrad/transforms/transforms.h>

#include "ops/families.h"

namespace {

using namespace tapegrad;

// The gradient of f of an array of the full shape, for the adjoint x; what it is recorded as has no public name.
template <Real T, class F>
Tensor<T> pulled(const Tensor<T>& x, const Shape& full, const F& f) {
  return vjp(f, Tensor<T>::full(full, 0)).second(x);
}

const Indices twice_never_once{xt::xarray<int>{2, 0, 1}}, twice{xt::xarray<int>{2}};
const PadOptions half{.value = 0.5}, reflect{.mode = PadMode::reflect}, edge{.mode = PadMode::edge},
    wrap{.mode = PadMode::wrap};

rows::Row pad_row(const std::string& variant, PadWidths widths, PadOptions options, rows::RowOptions row = {}) {
  return {"pad", variant, [=](const auto& x) { return pad(x[0], widths, options); }, std::move(row)};
}
rows::Row unpad_row(const std::string& variant, PadWidths widths, const Shape& full, PadOptions options,
                    rows::RowOptions row = {}) {
  return {"unpad", variant, [=](const auto& x) {
            return pulled(x[0], full, [&](const auto& part) { return pad(part, widths, options); });
          }, std::move(row)};
}

void add_pads(std::vector<rows::Row>& all) {
  all.push_back(pad_row("constant", {{1, 2}, {0, 1}}, half,
                        {.shapes = {{{2, 3}}, {{0, 2}}}, .large = {{rows::large}},
                         .program = "pad($0, {{1, 2}, {0, 1}}, {.value = 0.5})"}));
  all.push_back(pad_row("constant all", 1, {}, {.shapes = {{{1, 2, 2}}}, .program = "pad($0, 1)"}));
  all.push_back(pad_row("reflect", {{1, 0}, {2, 1}}, reflect,
                        {.shapes = {{{2, 3}}, {{1, 4}}}, .large = {{rows::large}},
                         .program = "pad($0, {{1, 0}, {2, 1}}, {.mode = PadMode::reflect})"}));
  all.push_back(pad_row("reflect far", {5, 7}, reflect, {.shapes = {{{3}}}}));
  all.push_back(pad_row("edge", {{2, 1}, {0, 3}}, edge,
                        {.shapes = {{{2, 3}}}, .large = {{rows::large}},
                         .program = "pad($0, {{2, 1}, {0, 3}}, {.mode = PadMode::edge})"}));
  all.push_back(pad_row("wrap", {{1, 2}, {4, 1}}, wrap,
                        {.shapes = {{{2, 3}}, {{3, 1}}}, .large = {{rows::large}},
                         .program = "pad($0, {{1, 2}, {4, 1}}, {.mode = PadMode::wrap})"}));
  all.push_back(unpad_row("reflect", {{1, 0}, {2, 1}}, {2, 3}, reflect, {.shapes = {{{3, 6}}}}));
  all.push_back(unpad_row("edge", {2, 1}, {2, 2}, edge, {.shapes = {{{5, 5}}}}));
  all.push_back(unpad_row("large", {{1, 0}, {2, 1}}, rows::large, reflect,
                          {.large = {{{132, 260}}}, .no_reference = "unpad/reflect has one"}));
}

void add_repeats(std::vector<rows::Row>& all) {
  all.push_back({"repeat", "twice, never, once", [](const auto& x) { return repeat(x[0], twice_never_once, 0); },
                 {.shapes = {{{3, 2}}, {{3}}}}});
  all.push_back({"repeat", "columns", [](const auto& x) { return repeat(x[0], twice_never_once, -1); },
                 {.shapes = {{{2, 3}}}}});
  all.push_back({"repeat", "one count for all", [](const auto& x) { return repeat(x[0], twice, 0); },
                 {.large = {{rows::large}}, .program = "repeat($0, Indices(xt::xarray<int>{2}), 0)"}});
  all.push_back({"unrepeat", "twice, never, once", [](const auto& x) {
                   return pulled(x[0], {3, 2}, [](const auto& y) { return repeat(y, twice_never_once, 0); });
                 },
                 {.shapes = {{{3, 2}}}}});
  all.push_back({"unrepeat", "large", [](const auto& x) {
                   return pulled(x[0], rows::large, [](const auto& y) { return repeat(y, twice, 0); });
                 },
                 {.large = {{{262, 257}}}, .no_reference = "unrepeat/twice, never, once has one"}});
}

void add_diagonals(std::vector<rows::Row>& all) {
  all.push_back({"diagonal", "main", [](const auto& x) { return diagonal(x[0]); },
                 {.shapes = {{{3, 4}}, {{2, 3, 2}}}, .program = "diagonal($0)"}});
  all.push_back({"diagonal", "1 of axes -1 and 0", [](const auto& x) { return diagonal(x[0], 1, -1, 0); },
                 {.shapes = {{{2, 2, 3}}}, .program = "diagonal($0, 1, -1, 0)"}});
  all.push_back({"diagonal", "-1", [](const auto& x) { return diag(x[0], -1); }, {.shapes = {{{4, 3}}, {{1, 3}}}}});
  all.push_back({"diagonal", "of many", [](const auto& x) { return diagonal(x[0], 0, 0, 1); },
                 {.large = {{{3, 3, 9001}}}, .no_reference = "diagonal/main has one"}});
  all.push_back({"diag_embed", "last axes", [](const auto& x) { return diag_embed(x[0]); },
                 {.shapes = {{{2, 3}}, {{2}}}, .large = {{{131}}}, .program = "diag_embed($0)"}});
  all.push_back({"diag_embed", "-1 in axes 0 and 2", [](const auto& x) { return diag_embed(x[0], -1, 0, 2); },
                 {.shapes = {{{2, 3}}}}});
  all.push_back({"diag_embed", "diag", [](const auto& x) { return diag(x[0], 1); },
                 {.shapes = {{{3}}}, .program = "diag($0, 1)"}});
  all.push_back({"tril", "main", [](const auto& x) { return tril(x[0]); },
                 {.shapes = {{{3, 4}}, {{2, 2, 2}}}, .large = {{rows::large}}, .program = "tril($0)"}});
  all.push_back({"tril", "-1", [](const auto& x) { return tril(x[0], -1); }, {.shapes = {{{3, 2}}}}});
  all.push_back({"triu", "main", [](const auto& x) { return triu(x[0]); },
                 {.shapes = {{{3, 4}}, {{2, 2, 2}}}, .large = {{rows::large}}, .program = "triu($0)"}});
  all.push_back({"triu", "2", [](const auto& x) { return triu(x[0], 2); }, {.shapes = {{{3, 4}}}}});
}

void add_windows(std::vector<rows::Row>& all) {
  all.push_back({"unfold", "2 by 1", [](const auto& x) { return unfold(x[0], 0, 2, 1); },
                 {.shapes = {{{4, 2}}, {{5}}}, .large = {{rows::large}}, .program = "unfold($0, 0, 2, 1)"}});
  all.push_back({"unfold", "3 by 2", [](const auto& x) { return unfold(x[0], -1, 3, 2); }, {.shapes = {{{2, 6}}}}});
  all.push_back({"unfold", "1 by 3", [](const auto& x) { return unfold(x[0], 0, 1, 3); }, {.shapes = {{{5}}}}});
  all.push_back({"fold", "2 by 1", [](const auto& x) {
                   return pulled(x[0], {4, 2}, [](const auto& y) { return unfold(y, 0, 2, 1); });
                 },
                 {.shapes = {{{3, 2, 2}}}}});
  all.push_back({"fold", "large", [](const auto& x) {
                   return pulled(x[0], {5, 4001}, [](const auto& y) { return unfold(y, 1, 5, 2); });
                 },
                 {.large = {{{5, 1999, 5}}}, .no_reference = "fold/2 by 1 has one"}});
}

}  // namespace

const std::vector<rows::Row>& rows::Arranging::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all{
        {"roll", "axis 0", [](const auto& x) { return roll(x[0], 1, 0); },
         {.shapes = {{{3, 2}}, {{1}}, {{0, 2}}}, .large = {{large}}, .program = "roll($0, 1, 0)"}},
        {"roll", "axes 0 and 1", [](const auto& x) { return roll(x[0], {-1, 7}, {0, 1}); },
         {.shapes = {{{2, 3}}, {{3, 1, 2}}}, .program = "roll($0, {-1, 7}, {0, 1})"}},
        {"roll", "an axis twice", [](const auto& x) { return roll(x[0], 1, {-1, -1}); }, {.shapes = {{{2, 3}}}}},
        {"roll", "flat", [](const auto& x) { return roll(x[0], -2); },
         {.shapes = {{{2, 3}}}, .program = "roll($0, -2)"}}};
    add_pads(all);
    add_repeats(all);
    add_diagonals(all);
    add_windows(all);
    return all;
  }();
  return list;
}
