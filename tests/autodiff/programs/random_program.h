// Random programs: straight lines of ops over tensors and scalars of both element types. Made from a seed, run on any
// inputs (recorded or not, whole or in parts), printed as code, and shrunk to the steps that a failure needs.
#pragma once
#include <tapegrad/autodiff.h>

#include <functional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace random_program {

using tapegrad::Scalar, tapegrad::Shape, tapegrad::Tensor;
using Value = std::variant<Tensor<double>, Tensor<float>, Scalar<double>, Scalar<float>>;
using Call = std::function<Value(const std::vector<Value>&)>;
using Tensors = std::vector<Tensor<double>>;

/// One op. Values are counted: the program's inputs first, then what each step computed.
struct Step {
  std::string code;                ///< as one would write it, with $0, $1 ... for what it reads
  std::vector<std::size_t> reads;  ///< numbers of values, all of them earlier ones
  Call call;
  Value example;  ///< a result: others have its type and shape
};

struct Options {
  bool floats = false;   ///< some values are cast to float, and back
  bool scalars = false;  ///< some elements become scalars, and tensors again
  bool cuts = false;     ///< constant(x) stops derivatives that differences of values still see
  bool large = false;    ///< arrays that kernels cut into chunks for threads; small ones otherwise
};

struct Program {
  std::uint64_t seed = 0;
  std::vector<Shape> shapes;  ///< of the inputs
  std::vector<Step> steps;

  /// The elements of all values that no step reads, cast to double, in one vector.
  Tensor<double> operator()(const Tensors& inputs) const { return result(run(values_of(inputs), 0, steps.size())); }

  /// The same, but the values of steps begin to end go through one vector that is around(f, x) for a function f of some
  /// tensor x: f(x) gives that vector.
  using Block = std::function<Tensor<double>(const Tensor<double>&)>;
  using Around = std::function<Tensor<double>(const Block&, const Tensor<double>&)>;
  Tensor<double> with_block(const Tensors& inputs, std::size_t begin, std::size_t end, const Around& around) const;

  static std::vector<Value> values_of(const Tensors& inputs) { return {inputs.begin(), inputs.end()}; }
  /// Appends what steps begin to end compute to the values before them.
  std::vector<Value> run(std::vector<Value> values, std::size_t begin, std::size_t end) const;
  Tensor<double> result(const std::vector<Value>& values) const;
  std::vector<bool> are_read() const;  ///< for each value, whether a step reads it
};

/// Always the same program for a seed. Its values at inputs_of() are at most 10, and away from kinks.
Program make(std::uint64_t seed, const Options& options);
/// The same inputs for a seed and an input's number, whatever became of the steps.
Tensors inputs_of(const Program& program);
/// Random numbers in [-1.5, 1.5).
Tensor<double> numbers(const Shape& shape, std::uint64_t seed);
/// Any numbers brought between low and high, smoothly.
template <tapegrad::Real T>
Tensor<T> within(const Tensor<T>& x, double low, double high) {
  return sigmoid(x) * (high - low) + low;
}

/// "{1, 2, 3}"
template <class List>
std::string list_text(const List& list) {
  std::ostringstream out;
  out << "{";
  for (std::size_t i = 0; i < list.size(); ++i) out << (i ? ", " : "") << list[i];
  return out.str() + "}";
}
/// "float (2, 3)" or "double scalar".
std::string type_text(const Value& value);
/// The program as code, with the seed and the type of each value.
std::string text(const Program& program);
/// The program without what can go while `fails` stays true: steps with all that follows from them, and steps that
/// something they read can stand for.
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace random_program
