// Thousands of random programs, each run in ways that must agree: reverse and forward mode, differences of values,
// recorded and plain sweeps, replays, checkpoints, one thread and several. A failure is shrunk and printed as code.
#include <cstdlib>
#include <optional>
#include <random>
#include <set>

#include <tapegrad/tape/checkpoint.h>
#include <tapegrad/inspect/print.h>

#include "same_bits.h"
#include "ops/families.h"
#include "programs/random_program.h"

using namespace tapegrad;
using namespace random_program;

namespace {

using Wrong = std::optional<std::string>;  // what is wrong with a program, if anything
using Check = std::function<Wrong(const Program&)>;

Wrong outcome(const Check& check, const Program& program) {
  try {
    return check(program);
  } catch (const std::exception& error) {
    return std::string("throws: ") + error.what();
  }
}

// The environment variable TAPEGRAD_PROGRAMS=20 runs twenty times as many programs.
std::size_t times_asked_for() {
  const char* times = std::getenv("TAPEGRAD_PROGRAMS");
  return times ? std::strtoul(times, nullptr, 10) : 1;
}

void check_programs(std::size_t count, const Options& options, const Check& check) {
  std::size_t failures = 0, programs = 0, steps = 0;
  while (programs < count * times_asked_for() && failures < 3) {
    const Program program = make(++programs, options);
    steps += program.steps.size();
    const Wrong first = outcome(check, program);
    if (!first) continue;
    ++failures;
    const Program small = shrink(program, [&](const Program& smaller) { return outcome(check, smaller).has_value(); });
    const std::string wrong = outcome(check, small).value_or("not every time: " + *first), code = text(small);
    FAIL_CHECK(wrong, "\n", code, "(", small.steps.size(), " of ", program.steps.size(), " steps are left)");
  }
  CHECK(steps > 8 * programs);
}

Tensors variables(const Tensors& values) {
  Tensors x;
  for (const Tensor<double>& value : values) x.push_back(variable(value));
  return x;
}

// Directions in the space of the inputs.
Tensors directions(const Program& program) {
  Tensors u;
  for (std::size_t i = 0; i < program.shapes.size(); ++i)
    u.push_back(numbers(program.shapes[i], program.seed * 100 + 50 + i));
  return u;
}

Tensors moved(const Tensors& x, double step, const Tensors& u) {
  Tensors y;
  for (std::size_t i = 0; i < x.size(); ++i) y.push_back(x[i] + u[i] * step);
  return y;
}

double dot(const Tensor<double>& a, const Tensor<double>& b) { return sum(a * b).item(); }
double dot(const Tensors& a, const Tensors& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += dot(a[i], b[i]);
  return total;
}

Tensor<double> cotangent(const Tensor<double>& y) { return numbers(y.shape(), 99); }

Tensors zeros_like(const Tensors& x) {
  Tensors zeros;
  for (const Tensor<double>& input : x) zeros.push_back(Tensor<double>::full(input.shape(), 0));
  return zeros;
}

// Gradients as a list: zeros where none arrived, since a program may not depend on some input.
Tensors listed(const Gradients& gradients, const Tensors& x) {
  Tensors list = zeros_like(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (gradients.contains(x[i])) list[i] = gradients[x[i]];
  }
  return list;
}

bool depends_on_inputs(const Program& program) {
  const Tensors x = variables(inputs_of(program));
  const Tape tape;
  return tape.contains(program(x));
}

// J^T v by a sweep that consumes the tape.
Tensors pulled_back(const Program& program, const Tensors& at) {
  const Tensors x = variables(at);
  Tape tape;
  const Tensor<double> y = program(x);
  return tape.contains(y) ? listed(tape.backward(y, {.seed = cotangent(y)}), x) : zeros_like(x);
}

// The difference as a part of the larger one, or of 1 where both are smaller, but for an error that is known.
Wrong unless_close(const std::string& what, double a, double b, double allowed, double known_error = 0) {
  if (std::abs(a - b) <= allowed * std::max({1.0, std::abs(a), std::abs(b)}) + known_error) return {};
  std::ostringstream out;
  out.precision(17);
  out << what << ": " << a << " and " << b;
  return out.str();
}
Wrong unless_close(const std::string& what, const Tensor<double>& a, const Tensor<double>& b, double allowed) {
  if (!(a.shape() == b.shape()))
    return what + ": shapes " + tapegrad::text(a.shape()) + " and " + tapegrad::text(b.shape());
  double largest = 1;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.data()[i]));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Wrong wrong =
            unless_close(what + " at " + std::to_string(i), a.data()[i] / largest, b.data()[i] / largest, allowed)) {
      return wrong;
    }
  }
  return {};
}
Wrong unless_close(const std::string& what, const Tensors& a, const Tensors& b, double allowed) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Wrong wrong = unless_close(what + " x" + std::to_string(i), a[i], b[i], allowed)) return wrong;
  }
  return {};
}

