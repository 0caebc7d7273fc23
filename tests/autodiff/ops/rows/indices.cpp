#include <tapegrad/transforms/transforms.h>

#include "ops/families.h"

namespace {

using namespace tapegrad;
using Table = xt::xtensor<int, 2>;

// Places along an axis of that length, in no order and some of them several times; the references have the same.
Indices spread(const Shape& shape, std::size_t length) {
  Indices places(shape);
  for (std::size_t i = 0; i < places.size(); ++i) {
    places.mutable_data()[i] = static_cast<std::int32_t>((7 * i + i / 5) % length);
  }
  return places;
}
// None of them twice: backwards, and the first half of them counted from the end.
Indices backwards(std::size_t length) {
  Indices places(Shape{length});
  for (std::size_t i = 0; i < length; ++i) {
    const auto place = static_cast<std::int32_t>(length - 1 - i), shift = static_cast<std::int32_t>(length);
    places.mutable_data()[i] = i < length / 2 ? place - shift : place;
  }
  return places;
}
// The gradient of take along axis 0, for the adjoint x; what it is recorded as has no public name.
template <Real T>
Tensor<T> added_to_zeros(const Tensor<T>& x, const Indices& indices, const Shape& whole) {
  auto read = [indices](const Tensor<T>& table) { return take(table, indices, 0); };
  return vjp(read, Tensor<T>::full(whole, 0)).second(x);
}
// A mask of no special pattern: all places but every third.
Mask some(const Shape& shape) {
  Mask mask(shape);
  for (std::size_t i = 0; i < mask.size(); ++i) mask.mutable_data()[i] = i % 3 != 1;
  return mask;
}

void add_reads(std::vector<rows::Row>& all) {
  auto add = [&](const std::string& variant, rows::Call call, rows::RowOptions options = {}) {
    all.push_back({"take", variant, std::move(call), std::move(options)});
  };
  add("axis 1",
      [](const auto& x) {
        return take(x[0], Table{{0, 2}, {2, -1}}, 1);
      },
      {.shapes = {{{3, 4}}, {{2, 3, 2}}, {{0, 3}}}});
  add("axis 0", [](const auto& x) { return take(x[0], {2, 0, 2}, 0); }, {.shapes = {{{3}}, {{3, 17}}}});
  add("number", [](const auto& x) { return take(x[0], Indices(Shape{}), -1); }, {.shapes = {{{3, 4}}}});
  add("nothing", [](const auto& x) { return take(x[0], Indices(Shape{0}), 0); }, {.shapes = {{{3, 4}}}});
  add("flat",
      [](const auto& x) {
        return take(x[0], Table{{1, 0}, {-1, 1}});
      },
      {.shapes = {{{2, 3}}}, .program = "take($0, Indices(xt::xtensor<int, 2>{{1, 0}, {-1, 1}}))"});
  add("index_select 0",
      [](const auto& x) {
        return index_select(x[0], 0, {0, 1, 0});
      },
      {.shapes = {{{2, 3}}}, .program = "index_select($0, 0, {0, 1, 0})"});
  add("index_select -1",
      [](const auto& x) {
        return index_select(x[0], -1, {0, -1});
      },
      {.program = "index_select($0, -1, {0, -1})"});
  add("many rows", [](const auto& x) { return take(x[0], spread({300}, 131), 0); },
      {.large = {{rows::large}}, .no_reference = "take/axis 0 has one"});
  add("many columns",
      [](const auto& x) {
        return take(x[0], spread({70, 5}, 257), 1);
      },
      {.large = {{rows::large}}, .no_reference = "take/axis 1 has one"});
  add("take_along_axis",
      [](const auto& x) {
        return take_along_axis(x[0], spread({2, 3}, 4), 1);
      },
      {.shapes = {{{2, 4}}}});
  add("take_along_axis, broadcast",
      [](const auto& x) {
        return take_along_axis(x[0], Table{{1, 0, -1}}, 1);
      },
      {.shapes = {{{3, 2}}, {{1, 4}}}, .program = "take_along_axis($0, xt::xtensor<int, 2>{{1, 0, -1}}, 1)"});
  add("take_along_axis of one row",
      [](const auto& x) {
        return take_along_axis(x[0], spread({4, 2}, 3), 1);
      },
      {.shapes = {{{1, 3}}}});
  add("gather 0", [](const auto& x) { return gather(x[0], 0, spread({4, 2, 3}, 3)); }, {.shapes = {{{3, 2, 3}}}});
  add("gather, shorter", [](const auto& x) { return gather(x[0], 1, spread({2, 3}, 4)); }, {.shapes = {{{3, 4}}}});
  add("gather, many",
      [](const auto& x) {
        return gather(x[0], 1, spread({131, 200}, 257));
      },
      {.large = {{rows::large}}, .no_reference = "take/take_along_axis has one"});
  add("gather 0, many",
      [](const auto& x) {
        return gather(x[0], 0, spread({200, 257}, 131));
      },
      {.large = {{rows::large}}, .no_reference = "take/gather 0 has one"});
  add("masked_select", [](const auto& x) { return masked_select(x[0], some(x[0].shape())); },
      {.shapes = {{{2, 3}}}, .large = {{rows::large}}});
  add("masked_select, broadcast",
      [](const auto& x) {
        return masked_select(x[0], some({2, 3}));
      },
      {.shapes = {{{3}}, {{2, 1}}}});
  all.push_back({"embedding",
                 "rows",
                 [](const auto& x) {
                   return embedding(x[0], Table{{1, 0}, {1, 0}});
                 },
                 {.shapes = {{{4, 3}}}, .program = "embedding($0, xt::xtensor<int, 2>{{1, 0}, {1, 0}})"}});
  all.push_back({"embedding",
                 "many rows",
                 [](const auto& x) { return embedding(x[0], spread({300}, 100)); },
                 {.large = {{rows::large}}, .no_reference = "embedding/rows has one"}});
}

void add_additions(std::vector<rows::Row>& all) {
  auto add = [&](const std::string& variant, rows::Call call, rows::RowOptions options = {}) {
    all.push_back({"scatter_add", variant, std::move(call), std::move(options)});
  };
  add("axis 1",
      [](const auto& x) {
        return scatter_add(x[0], 1, spread({2, 5}, 3), x[1]);
      },
      {.shapes = {{{2, 3}, {2, 5}}, {{2, 3}, {5}}}});
  add("axis 0, shorter",
      [](const auto& x) {
        return scatter_add(x[0], 0, spread({3, 2}, 2), x[1]);
      },
      {.shapes = {{{2, 4}, {3, 2}}}});
  add("twice", [](const auto& x) { return scatter_add(x[0], 0, {-1, 0, -1}, x[0]); }, {.shapes = {{{3}}}});
  add("index_add 1",
      [](const auto& x) {
        return index_add(x[0], 1, {2, 0, 2, 1}, x[1]);
      },
      {.shapes = {{{2, 3}, {2, 4}}, {{1, 3, 2}, {4, 1}}}});
  add("index_add 0",
      [](const auto& x) {
        return index_add(x[0], 0, {0, 0}, x[1]);
      },
      {.program = "index_add($0, 0, {0, 0}, $1)"});
  add("index_put",
      [](const auto& x) {
        return index_put(x[0], {Table{{0}, {1}}, Indices{2, -1, 2}}, x[1], {.accumulate = true});
      },
      {.shapes = {{{2, 4}, {2, 3}}, {{2, 3, 2}, {2, 3, 1}}}});
  add("many rows", [](const auto& x) { return index_add(x[0], 0, spread({300}, 131), x[1]); },
      {.large = {{rows::large, {300, 257}}}, .no_reference = "scatter_add/index_add 0 has one"});
  add("few rows, many times", [](const auto& x) { return index_add(x[0], 0, spread({1000}, 3), x[1]); },
      {.large = {{{3, 40}, {1000, 40}}}, .no_reference = "scatter_add/index_add 0 has one"});
  add("many elements",
      [](const auto& x) {
        return scatter_add(x[0], 1, spread({131, 300}, 257), x[1]);
      },
      {.large = {{rows::large, {131, 300}}}, .no_reference = "scatter_add/axis 1 has one"});
  all.push_back({"scatter_add to zeros",
                 "rows",
                 [](const auto& x) {
                   return added_to_zeros(x[0], {1, 3, 1}, {4, 2});
                 },
                 {.shapes = {{{3, 2}}}}});
  all.push_back({"scatter_add to zeros",
                 "many rows",
                 [](const auto& x) {
                   return added_to_zeros(x[0], spread({131}, 40), {50, 257});
                 },
                 {.large = {{rows::large}}, .no_reference = "scatter_add to zeros/rows has one"}});
}

void add_writes(std::vector<rows::Row>& all) {
  auto add = [&](const std::string& variant, rows::Call call, rows::RowOptions options = {}) {
    all.push_back({"scatter", variant, std::move(call), std::move(options)});
  };
  add("axis 1",
      [](const auto& x) {
        return scatter(x[0], 1, Table{{2, 0}, {1, 2}}, x[1]);
      },
      {.shapes = {{{2, 3}, {2, 2}}, {{2, 3}, {2, 1}}}});
  add("axis 0, shorter",
      [](const auto& x) {
        return scatter(x[0], 0, Table{{1, 0}}, x[1]);
      },
      {.shapes = {{{2, 3}, {1, 2}}}, .program = "scatter($0, 0, xt::xtensor<int, 2>{{1, 0}}, $1)"});
  add("one number",
      [](const auto& x) {
        return scatter(x[0], 0, {2, 0}, 1.5);
      },
      {.shapes = {{{4}}}, .program = "scatter($0, 0, {2, 0}, 1.5)"});
  add("over itself",
      [](const auto& x) {
        return scatter(x[0], 0, {0, 1, 0, -2}, x[1]);
      },
      {.shapes = {{{3}, {4}}}, .no_reference = "PyTorch gives those that were written over a gradient too"});
  add("index_put",
      [](const auto& x) {
        return index_put(x[0], {Indices{0, -1}}, x[1]);
      },
      {.shapes = {{{3, 2}, {2, 2}}, {{3, 2}, {2}}}});
  add("index_put, rows over rows",
      [](const auto& x) {
        return index_put(x[0], {{1, 0, 1}}, x[1]);
      },
      {.shapes = {{{3, 2}, {3, 2}}}, .no_reference = "PyTorch gives those that were written over a gradient too"});
  add("many rows", [](const auto& x) { return index_put(x[0], {backwards(131)}, x[1]); },
      {.large = {{rows::large, rows::large}}, .no_reference = "scatter/index_put has one"});
  add("many elements",
      [](const auto& x) {
        return scatter(x[0], 1, spread({131, 200}, 257), x[1]);
      },
      {.large = {{rows::large, {131, 200}}}, .no_reference = "scatter/axis 1 has one"});
}

}  // namespace

const std::vector<rows::Row>& rows::Indexing::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_reads(all);
    add_additions(all);
    add_writes(all);
    return all;
  }();
  return list;
}
