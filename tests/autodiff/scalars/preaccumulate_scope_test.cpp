// What becomes of a tape and its scalars around preaccumulations: marks, rewinds, sums, tensors, errors.
#include <doctest/doctest.h>

#include <cmath>

#include <tapegrad/scalars/preaccumulate.h>
#include <tapegrad/tape/tape.h>
#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using S = Scalar<double>;

std::size_t edges(Tape& tape) { return engine::ScalarRecorder::log<double>(tape.state()).position(); }

}  // namespace

TEST_CASE("with tensors, other types, marks or transforms inside, the recording stays") {
  const auto w = variable(xt::xarray<double>{1., 2.}, "w");
  Tape tape;
  const S a = variable(2.);
  const Scalar<float> f = variable(3.f);
  auto power = [](const auto& x) {
    Scalar s = x * x;
    for (int i = 0; i < 5; ++i) s = s * x;
    return s;
  };
  S kept, result;
  double slope = 7 * 64;
  SUBCASE("a tensor op") {
    result = preaccumulate([&] { return power(a) * sum(w * tensor(a))(); });
    slope = 8 * 128 * 3;
    CHECK(tape.backward(result, {.keep = true})[w].data()[0] == 256);
  }
  SUBCASE("a tensor made of scalars outlives it") {
    Tensor<double> t;
    result = preaccumulate([&] { S s = power(a); t = tensor({s, a}); return s; });
    CHECK(tape.backward(sum(t), {.keep = true})[a] == slope + 1);
  }
  SUBCASE("statements on floats") {
    Scalar<float> other;
    result = preaccumulate([&] { other = power(f); return power(a); });
    CHECK(tape.backward(other, {.keep = true})[f] == 7 * 729);
  }
  SUBCASE("a mark, to which it rewinds") {
    result = preaccumulate([&] {
      const S s = power(a);
      const Tape::Mark mark = tape.mark();
      kept = power(s);
      tape.rewind(mark);
      return s;
    });
    CHECK_THROWS_AS(S(kept + 1), TapeError);
  }
  SUBCASE("a mark, to which is rewound later") {
    Tape::Mark mark;
    result = preaccumulate([&] {
      const S s = power(a);
      mark = tape.mark();
      return s;
    });
    tape.rewind(mark);
  }
  SUBCASE("a transform") {
    result = preaccumulate([&] { return power(a) * grad([&](const auto& x) { return x * x + a; })(0.5); });
  }
  const S before = a * 3;
  CHECK(tape.backward(result + before)[a] == slope + 3);
}

TEST_CASE("a function that rewinds past its own beginning") {
  Tape tape;
  const S a = variable(2.);
  const Tape::Mark mark = tape.mark();
  const S lost = a * 3;
  const S result = preaccumulate([&] {
    S s = lost * lost * a;
    s = s * s * s;
    tape.rewind(mark);
    return s;
  });
  CHECK_THROWS_WITH_AS(S(result + 1), Contains("rewound"), TapeError);
  CHECK_THROWS_AS(S(lost + 1), TapeError);
  CHECK(tape.backward(a * a)[a] == 4);
}

TEST_CASE("a function that throws, and one that ends the tape") {
  Tape tape;
  const S a = variable(2.);
  S seen;
  CHECK_THROWS_AS(preaccumulate([&]() -> S { seen = a * a; throw std::runtime_error("no"); }), std::runtime_error);
  CHECK_THROWS_AS(S(seen + 1), TapeError);
  CHECK(tape.backward(a * a, {.keep = true})[a] == 4);
  double slope = 0;
  const S result = preaccumulate([&] { S s = a * a; slope = tape.backward(s)[a]; return s; });
  CHECK(slope == 4);
  CHECK(result.value() == 4);
  CHECK(Tape::current() == nullptr);
}

TEST_CASE("what was changed inside and not returned is stale, replaced or not") {
  for (int repeat : {1, 20}) {
    Tape tape;
    const S a = variable(2.);
    S sum = a * 1, kept, copy = a;
    const S result = preaccumulate([&] {
      S s = a * 1;
      for (int i = 1; i < repeat; ++i) s = s * a;
      kept = s * 2;
      sum += s;
      return s;
    });
    CHECK(edges(tape) <= 4);
    CHECK_THROWS_WITH_AS(S(kept + 1), Contains("rewound"), TapeError);
    CHECK_THROWS_WITH_AS(S(sum + 1), Contains("rewound"), TapeError);
    CHECK_THROWS_AS(sum += 1 * a, TapeError);
    CHECK_THROWS_WITH_AS(tape.backward(kept), Contains("depends on nothing"), TapeError);
    const Gradients g = tape.backward(result * copy);
    CHECK(g[a] == Approx((repeat + 1) * std::pow(2., repeat)));
    CHECK_THROWS_AS(g[kept], TapeError);
  }
}

