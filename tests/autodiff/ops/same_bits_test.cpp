// The same bits for every number of threads: every op on arrays so large that kernels split them, forward, backward,
// recorded backward and its backward; matrix products of many shapes; fused ops.
#include <cstring>
#include <set>

#include "same_bits.h"
#include "ops/sample_inputs.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/fuse.h"

using namespace tapegrad;

namespace {

const Domain any{-1, 1};
const Shape large{131, 257}, row{257}, column{131, 1};  // three chunks, the last one odd

// The ops recorded on arrays that do not fit in one chunk.
void collect_split(const Tape& tape, std::set<std::string_view>& ops) {
  const std::vector<EntryView> entries = tape.entries();
  for (const EntryView& entry : entries) {
    bool split = entry.shape.size() > kernels::chunk_length;
    for (const long input : entry.inputs) {
      split |= input >= 0 && entries[std::size_t(input)].shape.size() > kernels::chunk_length;
    }
    if (split) ops.insert(entry.op);
  }
}

// Value and gradients; then the gradients of a recorded backward and the gradients of those.
template <Real T, class Call>
std::string results(const Call& call, const std::vector<Tensor<T>>& inputs, std::set<std::string_view>& split) {
  std::string bits;
  auto append_all = [&](const Gradients& gradients) {
    for (const Tensor<T>& x : inputs) {
      if (gradients.contains(x)) append(bits, gradients[x]);
    }
  };
  {
    Tape tape;
    const Tensor<T> y = call(inputs);
    append(bits, y);
    append_all(tape.backward(sum(square(y))));
  }
  Tape tape;
  const Gradients first = tape.backward(sum(square(call(inputs))), {.create_graph = true});
  append_all(first);
  Tensor<T> slopes = T(0);
  for (const Tensor<T>& x : inputs) {
    if (first.contains(x)) slopes = slopes + sum(square(first[x]));
  }
  append_all(tape.backward(slopes));
  collect_split(tape, split);
  return bits;
}

template <Real T>
std::vector<Tensor<T>> variables(const Sample& sample) {
  std::vector<Tensor<T>> inputs;
  for (const Tensor<double>& x : sample_inputs(sample, 6)) inputs.push_back(variable(cast<T>(x)));
  return inputs;
}

void same(std::string_view op, const Sample& sample, std::set<std::string_view>& split) {
  INFO(std::string(op), ", ", sample.description);
  const std::vector<Tensor<float>> x32 = variables<float>(sample);
  const std::vector<Tensor<double>> x64 = variables<double>(sample);
  same_for_every_count([&] { return results(sample.call32, x32, split); });
  same_for_every_count([&] { return results(sample.call64, x64, split); });
}

auto product = [](const auto& x) { return matmul(x[0], x[1]); };
auto affine = [](const auto& x) { return linear(x[0], x[1], x[2]); };

std::vector<OpInfo> reductions_by_hand() {
  auto reduce = [](std::string_view name, auto f) {
    return OpInfo{name, {{"all", {large}, any, [f](const auto& x) { return f(x[0], Axes{}); }},
                         {"axis 0", {large}, any, [f](const auto& x) { return f(x[0], Axes{0}); }},
                         {"axis 1", {large}, any, [f](const auto& x) { return f(x[0], Axes{1}); }},
                         {"axes 0 and 2", {{7, 60, 101}}, any, [f](const auto& x) { return f(x[0], Axes{0, 2}); }}}};
  };
  return {reduce("sum", [](const auto& x, const Axes& axes) { return sum(x, axes); }),
          reduce("mean", [](const auto& x, const Axes& axes) { return mean(x, axes); }),
          reduce("amax", [](const auto& x, const Axes& axes) { return amax(x, axes); }),
          reduce("amin", [](const auto& x, const Axes& axes) { return amin(x, axes); }),
          {"sum_to", {{"row", {large}, any, [](const auto& x) { return sum_to(x[0], row); }},
                      {"column", {large}, any, [](const auto& x) { return sum_to(x[0], column); }}}},
          {"broadcast_to", {{"row", {row}, any, [](const auto& x) { return broadcast_to(x[0], large); }},
                            {"column", {column}, any, [](const auto& x) { return broadcast_to(x[0], large); }}}}};
}

std::vector<OpInfo> shapes_by_hand() {
  auto every_second = [](const auto& x) { return slice(x[0], {{1, 1, 130, false}, {0, 2, 129, false}}); };
  return {{"reshape", {{"flat", {large}, any, [](const auto& x) { return reshape(x[0], {131 * 257}); }}}},
          {"concatenate", {{"rows", {large, row}, any, [](const auto& x) {
                              return concatenate(std::vector{x[0], reshape(x[1], {1, 257})}, 0);
                            }},
                           {"columns", {large, column}, any, [](const auto& x) { return concatenate(x, 1); }}}},
          {"slice", {{"every second column", {large}, any, every_second}}},
          {"unslice", {{"the gradient of a slice", {large}, any, every_second}}},
          {"cast", {{"to the other type and back", {large}, any, [](const auto& x) {
                       using T = typename std::decay_t<decltype(x[0])>::value_type;
                       return cast<T>(cast<std::conditional_t<std::is_same_v<T, float>, double, float>>(x[0]));
                     }}}},
          {"where", {{"mask", {large, row}, any, [](const auto& x) {
                        return where(x[0] > x[1], x[0] * x[1], x[1]);
                      }}}}};
}

std::vector<OpInfo> products_by_hand() {
  return {{"matmul", {{"wide", {{128, 784}, {784, 512}}, any, product},
                      {"odd", {{130, 70}, {70, 300}}, any, product},
                      {"transposed", {{300, 70}, {130, 300}}, any,
                       [](const auto& x) { return matmul(transpose(x[0]), transpose(x[1])); }},
                      {"batch", {{3, 70, 80}, {80, 90}}, any, product},
                      {"vector, matrix", {{601}, {601, 701}}, any, product},
                      {"matrix, vector", {{701, 601}, {601}}, any, product}}},
          {"linear", {{"wide", {{128, 784}, {784, 512}, {512}}, any, affine},
                      {"odd", {{130, 70}, {70, 300}, {300}}, any, affine},
                      {"one row", {{601}, {601, 701}, {701}}, any, affine},
                      {"many rows", {{7001, 8}, {8, 16}, {16}}, any, affine},
                      {"one column", {{70001, 5}, {5, 1}, {1}}, any, affine}}}};
}

std::vector<OpInfo> losses_by_hand() {
  const Domain inside{0.1, 0.9}, logits{-3, 3};
  Indices labels(Shape{1001});
  for (int i = 0; i < 1001; ++i) labels.mutable_data()[i] = i * 7 % 37;
  return {{"binary_cross_entropy",
           {{"matrix", {large, large}, inside, [](const auto& x) { return binary_cross_entropy(x[0], x[1]); }}}},
          {"binary_cross_entropy_with_logits",
           {{"matrix", {large, large}, logits,
             [](const auto& x) { return binary_cross_entropy_with_logits(x[0], x[1]); }}}},
          {"softmax", {{"rows", {{1001, 37}}, logits, [](const auto& x) { return softmax(x[0]); }},
                       {"long rows", {{3, 20001}}, logits, [](const auto& x) { return softmax(x[0]); }}}},
          {"cross_entropy", {{"rows", {{1001, 37}}, logits, [labels](const auto& x) {
                                return cross_entropy(x[0], labels);
                              }}}}};
}

// The samples of an op with large arrays: by hand, or what the first sample does, which takes any shape in most ops.
std::vector<Sample> large_samples(const OpInfo& op) {
  for (const auto& family : {reductions_by_hand(), shapes_by_hand(), products_by_hand(), losses_by_hand()}) {
    for (const OpInfo& by_hand : family) {
      if (by_hand.name == op.name) return by_hand.samples;
    }
  }
  const std::vector<std::vector<Shape>> shapes =
      op.samples[0].shapes.size() == 1 ? std::vector<std::vector<Shape>>{{large}}
                                       : std::vector<std::vector<Shape>>{{large, large}, {large, row}, {column, row}};
  std::vector<Sample> samples;
  for (const std::vector<Shape>& inputs : shapes) {
    Sample sample = op.samples[0];
    sample.shapes = inputs;
    sample.description = "of " + std::to_string(inputs.size()) + ", the first " + text(inputs[0]);
    samples.push_back(sample);
  }
  return samples;
}

// Leaves small blocks in the pool, with `byte` in every byte of their elements and past them.
void spoil_pool(int byte) {
  std::vector<Tensor<float>> blocks;
  for (std::size_t size = 0; size < 40; ++size) {
    for (int copies = 0; copies < 4; ++copies) {
      blocks.push_back(Tensor<float>::empty({size}));
      std::memset(blocks.back().mutable_data(), byte, size * sizeof(float) + 60);  // every block has that room
    }
  }
}

// The bits of an op on a few hundred short arrays of numbers in [-10, 10].
template <Real T, class F>
std::string bits_after_spoiling(int byte, const F& f) {
  std::string bits;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Sample short_array("", {{1 + seed % 5}}, {-10, 10}, [](const auto& x) { return x[0]; });
    spoil_pool(byte);
    append(bits, f(cast<T>(sample_inputs(short_array, seed)[0])));
  }
  return bits;
}

}  // namespace

