// The same bits for every number of threads: every op on arrays so large that kernels split them, forward, backward,
// recorded backward and its backward; matrix products of many shapes; fused ops.
#include "same_bits.h"

#include <cstring>
#include <set>

#include "ops/families.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/functions/fuse.h"

#include <tapegrad/inspect/print.h>

using namespace tapegrad;
using rows::Row, rows::Shapes;

namespace {

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

// For all large inputs of a row.
void same(const Row& row, std::set<std::string_view>& split) {
  for (const Shapes& shapes : row.large) {
    INFO(row.name(), " of ", rows::text(shapes));
    const std::vector<Tensor<float>> x32 = rows::variables_of<float>(row, shapes, 6);
    const std::vector<Tensor<double>> x64 = rows::variables_of<double>(row, shapes, 6);
    same_for_every_count([&] { return results(row.call, x32, split); });
    same_for_every_count([&] { return results(row.call, x64, split); });
  }
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
    spoil_pool(byte);
    append(bits, f(cast<T>(rows::inputs_in({-10, 10}, {{1 + seed % 5}}, seed)[0])));
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

TEST_CASE_TEMPLATE_DEFINE("the same bits on one core and on several", Family, same_bits) {
  std::set<std::string_view> split;
  for (const Row& row : Family::rows()) same(row, split);
  for (const Row& row : Family::rows()) {
    CHECK_MESSAGE(split.count(row.op), "no row has large inputs for the op ", row.op);
  }
}
TEST_CASE_TEMPLATE_APPLY(same_bits, rows::Families);

TEST_CASE("matrix products of many shapes give the same bits on one core and on several") {
  std::set<std::string_view> split;
  std::vector<Shapes> products, affine;
  const std::vector<std::array<std::size_t, 3>> shapes{{64, 64, 65},   {65, 64, 64},    {16, 1025, 17}, {17, 16, 1025},
                                                       {1025, 17, 16}, {257, 129, 65},  {1, 601, 601},  {601, 601, 1},
                                                       {601, 1, 601},  {512, 512, 512}, {33, 4099, 31}, {1000, 30, 10}};
  for (const auto& [m, k, n] : shapes) {
    products.push_back({{m, k}, {k, n}});
    affine.push_back({{m, k}, {k, n}, {n}});
  }
  same({"matmul", "many shapes", [](const auto& x) { return matmul(x[0], x[1]); }, {.large = products}}, split);
  same({"linear", "many shapes", [](const auto& x) { return linear(x[0], x[1], x[2]); }, {.large = affine}}, split);
}
