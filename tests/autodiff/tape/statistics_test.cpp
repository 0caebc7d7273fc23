// What a tape counts of itself, against counts by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include <tapegrad/functions/dual.h>
#include <tapegrad/ops.h>
#include <tapegrad/scalars/scalar.h>

using namespace tapegrad;
using S = Scalar<double>;

TEST_CASE("an empty tape has nothing, and says so") {
  Tape tape;
  const TapeStatistics empty = tape.statistics();
  CHECK(empty.entries == 0);
  CHECK(empty.bytes() == 0);
  CHECK(empty.of_float.chunks == 0);
  CHECK(empty.of_double.statements == 0);
  std::ostringstream out;
  out << empty;
  CHECK(out.str() == "0 entries, 0 bytes\n");
}

TEST_CASE("statements, edges and runs are counted as they were written") {
  Tape tape;
  const S a = variable(2.), b = variable(3.);
  S product = a * b;              // one statement, two edges
  const S y = sin(product) + 1;   // one edge
  const S constant = S(2.) * 3.;  // nothing
  S sum = 0.;
  for (int i = 0; i < 10; ++i) sum += a * y;  // in place: one statement, 20 edges
  const TapeStatistics first = tape.statistics();
  CHECK(first.entries == 1);
  CHECK(first.entries == tape.size());
  CHECK(first.of_double.runs == 1);
  CHECK(first.of_double.scalars == 2 + 3);
  CHECK(first.of_double.statements == 3);
  CHECK(first.of_double.edges == 2 + 1 + 20);
  CHECK(first.of_double.edge_bytes == 23 * 16);
  CHECK(first.of_double.chunks >= 1);
  CHECK(first.of_double.chunk_bytes == first.of_double.chunks * (1 << 16) * 16);
  CHECK(first.bytes() == tape.bytes());

  const S between = a + 1;  // a statement between: the sum that goes on counts again
  sum += b;
  const Scalar<float> f = variable(1.f), g = f * f;
  const auto t = tensor({sum, between});  // two copies, and the entry of the tensor
  S later = scalars(t)[0] * 2;            // two elements, in a run of its own
  const TapeStatistics second = tape.statistics();
  CHECK(second.of_double.statements == 3 + 2 + 2 + 1);
  CHECK(second.of_double.edges == 23 + 2 + 2 + 1);
  CHECK(second.of_double.scalars == 5 + 1 + 2 + 2 + 1);
  CHECK(second.of_double.runs == 3);
  CHECK(second.of_float.runs == 1);
  CHECK(second.of_float.scalars == 2);
  CHECK(second.of_float.statements == 1);
  CHECK(second.of_float.edges == 2);
  CHECK(second.of_float.edge_bytes == 24);
  CHECK(second.entries == 3 + 1 + 2);
  CHECK(second.bytes() == tape.bytes());
  CHECK(second.bytes() == second.entry_bytes + 28 * 16 + 2 * 12);
}

TEST_CASE("dual numbers of all types have a row together") {
  Tape tape;
  const Scalar<Dual<double, 2>> a = variable(Dual<double, 2>(3.)), b = a * a + sin(a);
  const Scalar<Dual<double, 1>> c = variable(Dual<double, 1>(3.)), d = exp(c);
  const TapeStatistics counted = tape.statistics();
  CHECK(b.value().value == 9 + std::sin(3.));
  CHECK(counted.of_double.scalars == 0);
  CHECK(counted.of_duals.scalars == 4);
  CHECK(counted.of_duals.statements == 2);
  CHECK(counted.of_duals.edges == 3 + 1);
  CHECK(counted.of_duals.runs == 2);
  CHECK(counted.of_duals.edge_bytes == 3 * 32 + 24);
  CHECK(counted.bytes() == tape.bytes());
}

TEST_CASE("what is left free at the end of a chunk is no edge") {
  constexpr std::size_t chunk = std::size_t(1) << 16, statements = chunk / 6 + 1;
  Tape tape;
  const S a = variable(1.), b = variable(2.), c = variable(3.);
  for (std::size_t i = 0; i < statements; ++i) S t = a * b + c * a + b * c;
  const TapeStatistics counted = tape.statistics();
  CHECK(chunk % 6 != 0);
  CHECK(counted.of_double.statements == statements);
  CHECK(counted.of_double.edges == 6 * statements);
  CHECK(counted.of_double.edge_bytes == (chunk + 6) * 16);
  CHECK(counted.of_double.chunks >= 2);
  CHECK(counted.bytes() == tape.bytes());
}

TEST_CASE("a rewind takes its statements back, and a sweep leaves them to be counted") {
  Tape tape;
  const S a = variable(2.), b = a * a;
  const Tape::Mark mark = tape.mark();
  {
    const S c = b * b, d = c * a;
    CHECK(tape.statistics().of_double.statements == 3);
  }
  tape.rewind(mark);
  CHECK(tape.statistics().of_double.statements == 1);
  CHECK(tape.statistics().of_double.scalars == 2);
  tape.backward(b);
  CHECK(tape.statistics().of_double.edges == 2);
}

TEST_CASE("statistics are a table") {
  Tape tape;
  const S a = variable(2.), b = a * a;
  std::ostringstream out;
  TapeStatistics counted = tape.statistics();
  counted.of_double.chunks = 1;  // as if no tape had been here before
  counted.of_double.chunk_bytes = 1 << 20;
  out << counted;
  CHECK(out.str() ==
        "1 entries, 80 bytes\n"
        "scalars  runs    in use  statements     edges     bytes  chunks  of bytes\n"
        "double      1         2           1         2        32       1   1048576\n");
}

TEST_CASE("a table and the stream it is written to leave each other's format alone") {
  Tape tape;
  const S a = variable(2.), b = a * a;
  std::ostringstream plain, hexadecimal;
  plain << tape.statistics();
  hexadecimal << std::hex << std::left << tape.statistics();
  CHECK(plain.str() == hexadecimal.str());
  CHECK((hexadecimal.flags() & std::ios::adjustfield) == std::ios::left);
  CHECK((plain.flags() & std::ios::adjustfield) == std::ios::fmtflags());
}
