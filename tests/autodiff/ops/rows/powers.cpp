#include <cstdlib>
#include <type_traits>

#include <tapegrad/functions/catalogue.h>
#include <tapegrad/functions/gamma_quantile.h>

#include "ops/families.h"
#include "ops/rows/pairs.h"

namespace {

rows::Row power(const char* k, rows::RowOptions options) {
  options.program = std::string("pow($0, ") + k + ")";
  return {"power", k, [k = std::atof(k)](const auto& x) { return pow(x[0], k); }, options};
}

// Microseconds for each element, so there are few of them. The derivatives of large ones are the second op, and large.
template <class... F>
void add_rows_of(std::vector<rows::Row>& all, tapegrad::Types<F...>) {
  const char* const in_digits = "tests/references/gamma_quantile.py has three derivatives of the share in 40 digits";
  const auto add = [&]<class Each>(Each, const std::string& name) {
    std::vector<rows::Shapes> large;
    if (std::is_same_v<Each, tapegrad::elementwise::GammaQuantile>) large = {{{16400}, {1}}};
    all.push_back({name, "pair", [](const auto& x) { return apply(Each(), x[0], x[1]); },
                   {.shapes = {{{2, 2}, {2}}, {{2, 1}, rows::Shape{}}, {{0, 3}, {3}}}, .large = large,
                    .domain = Each::domain, .program = name + "($0, $1)", .no_reference = in_digits}});
    all.push_back({name, "twice", [](const auto& x) { return apply(Each(), x[0], x[0] * x[0]); },
                   {.shapes = {{{2}}}, .domain = Each::domain, .no_reference = in_digits}});
  };
  (add(F(), std::string(F::name)), ...);
}

}  // namespace

const std::vector<rows::Row>& rows::Powers::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_pairs(all, "pow", "pow($0, $1)", Domain{0.5, 2}, [](const auto& a, const auto& b) { return pow(a, b); });
    all.push_back({"pow", "whole exponents", [](const auto& x) {
                     using T = typename std::decay_t<decltype(x[0])>::value_type;
                     return pow(x[0], Tensor<T>(xt::xarray<T>{2, 3, -1, 0}));
                   }});
    const std::size_t before = all.size();
    add_pairs(all, "pow_derivative", "apply(PowerDerivative{1, 1}, $0, $1)", Domain{0.5, 2},
              [](const auto& a, const auto& b) { return apply(tapegrad::elementwise::PowerDerivative{1, 1}, a, b); });
    for (std::size_t i = before; i < all.size(); ++i) all[i].no_reference = "the derivatives of pow have";
    add_rows_of(all, tapegrad::elementwise::GammaPairs());
    all.push_back(power("3", {.shapes = {{{3, 4}}}, .large = {{large}}}));
    all.push_back(power("2", {}));
    all.push_back(power("1", {}));
    all.push_back(power("0", {.shapes = {{{5}}}}));
    all.push_back(power("-1", {.domain = Domain{0.5, 3}}));
    all.push_back(power("0.5", {.shapes = {{{5}}}, .domain = Domain{0.5, 3}}));
    all.push_back(power("2.5", {.domain = Domain{0.5, 3}}));
    return all;
  }();
  return list;
}
