// The lifetime rules of tapes, variables and gradients.
#include <doctest/doctest.h>

#include <sstream>
#include <thread>

#include <tapegrad/autodiff.h>

using namespace tapegrad;
using doctest::Contains;

namespace {
Tensor<double> pair_variable() { return variable(xt::xarray<double>{1., 2.}, "w"); }
}  // namespace

TEST_CASE("backward gives the gradient of a variable") {
  auto w = pair_variable();
  Tape tape;
  Gradients g = tape.backward(sum(w * w));
  CHECK(g[w].value()(0) == 2);
  CHECK(g[w].value()(1) == 4);
  CHECK(g.contains(w));
  CHECK_FALSE(g.contains(pair_variable()));
}

TEST_CASE("a rule reads the values that its op read, whatever is written later") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(w * w);
  w.set_value(xt::xarray<double>{100., 100.});
  CHECK(tape.backward(y)[w].value()(0) == 2);
  CHECK(w.value()(0) == 100);
}

TEST_CASE("value() keeps what it showed") {
  auto w = pair_variable();
  auto before = w.value();
  w.set_value(xt::xarray<double>{7., 8.});
  CHECK(before(0) == 1);
  CHECK(w.value()(0) == 7);
}

TEST_CASE("a variable is written in place when nobody reads it") {
  auto w = pair_variable();
  const double* data = w.data();
  w.set_value(xt::xarray<double>{7., 8.});
  CHECK(w.data() == data);
}

TEST_CASE("a swept tape is closed, can be printed, and another may begin") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(w * w);
  tape.backward(y);
  CHECK_THROWS_WITH_AS(tape.backward(y), Contains("already swept"), TapeError);
  Tape second;
  CHECK(second.backward(sum(w * 3))[w].value()(1) == 3);
  std::ostringstream table;
  table << tape;
  CHECK_MESSAGE(table.str().find("multiply  %0 %0") != std::string::npos, table.str());
  CHECK(table.str().find("tape_test.cpp:") != std::string::npos);
}

TEST_CASE("keep lets a tape be swept twice") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(exp(w));
  auto first = tape.backward(y, {.keep = true});
  auto second = tape.backward(y);
  CHECK(first[w].value() == second[w].value());
}

TEST_CASE("errors of misuse name the cause and the fix") {
  auto w = pair_variable();
  Tape tape;
  CHECK_THROWS_WITH_AS(static_cast<void>(Tape()), Contains("already records"), TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(w * w), Contains("Reduce it with sum or mean"), ShapeError);
  CHECK_THROWS_WITH_AS(tape.backward(Tensor<double>(1.)), Contains("depends on nothing"), TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(w * w, {.seed = Tensor<double>(1.)}), Contains("the seed has shape"), ShapeError);
  CHECK_THROWS_WITH_AS(w + xt::xarray<double>({1., 2., 3.}), Contains("do not broadcast"), ShapeError);
  Tensor<double> constant_tensor = xt::xarray<double>{1.};
  CHECK_THROWS_WITH_AS(constant_tensor.set_value(xt::xarray<double>{2.}), Contains("only a variable"), TapeError);
  CHECK_THROWS_WITH_AS(w.set_value(xt::xarray<double>{2.}), Contains("the new value has (1,)"), ShapeError);
  Gradients g = tape.backward(sum(w));
  CHECK_THROWS_WITH_AS(g[pair_variable()], Contains("has no gradient"), TapeError);
  Tensor<double> a = xt::ones<double>({2, 3});
  CHECK_THROWS_WITH_AS(matmul(a, a), Contains("Did you mean matmul(a, transpose(b))?"), ShapeError);
}

TEST_CASE("a tensor of another tape is refused while recording and readable otherwise") {
  auto w = pair_variable();
  Tensor<double> old;
  {
    Tape tape;
    old = w * w;
  }
  CHECK((old + 1).value()(0) == 2);
  Tape tape;
  CHECK_THROWS_WITH_AS(old * w, Contains("another tape"), TapeError);
  CHECK(tape.backward(sum(constant(old) * w))[w].value()(1) == 4);
}

TEST_CASE("rewind forgets, and what was lost is an error") {
  auto w = pair_variable();
  Tape tape;
  auto y = w * w;
  Tape::Mark mark = tape.mark();
  auto lost = y * 2;
  tape.rewind(mark);
  CHECK(tape.size() == 2);
  CHECK_THROWS_WITH_AS(lost + 1, Contains("rewound"), TapeError);
  auto again = sum(y * 3);
  CHECK_THROWS_WITH_AS(lost + 1, Contains("rewound"), TapeError);
  CHECK(tape.backward(again)[w].value()(1) == 12);
}

TEST_CASE("pause records nothing, and a whole tape fits inside") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(w * w);
  {
    Tape::Pause pause;
    auto z = w * 5;
    CHECK(tape.size() == 3);
    Tape inner;
    CHECK(inner.backward(sum(w * 7))[w].value()(0) == 7);
  }
  auto total = y + sum(w);
  CHECK(tape.backward(total)[w].value()(1) == 5);
}

TEST_CASE("second derivatives through create_graph, first through gradient") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(w * w * w);
  Gradients g = tape.backward(y, {.create_graph = true});
  CHECK(tape.backward(sum(g[w]))[w].value()(1) == 12);
  Tape other;
  auto h = w * 2;
  CHECK(other.gradient(sum(h * h), h).value()(1) == 8);
}

