// Derivatives of every op: against differences, to third order; float against double; recorded against plain.
#include <doctest/doctest.h>

#include <tapegrad/inspect/print.h>

#include <set>
#include <sstream>

#include "ops/families.h"

using namespace tapegrad;
using rows::Row, rows::Shapes;

namespace {

using Tensors = std::vector<Tensor<double>>;

void check_differences(const Row& row, const Shapes& shapes, const GradcheckOptions& options) {
  const GradcheckReport report = gradcheck_all(row.call, rows::inputs_of(row, shapes, 3), options);
  std::ostringstream table;
  table << report;
  CHECK_MESSAGE(report.passed(), table.str());
}
void check_every_element(const Row& row, const Shapes& shapes) {
  check_differences(row, shapes, {.order = 2, .absolute = 1e-7});
}
void check_directions(const Row& row, const Shapes& shapes) {
  check_differences(row, shapes, {.order = 3, .absolute = 1e-7, .fast = true});
}

template <Real T>
std::pair<Tensor<T>, Tensor<T>> value_and_gradient(const Row& row, const std::vector<Tensor<T>>& x) {
  Tape tape;
  const Tensor<T> y = row.call(x);
  const Tensor<T> g = tape.gradient(sum(y * y), x[0]);
  return {constant(y), constant(g)};
}

void close(const Tensor<float>& a, const Tensor<double>& b, double epsilon) {
  REQUIRE(text(a.shape()) == text(b.shape()));
  for (std::size_t i = 0; i < b.size(); ++i) CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(epsilon));
}

void check_float(const Row& row, const Shapes& shapes) {
  const std::vector<Tensor<float>> x32 = rows::variables_of<float>(row, shapes, 5);
  Tensors x64;
  for (const Tensor<float>& x : x32) x64.push_back(variable(cast<double>(x)));
  const auto [y64, g64] = value_and_gradient(row, x64);
  const auto [y32, g32] = value_and_gradient(row, x32);
  close(y32, y64, 1e-5);
  close(g32, g64, 1e-4);
}

void check_recorded_backward(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::variables_of<double>(row, shapes, 4);
  auto sweep = [&](bool recorded) {
    Tape tape;
    return tape.backward(sum(square(row.call(x))), {.create_graph = recorded});
  };
  const Gradients plain = sweep(false), recorded = sweep(true);
  for (const Tensor<double>& input : x) {
    REQUIRE(plain.contains(input) == recorded.contains(input));
    if (!plain.contains(input)) continue;
    const Tensor<double> a = plain[input], b = recorded[input];
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(b.data()[i] == doctest::Approx(a.data()[i]).epsilon(1e-12));
  }
}

// Leaves; what a part of the tape is differentiated from; and the ops of all rows.
const std::set<std::string>& known_names() {
  static const std::set<std::string> known = [] {
    std::set<std::string> names{"variable", "input"};
    rows::for_every_row([&](const Row& row) { names.insert(row.op); });
    return names;
  }();
  return known;
}

void check_names(const Row& row, const Shapes& shapes) {
  const Tensors x = rows::variables_of<double>(row, shapes, 3);
  Tape tape;
  tape.backward(sum(square(row.call(x))), {.create_graph = true});
  for (const EntryView& entry : tape.entries()) {
    CHECK_MESSAGE(known_names().count(std::string(entry.op)), "no row is of the op ", std::string(entry.op));
  }
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("gradient checks of every element to second order", Family, differences) {
  rows::for_each_sample<Family>(check_every_element);
}
TEST_CASE_TEMPLATE_DEFINE("gradient checks along directions to third order", Family, directions) {
  rows::for_each_sample<Family>(check_directions);
}
TEST_CASE_TEMPLATE_DEFINE("float gives what double gives, to the precision of float", Family, floats) {
  rows::for_each_sample<Family>(check_float);
}
TEST_CASE_TEMPLATE_DEFINE("a recorded backward gives what an unrecorded one gives", Family, recorded_backward) {
  rows::for_each_sample<Family>(check_recorded_backward);
}
TEST_CASE_TEMPLATE_DEFINE("every op that is recorded has a row", Family, names) {
  rows::for_each_sample<Family>(check_names);
}
TEST_CASE_TEMPLATE_APPLY(differences, rows::Families);
TEST_CASE_TEMPLATE_APPLY(directions, rows::Families);
TEST_CASE_TEMPLATE_APPLY(floats, rows::Families);
TEST_CASE_TEMPLATE_APPLY(recorded_backward, rows::Families);
TEST_CASE_TEMPLATE_APPLY(names, rows::Families);

TEST_CASE("no two rows have one name") {
  std::set<std::string> names;
  rows::for_every_row([&](const Row& row) { CHECK_MESSAGE(names.insert(row.name()).second, row.name()); });
}
