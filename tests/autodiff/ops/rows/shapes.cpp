#include <tapegrad/transforms/transforms.h>

#include "ops/families.h"

namespace {

using namespace tapegrad;

// The gradient of a slice of an array of the full shape, for the adjoint x; what it is recorded as has no public name.
template <Real T>
Tensor<T> unslice(const Tensor<T>& x, const engine::Slices& slices, const Shape& full) {
  auto part = [slices](const Tensor<T>& whole) { return slice(whole, slices); };
  return vjp(part, Tensor<T>::full(full, 0)).second(x);
}

const engine::Slices every_second{{1, 1, 130, false}, {0, 2, 129, false}};

}  // namespace

const std::vector<rows::Row>& rows::Shaping::rows() {
  static const std::vector<Row> list{
      {"reshape", "2 6", [](const auto& x) { return reshape(x[0], {2, 6}); }, {.shapes = {{{3, 4}}}}},
      {"reshape", "number", [](const auto& x) { return reshape(x[0], {}); }, {.shapes = {{{1, 1}}}}},
      {"reshape", "flat", [](const auto& x) { return reshape(x[0], {x[0].size()}); },
       {.large = {{large}}, .program = "reshape($0, {$0.size()})"}},
      {"reshape", "squeeze", [](const auto& x) { return squeeze(x[0]); },
       {.shapes = {{{1, 3, 1}}}, .program = "squeeze($0)"}},
      {"reshape", "squeeze 0", [](const auto& x) { return squeeze(x[0], 0); },
       {.shapes = {{{1, 3, 1}}}, .program = "squeeze($0, 0)"}},
      {"reshape", "expand_dims", [](const auto& x) { return expand_dims(x[0], {0, -1}); },
       {.shapes = {{{3}}}, .program = "expand_dims($0, {0, -1})"}},
      {"transpose", "reversed", [](const auto& x) { return transpose(x[0]); },
       {.shapes = {{{3, 4}}}, .large = {{large}}, .program = "transpose($0)"}},
      {"transpose", "1 2 0", [](const auto& x) { return transpose(x[0], {1, -1, 0}); },
       {.shapes = {{{2, 3, 4}}}, .large = {{{33, 65, 34}}}}},
      {"transpose", "0 2 1", [](const auto& x) { return permute(x[0], {0, 2, 1}); },
       {.shapes = {{{2, 3, 4}}, {{0, 2, 3}}}, .large = {{{3, 131, 97}}}}},
      {"transpose", "moveaxis", [](const auto& x) { return moveaxis(x[0], 0, -1); },
       {.shapes = {{{2, 3, 2}}, {{3, 1}}}, .program = "moveaxis($0, 0, -1)"}},
      {"transpose", "moveaxis of two", [](const auto& x) { return moveaxis(x[0], {0, 1}, {-1, -2}); },
       {.shapes = {{{2, 3, 2}}}}},
      {"concatenate", "axis 0", [](const auto& x) { return concatenate(x, 0); },
       {.shapes = {{{2, 3}, {1, 3}}}, .large = {{large, {1, 257}}}, .program = "concatenate({$0, $1}, 0)"}},
      {"concatenate", "axis -1", [](const auto& x) { return concatenate(x, -1); },
       {.shapes = {{{2, 3}, {2, 0}, {2, 2}}}, .large = {{large, large_column}}}},
      {"concatenate", "twice", [](const auto& x) { return concatenate(std::vector{x[0], x[0]}, 1); },
       {.program = "concatenate({$0, $0}, 1)"}},
      {"concatenate", "many", [](const auto& x) { return concatenate(x, 1); },
       {.shapes = {{{1, 2}, {1, 0}, {1, 1}, {1, 2}, {1, 1}}}, .large = {{{131, 60}, {131, 1}, {131, 90}, {131, 107}}}}},
      {"stack", "axis 0", [](const auto& x) { return stack(x, 0); },
       {.large = {{large, large}}, .program = "stack({$0, $1}, 0)"}},
      {"stack", "axis -1", [](const auto& x) { return stack(x, -1); },
       {.shapes = {{{2, 3}, {2, 3}}, {{}, {}, {}}}, .large = {{large, large, large}},
        .program = "stack({$0, $1}, -1)"}},
      {"stack", "axis 1", [](const auto& x) { return stack(x, 1); }, {.shapes = {{{2, 1, 2}, {2, 1, 2}}}}},
      {"slice", "rows", [](const auto& x) { return view(x[0], xt::range(1, 3)); },
       {.shapes = {{{4, 3}}}, .program = "view($0, xt::range(1, 3))"}},
      {"slice", "columns, step 2", [](const auto& x) { return view(x[0], xt::all(), xt::range(0, 5, 2)); },
       {.shapes = {{{3, 5}}}, .program = "view($0, xt::all(), xt::range(0, 5, 2))"}},
      {"slice", "backwards", [](const auto& x) {
         const std::size_t count = x[0].shape()[0];
         return slice(x[0], {{long(count) - 1, -1, count, false}});
       },
       {.shapes = {{{4}}}}},
      {"slice", "flip", [](const auto& x) { return flip(x[0]); }, {.shapes = {{{2, 3}}}, .program = "flip($0)"}},
      {"slice", "flip -1", [](const auto& x) { return flip(x[0], -1); },
       {.shapes = {{{2, 3}}, {{2, 0}}, {{2, 1}}}, .large = {{large}}, .program = "flip($0, -1)"}},
      {"slice", "split", [](const auto& x) {
         const auto parts = split(x[0], 2, 1);
         return parts[0] * parts[1];
       },
       {.shapes = {{{3, 4}}}}},
      {"slice", "split at places", [](const auto& x) {
         const auto parts = split(x[0], {1, -1}, -1);
         return parts[0] * parts[1] * parts[2];
       },
       {.shapes = {{{2, 4}}}}},
      {"slice", "chunk", [](const auto& x) {
         const auto parts = chunk(x[0], 3);
         return sum(parts[0] * parts[1], {0}) * parts[2];
       },
       {.shapes = {{{5, 2}}}}},
      {"slice", "one row", [](const auto& x) { return view(x[0], 2); },
       {.shapes = {{{4, 3}}}, .program = "view($0, 2)"}},
      {"slice", "one column", [](const auto& x) { return view(x[0], xt::all(), 1); },
       {.program = "view($0, xt::all(), 1)"}},
      {"slice", "nothing", [](const auto& x) { return view(x[0], xt::range(1, 1)); }},
      {"slice", "every second column", [](const auto& x) { return slice(x[0], every_second); },
       {.large = {{large}}, .no_reference = "slice/columns, step 2 has one"}},
      {"unslice", "rows 1 and 2, columns 0 and 2", [](const auto& x) {
         return unslice(x[0], {{1, 1, 2, false}, {0, 2, 2, false}}, {4, 3});
       },
       {.shapes = {{{2, 2}}}}},
      {"unslice", "every second column", [](const auto& x) { return unslice(x[0], every_second, large); },
       {.large = {{{130, 129}}}, .no_reference = "unslice/rows 1 and 2, columns 0 and 2 has one"}},
      // No differences of values, which float would hide, and no replay, which has one element type.
      {"cast", "other type and back", [](const auto& x) {
         using T = typename std::decay_t<decltype(x[0])>::value_type;
         return cast<T>(cast<std::conditional_t<std::is_same_v<T, float>, double, float>>(x[0]));
       },
       {.large = {{large}}}}};
  return list;
}
