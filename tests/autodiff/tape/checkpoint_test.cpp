// Checkpoints: the same bits in less memory, also with random numbers, captured variables and inner checkpoints.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/tape/checkpoint.h>
#include <tapegrad/tape/gradient_hooks.h>
#include <tapegrad/nn.h>

#include <optional>
#include <thread>

#include "same_bits.h"
#include "tapegrad/engine/context.h"

using namespace tapegrad;
using doctest::Contains;

namespace {

Tensor<double> filled(const Shape& shape, std::uint64_t seed) {
  nn::Random random(seed);
  auto x = Tensor<double>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = random.uniform(-1, 1);
  return x;
}

// As a layer that drops elements would do it, with the thread's generator.
Tensor<double> dropout(const Tensor<double>& x) {
  auto keep = Tensor<double>::empty(x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) keep.mutable_data()[i] = nn::default_random().uniform() < 0.5 ? 0 : 2;
  return x * keep;
}

// f(x), checkpointed or not.
auto maybe = [](bool checkpointed, auto f, const auto&... x) { return checkpointed ? checkpoint(f, x...) : f(x...); };

// Value and gradients of run(checkpointed) as bytes.
template <class Run>
std::string bits(bool checkpointed, const Run& run, const std::vector<Tensor<double>>& variables) {
  nn::seed(11);
  Tape tape;
  const Tensor<double> y = run(checkpointed);
  std::string result;
  append(result, y);
  nn::default_random().uniform();  // others draw numbers, too
  const Gradients g = tape.backward(y);
  for (const Tensor<double>& v : variables) append(result, g[v]);
  append(result, Tensor<double>(nn::default_random().uniform()));  // where the generator stands afterwards
  return result;
}
template <class Run>
void same(const Run& run, const std::vector<Tensor<double>>& variables) {
  const std::string plain = bits(false, run, variables);
  CHECK(plain.size() > 8);
  CHECK(bits(true, run, variables) == plain);
}

// Blocks that a fresh thread had to ask the heap for: its pool gives none back, so this is the most that lived at once.
template <class Run>
std::uint64_t peak_blocks(const Run& run) {
  std::uint64_t blocks = 0;
  std::thread([&] {
    run();
    blocks = engine::context().heap_blocks;
  }).join();
  return blocks;
}

}  // namespace

TEST_CASE("a checkpoint gives the same bits, and is one entry") {
  const Tensor<double> x = variable(filled({5, 4}, 1), "x"), w = variable(filled({4, 4}, 2), "w");
  const auto block = [](const auto& a, const auto& b) { return tanh(matmul(a, b)) + a * a * sigmoid(a); };
  same(
      [&](bool c) {
        const Tensor<double> h = maybe(c, block, x, w);
        return sum(square(maybe(c, block, h * x, w)) * h * x);
      },
      {x, w});
  Tape tape;
  const Tensor<double> y = checkpoint(block, x, w);
  const auto entries = tape.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[2].op == "checkpoint");
  CHECK(entries[2].inputs == std::vector<long>{0, 1});
  CHECK(text(entries[2].site).find("checkpoint_test.cpp") != std::string::npos);
  CHECK(tape.contains(y));
}

TEST_CASE("gradients flow to what the function reads by itself") {
  const Tensor<double> x = variable(filled({5, 4}, 1)), w = variable(filled({4, 4}, 2)),
                       late = variable(filled({4}, 3));
  same(
      [&](bool c) {
        const Tensor<double> recorded = exp(w * 0.5);
        const Tensor<double> h = maybe(
            c, [&, recorded](const auto& a) { return tanh(matmul(a, w)) + matmul(a, recorded) * late; }, x);
        return sum(h * h) + sum(w * recorded) + sum(late);
      },
      {x, w, late});
  // nothing but captured
  same(
      [&](bool c) {
        return maybe(
            c, [&](const auto& a) { return sum(a * w * w); }, constant(w));
      },
      {w});
}

TEST_CASE("random numbers inside are the same again, and those outside are not disturbed") {
  const Tensor<double> x = variable(filled({40}, 1));
  same(
      [&](bool c) {
        const Tensor<double> h = maybe(
            c, [](const auto& a) { return dropout(sin(dropout(a))); }, x);
        return sum(dropout(maybe(
            c, [](const auto& a) { return dropout(a * a); }, h)));
      },
      {x});
}

TEST_CASE("a generator that the function holds by value draws the same again") {
  const Tensor<double> x = variable(filled({8}, 1));
  same(
      [&](bool c) {
        auto noisy = [random = nn::Random(5)](const Tensor<double>& a) mutable { return a * a * random.uniform(); };
        return sum(maybe(c, noisy, x));
      },
      {x});
}

