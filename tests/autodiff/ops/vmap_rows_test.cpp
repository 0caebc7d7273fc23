// vmap of every op: values, gradients and tangents of examples that differ, against a loop over them.
#include <doctest/doctest.h>
#include <tapegrad/transforms/vmap.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "ops/families.h"
#include "transforms/compare.h"

using namespace tapegrad;
using rows::Row, rows::Shapes;

namespace {

using Tensors = std::vector<Tensor<double>>;
constexpr std::size_t count = 3;

// Of ops whose choices are made by numbers and held by their rules, or whose examples come one after the other.
constexpr std::array looping_values{"topk", "kthvalue", "unique", "qr", "eigh", "svd", "on_gradient"};
constexpr std::array looping_gradients{"sort", "median", "max_pool", "fuse_sum"};

bool is_in(const auto& list, const std::string& op) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view each) { return op == each; });
}

// Inputs of each example: their numbers, so what is largest or above 0 among them, differ.
std::vector<Tensors> examples_of(const Row& row, const Shapes& shapes, std::uint64_t seed) {
  std::vector<Tensors> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(rows::inputs_of(row, shapes, seed + 100 * i));
  return all;
}
Tensors directions(const Shapes& shapes, std::uint64_t seed) { return rows::inputs_in({-1, 1}, shapes, seed); }

Tensors stacked(const std::vector<Tensors>& examples, long axis = 0) {
  Tensors all;
  for (std::size_t k = 0; k < examples[0].size(); ++k) {
    Tensors parts;
    for (const Tensors& example : examples) parts.push_back(example[k]);
    all.push_back(stack(parts, axis));
  }
  return all;
}
Tensor<double> stacked(const Tensors& results, long axis = 0) { return stack(results, axis); }

void expect_no_loops(const Row& row, bool derivative) {
  if (is_in(looping_values, row.op) || (derivative && is_in(looping_gradients, row.op))) return;
  for (const VmapLoop& loop : vmap_loops()) FAIL_CHECK(row.name() << ": " << loop.op << " loops: " << loop.reason);
}

template <class F>
Tensor<double> one_by_one(const std::vector<Tensors>& examples, const F& f) {
  Tensors results;
  for (const Tensors& example : examples) results.push_back(f(example));
  return stacked(results);
}

void check_values(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> examples = examples_of(row, shapes, 1);
  const auto call = [&](const Tensors& x) { return row.call(x); };
  const Tensor<double> expected = one_by_one(examples, call);
  same(vmap(call)(stacked(examples)), expected, 1e-12);
  expect_no_loops(row, false);
  same(vmap(call, -1)(stacked(examples, -1)), expected, 1e-12);
  same(vmap(call, 0, -1)(stacked(examples)), moveaxis(expected, 0, -1), 1e-12);
  same(vmap(call)(stacked(std::vector<Tensors>{examples[1]})), stacked(Tensors{call(examples[1])}), 1e-12);
  for (std::size_t k = 0; k < shapes.size(); ++k) {  // the others are those of one example
    const auto of_one = [&](const Tensor<double>& x) {
      Tensors all = examples[0];
      all[k] = x;
      return row.call(all);
    };
    Tensors parts, results;
    for (const Tensors& example : examples) {
      parts.push_back(example[k]);
      results.push_back(of_one(example[k]));
    }
    same(vmap(of_one)(stacked(parts)), stacked(results), 1e-12);
  }
}

void check_floats(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> examples = examples_of(row, shapes, 2);
  std::vector<Tensor<float>> all, results;
  for (const Tensor<double>& x : stacked(examples)) all.push_back(cast<float>(x));
  for (const Tensors& example : examples) {
    std::vector<Tensor<float>> of_one;
    for (const Tensor<double>& x : example) of_one.push_back(cast<float>(x));
    results.push_back(row.call(of_one));
  }
  const Tensor<float> y = vmap([&](const std::vector<Tensor<float>>& x) { return row.call(x); })(all);
  same(cast<double>(y), cast<double>(stack(results, 0)), 1e-4);
}

void check_nested(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> first = examples_of(row, shapes, 3), second = examples_of(row, shapes, 4);
  const auto call = [&](const Tensors& x) { return row.call(x); };
  const Tensor<double> expected = stacked(Tensors{one_by_one(first, call), one_by_one(second, call)});
  same(vmap(vmap(call))(stacked(std::vector<Tensors>{stacked(first), stacked(second)})), expected, 1e-12);
}

void check_gradients(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> examples = examples_of(row, shapes, 5);
  const Shape result = row.call(examples[0]).shape();
  const Tensor<double> c = directions({result}, 6)[0];
  const auto gradient = grad([&](const Tensors& x) { return sum(row.call(x) * c); });
  const Tensors found = vmap(gradient)(stacked(examples));
  expect_no_loops(row, true);
  const std::vector<Tensors> nested = [&] {
    std::vector<Tensors> all;
    for (const Tensors& example : examples) all.push_back(gradient(example));
    return all;
  }();
  const Tensors expected = stacked(nested);
  for (std::size_t k = 0; k < found.size(); ++k) same(found[k], expected[k], 1e-11);
  // Through what vmap recorded.
  const Tensors outside = grad([&](const Tensors& x) {
    return sum(vmap([&](const Tensors& of_one) { return row.call(of_one); })(x) * c);
  })(stacked(examples));
  for (std::size_t k = 0; k < found.size(); ++k) same(outside[k], expected[k], 1e-11);
}

void check_tangents(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> examples = examples_of(row, shapes, 7);
  std::vector<Tensors> along;
  for (std::size_t i = 0; i < count; ++i) along.push_back(directions(shapes, 8 + i));
  const auto tangent = [&](const Tensors& x, const Tensors& dx) { return jvp(row.call, x, dx).second; };
  Tensors expected;
  for (std::size_t i = 0; i < count; ++i) expected.push_back(tangent(examples[i], along[i]));
  same(vmap(tangent)(stacked(examples), stacked(along)), stacked(expected), 1e-11);
  expect_no_loops(row, true);
}

// Of what does not cut: gradients of gradients of each example.
void check_second_derivatives(const Row& row, const Shapes& shapes) {
  const std::vector<Tensors> examples = examples_of(row, shapes, 9);
  if (rows::elements(shapes) == 0) return;
  const Tensor<double> c = directions({row.call(examples[0]).shape()}, 10)[0];
  const Tensors v = directions(shapes, 11);
  const auto product = [&](const Tensors& x) {
    return hvp([&](const Tensors& at) { return sum(square(row.call(at)) * c); })(x, v);
  };
  std::vector<Tensors> products;
  for (const Tensors& example : examples) products.push_back(product(example));
  const Tensors found = vmap(product)(stacked(examples)), expected = stacked(products);
  for (std::size_t k = 0; k < found.size(); ++k) same(found[k], expected[k], 1e-9);
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("vmap gives what a loop gives", Family, values) {
  rows::for_each_sample<Family>(check_values);
  rows::for_each_sample<Family>(check_floats);
  rows::for_each_sample<Family>(check_nested);
}
TEST_CASE_TEMPLATE_DEFINE("vmap of gradients and tangents gives what a loop gives", Family, derivatives) {
  rows::for_each_sample<Family>(check_gradients);
  rows::for_each_sample<Family>(check_tangents);
  rows::for_each_sample<Family>(check_second_derivatives);
}
TEST_CASE_TEMPLATE_APPLY(values, rows::Families);
TEST_CASE_TEMPLATE_APPLY(derivatives, rows::Families);
