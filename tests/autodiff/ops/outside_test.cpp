// Every op against PyTorch: value, gradient, Jacobian and Hessian on random inputs, to 1e-12 in double.
// tests/references/ops/reference.py says how the numbers were made; rows and cases have the same names.
#include <doctest/doctest.h>
#include <tapegrad/transforms/transforms.h>

#include <set>

#include "ops/families.h"
#include "ops/outside_cases.h"

using namespace tapegrad;
using rows::Row;

namespace {

using X = std::vector<Tensor<double>>;

const std::string between_squares = ", between squares";

template <class Family>
const std::vector<OutsideCase>& cases_of() {
  static const std::vector<OutsideCase> all =
      read_outside_cases(TAPEGRAD_REFERENCE_DIR "/" + rows::name_of<Family>() + ".txt");
  return all;
}

const Row* find_row(const std::vector<Row>& family, std::string name) {
  if (name.ends_with(between_squares)) name.resize(name.size() - between_squares.size());
  for (const Row& row : family) {
    if (row.name() == name) return &row;
  }
  return nullptr;
}

// The function of a case; "op/variant, between squares" squares its inputs and its value.
GradcheckFunction function_of(const OutsideCase& given, const Row& row) {
  if (!given.name.ends_with(between_squares)) return row.call;
  return [&row](X x) {
    for (Tensor<double>& part : x) part = square(part);
    return square(row.call(x));
  };
}

void append(std::vector<double>& to, const Tensor<double>& x) { to.insert(to.end(), x.data(), x.data() + x.size()); }

std::vector<double> numbers_of(const X& parts) {
  std::vector<double> all;
  for (const Tensor<double>& part : parts) append(all, part);
  return all;
}

Tensor<double> one_at(const Shape& shape, std::size_t place) {
  Tensor<double> seed = Tensor<double>::full(shape, 0);
  seed.mutable_data()[place] = 1;
  return seed;
}

// Relative to the largest magnitude of the array.
void compare(const std::string& what, const std::vector<double>& ours, const std::vector<double>& theirs) {
  INFO(what);
  REQUIRE(ours.size() == theirs.size());
  double largest = 0;
  for (const double number : theirs) largest = std::max(largest, std::abs(number));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    INFO("element ", i);
    CHECK(std::abs(ours[i] - theirs[i]) <= 1e-12 * largest);
  }
}

// All rows: the derivatives of each element of the parts, by a sweep of its own.
std::vector<double> rows_by_seeds(Tape& tape, const X& parts, const X& x) {
  std::vector<double> rows;
  for (const Tensor<double>& part : parts) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (tape.contains(part)) {
        for (const Tensor<double>& g : tape.gradient(part, x, {.seed = one_at(part.shape(), i)})) append(rows, g);
      } else {
        for (const Tensor<double>& input : x) rows.insert(rows.end(), input.size(), 0.0);
      }
    }
  }
  return rows;
}

// The same from blocks, one an input, each of the parts' axes followed by the input's.
std::vector<double> rows_of_blocks(std::size_t count, const X& blocks) {
  std::vector<double> rows;
  for (std::size_t row = 0; row < count; ++row) {
    for (const Tensor<double>& block : blocks) {
      const std::size_t columns = block.size() / count;
      rows.insert(rows.end(), block.data() + row * columns, block.data() + (row + 1) * columns);
    }
  }
  return rows;
}

// Column by column: a push of one element of one input. As many rows as the result has elements.
std::vector<double> columns_by_pushes(const GradcheckFunction& f, const X& x, std::size_t rows) {
  std::size_t columns = 0, column = 0;
  for (const Tensor<double>& input : x) columns += input.size();
  std::vector<double> all(rows * columns);
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t i = 0; i < x[k].size(); ++i, ++column) {
      X direction;
      for (const Tensor<double>& input : x) direction.push_back(Tensor<double>::full(input.shape(), 0));
      direction[k] = one_at(x[k].shape(), i);
      const Tensor<double> pushed = jvp(f, x, direction).second;
      for (std::size_t row = 0; row < rows; ++row) all[row * columns + column] = pushed.data()[row];
    }
  }
  return all;
}

Shape joined(const Shape& a, const Shape& b) {
  std::vector<std::size_t> axes = a.vector();
  axes.insert(axes.end(), b.begin(), b.end());
  return Shape(axes);
}

X variables(const OutsideCase& given) {
  X x;
  for (const Tensor<double>& input : given.inputs) x.push_back(variable(input));
  return x;
}

template <class Family>
void for_each_case(void (*check)(const OutsideCase& given, const GradcheckFunction& f)) {
  for (const OutsideCase& given : cases_of<Family>()) {
    INFO(given.name, ", the first input of shape ", text(given.inputs[0].shape()));
    const Row* row = find_row(Family::rows(), given.name);
    REQUIRE_MESSAGE(row, "no row has the name of this case");
    check(given, function_of(given, *row));
  }
}

