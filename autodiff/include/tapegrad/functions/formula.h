// How an op is written: its value and its derivatives, for people.
#pragma once
#include <array>
#include <string_view>

namespace tapegrad {

/// For a terminal and for LaTeX. Names of inputs, y for the output and g for the output's adjoint stand alone.
struct Expression {
  std::string_view text, latex;
};

/// y = value. A pointwise op gives for each input dy/d(input), of numbers; any other op the input's adjoint, of arrays.
struct Formula {
  struct Input {
    std::string_view name;
    Expression derivative;
  };
  Expression value;
  std::array<Input, 3> inputs;  ///< the last one with a name stands for all that follow
  bool pointwise = true;
};

/// The formula of a function of one number, x.
constexpr Formula of_x(const Expression& value, const Expression& derivative) { return {value, {{{"x", derivative}}}}; }
/// A formula with dy/d(input) for each input, of numbers.
constexpr Formula with_slopes(const Expression& value, const Formula::Input& a, const Formula::Input& b = {}) {
  return {value, {a, b}, true};
}
/// A formula with what each input's adjoint gets from the output's, g.
constexpr Formula with_adjoints(const Expression& value, const Formula::Input& a, const Formula::Input& b = {},
                                const Formula::Input& c = {}) {
  return {value, {a, b, c}, false};
}

}  // namespace tapegrad