TEST_CASE("a sum from outside goes on in its slot behind a preaccumulation") {
  Tape tape;
  const S a = variable(2.);
  S sum = a * 1;
  const std::uint32_t slot = sum.slot();
  auto power = [&] {
    return preaccumulate([&] {
      S s = a;
      for (int i = 0; i < 4; ++i) s = s * a;
      return s;
    });
  };
  for (int i = 0; i < 3; ++i) {
    const S each = power();
    sum += each;
  }
  CHECK(sum.slot() == slot);
  CHECK(edges(tape) == 1 + 3 * 2);
  CHECK(tape.backward(sum)[a] == 1 + 3 * 80);
}

TEST_CASE("marks around preaccumulations") {
  Tape tape;
  const S a = variable(2.);
  auto power = [&](const S& x) { return preaccumulate([&] { S s = x * x; s = s * s; return s * s; }); };  // x^8
  const S first = power(a);
  const Tape::Mark mark = tape.mark();
  S lost;
  for (int i = 0; i < 100; ++i) {
    lost = power(first);
    CHECK(tape.backward(lost, {.keep = true})[a] == Approx(64 * std::pow(2., 63)));
    tape.rewind(mark);
    CHECK_THROWS_AS(S(lost + 1), TapeError);
  }
  const S last = power(first) + power(a);
  tape.rewind(mark);
  CHECK_THROWS_AS(S(last + 1), TapeError);
  CHECK(tape.backward(first)[a] == 8 * 128);
}

TEST_CASE("a sweep inside says nothing of the results, which came after it") {
  Tape tape;
  const S x = variable(3.), a = variable(2.);
  Gradients g;
  const S y = preaccumulate([&] {
    S b = x * x, c = b * b, d = sin(c) * c;
    g = tape.backward(d, {.keep = true});
    return d;
  });
  const double slope = (std::cos(81.) * 81 + std::sin(81.)) * 4 * 27;
  CHECK(g[x] == Approx(slope));
  CHECK(g[a] == 0);
  CHECK_THROWS_WITH_AS(g[y], Contains("was made after the sweep"), TapeError);
  CHECK(tape.backward(y * a)[x] == Approx(2 * slope));
}

TEST_CASE("results from behind a rewind inside") {
  Tape tape;
  const S x = variable(2.);
  S lost;
  const S y = preaccumulate([&] {
    S a = x * x;
    const Tape::Mark mark = tape.mark();
    lost = a * a;
    tape.rewind(mark);
    return S(a * x);
  });
  const S z = y * 1.0;
  CHECK_THROWS_AS(S(lost * 1.0), TapeError);
  CHECK(tape.backward(z)[x] == 12);
}

TEST_CASE("a labelled variable that is a result keeps its label") {
  Tape tape({.check_numbers = true});
  const S x = variable(2.);
  const auto y = preaccumulate([&] {
    S s = x * x;
    for (int i = 0; i < 5; ++i) s = s * x;
    return std::array{variable(0., "speed"), s};
  });
  CHECK(edges(tape) == 1);
  CHECK_THROWS_WITH_AS(S(y[1] / y[0]), Contains("speed = 0"), NumberError);
}

TEST_CASE("a long loop of marks, preaccumulations and rewinds leaves nothing behind") {
  Tape tape;
  const S a = variable(2.);
  const Tape::Mark mark = tape.mark();
  auto step = [&] {
    const S y = preaccumulate([&] { S s = a * a; s = s * s; return s * s; });
    CHECK(tape.backward(y, {.keep = true})[a] == 8 * 128);
    tape.rewind(mark);
  };
  for (int i = 0; i < 10; ++i) step();
  const std::uint64_t blocks = engine::context().heap_blocks;
  for (int i = 0; i < 20'000; ++i) step();
  CHECK(engine::context().heap_blocks == blocks);
}

TEST_CASE("a variable that is made inside and returned keeps its gradient through the others") {
  Tape tape;
  const S x = variable(2.);
  const auto results = preaccumulate([&] {
    S v = variable(3.);
    S w = v * x;
    for (int i = 0; i < 20; ++i) w = w * 1.5 - w * 0.5;
    return std::array{v, w};
  });
  const Gradients g = tape.backward(results[1]);
  CHECK(g[results[0]] == doctest::Approx(2));
  CHECK(g[x] == doctest::Approx(3));
}
