// Scalars as values: copies, sums built in place, containers, algorithms, and what must not go wrong with them.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>

#include <tapegrad/engine/context.h>
#include <tapegrad/transforms/transforms.h>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;
using S = Scalar<double>;

namespace {

std::size_t edges(Tape& tape) { return engine::ScalarRecorder::log<double>(tape.state()).position(); }

template <class T>
T horner(const std::vector<T>& c, const T& x) {
  T sum = 0.0;
  for (std::size_t i = c.size(); i-- > 0;) sum = sum * x + c[i];
  T rest = 1.0 - x;
  return sum * rest;
}

}  // namespace

TEST_CASE("a formula that is kept does not dangle, and means what it meant") {
  Tape tape;
  S a = variable(2.), b = variable(3.), c = variable(5.);
  const S a0 = a;
  auto e = a * b;
  a += c;      // a new quantity: e still means the old one
  a = a * 10;
  const S d = e;
  CHECK(d.value() == 6);
  const Gradients g = tape.backward(d + a);
  CHECK(g[a0] == 13);
  CHECK(g[b] == 2);
  CHECK(g[c] == 10);
  auto outlives = [&] {
    const S local = b * 2;
    return local * local;
  }();
  CHECK(outlives.value() == 36);
  Scalar deduced = exp(b - 3);
  deduced += a;
  static_assert(std::is_same_v<decltype(deduced), S>);
}

TEST_CASE("a sum that nothing reads grows in its own slot, an edge for each scalar") {
  Tape tape;
  std::vector<S> a, x;
  for (int i = 0; i < 10; ++i) {
    a.push_back(variable(double(i)));
    x.push_back(variable(2.0));
  }
  S sum = 0.0;
  for (int i = 0; i < 10; ++i) sum += a[i] * x[i];
  CHECK(edges(tape) == 20);
  sum -= a[3];
  sum += 7;
  CHECK(edges(tape) == 21);
  const Gradients g = tape.backward(sum);
  CHECK(sum.value() == 2 * 45 - 3 + 7);
  CHECK(g[a[3]] == 1);
  CHECK(g[a[4]] == 2);
  CHECK(g[x[9]] == 9);
}

TEST_CASE("a sum that was read goes on in a new slot") {
  Tape tape;
  const S x = variable(3.), y = variable(4.);
  SUBCASE("by a statement") {
    S sum = x * 1;
    const S before = sum * sum;
    sum += y;
    const Gradients g = tape.backward(before + 10 * sum);
    CHECK(g[x] == 6 + 10);
    CHECK(g[y] == 10);
  }
  SUBCASE("by a copy, either way round") {
    S sum = x * 1;
    S copy = sum;
    copy += y;
    sum += 2 * y;
    const Gradients g = tape.backward(100 * copy + sum);
    CHECK(g[x] == 101);
    CHECK(g[y] == 102);
  }
  SUBCASE("by assignment and by move") {
    S sum = x * 1, other = 0;
    other = sum;
    S moved = std::move(sum);
    sum += y;
    moved += 2 * y;
    other += 4 * y;
    const Gradients g = tape.backward(100 * sum + 10 * moved + other);
    CHECK(g[x] == 111);
    CHECK(g[y] == 100 + 20 + 4);
  }
  SUBCASE("by itself") {
    S s = x * 1;
    s += s * s;  // x + x^2
    s += s;      // twice that
    s -= s * x;  // 2 (x + x^2) (1 - x)
    CHECK(s.value() == 2 * 12 * -2);
    CHECK(tape.backward(s)[x] == Approx(2 * (1 - 3 * 9)));
    CHECK(s.value() == -48);
  }
  SUBCASE("by a kept formula") {
    S s = x * 1;
    auto e = s * s;
    s += y;
    s += e;
    CHECK(tape.backward(s)[x] == 1 + 6);
  }
  SUBCASE("by a tensor") {
    S s = x * 1;
    const auto t = tensor({s, s * 2});
    s += 100 * y;
    const Gradients g = tape.backward(sum(t), {.keep = true});
    CHECK(g[x] == 3);
    CHECK(g[y] == 0);
    CHECK(tape.backward(s)[y] == 100);
  }
  SUBCASE("by a sweep: the gradient of what it was stays") {
    S s = x * 1;
    const Gradients before = tape.backward(s, {.keep = true});
    s += y;
    const Gradients after = tape.backward(s);
    CHECK(before[x] == 1);
    CHECK(before[y] == 0);
    CHECK(after[y] == 1);
  }
  SUBCASE("by a transform") {
    auto [value, pull] = vjp([](const auto& s) { S twice = s * 2; return twice; }, 3.0);
    value += 50 * y;
    CHECK(pull(S(1)) == 2);
  }
}

TEST_CASE("a variable stays the variable when it is changed") {
  Tape tape;
  S x = variable(3.);
  const S at_first = x;
  x += 4;
  x *= 2;
  x -= x / 2;
  CHECK(x.value() == 7);
  CHECK(tape.backward(x)[at_first] == 1);
}

