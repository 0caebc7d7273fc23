// What there is no memory for has a name, and nothing else is lost. A HeapLimit refuses a request as the heap would.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/engine/memory.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/inspect/steps.h>
#include <tapegrad/nn.h>
#include <tapegrad/transforms/transforms.h>

#include <cstring>
#include <functional>

#include "ops/families.h"

using namespace tapegrad;
using doctest::Contains;
using engine::HeapLimit;
using rows::Row, rows::Shapes;

namespace {

using Tensors = std::vector<Tensor<double>>;

bool same_bits(const Tensor<double>& a, const Tensor<double>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// What f throws while the heap has no block of a megabyte: "" where it needs none.
std::string refused(const std::function<void()>& f) {
  engine::free_pool();
  try {
    const HeapLimit limit(1000, 1 << 20);
    f();
  } catch (const MemoryError& error) {
    return error.what();
  }
  return "";
}

// Calls f(allowed) with 0, 1, 2 and more blocks from the heap, until it needs no more. f says whether it threw.
template <class F>
std::size_t refuse_each(const F& f) {
  std::size_t refusals = 0;
  for (std::size_t allowed = 0; allowed < 10000; allowed += 1 + allowed / 16) {
    engine::free_pool();
    if (!f(allowed)) return refusals;
    ++refusals;
  }
  FAIL("more blocks than a small call can need");
  return refusals;
}

template <class F>
bool refused_within(std::size_t allowed, const F& f) {
  try {
    const HeapLimit limit(allowed);
    f();
    return false;
  } catch (const MemoryError& error) {
    CHECK_MESSAGE(std::string(error.what()).find(": no memory for ") != std::string::npos, error.what());
    return true;
  }
}

Gradients sweep(Tape& tape, const Row& row, const Tensors& x, bool recorded) {
  return tape.backward(sum(square(row.call(x))), {.create_graph = recorded, .keep = true});
}

// Forward and backward on one tape, with one request refused after the other; then the same again on that tape.
void check_tape_goes_on(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::variables_of<double>(row, shapes, 6);
  for (const bool recorded : {false, true}) {
    Tape plain;
    const Gradients expected = sweep(plain, row, x, recorded);
    const Tape::Pause pause;
    const std::size_t refusals = refuse_each([&](std::size_t allowed) {
      Tape tape;
      const bool refused = refused_within(allowed, [&] { sweep(tape, row, x, recorded); });
      const Gradients found = sweep(tape, row, x, recorded);
      for (const Tensor<double>& input : x) {
        REQUIRE(expected.contains(input) == found.contains(input));
        if (found.contains(input)) CHECK(same_bits(expected[input], found[input]));
      }
      return refused;
    });
    CHECK(refusals > 0);
  }
}

// A sweep that gives its tape back as it goes: a tape on which it failed is whole, or says that it is broken.
void check_consumed(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::variables_of<double>(row, shapes, 6);
  refuse_each([&](std::size_t allowed) {
    Tape tape;
    const Tensor<double> loss = sum(square(row.call(x)));
    engine::free_pool();
    const bool refused = refused_within(allowed, [&] { tape.backward(loss); });
    if (refused) {
      try {
        tape.backward(loss);
      } catch (const TapeError& error) {
        CHECK_MESSAGE(std::string(error.what()).find("no memory for ") != std::string::npos, error.what());
      }
    }
    return refused;
  });
}

// Transforms, within a tape that records: it is as good as before.
void check_transforms(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::inputs_of(row, shapes, 6);
  Tape tape;
  const Tensor<double> w = variable(Tensor<double>{1.5, -2.}), loss = sum(square(w));
  const Tensors expected = jacobian(row.call)(x);
  const auto pushed = jvp(row.call, x, x);
  refuse_each([&](std::size_t allowed) {
    const Tape::Mark before = tape.mark();
    const bool refused = refused_within(allowed, [&] {
      jacobian(row.call)(x);
      jvp(row.call, x, x);
    });
    const Tensors found = jacobian(row.call)(x);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(same_bits(expected[i], found[i]));
    CHECK(same_bits(pushed.second, jvp(row.call, x, x).second));
    tape.rewind(before);
    return refused;
  });
  CHECK(tape.backward(loss)[w].data()[1] == -4);
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("a tape goes on after a lack of memory", Family, goes_on) {
  rows::for_each_sample<Family>(check_tape_goes_on);
}
TEST_CASE_TEMPLATE_DEFINE("a tape that lacked memory while it was consumed says so", Family, consumed) {
  rows::for_each_sample<Family>(check_consumed);
}
TEST_CASE_TEMPLATE_DEFINE("transforms give their memory back when they lack some", Family, transformed) {
  rows::for_each_sample<Family>(check_transforms);
}
TEST_CASE_TEMPLATE_APPLY(goes_on, rows::Families);
TEST_CASE_TEMPLATE_APPLY(consumed, rows::Families);
TEST_CASE_TEMPLATE_APPLY(transformed, rows::Families);

TEST_CASE("what is too large for memory is named with op, shape, bytes and line") {
  const Tensor<double> column = ones({600, 1}), row = ones({1, 600}), half = ones({300, 400});
  const Tensor<double> x = ones({200000}), shorter = ones({100000}), three = ones({3});
  const struct {
    const char* words;
    std::function<void()> make;
    bool knows_line = true;
  } cases[] = {
      {"zeros: no memory for an array of shape (500, 600), 2400000 bytes (2.4 MB) [memory_test.cpp:",
       [] { zeros({500, 600}); }},
      {"ones: no memory for an array of shape (500, 600), ", [] { ones({500, 600}); }},
      {"full: no memory for an array of shape (1000, 600), ", [] { full<float>({1000, 600}, 2); }},
      {"full_like: no memory for an array of shape (200000,), ", [&] { zeros_like(x); }},
      {"arange: no memory for an array of shape (1000000,), ", [] { arange(1e6); }},
      {"linspace: no memory for an array of shape (1000000,), ", [] { linspace(0, 1, 1000000); }},
      {"eye: no memory for an array of shape (600, 600), ", [] { eye(600); }},
      {"add: no memory for an array of shape (600, 600), ", [&] { column + row; }},
      {"maximum: no memory for an array of shape (600, 600), ", [&] { maximum(column, row); }},
      {"fuse: no memory for an array of shape (600, 600), ",
       [&] { fuse([](auto a, auto b) { return a * b; }, column, row); }},
      {"matmul: no memory for an array of shape (600, 600), ", [&] { matmul(column, row); }},
      {"concatenate: no memory for an array of shape (600, 400), ", [&] { concatenate<double>({half, half}); }},
      {"stack: no memory for an array of shape (2, 300, 400), ", [&] { stack<double>({half, half}); }},
      {"exp: no memory for an array of shape (200000,), ", [&] { exp(x); }},
      {"variable: no memory for an array of shape (200000,), ", [&] { variable(x); }},
      {"jacobian: no memory for an array of shape (100000, 3), ",
       [&] { jacobian([&](const Tensor<double>& a) { return shorter * sum(a); })(three); }},
      {"dense: no memory for an array of shape (600, 1000), ", [] { nn::Dense(600, 1000); }},
      {"variable: no memory for an array of shape (200000,), ",
       [&] { gradcheck([](const Tensor<double>& a) { return sum(a); }, x); }, false},
  };
  for (const auto& one : cases) {
    const std::string said = refused(one.make);
    CHECK_MESSAGE(said.starts_with(one.words), "\"", said, "\" begins with \"", std::string(one.words), "\"");
    CHECK_MESSAGE(said.find(" bytes (") != std::string::npos, said);
    CHECK_MESSAGE((said.find(" [memory_test.cpp:") != std::string::npos) == one.knows_line, said);
  }
}

TEST_CASE("the derivative that lacks memory is named with the line of its op") {
  const Tensor<double> x = variable(ones({600, 1})), y = ones({1, 600});
  Tape tape;
  const Tensor<double> loss = sum(exp(matmul(x, y)));
  const std::string said = refused([&] { tape.backward(loss, {.keep = true}); });
  CHECK_MESSAGE(said.starts_with("backward of "), said);
  CHECK_MESSAGE(said.find(" [memory_test.cpp:") != std::string::npos, said);
  CHECK_MESSAGE(said.find("no memory for an array of shape (600, 600), ") != std::string::npos, said);
  const std::string pushed =
      refused([&] { jvp([&](const Tensor<double>& a) { return sum(matmul(a, y)); }, constant(x), constant(x)); });
  CHECK_MESSAGE(pushed.find(" [memory_test.cpp:") != std::string::npos, pushed);
  CHECK(tape.backward(loss)[x].data()[0] == doctest::Approx(600 * std::exp(1.)));
}

#ifndef __SANITIZE_ADDRESS__  // which ends the program instead
TEST_CASE("what no machine has memory for") {
  CHECK_THROWS_WITH_AS(zeros({1 << 30, 1 << 17}),
                       Contains("zeros: no memory for an array of shape (1073741824, 131072)"), MemoryError);
  const Tensor<float> tall = ones<float>({1 << 22, 1}), wide = ones<float>({1, 1 << 25});
  CHECK_THROWS_WITH_AS(tall * wide, Contains("multiply: no memory for an array of shape (4194304, 33554432), "),
                       MemoryError);
  CHECK_THROWS_WITH_AS(nn::Random(1).permutation(std::size_t(1) << 45), Contains("permutation: no memory for "),
                       MemoryError);
}
#endif

TEST_CASE("shapes with more elements than can be counted") {
  const std::size_t long_axis = std::size_t(1) << 31;
  CHECK_THROWS_WITH_AS(zeros({std::size_t(1) << 40}),
                       Contains("1099511627776 make no shape, an axis is at most 2^32 - 1"), ShapeError);
  CHECK_THROWS_WITH_AS(zeros({std::size_t(1) << 40}), Contains("[memory_test.cpp:"), ShapeError);
  CHECK_THROWS_WITH_AS(zeros({std::size_t(-1)}), Contains("18446744073709551615 make no shape"), ShapeError);
  CHECK_THROWS_WITH_AS(zeros({long_axis, long_axis}),
                       Contains("axes of 2147483648, 2147483648 make no shape, a tensor has at most 2^48 elements"),
                       ShapeError);
  CHECK_THROWS_AS(zeros({long_axis, long_axis, 4}), ShapeError);  // 0 modulo 2^64
  CHECK_THROWS_AS(zeros({0, long_axis, long_axis}), ShapeError);  // strides would wrap: NumPy refuses it too
  CHECK_THROWS_AS(zeros({0, 1, 1, long_axis, long_axis, long_axis}), ShapeError);
  CHECK(zeros({0, long_axis}).size() == 0);

  const Tensor<double> none = zeros({long_axis, 0}), x = ones({4});
  CHECK_THROWS_WITH_AS(none + zeros({0, 1 << 20, 1, 1}), Contains("add: axes of "), ShapeError);
  CHECK_THROWS_WITH_AS(matmul(zeros({long_axis, 0}), zeros({0, long_axis})), Contains("matmul: axes of "), ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {long_axis, long_axis, 4, -1}), Contains("more than 2^64 together, do not divide"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(reshape(x, {long_axis, long_axis, 4}), Contains("reshape: axes of "), ShapeError);
  const Tensor<double> third = zeros({0xffffffff, 0});
  CHECK_THROWS_WITH_AS(concatenate<double>({third, third}), Contains("concatenate: axes of 8589934590, 0"), ShapeError);
  CHECK_THROWS_WITH_AS(arange(-1e308, 1e308, 1e-300), Contains("arange: axes of "), ShapeError);
  CHECK_THROWS_WITH_AS(linspace(0, 1, std::size_t(1) << 50), Contains("linspace: axes of "), ShapeError);
  CHECK_THROWS_WITH_AS(eye(std::size_t(1) << 30), Contains("eye: axes of "), ShapeError);
  CHECK_THROWS_WITH_AS(nn::Dense(std::size_t(1) << 30, std::size_t(1) << 30), Contains("dense: axes of "), ShapeError);
  CHECK(sum(eye(3, 3, std::numeric_limits<long>::max())).item() == 0);
  CHECK(sum(eye(3, 3, std::numeric_limits<long>::min())).item() == 0);
  CHECK(sum(eye(3, 4, 1)).item() == 3);
  CHECK(sum(eye(3, 4, -1)).item() == 2);
}

TEST_CASE("what the pool does not use is given back before a request is refused") {
  engine::free_pool();
  { const Tensor<double> large = zeros({1 << 20}); }
  const HeapLimit limit(1);  // were the free block not given back, only its own size could be had
  CHECK(zeros({1 << 20}).size() == 1 << 20);
  CHECK(zeros({1 << 19}).size() == 1 << 19);
  CHECK_FALSE(HeapLimit::reached());
  CHECK_THROWS_AS(zeros({3 << 20}), MemoryError);
  CHECK(HeapLimit::reached());
}

TEST_CASE("a stepped sweep that lacks memory leaves no adjoints behind") {
  const Tensor<double> x = variable(ones({5}));
  Tape tape;
  const Tensor<double> loss = sum(exp(x) * exp(x * 2));
  const Tensor<double> expected = tape.gradient(loss, x);
  refuse_each([&](std::size_t allowed) {
    const bool refused = refused_within(allowed, [&] { tape.begin_backward(loss, {.keep = true}).gradients(); });
    CHECK(same_bits(tape.backward(loss, {.keep = true})[x], expected));
    return refused;
  });
}

TEST_CASE("a gradcheck of variables that lacks memory gives them their values back") {
  const Tensor<double> x = variable(ones({3}));
  const Tensor<double> held = constant(x);  // so that another value of x needs a new array
  const std::size_t refusals = refuse_each([&](std::size_t allowed) {
    engine::free_pool();
    const bool refused = refused_within(allowed, [&] { gradcheck([&] { return sum(exp(x)); }, {x}); });
    CHECK(same_bits(constant(x), ones({3})));
    return refused;
  });
  CHECK(refusals >= 5);
}

TEST_CASE("a step of an optimizer that lacks memory writes nothing") {
  const auto parameters = [] {
    return std::vector<Tensor<double>>{variable(ones({7}), "a"), variable(ones({3, 2}), "b")};
  };
  const auto gradients = [](const std::vector<Tensor<double>>& p) {
    Tape tape;
    return tape.backward(sum(square(p[0])) + sum(exp(p[1])));
  };
  const auto adam_of = [](const std::vector<Tensor<double>>& p) {
    return optim::Adam(optim::Parameters{{"a", p[0]}, {"b", p[1]}}, {.learning_rate = 0.1});
  };
  const auto expected = parameters();
  adam_of(expected).step(gradients(expected));
  const std::size_t refusals = refuse_each([&](std::size_t allowed) {
    const auto p = parameters();
    optim::Adam adam = adam_of(p);
    const Gradients g = gradients(p);
    const Tensor<double> held = constant(p[0]);  // so that the step needs a new array for it
    engine::free_pool();
    const bool refused = refused_within(allowed, [&] { adam.step(g); });
    if (refused) {
      for (const auto& x : p) CHECK(same_bits(constant(x), ones(x.shape())));
      adam.step(g);
    }
    for (std::size_t i = 0; i < 2; ++i) CHECK(same_bits(constant(p[i]), constant(expected[i])));
    return refused;
  });
  CHECK(refusals >= 5);
}
