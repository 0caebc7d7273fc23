// Tapes inside each other's pauses, marks and rewinds, sweeps while paused: what a tape owns, and what it does not.
#include <doctest/doctest.h>

#include <cmath>
#include <optional>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
Tensor<double> twos() { return variable(xt::xarray<double>{2., 2., 2.}, "w"); }
}  // namespace

TEST_CASE("two tapes in one pause leave the outer tape whole") {
  const auto w = twos();
  Tape outer;
  const auto y = sum(w * w);
  {
    Tape::Pause pause;
    Tape a;
    a.backward(sum(w * w));
    Tape b;
    b.backward(sum(w * 5));
    CHECK(outer.gradient(y, w).data()[0] == 4);  // while the inner ones live
  }
  const auto z = y + sum(w * 3);
  CHECK(outer.gradient(z, w).data()[0] == 7);
  CHECK(outer.backward(z)[w].data()[0] == 7);
}

TEST_CASE("second derivatives after an inner tape") {
  const auto w = twos();
  Tape outer;
  const auto y = sum(w * w * w);
  {
    Tape::Pause pause;
    Tape inner;
    inner.backward(sum(w));
  }
  const Gradients first = outer.backward(y, {.create_graph = true});
  CHECK(outer.backward(sum(first[w]))[w].data()[1] == 12);
}

TEST_CASE("an inner tape that outlives its pause does not take the outer one's memory") {
  const auto w = twos();
  Tape outer;
  auto y = sum(w * w);
  std::optional<Tape> inner;
  {
    Tape::Pause pause;
    inner.emplace();
    inner->backward(sum(w * 9));
  }
  y = y + sum(w * 2);
  inner.reset();
  for (int i = 0; i < 100; ++i) y = y + sum(w) * 0.01;
  CHECK(outer.backward(y)[w].data()[2] == doctest::Approx(4 + 2 + 1));
}

TEST_CASE("a rewind does not take the memory of a tape that is still there to be printed") {
  const auto w = twos();
  Tape outer;
  const Tape::Mark mark = outer.mark();
  std::optional<Tape> inner;
  {
    Tape::Pause pause;
    inner.emplace();
    inner->backward(sum(w * 9));
  }
  const std::string before = to_dot(*inner);
  outer.rewind(mark);
  const auto y = sum(w * w * w * 2);
  CHECK(to_dot(*inner) == before);
  CHECK(outer.backward(y)[w].data()[0] == 24);
}

TEST_CASE("sweeps in a pause leave it paused") {
  const auto w = twos();
  Tape tape;
  const auto y = sum(w * w);
  {
    Tape::Pause pause;
    CHECK(tape.gradient(y, w).data()[0] == 4);
    const std::size_t before = tape.size();
    CHECK_THROWS_WITH_AS(tape.backward(y, {.create_graph = true}), Contains("this tape is paused"), TapeError);
    CHECK(sum(w * 2).item() == 12);
    CHECK(tape.size() == before);
    CHECK(tape.backward(y)[w].data()[0] == 4);
  }
  Tape next;  // the swept tape did not begin to record again
  CHECK(next.backward(sum(w))[w].data()[0] == 1);
}

TEST_CASE("marks: fresh ones after a rewind, used twice, lost ones, and those of other tapes") {
  const auto w = twos();
  Tape tape;
  const Tape::Mark start = tape.mark();
  for (int i = 0; i < 3; ++i) {
    const Tape::Mark mark = tape.mark();
    const auto y = sum(w * double(i));
    CHECK(tape.gradient(y, w).data()[0] == i);
    tape.rewind(mark);
    tape.rewind(mark);
  }
  sum(w);
  const Tape::Mark lost = tape.mark();
  tape.rewind(start);
  CHECK_THROWS_WITH_AS(tape.rewind(lost), Contains("rewound before"), TapeError);
  const Tape::Mark outer = tape.mark();
  Tape::Pause pause;
  CHECK_THROWS_WITH_AS(tape.rewind(outer), Contains("paused"), TapeError);
  Tape other;
  CHECK_THROWS_WITH_AS(other.rewind(outer), Contains("from another tape"), TapeError);
}