TEST_CASE("float and double live on one tape") {
  auto w = variable(xt::xarray<float>{1.f, 2.f}, "w");
  auto v = pair_variable();
  Tape tape;
  Gradients g = tape.backward(sum(cast<double>(w) * v));
  CHECK(g[w].value()(1) == 2.f);
  CHECK(g[v].value()(1) == 2.);
}

TEST_CASE("scalars and tensors share the tape") {
  auto w = pair_variable();
  Tape tape;
  Scalar<double> a = variable(2.0, "a");
  Scalar<double> s = sin(a) * a;
  auto t = tensor({s, a * s});
  auto u = sum(t * w);
  Scalar<double> last = u() * 2.0;
  Gradients g = tape.backward(last);
  CHECK(g[a] == doctest::Approx(2 * (std::cos(2.) * 2 + std::sin(2.)) + 4 * (4 * std::cos(2.) + 4 * std::sin(2.))));
  CHECK(g[w].value()(0) == doctest::Approx(2 * 2 * std::sin(2.)));
}

TEST_CASE("threads read one variable, each on a tape of its own") {
  auto w = pair_variable();
  std::vector<double> results(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 100; ++k) {
        Tape tape;
        results[i] = tape.backward(sum(w * w * double(i)))[w].value()(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(results[i] == 4. * double(i));
}

TEST_CASE("a tape of ten million entries needs no stack") {
  auto w = variable(xt::xarray<double>{1.}, "w");
  std::thread([&] {
    Tape tape;
    Tensor<double> x = w;
    for (int i = 0; i < 10'000'000; ++i) x = negative(x);
    CHECK(tape.size() == 10'000'001);
    CHECK(tape.backward(x)[w].value()(0) == 1);
  }).join();
}

TEST_CASE("a rule that throws breaks the tape, which says so") {
  auto w = pair_variable();
  Tape tape;
  auto y = tensor(w(0) * w(1)) * 2;
  CHECK_THROWS_WITH_AS(tape.backward(sum(y), {.create_graph = true}), Contains("create_graph stops there"), TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(y), Contains("this tape is broken, because the rule of tensor of scalars"),
                       TapeError);
  Tape next;  // the thread can record again
  CHECK(next.backward(sum(w))[w].value()(0) == 1);
}

TEST_CASE("a loop of rewinds on one tape") {
  auto w = pair_variable();
  Tape tape;
  auto y = sum(w);
  const Tape::Mark mark = tape.mark();
  for (int i = 0; i < 1000; ++i) {
    CHECK(tape.gradient(y * double(i), w).value()(0) == i);
    tape.rewind(mark);
  }
  CHECK(tape.size() == 2);
}

TEST_CASE("views") {
  auto w = variable(xt::xarray<double>{{1., 2., 3.}, {4., 5., 6.}}, "w");
  CHECK(view(w, 1).data() == w.data() + 3);
  CHECK(view(w, xt::all(), xt::range(0, 3, 2)).value()(1, 1) == 6);
  CHECK(view(w, -1, 0).item() == 4);
  Tape tape;
  Gradients g = tape.backward(sum(view(w, xt::range(0, 1), xt::all())));
  CHECK(g[w].value()(0, 2) == 1);
  CHECK(g[w].value()(1, 2) == 0);
}

TEST_CASE("contains tells what has a place on the tape") {
  auto w = pair_variable(), unread = pair_variable();
  const auto early = w * 2;
  Tape tape;
  const auto y = w * 3;
  CHECK(tape.contains(w));
  CHECK(tape.contains(y));
  CHECK_FALSE(tape.contains(unread));
  CHECK_FALSE(tape.contains(early));
  CHECK_FALSE(tape.contains(constant(y)));
  CHECK_FALSE(tape.contains(Tensor<double>()));
}

TEST_CASE("empty tensors are refused by name") {
  const Tensor<double> empty;
  auto w = pair_variable();
  CHECK_THROWS_WITH_AS(empty.item(), Contains("item: the tensor is empty"), ShapeError);
  CHECK_THROWS_WITH_AS(w.set_value(empty), Contains("set_value: the tensor is empty"), ShapeError);
  CHECK_THROWS_WITH_AS(variable(empty), Contains("variable: the tensor is empty"), ShapeError);
  CHECK_THROWS_WITH_AS(constant(empty), Contains("constant: the tensor is empty"), ShapeError);
  CHECK_THROWS_WITH_AS(empty + 1, Contains("an input is an empty tensor"), ShapeError);
  CHECK_THROWS_WITH_AS(static_cast<void>(empty > 0), Contains("an input is an empty tensor"), ShapeError);
}

TEST_CASE("a run of scalar statements shows the labels of the scalars that it reads") {
  Tape tape;
  const Scalar<double> a = variable(2., "speed"), b = variable(3., "mass");
  const auto t = tensor({a * b, a * a});
  CHECK(t.size() == 2);
  const auto entries = tape.entries();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].op == "scalars");
  CHECK(entries[0].label == "speed mass");
}

TEST_CASE("a swept tape keeps the labels of its variables, though they are gone") {
  Tape tape;
  {
    auto gone = variable(xt::xarray<double>{1.}, "old");
    tape.backward(sum(gone));
  }
  const auto fresh = variable(xt::xarray<double>{1.}, "new");
  CHECK(tape.entries()[0].label == "old");
}
