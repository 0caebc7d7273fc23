// One row a way to call an op: all checks of ops are fed with these. Families of rows stand in rows/.
#pragma once
#include <tapegrad/autodiff.h>

#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rows {

using tapegrad::Domain, tapegrad::Real, tapegrad::Shape, tapegrad::Tensor;
using Shapes = std::vector<Shape>;  ///< of all inputs of one call

/// A generic function of a vector of tensors, of either element type.
class Call {
 public:
  Call() = default;
  template <class F>
    requires(!std::same_as<std::decay_t<F>, Call>)
  Call(F f) : call64_(f), call32_(f) {}
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>& x) const {
    if constexpr (std::same_as<T, double>) return call64_(x);
    else return call32_(x);
  }
  explicit operator bool() const { return bool(call64_); }

 private:
  std::function<Tensor<double>(const std::vector<Tensor<double>>&)> call64_;
  std::function<Tensor<float>(const std::vector<Tensor<float>>&)> call32_;
};

struct RowOptions {
  std::vector<Shapes> shapes = {};    ///< of small inputs; none: the row is compared with its reference only
  std::vector<Shapes> large = {};     ///< of inputs that kernels split for threads; one row of each op has some
  std::optional<Domain> domain = {};  ///< where the op is defined and smooth; without it, any number will do
  std::string program = {};           ///< as code of a step of random programs: "sum($0, {0})"
  Call kink = {};                     ///< of the inputs: the row is not smooth where this is 0
  std::string no_reference = {};      ///< why it needs no cases in tests/references/ops
};

struct Row : RowOptions {
  Row(std::string op_name, std::string variant_name, Call f, RowOptions options = {})
      : RowOptions(std::move(options)), op(std::move(op_name)), variant(std::move(variant_name)), call(std::move(f)) {}
  std::string name() const { return op + "/" + variant; }  ///< of its cases in tests/references/ops

  std::string op;  ///< the name that its entries have
  std::string variant;
  Call call;
};

/// Three chunks for threads, the last one odd; and what broadcasts to that.
inline const Shape large{131, 257}, large_row{257}, large_column{131, 1};

inline std::string text(const Shapes& shapes) {
  std::string all;
  for (const Shape& shape : shapes) all += (all.empty() ? "" : ", ") + tapegrad::text(shape);
  return all;
}

inline std::size_t elements(const Shapes& shapes) {
  std::size_t count = 0;
  for (const Shape& shape : shapes) count += shape.size();
  return count;
}

/// Random numbers in the domain, outside the margin around 0.
inline std::vector<Tensor<double>> inputs_in(const Domain& domain, const Shapes& shapes, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<Tensor<double>> inputs;
  for (const Shape& shape : shapes) {
    auto x = Tensor<double>::empty(shape);
    for (std::size_t i = 0; i < x.size(); ++i) {
      double v;
      do {
        v = domain.low + (domain.high - domain.low) * double(generator() >> 11) * 0x1p-53;
      } while (std::abs(v) < domain.margin);
      x.mutable_data()[i] = v;
    }
    inputs.push_back(x);
  }
  return inputs;
}
inline std::vector<Tensor<double>> inputs_of(const Row& row, const Shapes& shapes, std::uint64_t seed) {
  return inputs_in(row.domain.value_or(Domain{-2, 2}), shapes, seed);
}
/// The same as variables, of either element type.
template <Real T>
std::vector<Tensor<T>> variables_of(const Row& row, const Shapes& shapes, std::uint64_t seed) {
  std::vector<Tensor<T>> inputs;
  for (const Tensor<double>& x : inputs_of(row, shapes, seed)) inputs.push_back(variable(tapegrad::cast<T>(x)));
  return inputs;
}

}  // namespace rows
