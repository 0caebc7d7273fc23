// Gradients of tables that are made of the rows that were read: what they are, and what optimizers do with them.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/optim.h>
#include <tapegrad/threads.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

using V = std::vector<double>;
template <Real T>
std::vector<T> list(const Tensor<T>& x) {
  return {x.data(), x.data() + x.size()};
}
std::vector<int> list(const Indices& places) { return {places.data(), places.data() + places.size()}; }

Tensor<double> table_of(std::size_t rows, std::size_t width) {
  auto x = Tensor<double>::empty({rows, width});
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = std::sin(double(i) + 1);
  return x;
}

// The gradient of a sum of squares of rows, by rows or as a whole.
Gradients gradients_of(const Tensor<double>& table, const Indices& indices, bool by_rows) {
  Tape tape;
  return tape.backward(sum(square(by_rows ? embedding(table, indices) : take(table, indices, 0))));
}

}  // namespace

TEST_CASE("the gradient of a table holds each row that was read once, in order, and is the same as a whole") {
  const auto table = variable(table_of(6, 3));
  const Indices indices = xt::xtensor<int, 2>{{4, 1, 4}, {1, 4, 0}};
  const Gradients by_rows = gradients_of(table, indices, true), whole = gradients_of(table, indices, false);
  const auto rows = by_rows.rows(table);
  REQUIRE(rows);
  CHECK(list(rows->rows) == std::vector<int>{0, 1, 4});
  CHECK(rows->values.shape() == Shape{3, 3});
  CHECK(rows->values[{2, 1}].item() == doctest::Approx(6 * table[{4, 1}].item()));
  CHECK(list(by_rows[table]) == list(whole[table]));
  CHECK(list(by_rows.get(table)) == list(whole[table]));
  CHECK(!whole.rows(table));
  CHECK(by_rows.size() == 1);
  CHECK(by_rows.contains(table));
}

TEST_CASE("a table that is read several times has the rows of all") {
  const auto table = variable(table_of(5, 2));
  Tape tape;
  const auto y = sum(square(embedding(table, {3, 1}))) + sum(embedding(table, {1, 0})) * 2;
  const Gradients gradients = tape.backward(y);
  CHECK(list(gradients.rows(table)->rows) == std::vector<int>{0, 1, 3});
  const auto at = [&](long i, long k) { return 2 * table[{i, k}].item(); };
  CHECK(list(gradients[table]) == V{2, 2, 2 + at(1, 0), 2 + at(1, 1), 0, 0, at(3, 0), at(3, 1), 0, 0});
}

TEST_CASE("a table that something else reads too has a whole gradient") {
  const auto table = variable(table_of(3, 2));
  for (const bool embedding_first : {false, true}) {
    Tape tape;
    const auto rows = embedding_first ? sum(embedding(table, {1, 1})) : Tensor<double>(0.);
    const auto all = sum(table * 3);
    const auto y = embedding_first ? rows + all : all + sum(embedding(table, {1, 1}));
    const Gradients gradients = tape.backward(y);
    CHECK(!gradients.rows(table));
    CHECK(list(gradients[table]) == V{3, 3, 5, 5, 3, 3});
  }
}

TEST_CASE("gradients by rows are added, scaled, clipped and copied by rows") {
  const auto table = variable(table_of(6, 2));
  Gradients a = gradients_of(table, {4, 1}, true);
  const Gradients b = gradients_of(table, {1, 2}, true), whole = gradients_of(table, {0}, false);
  Gradients expected = gradients_of(table, {4, 1}, false);
  expected += gradients_of(table, {1, 2}, false);
  a += b;
  CHECK(list(a.rows(table)->rows) == std::vector<int>{1, 2, 4});
  CHECK(list(a[table]) == list(expected[table]));
  CHECK(a.global_norm() == doctest::Approx(expected.global_norm()));
  a *= 0.5;
  expected *= 0.5;
  CHECK(list(a[table]) == list(expected[table]));
  a.clip_by_global_norm(0.1);
  expected.clip_by_global_norm(0.1);
  CHECK(list(a.rows(table)->rows) == std::vector<int>{1, 2, 4});
  for (std::size_t i = 0; i < 12; ++i) CHECK(a[table].data()[i] == doctest::Approx(expected[table].data()[i]));
  Gradients copy = a;
  copy += whole;
  CHECK(!copy.rows(table));
  CHECK(a.rows(table));
  copy = a;
  CHECK(list(copy[table]) == list(a[table]));
  a += a;
  CHECK(list(a.rows(table)->rows) == std::vector<int>{1, 2, 4});
  CHECK(a[table].data()[2] == doctest::Approx(2 * copy[table].data()[2]));
}