void check_gradients(const OutsideCase& given, const GradcheckFunction& f) {
  const X x = variables(given);
  compare("value, unrecorded", numbers_of({f(x)}), given.value);
  Tape tape;
  const Tensor<double> y = f(x);
  CHECK(y.shape() == given.cotangent.shape());
  compare("value", numbers_of({y}), given.value);
  const X kept = tape.gradient(y, x, {.seed = given.cotangent});
  compare("gradient that keeps the tape", numbers_of(kept), given.gradient);
  const Gradients gradients = tape.backward(y, {.seed = given.cotangent});
  X consumed;
  for (const Tensor<double>& input : x) consumed.push_back(gradients[input]);
  compare("gradient", numbers_of(consumed), given.gradient);
}

void check_rows(const OutsideCase& given, const GradcheckFunction& f) {
  const X x = variables(given);
  Tape tape;
  const Tensor<double> y = f(x);
  compare("jacobian", rows_by_seeds(tape, {y}, x), given.jacobian);
  const X recorded = tape.gradient(y, x, {.seed = given.cotangent, .create_graph = true});
  compare("recorded gradient", numbers_of(recorded), given.gradient);
  compare("hessian", rows_by_seeds(tape, recorded, x), given.hessian);
}

void check_columns(const OutsideCase& given, const GradcheckFunction& f) {
  compare("pushes", columns_by_pushes(f, given.inputs, given.value.size()), given.jacobian);
}

void check_transforms(const OutsideCase& given, const GradcheckFunction& f) {
  const X& x = given.inputs;
  const X blocks = jacobian(f)(x);
  REQUIRE(blocks.size() == x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    CHECK(text(blocks[k].shape()) == text(joined(given.cotangent.shape(), x[k].shape())));
  }
  compare("jacobian", rows_of_blocks(given.value.size(), blocks), given.jacobian);

  const std::vector<X> second = hessian([&](const X& at) { return sum(f(at) * given.cotangent); })(x);
  REQUIRE(second.size() == x.size());
  std::vector<double> rows;
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      CHECK(text(second[j][k].shape()) == text(joined(x[j].shape(), x[k].shape())));
    }
    const std::vector<double> of_input = rows_of_blocks(x[j].size(), second[j]);
    rows.insert(rows.end(), of_input.begin(), of_input.end());
  }
  compare("hessian", rows, given.hessian);
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("values and gradients are PyTorch's to 1e-12", Family, gradients) {
  for_each_case<Family>(check_gradients);
}
TEST_CASE_TEMPLATE_DEFINE("Jacobians and Hessians are PyTorch's to 1e-12, row by row in reverse mode", Family,
                          by_rows) {
  for_each_case<Family>(check_rows);
}
TEST_CASE_TEMPLATE_DEFINE("Jacobians are PyTorch's to 1e-12, column by column in forward mode", Family, by_columns) {
  for_each_case<Family>(check_columns);
}
TEST_CASE_TEMPLATE_DEFINE("jacobian and hessian are PyTorch's to 1e-12", Family, transforms) {
  for_each_case<Family>(check_transforms);
}
TEST_CASE_TEMPLATE_DEFINE("every row has numbers from outside, or says why not", Family, outside) {
  std::set<std::string> compared;
  for (const OutsideCase& given : cases_of<Family>()) compared.insert(given.name);
  for (const Row& row : Family::rows()) {
    CHECK_MESSAGE((compared.count(row.name()) || !row.no_reference.empty()), row.name());
  }
}
TEST_CASE_TEMPLATE_APPLY(gradients, rows::Compared);
TEST_CASE_TEMPLATE_APPLY(by_rows, rows::Compared);
TEST_CASE_TEMPLATE_APPLY(by_columns, rows::Compared);
TEST_CASE_TEMPLATE_APPLY(transforms, rows::Compared);
TEST_CASE_TEMPLATE_APPLY(outside, rows::Compared);

// PyTorch has NaN here: its rule for the exponent takes the log of what is not positive.
TEST_CASE("pow of 0 and of negative numbers has finite derivatives for both arguments") {
  const Tensor<double> a = variable(xt::xarray<double>{0., 0., -2.}), b = variable(xt::xarray<double>{3., 2.5, 2.});
  Tape tape;
  const X gradient =
      tape.gradient(pow(a, b), X{a, b}, {.seed = Tensor<double>(xt::xarray<double>{1., 1., 1.}), .create_graph = true});
  compare("gradient", numbers_of(gradient), {0, 0, -4, 0, 0, 0});
  const std::vector<double> rows = rows_by_seeds(tape, gradient, {a, b});
  for (const double number : rows) CHECK(std::isfinite(number));
  CHECK(rows[2 * 6 + 2] == 2);  // b (b - 1) a^(b - 2)
}