TEST_CASE("a kept tape is swept twice with the same result") {
  const Tensor<double> x = variable(filled({40}, 1));
  Tape tape;
  const Tensor<double> y = sum(checkpoint([](const auto& a) { return dropout(exp(a)); }, x));
  const std::size_t size = tape.size();
  const Tensor<double> first = tape.backward(y, {.keep = true})[x];
  CHECK(tape.size() == size);
  CHECK(tape.backward(y, {.keep = true})[x].value() == first.value());
  CHECK(tape.gradient(y, x).value() == first.value());
  const Tensor<double> more = sum(y * x);  // the tape goes on
  CHECK(tape.backward(more)[x].value() == (first * sum(x) + y).value());
}

TEST_CASE("checkpoints inside checkpoints") {
  const Tensor<double> x = variable(filled({3, 4}, 1)), w = variable(filled({4, 4}, 2));
  same(
      [&](bool c) {
        const auto layer = [&w](const Tensor<double>& a) { return dropout(tanh(matmul(a, w))); };
        const auto pair = [c, layer](const Tensor<double>& a) { return maybe(c, layer, maybe(c, layer, a)) + a; };
        return sum(square(maybe(
            c, [c, pair](const Tensor<double>& a) { return maybe(c, pair, pair(a)) * a; }, x)));
      },
      {x, w});
}

TEST_CASE("derivatives of a checkpoint of any order") {
  const auto f = [](const Tensor<double>& a, const Tensor<double>& b) {
    return checkpoint([b](const auto& v) { return sin(v) * exp(v * b); }, a * b) * a;
  };
  const GradcheckReport report = gradcheck(f, {filled({2, 2}, 1), filled({2}, 2)}, {.order = 3, .absolute = 1e-7});
  CHECK(report.passed());
}

TEST_CASE("a gradient taken inside the function") {
  const Tensor<double> x = variable(filled({3}, 1));
  const auto force = [](const Tensor<double>& a) {
    const Tensor<double> energy = sum(sin(a) * a);
    return Tape::current()->gradient(energy, a, {.create_graph = true});
  };
  Tape plain;
  const Tensor<double> expected = plain.backward(sum(square(force(x * 2))))[x];
  Tape::Pause pause;
  Tape tape;
  CHECK(tape.backward(sum(square(checkpoint(force, x * 2))))[x].value() == expected.value());
}

TEST_CASE("less memory for a chain of blocks") {
  const Tensor<double> start = filled({64, 64}, 1);
  const auto block = [](const Tensor<double>& a) {
    Tensor<double> h = a;
    for (int i = 0; i < 10; ++i) h = sin(h) * 1.01;
    return h;
  };
  auto run = [&](bool checkpointed) {
    return peak_blocks([&] {
      const Tensor<double> x = variable(start);
      Tape tape;
      Tensor<double> h = x;
      for (int i = 0; i < 10; ++i) h = maybe(checkpointed, block, h);
      const Tensor<double> y = sum(h);
      h = {};
      tape.backward(y);
    });
  };
  const std::uint64_t plain = run(false), less = run(true);
  INFO("blocks: plain ", plain, ", with checkpoints ", less);
  CHECK(plain > 100);          // one for each sine, whose rule keeps its input
  CHECK(less < 10 + 10 + 25);  // the inputs of the blocks, the values of one block, and what is always there
}

TEST_CASE("an optimizer writes in place after a sweep of checkpoints") {
  Tensor<double> w = variable(filled({4, 4}, 2));
  for (int i = 0; i < 2; ++i) {
    const double* before = w.data();
    {
      Tape tape;
      tape.backward(sum(checkpoint([&](const auto& a) { return tanh(matmul(a, w)); }, filled({3, 4}, 1))));
      w.set_value(filled({4, 4}, 3));
    }
    CHECK(w.data() == before);
  }
}

TEST_CASE("without a tape, and on tapes that keep all, f is called as it is") {
  const Tensor<double> x = variable(filled({3}, 1));
  const auto f = [](const auto& a) { return sin(a) * a; };
  CHECK(checkpoint(f, x).value() == f(x).value());
  Tape tape({.replayable = true});
  const Tensor<double> y = sum(checkpoint(f, x));
  CHECK(tape.size() == 4);
  const Tensor<double> other = filled({3}, 2);
  Tape::Pause pause;
  CHECK(tape.replay<double>(y, {{x, other}}).item() == sum(f(other)).item());
}

TEST_CASE("a function that hands on an outer tensor, or a constant, makes no checkpoint") {
  const Tensor<double> x = variable(filled({3}, 1));
  Tape tape;
  const Tensor<double> h = x * 2;
  const Tensor<double> same = checkpoint([](const auto& a) { return a; }, h);
  const Tensor<double> cut = checkpoint([](const auto& a) { return constant(a * a); }, h);
  for (const EntryView& entry : tape.entries()) CHECK(entry.op != "checkpoint");
  CHECK_FALSE(tape.contains(cut));
  CHECK(tape.backward(sum(same * cut))[x].value()(0) == doctest::Approx(8 * x.data()[0] * x.data()[0]));
}

