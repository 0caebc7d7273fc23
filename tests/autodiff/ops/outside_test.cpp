// Every op against PyTorch: value, gradient, Jacobian and Hessian on random inputs, to 1e-12 in double.
// tests/references/op_derivatives.py says how the numbers were made; the table here calls the same functions by name.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/functions/fuse.h>

#include <map>
#include <set>

#include "ops/outside_cases.h"

using namespace tapegrad;

namespace {

using X = std::vector<Tensor<double>>;
using Calls = std::map<std::string, GradcheckFunction>;

void add_elementwise(Calls& calls) {
  calls["negative/elements"] = [](const X& x) { return negative(x[0]); };
  calls["exp/elements"] = [](const X& x) { return exp(x[0]); };
  calls["log/elements"] = [](const X& x) { return log(x[0]); };
  calls["sqrt/elements"] = [](const X& x) { return sqrt(x[0]); };
  calls["square/elements"] = [](const X& x) { return square(x[0]); };
  calls["abs/elements"] = [](const X& x) { return abs(x[0]); };
  calls["sign/elements"] = [](const X& x) { return sign(x[0]); };
  calls["step/elements"] = [](const X& x) { return step(x[0]); };
  calls["sin/elements"] = [](const X& x) { return sin(x[0]); };
  calls["cos/elements"] = [](const X& x) { return cos(x[0]); };
  calls["tanh/elements"] = [](const X& x) { return tanh(x[0]); };
  calls["sigmoid/elements"] = [](const X& x) { return sigmoid(x[0]); };
  calls["relu/elements"] = [](const X& x) { return relu(x[0]); };
  calls["softplus/elements"] = [](const X& x) { return softplus(x[0]); };
}

void add_arithmetic(Calls& calls) {
  auto pair = [&calls](const std::string& name, auto f) {
    calls[name + "/pair"] = [f](const X& x) { return f(x[0], x[1]); };
    calls[name + "/twice"] = [f](const X& x) { return f(x[0], x[0] * x[0]); };
  };
  pair("add", [](const auto& a, const auto& b) { return a + b; });
  pair("subtract", [](const auto& a, const auto& b) { return a - b; });
  pair("multiply", [](const auto& a, const auto& b) { return a * b; });
  pair("divide", [](const auto& a, const auto& b) { return a / b; });
  pair("pow", [](const auto& a, const auto& b) { return pow(a, b); });
  pair("maximum", [](const auto& a, const auto& b) { return maximum(a, b); });
  pair("minimum", [](const auto& a, const auto& b) { return minimum(a, b); });
  calls["shift/number"] = [](const X& x) { return 2 + x[0] - 0.25; };
  calls["scale/number"] = [](const X& x) { return 3 * (x[0] * -0.5); };
  calls["complement/number"] = [](const X& x) { return 1.5 - x[0]; };
  calls["divide by number/number"] = [](const X& x) { return x[0] / 3; };
  calls["divide/of a number"] = [](const X& x) { return 1.5 / x[0]; };
  for (const char* k : {"3", "2", "1", "0", "-1", "0.5", "2.5"}) {
    calls["power/" + std::string(k)] = [k = std::atof(k)](const X& x) { return pow(x[0], k); };
  }
  calls["pow/whole exponents"] = [](const X& x) { return pow(x[0], Tensor<double>(xt::xarray<double>{2, 3, -1, 0})); };
}

void add_selection(Calls& calls) {
  calls["where/mask"] = [](const X& x) { return where(Mask(xt::xarray<bool>{true, false, true}), x[0], x[1]); };
  auto by = [&calls](const std::string& comparison, auto mask) {
    calls["where/" + comparison] = [mask](const X& x) {
      return where(mask(x[0], x[1]), x[0] * x[1], x[1] - x[0] * x[0]);
    };
  };
  by("a > b", [](const auto& a, const auto& b) { return a > b; });
  by("a < b", [](const auto& a, const auto& b) { return a < b; });
  by("a >= b", [](const auto& a, const auto& b) { return a >= b; });
  by("a <= b", [](const auto& a, const auto& b) { return a <= b; });
  calls["clip/both sides"] = [](const X& x) { return clip(x[0], -1, 1); };
}

void add_reductions(Calls& calls) {
  auto reduce = [&calls](const std::string& name, auto f) {
    calls[name + "/all"] = [f](const X& x) { return f(x[0], Axes{}, ReduceOptions{}); };
    calls[name + "/axis 0"] = [f](const X& x) { return f(x[0], Axes{0}, ReduceOptions{}); };
    calls[name + "/axis -1"] = [f](const X& x) { return f(x[0], Axes{-1}, ReduceOptions{}); };
    calls[name + "/axis 1 kept"] = [f](const X& x) { return f(x[0], Axes{1}, ReduceOptions{.keepdims = true}); };
    calls[name + "/axes 0 and 2"] = [f](const X& x) { return f(x[0], Axes{0, 2}, ReduceOptions{}); };
    calls[name + "/all kept"] = [f](const X& x) { return f(x[0], Axes{}, ReduceOptions{.keepdims = true}); };
  };
  reduce("sum", [](const auto& x, const Axes& axes, ReduceOptions options) { return sum(x, axes, options); });
  reduce("mean", [](const auto& x, const Axes& axes, ReduceOptions options) { return mean(x, axes, options); });
  reduce("amax", [](const auto& x, const Axes& axes, ReduceOptions options) { return amax(x, axes, options); });
  reduce("amin", [](const auto& x, const Axes& axes, ReduceOptions options) { return amin(x, axes, options); });
  calls["sum_to/3"] = [](const X& x) { return sum_to(x[0], {3}); };
  calls["sum_to/4 1"] = [](const X& x) { return sum_to(x[0], {4, 1}); };
  calls["broadcast_to/2 4 3"] = [](const X& x) { return broadcast_to(x[0], {2, 4, 3}); };
}

void add_shapes(Calls& calls) {
  calls["reshape/2 6"] = [](const X& x) { return reshape(x[0], {2, 6}); };
  calls["reshape/number"] = [](const X& x) { return reshape(x[0], {}); };
  calls["transpose/reversed"] = [](const X& x) { return transpose(x[0]); };
  calls["transpose/1 2 0"] = [](const X& x) { return transpose(x[0], {1, 2, 0}); };
  calls["concatenate/axis 0"] = [](const X& x) { return concatenate(x, 0); };
  calls["concatenate/axis -1"] = [](const X& x) { return concatenate(x, -1); };
  calls["concatenate/twice"] = [](const X& x) { return concatenate(std::vector{x[0], x[0]}, 1); };
  calls["concatenate/stack 0"] = [](const X& x) { return stack(x, 0); };
  calls["concatenate/stack -1"] = [](const X& x) { return stack(x, -1); };
  calls["slice/rows"] = [](const X& x) { return view(x[0], xt::range(1, 3)); };
  calls["slice/columns, step 2"] = [](const X& x) { return view(x[0], xt::all(), xt::range(0, 5, 2)); };
  calls["slice/backwards"] = [](const X& x) {
    const std::size_t rows = x[0].shape()[0];
    return slice(x[0], {{long(rows) - 1, -1, rows, false}});
  };
  calls["slice/one row"] = [](const X& x) { return view(x[0], 2); };
  calls["slice/one column"] = [](const X& x) { return view(x[0], xt::all(), 1); };
  calls["slice/nothing"] = [](const X& x) { return view(x[0], xt::range(1, 1)); };
  for (const OpInfo& op : all_ops()) {  // not public: what a slice's gradient is recorded as
    if (op.name == "unslice") calls["unslice/rows 1 and 2, columns 0 and 2"] = op.samples[0].call64;
  }
  calls["cast/float and back"] = [](const X& x) { return cast<double>(cast<float>(x[0])); };
}

void add_products_and_losses(Calls& calls) {
  calls["matmul/two"] = [](const X& x) { return matmul(x[0], x[1]); };
  calls["matmul/of itself"] = [](const X& x) { return matmul(x[0], x[0]); };
  calls["matmul/transposed"] = [](const X& x) { return matmul(transpose(x[0]), transpose(x[1])); };
  calls["linear/three"] = [](const X& x) { return linear(x[0], x[1], x[2]); };
  calls["binary_cross_entropy/mean"] = [](const X& x) { return binary_cross_entropy(x[0], x[1]); };
  calls["binary_cross_entropy_with_logits/mean"] = [](const X& x) {
    return binary_cross_entropy_with_logits(x[0], x[1]);
  };
  calls["softmax/rows"] = [](const X& x) { return softmax(x[0]); };
  calls["cross_entropy/labels 2 0 4"] = [](const X& x) { return cross_entropy(x[0], xt::xarray<int>{2, 0, 4}); };
  auto formula = [](auto x, auto a, auto b) { return sigmoid(a * x + b) * tanh(x) + exp(-(x * x)); };
  calls["fuse/formula"] = [formula](const X& x) { return fuse(formula, x[0], x[1], x[2]); };
  calls["fuse_sum/formula"] = [formula](const X& x) { return fuse_sum(formula, x[0], x[1], x[2]); };
}

void add_gradient_hooks_and_checkpoints(Calls& calls) {
  calls["scale_gradient/half and reversed"] = [](const X& x) {
    return sin(scale_gradient(x[0], 0.5)) * reverse_gradient(x[0], 3);
  };
  calls["on_gradient/twice and half"] = [](const X& x) {
    auto twice = [](const Tensor<double>& g) { return 2 * g; };
    auto half = [](const Tensor<double>& g) { return g / 2; };
    return on_gradient(on_gradient(sin(x[0]), twice), half);
  };
  calls["checkpoint/block"] = [](const X& x) {
    return checkpoint([](const auto& a, const auto& b) { return tanh(a * b) * exp(a); }, x[0], x[1]) * x[1];
  };
}

// The function of a case; "op/variant, between squares" squares its inputs and its value.
GradcheckFunction find_call(std::string name) {
  static const Calls calls = [] {
    Calls all;
    for (auto add :
         {add_elementwise, add_arithmetic, add_selection, add_reductions, add_shapes, add_products_and_losses,
          add_gradient_hooks_and_checkpoints}) {
      add(all);
    }
    return all;
  }();
  const std::string squares = ", between squares";
  const bool between_squares = name.ends_with(squares);
  if (between_squares) name.resize(name.size() - squares.size());
  const auto found = calls.find(name);
  if (found == calls.end()) throw std::runtime_error("outside_test.cpp does not know how to call " + name);
  if (!between_squares) return found->second;
  return [f = found->second](X x) {
    for (Tensor<double>& part : x) part = square(part);
    return square(f(x));
  };
}

const std::vector<OutsideCase>& cases() {
  static const std::vector<OutsideCase> all = read_outside_cases(TAPEGRAD_REFERENCE_DIR "/op_derivatives.txt");
  return all;
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

template <class F>
void for_each_case(F check) {
  for (const OutsideCase& given : cases()) {
    INFO(given.name, ", the first input of shape ", text(given.inputs[0].shape()));
    check(given, find_call(given.name));
  }
}

}  // namespace

TEST_CASE("values and gradients of every op are PyTorch's to 1e-12") {
  for_each_case([](const OutsideCase& given, const GradcheckFunction& f) {
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
  });
}

TEST_CASE("Jacobians and Hessians of every op are PyTorch's to 1e-12, row by row in reverse mode") {
  for_each_case([](const OutsideCase& given, const GradcheckFunction& f) {
    const X x = variables(given);
    Tape tape;
    const Tensor<double> y = f(x);
    compare("jacobian", rows_by_seeds(tape, {y}, x), given.jacobian);
    const X recorded = tape.gradient(y, x, {.seed = given.cotangent, .create_graph = true});
    compare("recorded gradient", numbers_of(recorded), given.gradient);
    compare("hessian", rows_by_seeds(tape, recorded, x), given.hessian);
  });
}

TEST_CASE("Jacobians of every op are PyTorch's to 1e-12, column by column in forward mode") {
  for_each_case([](const OutsideCase& given, const GradcheckFunction& f) {
    compare("pushes", columns_by_pushes(f, given.inputs, given.value.size()), given.jacobian);
  });
}

TEST_CASE("jacobian and hessian of every op are PyTorch's to 1e-12") {
  for_each_case([](const OutsideCase& given, const GradcheckFunction& f) {
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
  });
}

TEST_CASE("every op of the list is compared with PyTorch") {
  std::set<std::string> compared;
  for (const OutsideCase& given : cases()) compared.insert(given.name.substr(0, given.name.find('/')));
  for (const OpInfo& op : all_ops()) {
    CHECK_MESSAGE(compared.count(std::string(op.name)), "no case in op_derivatives.py: ", std::string(op.name));
  }
}

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