// Sine and cosine choose their method by all lanes of a register, those past the last element too.
TEST_CASE("what a block of the pool held before changes no bit") {
  for (const int byte : {0x3c, 0x4e, 0xff}) {  // as float: 0.01, 8e8, NaN
    auto same = [byte](const auto& f) {
      return bits_after_spoiling<float>(byte, f) == bits_after_spoiling<float>(0, f) &&
             bits_after_spoiling<double>(byte, f) == bits_after_spoiling<double>(0, f);
    };
    const bool sine = same([](const auto& x) { return sin(x); }), cosine = same([](const auto& x) { return cos(x); });
    const bool other = same([](const auto& x) { return tanh(x) + exp(x) + softplus(x); });
    const bool fused = same([](const auto& x) { return fuse([](auto v) { return sin(v) * cos(v); }, x); });
    CHECK(sine);
    CHECK(cosine);
    CHECK(other);
    CHECK(fused);
  }
}

TEST_CASE("every op gives the same bits on one core and on several") {
  std::set<std::string_view> split;
  for (const OpInfo& op : all_ops()) {
    for (const Sample& sample : large_samples(op)) same(op.name, sample, split);
  }
  for (const OpInfo& op : all_ops()) {  // mean is recorded as a sum and a scale
    CHECK_MESSAGE((split.count(op.name) || op.name == "mean"), "never on a large array: ", std::string(op.name));
  }
}

