// Reads: what a tape that keeps values records where a gradient ends.
#include <doctest/doctest.h>

#include <tapegrad/inspect/print.h>

#include <sstream>

#include "inspect/why.h"

using namespace tapegrad;
using doctest::Contains;

TEST_CASE("reads stand on tapes that keep values only, and change nothing") {
  auto w = pair_variable();
  auto run = [&w](TapeOptions options, std::size_t& entries, std::string& table) {
    Tape tape(options);
    const Tape::Mark mark = tape.mark();
    const auto lost = w > 1;
    tape.rewind(mark);
    const Mask above = w > 1;
    const auto held = stop_gradient(w);
    const double factor = argmin(w).data()[0] + 3;
    const auto y = sum(where(above, w, held) * factor);
    entries = tape.size();
    const Tensor<double> first = tape.gradient(y, w, {.create_graph = true});
    std::ostringstream out;
    out << tape << to_dot(tape);
    table = out.str();
    return tape.backward(y)[w].value()(1) + first.value()(1);
  };
  std::size_t plain = 0, kept = 0;
  std::string plain_table, kept_table;
  CHECK(run({}, plain, plain_table) == 6);
  CHECK(run(debugging, kept, kept_table) == 6);
  CHECK(plain == 4);
  CHECK(kept == 7);
  CHECK_FALSE(has(plain_table, "stop_gradient"));
  CHECK_MESSAGE(has(kept_table, "%1     greater        %0 constant"), kept_table);
  CHECK_MESSAGE(has(kept_table, "%2     stop_gradient  %0"), kept_table);
}

TEST_CASE("stop_gradient refuses a stale tensor, which constant takes") {
  auto w = pair_variable();
  Tensor<double> old;
  {
    Tape tape;
    old = w * w;
  }
  Tape tape(debugging);
  CHECK_THROWS_WITH_AS(stop_gradient(old), Contains("stop_gradient: an input of shape (2,) was recorded on another "
                                                    "tape"),
                       TapeError);
  CHECK(constant(old).value()(1) == 4);
  CHECK((old > 2).data()[1]);
  CHECK(tape.size() == 0);
  CHECK(stop_gradient(w).data() == w.data());
}

TEST_CASE("reads are no part of what a transform recorded, and rewinding takes them away") {
  auto w = pair_variable();
  Tape tape(debugging);
  const Tape::Mark mark = tape.mark();
  const auto [value, slope] = value_and_grad([](const auto& x) { return sum(where(x > 1, x * x, x)); })(w);
  CHECK(slope.value()(0) == 1);
  CHECK(slope.value()(1) == 4);
  auto compared = [](const auto& x) { return sum(where(x > 1, Tensor<double>(1.), Tensor<double>(0.))); };
  CHECK_THROWS_WITH_AS(grad(compared)(w), Contains("nothing was recorded that depends on an argument"), TapeError);
  tape.rewind(mark);
  CHECK(tape.size() == 0);
  CHECK(has(tape.why(w), "Variable \"w\" of shape (2,) was never read on this tape."));
}