struct Slope {
  double value, error;  // the error is an estimate: the difference to a step of twice the length
};

// (f(h) - f(-h)) / 2h without its error of order h^2.
template <class F>
Slope slope(F f) {
  auto central = [&](double h) { return (f(h) - f(-h)) / (2 * h); };
  const double fine = central(5e-5), half = central(1e-4), coarse = central(2e-4), value = (4 * fine - half) / 3;
  return {value, std::abs(value - (4 * half - coarse) / 3)};
}

// <J u, v> = <u, J^T v>
Wrong forward_against_reverse(const Program& program, double allowed) {
  const Tensors x = inputs_of(program), u = directions(program);
  if (!depends_on_inputs(program)) return {};  // then jvp throws
  const auto [y, pushed] = jvp(program, x, u);
  if (Wrong wrong = unless_close("value and value of jvp", program(x), y, 0)) return wrong;
  return unless_close("J u along v, and u along J^T v", dot(pushed, cotangent(y)), dot(u, pulled_back(program, x)),
                      allowed);
}

Wrong against_differences(const Program& program) {
  const Tensors x = inputs_of(program), u = directions(program);
  const Tensor<double> v = cotangent(program(x));
  const Slope numeric = slope([&](double step) { return dot(program(moved(x, step, u)), v); });
  return unless_close("gradient along u, and differences of values", dot(pulled_back(program, x), u), numeric.value,
                      1e-8, numeric.error);
}

// The gradients of a recorded backward are those of a plain one, and their own gradients those of differences.
Wrong recorded_against_plain(const Program& program) {
  const Tensors at = inputs_of(program), u = directions(program), plain = pulled_back(program, at), x = variables(at);
  Tape tape;
  const Tensor<double> y = program(x);
  if (!tape.contains(y)) return {};
  const Tensors first = listed(tape.backward(y, {.seed = cotangent(y), .create_graph = true}), x);
  if (Wrong wrong = unless_close("plain and recorded gradient of", plain, first, 1e-12)) return wrong;
  Tensor<double> along = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) along = along + sum(first[i] * u[i]);
  const double second = tape.contains(along) ? dot(listed(tape.backward(along), x), u) : 0;
  const Tape::Pause pause;
  const Slope numeric = slope([&](double step) { return dot(pulled_back(program, moved(at, step, u)), u); });
  return unless_close("second derivative along u, and differences of gradients", second, numeric.value, 1e-8,
                      numeric.error);
}