TEST_CASE("a sum that began before a mark does not grow where a rewind would cut it") {
  Tape tape;
  const S x = variable(3.), y = variable(4.);
  S sum = x * 1;
  const Tape::Mark mark = tape.mark();
  for (int i = 0; i < 3; ++i) {
    S inner = sum;
    sum += y;
    inner += y * y;
    CHECK(tape.backward(sum, {.keep = true})[y] == 1);
    CHECK(tape.backward(inner, {.keep = true})[y] == 8);
    tape.rewind(mark);
    CHECK_THROWS_WITH_AS(S(sum * 1), Contains("a part of this one that was rewound"), TapeError);
    sum = x * 2;
    CHECK(tape.backward(sum, {.keep = true})[x] == 2);
  }
}

TEST_CASE("rewinds free slots, and what they held is known to be gone") {
  Tape tape;
  const S x = variable(3.);
  const Tape::Mark start = tape.mark();
  S kept = x * 2;
  const Tape::Mark later = tape.mark();
  Gradients total;
  for (int i = 0; i < 1000; ++i) {
    const S lost = kept * x;
    if (i == 0) total = tape.backward(lost, {.keep = true});
    else total += tape.backward(lost, {.keep = true});
    tape.rewind(later);
    CHECK_THROWS_WITH_AS(S(lost + 1), Contains("rewound"), TapeError);
    CHECK_THROWS_WITH_AS(tape.backward(lost), Contains("depends on nothing"), TapeError);
  }
  CHECK(total[x] == 12000);
  CHECK(total[kept] == 3000);
  CHECK(later.position()->scalars.at(1).slots == tape.mark().position()->scalars.at(1).slots);
  CHECK(tape.backward(kept, {.keep = true})[x] == 2);
  tape.rewind(start);
  CHECK_THROWS_AS(S(kept + 1), TapeError);
  CHECK_THROWS_WITH_AS(tape.rewind(later), Contains("rewound before"), TapeError);
  const S again = x * 5;  // in the slot that `kept` had
  CHECK(again.slot() == kept.slot());
  CHECK(tape.backward(again, {.keep = true})[x] == 5);
  CHECK_THROWS_AS(S(kept + 1), TapeError);
  const Gradients g = tape.backward(again);
  CHECK_THROWS_WITH_AS(g[kept], Contains("belongs to another tape"), TapeError);
}

TEST_CASE("scalars of another tape are told, and those of an outer one come back with it") {
  S old;
  {
    Tape tape;
    old = variable(2.);
  }
  Tape tape;
  const S x = variable(3.), y = x * x;
  CHECK_THROWS_WITH_AS(S(x * old), Contains("scalar: it was made on another tape"), TapeError);
  CHECK_THROWS_WITH_AS(tensor({x, old}), Contains("scalar: it was made on another tape"), TapeError);
  CHECK(S(x * old.value()).value() == 6);
  for (int i = 0; i < 3; ++i) {
    const Tape::Pause pause;
    CHECK(S(y + 1).slot() == 0);
    Tape inner;
    CHECK_THROWS_AS(S(y + 1), TapeError);
    const S z = variable(1.), w = z * y.value();
    CHECK(inner.backward(w)[z] == 9);
  }
  S sum = y + 1;
  {
    const Tape::Pause pause;
    sum += y * 100;
    CHECK(sum.value() == 910);
    CHECK(sum.slot() == 0);  // what is computed under a pause is a constant
  }
  CHECK(tape.backward(y * x)[x] == 27);
  S after = x * 2;  // nothing records any more
  CHECK(after.slot() == 0);
}

TEST_CASE("scalars of one thread are none of another's") {
  Tape tape;
  const S x = variable(3.);
  std::thread([&] {
    const S copy(x.value(), x.slot(), x.tag());
    Tape other;
    const S mine = variable(1.);
    CHECK_THROWS_AS(S(copy * mine), TapeError);
  }).join();
  CHECK(tape.backward(x * 2)[x] == 2);
}

TEST_CASE("algorithms and containers") {
  Tape tape;
  std::vector<S> v;
  for (double number : {3., 1., 2.}) v.push_back(variable(number));
  const std::vector<S> inputs = v;
  std::sort(v.begin(), v.end());
  CHECK(v[0] == 1);
  CHECK(v[2] == 3);
  const S dot = std::inner_product(v.begin(), v.end(), inputs.begin(), S(0));  // 1*3 + 2*1 + 3*2
  const S sum = std::accumulate(v.begin(), v.end(), S(10));
  const Gradients g = tape.backward(dot + 100 * sum, {.keep = true});
  CHECK(g[inputs[0]] == 1 + 2 + 100);
  CHECK(g[inputs[1]] == 3 + 2 + 100);
  std::swap(v[0], v[2]);
  swap(v[0], v[1]);
  const S chosen = v[0] > v[1] ? v[0] : v[1];
  CHECK(tape.backward(std::max(chosen, S(1)), {.keep = true})[inputs[0]] == 1);
  std::map<int, S> by_key{{1, v[0]}};
  by_key[2];
  CHECK(by_key[2] == 0);
  by_key[2] += v[0] * v[0];
  CHECK(tape.backward(by_key[2])[v[0]] == 4);
  CHECK(std::is_nothrow_copy_constructible_v<S>);
  CHECK(std::is_nothrow_move_assignable_v<S>);
}