TEST_CASE("recorded sweeps, tapes that keep values and tape.gradient have whole gradients") {
  const auto table = variable(table_of(4, 2));
  const V expected = list(gradients_of(table, {2, 2, 0}, true)[table]);
  const auto loss = [&] { return sum(square(embedding(table, {2, 2, 0}))); };
  {
    Tape tape;
    const Gradients recorded = tape.backward(loss(), {.create_graph = true});
    CHECK(!recorded.rows(table));
    CHECK(list(recorded[table]) == expected);
  }
  {
    Tape tape({.keep_values = true});
    const Gradients kept = tape.backward(loss());
    CHECK(!kept.rows(table));
    CHECK(list(kept[table]) == expected);
  }
  Tape tape;
  CHECK(list(tape.gradient(loss(), table)) == expected);
}

TEST_CASE("a sweep that keeps its tape gives the rows again") {
  const auto table = variable(table_of(4, 2));
  Tape tape;
  const auto loss = sum(square(embedding(table, {2, 2, 0})));
  const Gradients first = tape.backward(loss, {.keep = true}), second = tape.backward(loss);
  CHECK(list(first.rows(table)->values) == list(second.rows(table)->values));
}

TEST_CASE_TEMPLATE("optimizers write the rows that were read as they write a whole, and no others", Rule,
                   optim::SgdRule, optim::AdamRule, optim::AdamWRule, optim::AdagradRule, optim::RMSpropRule) {
  for (const std::size_t width : {1, 3, 8, 19}) {
    typename Rule::Options options{.learning_rate = 0.1};
    if constexpr (requires { options.momentum; }) options.momentum = 0.9;
    options.weight_decay = 0.01;
    const auto some = variable(table_of(7, width)), all = variable(table_of(7, width));
    optim::OptimizerOf<Rule> by_rows(optim::Parameters{{"table", some}}, options);
    optim::OptimizerOf<Rule> whole(optim::Parameters{{"table", all}}, options);
    for (int step = 0; step < 3; ++step) {
      by_rows.step(gradients_of(some, {5, 2, 5}, true));
      whole.step(gradients_of(all, {5, 2, 5}, false));
    }
    const V before = list(table_of(7, width)), a = list(some), b = list(all);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t row = i / width;
      CHECK(a[i] == (row == 2 || row == 5 ? b[i] : before[i]));
    }
  }
}

TEST_CASE("what an optimizer remembers of rows that were not read waits") {
  const auto table = variable(table_of(3, 2));
  optim::Adam adam(optim::Parameters{{"table", table}}, {.learning_rate = 0.1});
  adam.step(gradients_of(table, {0, 1}, true));
  const V then = list(table);
  adam.step(gradients_of(table, {1}, true));
  CHECK(list(table)[0] == then[0]);
  CHECK(list(table)[2] != then[2]);
}

TEST_CASE("an embedding of no rows leaves a table as it is") {
  const auto table = variable(table_of(3, 2));
  optim::Sgd sgd(optim::Parameters{{"table", table}}, {.learning_rate = 0.1});
  sgd.step(gradients_of(table, Indices(Shape{0}), true));
  CHECK(list(table) == list(table_of(3, 2)));
}

TEST_CASE("training on rows gives the same bits for every number of threads") {
  const int before = threads();
  std::vector<V> results;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Indices indices{Shape{5000}};
    for (std::size_t i = 0; i < indices.size(); ++i) indices.mutable_data()[i] = std::int32_t(i * i % 997);
    const auto table = variable(table_of(1000, 33));
    optim::Adam adam(optim::Parameters{{"table", table}}, {.learning_rate = 0.1});
    for (int step = 0; step < 3; ++step) adam.step(gradients_of(table, indices, true));
    results.push_back(list(table));
  }
  set_threads(before);
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}