TEST_CASE("rewinding into a run of scalar statements cuts it") {
  Tape tape;
  const Scalar<double> a = variable(3., "a"), b = a * 2.;
  const Tape::Mark mark = tape.mark();
  const Scalar<double> lost = b * 10. * 10.;
  CHECK(lost.value() == 600);
  tape.rewind(mark);
  const Scalar<double> c = b * 1.;
  CHECK(tape.backward(c)[a] == 2);
}

TEST_CASE("a scalar that nobody asked for does not spoil the others") {
  Tape tape;
  const Scalar<double> a = variable(0., "a");
  const Scalar<double> unused = sqrt(a);
  CHECK(unused.value() == 0);
  CHECK(tape.backward(a * 2.)[a] == 2);
}

TEST_CASE("gradients add and scale those of scalars, and survive an op that throws") {
  const auto w = twos();
  {
    Tape tape;
    const Scalar<double> a = variable(3., "a");
    Gradients g = tape.backward(a * a, {.keep = true});
    g += tape.backward(a * 2.);
    g *= 2;
    CHECK(g[a] == 16);
  }
  Gradients stale;
  {
    Tape tape;
    stale = tape.backward(sum(w * w), {.create_graph = true});
  }
  {
    Tape tape;
    CHECK_THROWS_AS(stale *= 0.5, TapeError);
  }
  CHECK(stale[w].data()[0] == 4);
}

TEST_CASE("seeds, broadcasts and casts hold values, not the variable") {
  auto w = twos(), seed = variable(xt::xarray<double>{5., 5., 5.}, "seed");
  Tape tape;
  const Gradients g = tape.backward(w + 0., {.seed = seed});
  const auto same = broadcast_to(w, {3}), sums = sum_to(w, {3}), copy = cast<double>(w);
  seed.set_value(xt::xarray<double>{100., 100., 100.});
  w.set_value(xt::xarray<double>{100., 100., 100.});
  CHECK(g[w].data()[0] == 5);
  CHECK(same.data()[0] == 2);
  CHECK(sums.data()[0] == 2);
  CHECK(copy.data()[0] == 2);
}

TEST_CASE("an exception of any type breaks the tape and leaves the thread clean") {
  const auto w = twos();
  {
    Tape tape;
    bool armed = false;
    const auto y = fuse([&armed]<class V>(V x) {
      if constexpr (std::is_same_v<V, Tensor<double>>) {
        if (armed) throw 7;
      }
      return x * x;
    }, w);
    armed = true;
    CHECK_THROWS_AS(tape.backward(sum(y), {.create_graph = true}), int);
    CHECK_THROWS_WITH_AS(tape.backward(sum(y)), Contains("this tape is broken"), TapeError);
  }
  Tape next;
  CHECK(next.backward(sum(w * 3))[w].data()[0] == 3);
}

TEST_CASE("fuse at zero, and fuse of a function that ignores what wants a gradient") {
  const auto zero = variable(xt::xarray<double>{0., -2.}, "zero"), w = variable(xt::xarray<double>{1., 1.}, "w");
  Tape tape;
  CHECK(tape.gradient(sum(fuse([](auto x) { return pow(x, 1) + pow(x, 0) + pow(x, 2); }, zero)), zero).data()[1] == -3);
  CHECK(fuse([](auto x) { return pow(x, 0); }, zero).data()[0] == 1);
  const Tensor<double> c = xt::xarray<double>{3., 4.};
  const auto y = sum(fuse([](auto a, auto b) { return a * 2 + 0 * b * 0; }, c, w)) +
                 sum(fuse([](auto a, auto) { return a; }, c, w) * w);
  CHECK(tape.backward(y, {.create_graph = true})[w].data()[1] == 4);
}

TEST_CASE("shapes and labels that are too large are refused") {
  CHECK_THROWS_WITH_AS((Shape{std::size_t(1) << 31, std::size_t(1) << 30}),
                       Contains("a tensor has at most 2^48 elements"), ShapeError);
  CHECK_THROWS_WITH_AS(Indices(xt::xarray<std::int64_t>{std::int64_t(1) << 32}), Contains("outside of 32 bits"),
                       DomainError);
}
