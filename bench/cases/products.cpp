// Cases i and einsum_attention: products of matrices with both gradients for an adjoint that is given.
#include <tapegrad/autodiff.h>

#include "cases/op_case.h"
#include "floors/ops.h"

using namespace tapegrad;

namespace bench {
namespace {

constexpr std::size_t size = 512, heads = 64, tokens = 128, depth = 64;

struct Matrices {
  Tensor<float> a, b, seed;
  Matrices() {
    nn::Random random(7);
    a = variable(uniform({size, size}, 1, random), "a");
    b = variable(uniform({size, size}, 1, random), "b");
    seed = uniform({size, size}, 1, random);
  }
};
struct Heads {
  Tensor<float> queries, keys, seed;
  Heads() {
    nn::Random random(7);
    queries = variable(uniform({8, heads / 8, tokens, depth}, 1, random), "queries");
    keys = variable(uniform({8, heads / 8, tokens, depth}, 1, random), "keys");
    seed = uniform({8, heads / 8, tokens, tokens}, 1, random);
  }
};

Results matrix_product(Matrices& in) {
  return value_and_gradients({in.a, in.b}, in.seed, [&] { return matmul(in.a, in.b); });
}
Results attention_scores(Heads& in) {
  return value_and_gradients({in.queries, in.keys}, in.seed,
                             [&] { return einsum("bhqd,bhkd->bhqk", in.queries, in.keys); });
}

}  // namespace

std::vector<Case> product_cases() {
  return {
      op_case<Matrices, floors::MatrixProduct>(
          {.name = "i",
           .title = "matmul 512, 2 gradients",
           .allowed = 1e-5,
           .ours = matrix_product,
           .floor = [] { return floors::MatrixProduct(size); },
           .run = [](auto& floor, const Matrices& in) { floor.run(in.a.data(), in.b.data(), in.seed.data()); }}),
      op_case<Heads, floors::AttentionScores>(
          {.name = "einsum_attention",
           .title = "bhqd,bhkd->bhqk of 64 heads, 128 tokens, depth 64, 2 gradients",
           .allowed = 1e-5,
           .ours = attention_scores,
           .floor = [] { return floors::AttentionScores(heads, tokens, depth); },
           .run = [](auto& floor, const Heads& in) { floor.run(in.queries.data(), in.keys.data(), in.seed.data()); }})};
}

}  // namespace bench