TEST_CASE("comparisons with numbers, formulas and scalars") {
  CHECK_FALSE(Scalar<float>(0.1f) == 0.1);  // as floats and doubles do
  CHECK(Scalar<float>(16777216.f) < 16777217.0);
  const S a = 2, b = 3;
  CHECK((a < b && a * 2 > b && b >= 3 && 2 == a && a != b && 1.5f < a && a + 1 == b && a <= a));
  const S nan = std::nan("");
  CHECK_FALSE((nan < a || nan > a || nan == nan));
  CHECK(nan != nan);
}

TEST_CASE("a generic function of numbers, and arrays of scalars") {
  const std::vector<double> plain{1., -2., 0.5};
  Tape tape;
  const std::vector<S> c{variable(1.), variable(-2.), variable(0.5)};
  const S x = variable(0.7), y = horner(c, x);
  CHECK(y.value() == Approx(horner(plain, 0.7)));
  const Gradients g = tape.backward(y, {.keep = true});
  CHECK(g[c[2]] == Approx(0.49 * 0.3));
  CHECK(g[x] == Approx((-2 + 0.7) * 0.3 - (1 - 1.4 + 0.245)));
  xt::xtensor<S, 1> array = xt::xtensor<S, 1>::from_shape({3});
  for (std::size_t i = 0; i < 3; ++i) array(i) = c[i];
  S sum = 0;
  for (const S& each : array) sum += each * each;
  CHECK(tape.backward(sum)[c[1]] == -4);
}

TEST_CASE("runs: tensors and both types of scalars between each other") {
  const auto w = variable(xt::xarray<double>{1., 2., 3.}, "w");
  Tape tape;
  const S x = variable(2.);
  const Scalar<float> f = variable(3.f);
  S sum = x * x;
  Scalar<float> other = f * f;
  sum += x;  // after a float: another run, the same slot or a new one
  other += f;
  const auto t = w * tensor({sum, x, sum * x});
  std::vector<S> back = scalars(t);
  back[0] += back[1] * back[2];
  sum += back[0];
  const S y = sum + double(other.value()) * x;
  const Gradients g = tape.backward(y, {.keep = true});
  // y = s + s w0 + (x w1) (s x w2) + 12 x with s = x^2 + x, at x = 2, s = 6
  CHECK(y.value() == 6 + 6 + 4 * 36 + 24);
  CHECK(g[x] == Approx(5 + 5 + 2 * 3 * (2 * 2 * 6 + 4 * 5) + 12));
  CHECK(g[w].value()(0) == 6);
  CHECK(g[w].value()(1) == 2 * 36);
  CHECK(tape.backward(other)[f] == 7);
}

TEST_CASE("chunks: ten million statements in a second or so, and none but the first tape asks the heap") {
  const auto start = std::chrono::steady_clock::now();
  for (int repeat = 0; repeat < 2; ++repeat) {
    const std::uint64_t before = engine::context().heap_blocks;
    Tape tape;
    const S a = variable(0.999'999), x0 = variable(0.5);
    S x = x0;
    for (int i = 0; i < 10'000'000; ++i) x = x * a;
    const Gradients g = tape.backward(x);
    CHECK(g[x0] == Approx(std::pow(0.999'999, 1e7)));
    CHECK(g[a] == Approx(1e7 * x.value() / 0.999'999));
    if (repeat) CHECK(engine::context().heap_blocks == before);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  MESSAGE("two times ten million statements: " << seconds.count() << " s");
}

TEST_CASE("statements of several edges at the end of a chunk") {
  Tape tape;
  const S a = variable(1.), b = variable(2.), c = variable(3.);
  S sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    S t = a * b + c * a + b * c;  // six edges, 65536 is no multiple of six
    sum += t;
  }
  const Gradients g = tape.backward(sum);
  CHECK(g[a] == 5e5);
  CHECK(g[b] == 4e5);
  CHECK(g[c] == 3e5);
  CHECK(jvp([](const auto& x) {
          S x1 = x, y = 0;
          for (int i = 0; i < 50'000; ++i) y += x1 * x1 + x1;
          return y;
        }, 3.0, 1.0).second == Approx(50'000 * 7.));
}

TEST_CASE("slots run out with an error") {
  Tape tape;
  const S a = variable(2.);
  S b = a * 2;
  auto& log = engine::ScalarRecorder::log<double>(tape.state());
  const Tape::Mark mark = tape.mark();
  log.slots = 0xFFFF'FFF0;
  log.fit();
  S c = b;
  auto fill = [&] { for (int i = 0; i < 100; ++i) c = c * a; };
  CHECK_THROWS_WITH_AS(fill(), Contains("a tape holds at most 2^32 - 1 scalars"), TapeError);
  CHECK_THROWS_WITH_AS(scalars(tensor({a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a})), Contains("2^32 - 1"),
                       TapeError);
  tape.rewind(mark);
  CHECK(tape.backward(b)[a] == 2);
}