// Sweeps that keep the tape, one of them after a part of it was rewound, and the last one, which consumes it.
Wrong same_in_every_sweep(const Program& program) {
  const Tensors x = variables(inputs_of(program));
  Tape tape;
  const Tensor<double> y = program(x);
  if (!tape.contains(y)) return {};
  const Tensors first = listed(tape.backward(y, {.seed = cotangent(y), .keep = true}), x);
  const Tape::Mark mark = tape.mark();
  const Tensor<double> again = program(x);
  tape.backward(again, {.seed = cotangent(again), .keep = true});
  tape.rewind(mark);
  const Tensors second = listed(tape.backward(y, {.seed = cotangent(y), .keep = true}), x);
  const Tensors last = listed(tape.backward(y, {.seed = cotangent(y)}), x);
  if (Wrong wrong = unless_close("first and second sweep, gradient of", first, second, 0)) return wrong;
  return unless_close("sweep that keeps and one that consumes the tape, gradient of", first, last, 0);
}

Wrong replayed(const Program& program) {
  const Tensors x = variables(inputs_of(program));
  Tensor<double> again, y;
  {
    Tape tape({.replayable = true});
    y = program(x);
    if (!tape.contains(y)) return {};
    const Tape::Pause pause;
    again = tape.replay<double>(y, {});
  }
  return unless_close("value and replayed value", y, again, 1e-13);  // a fused op is replayed as the ops of its formula
}

struct Derivatives {
  Tensors first, second;  // value, gradients of a plain and of a recorded sweep; gradients of the recorded ones along u
};

Derivatives derivatives_of(const std::function<Tensor<double>(const Tensors&)>& f, const Program& program) {
  const Tensors x = variables(inputs_of(program)), u = directions(program);
  Derivatives all{{}, zeros_like(x)};
  auto add = [&all](const Tensors& more) { all.first.insert(all.first.end(), more.begin(), more.end()); };
  {
    Tape tape;
    const Tensor<double> y = f(x);
    add({y});
    if (!tape.contains(y)) return all;
    add(listed(tape.backward(y, {.seed = cotangent(y)}), x));
  }
  Tape tape;
  const Tensor<double> y = f(x);
  const Tensors recorded = listed(tape.backward(y, {.seed = cotangent(y), .create_graph = true}), x);
  add(recorded);
  Tensor<double> along = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) along = along + sum(recorded[i] * u[i]);
  if (tape.contains(along)) all.second = listed(tape.backward(along), x);
  return all;
}

// A random part of the program as one function, called as it is and through checkpoint.
Wrong with_and_without_checkpoint(const Program& program, double allowed_in_second) {
  if (program.steps.empty()) return {};
  std::mt19937_64 generator(program.seed);
  const std::size_t steps = program.steps.size(), begin = generator() % steps,
                    end = steps - generator() % (steps - begin);
  auto run = [&](const Program::Around& around) {
    return derivatives_of([&](const Tensors& x) { return program.with_block(x, begin, end, around); }, program);
  };
  const Derivatives plain = run([](const Program::Block& block, const Tensor<double>& x) { return block(x); });
  const Derivatives again =
      run([](const Program::Block& block, const Tensor<double>& x) { return checkpoint(block, x); });
  const std::string what =
      "steps " + std::to_string(begin) + " to " + std::to_string(end) + " without checkpoint and with, ";
  if (Wrong wrong = unless_close(what + "array", plain.first, again.first, 0)) return wrong;
  return unless_close(what + "second derivatives of", plain.second, again.second, allowed_in_second);
}


std::string bits_of(const Program& program) {
  const Tensors x = variables(inputs_of(program));
  std::string bits;
  Tape tape;
  const Tensor<double> y = program(x);
  append(bits, y);
  if (!tape.contains(y)) return bits;
  for (const Tensor<double>& g : listed(tape.backward(y, {.seed = cotangent(y), .create_graph = true}), x))
    append(bits, g);
  const Tape::Pause pause;
  for (const Tensor<double>& g : pulled_back(program, inputs_of(program))) append(bits, g);
  return bits;
}

}  // namespace