TEST_CASE("matrix products of many shapes give the same bits on one core and on several") {
  std::set<std::string_view> split;
  const std::vector<std::array<std::size_t, 3>> shapes{{64, 64, 65},  {65, 64, 64},   {16, 1025, 17}, {17, 16, 1025},
                                                       {1025, 17, 16}, {257, 129, 65}, {1, 601, 601},  {601, 601, 1},
                                                       {601, 1, 601}, {512, 512, 512}, {33, 4099, 31}, {1000, 30, 10}};
  for (const auto& [m, k, n] : shapes) {
    same("matmul", Sample("a (m, k) b (k, n)", {{m, k}, {k, n}}, any, product), split);
    same("linear", Sample("a (m, k) b (k, n) + c", {{m, k}, {k, n}, {n}}, any, affine), split);
  }
}

TEST_CASE("fused ops give the same bits on one core and on several") {
  std::set<std::string_view> split;
  auto formula = [](auto x, auto a, auto b) { return sigmoid(a * x + b) * tanh(x) + exp(-(x * x)); };
  auto fused = [formula](const auto& x) { return fuse(formula, x[0], x[1], x[2]); };
  auto total = [formula](const auto& x) { return fuse_sum(formula, x[0], x[1], x[2]); };
  const Shape line{100003}, rows{331, 307};
  for (const std::vector<Shape>& shapes : {std::vector<Shape>{line, line, line}, {rows, {307}, {331, 1}}}) {
    same("fuse", Sample("elements", shapes, any, fused), split);
    same("fuse_sum", Sample("sum", shapes, any, total), split);
  }
  CHECK(split.count("fuse") + split.count("fuse_sum") == 2);
}