TEST_CASE("tensors that leave the function by another way are lost, and say so") {
  const Tensor<double> x = variable(filled({3}, 1));
  Tensor<double> inner;
  Tape tape;
  const Tensor<double> y = checkpoint([&](const auto& a) { return sin(inner = a * 2); }, x);
  CHECK_THROWS_WITH_AS(inner * y, Contains("was recorded on another tape, or on a part of this one that was rewound"),
                       TapeError);
}

TEST_CASE("what cannot be computed again says so") {
  Tensor<double> x = variable(filled({3}, 1)), w = variable(filled({3}, 2), "weight"),
                 other = variable(filled({3}, 3), "other");
  SUBCASE("scalar statements") {
    Tape tape;
    CHECK_THROWS_WITH_AS(checkpoint([](const auto& a) { return tensor({a(0) * a(1)}); }, x),
                         Contains("checkpoint: the function uses scalar statements"), TapeError);
    CHECK(tape.backward(sum(x))[x].value()(0) == 1);
  }
  SUBCASE("a captured variable with new values") {
    Tape tape;
    const Tensor<double> y = sum(checkpoint([&](const auto& a) { return a * w; }, x));
    w.set_value(filled({3}, 4));
    CHECK_THROWS_WITH_AS(tape.backward(y),
                         Contains("checkpoint: variable \"weight\" got new values between forward and "
                                  "backward"),
                         TapeError);
  }
  SUBCASE("an argument with new values is no matter") {
    Tape tape;
    const Tensor<double> y = sum(checkpoint([](const auto& a) { return a * a; }, x));
    const double before = x.data()[0];
    x.set_value(filled({3}, 4));
    CHECK(tape.backward(y)[x].value()(0) == 2 * before);
  }
  SUBCASE("another shape the second time") {
    bool first = true;
    Tape tape;
    const Tensor<double> y =
        sum(checkpoint([&](const auto& a) { return std::exchange(first, false) ? a * w : sum(a * w); }, x));
    CHECK_THROWS_WITH_AS(tape.backward(y), Contains("result of shape (3,), but when called again one of ()"),
                         TapeError);
    CHECK_THROWS_WITH_AS(tape.backward(y), Contains("because the rule of checkpoint [checkpoint_test.cpp:"), TapeError);
  }
  SUBCASE("another variable the second time") {
    bool first = true;
    Tape tape;
    const Tensor<double> y =
        sum(checkpoint([&](const auto& a) { return a * (std::exchange(first, false) ? w : other); }, x));
    CHECK_THROWS_WITH_AS(tape.backward(y), Contains("read variable \"other\" when it was called again"), TapeError);
  }
  SUBCASE("a hook inside that throws is named") {
    Tape tape;
    const auto fail = [](const Tensor<double>&) { throw Error("no"); };
    const Tensor<double> y = sum(checkpoint([&](const auto& a) { return sin(on_gradient(a * 2, fail)); }, x));
    CHECK_THROWS_WITH_AS(tape.backward(y), "no", Error);
    CHECK_THROWS_WITH_AS(tape.backward(y), Contains("the rule of on_gradient [checkpoint_test.cpp:"), TapeError);
  }
  SUBCASE("an empty result") {
    Tape tape;
    CHECK_THROWS_WITH_AS(checkpoint([](const auto&) { return Tensor<double>(); }, x),
                         Contains("checkpoint: the function returned an empty tensor"), ShapeError);
  }
}

TEST_CASE("float blocks with layers of nn") {
  nn::seed(3);
  const nn::Dense layer(4, 4);
  const Tensor<float> x = variable(cast<float>(filled({3, 4}, 1)));
  auto gradient = [&](bool c) {
    Tape tape;
    const auto block = [&](const auto& a) { return relu(layer(a)); };
    const Gradients g = tape.backward(sum(square(maybe(c, block, maybe(c, block, x)))));
    std::string result;
    append(result, g[x]);
    append(result, g[layer.weight.tensor()]);
    append(result, g[layer.bias.tensor()]);
    return result;
  };
  CHECK(gradient(true) == gradient(false));
}

TEST_CASE("a variable that is an argument and is also read by the block itself is guarded against new values") {
  Tensor<double> w = variable(xt::xarray<double>{3.}, "w");
  {
    Tape tape;
    const Tensor<double> y = sum(checkpoint([&](const Tensor<double>& a) { return a * w; }, w));
    CHECK(tape.backward(y)[w].item() == 6);
  }
  {
    Tape tape;
    const Tensor<double> y = sum(checkpoint([&](const Tensor<double>& a) { return a * w; }, w));
    w.set_value(xt::xarray<double>{100.});
    CHECK_THROWS_WITH_AS(tape.backward(y), Contains("got new values between forward and backward"), TapeError);
  }
  Tape tape;
  const Tensor<double> y = sum(checkpoint([](const Tensor<double>& a) { return a * a; }, w));
  const Tensor<double> same = checkpoint([](const Tensor<double>& a) { return a; }, w);
  w.set_value(xt::xarray<double>{1.});  // an argument may change: the checkpoint holds its values
  CHECK(tape.backward(y + sum(same))[w].item() == 201);
}