TEST_CASE("random programs: forward mode is the transpose of reverse mode") {
  auto in_double = [](const Program& program) { return forward_against_reverse(program, 1e-12); };
  auto with_floats = [](const Program& program) { return forward_against_reverse(program, 1e-4); };
  check_programs(3000, {.scalars = true, .cuts = true}, in_double);
  check_programs(3000, {.floats = true, .scalars = true, .cuts = true}, with_floats);
}

TEST_CASE("random programs: reverse mode agrees with differences of values") {
  check_programs(2000, {.scalars = true}, against_differences);
}

TEST_CASE("random programs: a recorded backward agrees with a plain one, and its backward with differences") {
  check_programs(1500, {}, recorded_against_plain);
}

TEST_CASE("random programs: sweeps that keep the tape and one that consumes it give the same bits") {
  check_programs(2000, {.floats = true, .scalars = true, .cuts = true}, same_in_every_sweep);
}

TEST_CASE("random programs: a replay gives the same values") { check_programs(1000, {}, replayed); }

TEST_CASE("random programs: a checkpoint around some steps changes no bit of values and gradients") {
  auto in_double = [](const Program& program) { return with_and_without_checkpoint(program, 1e-12); };
  auto with_floats = [](const Program& program) { return with_and_without_checkpoint(program, 1e-4); };
  check_programs(1000, {.cuts = true}, in_double);
  check_programs(1000, {.floats = true, .cuts = true}, with_floats);
}

TEST_CASE("random programs on large arrays give the same bits for one worker and two") {
  const Check same = [](const Program& program) -> Wrong {
    const bool equal = bits_on(1, [&] { return bits_of(program); }) == bits_on(2, [&] { return bits_of(program); });
    return equal ? Wrong() : "two threads give other bits than one";
  };
  check_programs(5, {.floats = true, .large = true}, same);
}

TEST_CASE("random programs use every op of the rows, floats, scalars and fused ops") {
  std::set<std::string> used;
  for (std::uint64_t seed = 1; seed <= 12000; ++seed) {
    const Program program = make(seed, {.floats = true, .scalars = seed % 2 == 0});
    const Tensors x = variables(inputs_of(program));
    Tape tape;
    const Tensor<double> y = program(x);
    if (seed % 2 && tape.contains(y)) tape.backward(y, {.seed = cotangent(y), .create_graph = true});
    for (const EntryView& entry : tape.entries()) used.insert(std::string(entry.op));
  }
  std::set<std::string> wanted{"fuse", "fuse_sum", "scalars", "scalars of tensor", "tensor of scalars"};
  rows::for_every_row([&](const rows::Row& row) { wanted.insert(row.op); });
  for (const char* op : {"on_gradient", "scale_gradient"})
    wanted.erase(op);          // forward and reverse mode differ by purpose
  wanted.erase("checkpoint");  // has a test of its own above
  for (const std::string& op : wanted) CHECK_MESSAGE(used.count(op), "in no program: ", op);
}

TEST_CASE("a random program that goes wrong is shrunk to the step that does it, and printed as code") {
  // constant() hides a part of the derivative that differences see.
  Program program = make(1, {});
  std::size_t longest = program.steps.size();
  const Step wrong{"constant($0) * $0",
                   {1},
                   [](const std::vector<Value>& x) -> Value {
                     const auto& tensor = std::get<Tensor<double>>(x[0]);
                     return constant(tensor) * tensor;
                   },
                   Tensor<double>::empty(program.shapes[1])};
  program.steps.push_back(wrong);
  REQUIRE(outcome(against_differences, program));
  const Program small = shrink(program, [](const Program& p) { return outcome(against_differences, p).has_value(); });
  CHECK(longest > 3);
  REQUIRE(small.steps.size() == 1);
  CHECK(small.steps[0].code == "constant($0) * $0");
  const std::string code = text(small);
  CHECK(code.find("auto v0 = constant(x1) * x1;  // double ") != std::string::npos);
  CHECK(code.find("seed 1") != std::string::npos);
}
