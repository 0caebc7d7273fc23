// Every op on tensors. Shapes broadcast as in NumPy; every op throws ShapeError when they do not fit.
#pragma once
#include <optional>
#include <vector>

#include "tapegrad/tensor.h"

namespace tapegrad {

/// A plain array of yes and no, what comparisons of tensors give. No gradient flows through it.
class Mask {
 public:
  explicit Mask(const Shape& shape) : shape_(shape), bits_(new std::uint8_t[shape.size() + 1]) {}
  template <XtensorExpression E>
    requires std::is_integral_v<typename std::remove_cvref_t<E>::value_type>
  Mask(const E& expression)
      : Mask(Shape(std::vector<std::size_t>(expression.shape().begin(), expression.shape().end()))) {
    xt::xarray<std::uint8_t> bits = xt::cast<std::uint8_t>(expression);
    std::copy(bits.begin(), bits.end(), bits_.get());
  }
  const Shape& shape() const { return shape_; }
  const std::uint8_t* data() const { return bits_.get(); }
  std::uint8_t* data() { return bits_.get(); }

 private:
  Shape shape_;
  std::shared_ptr<std::uint8_t[]> bits_;
};

/// An operand of an operator: a tensor or a plain number, with the line of the user's program.
template <Real T>
struct Operand {
  Tensor<T> tensor;
  Where where;
  Operand(const Tensor<T>& x, Where line = Where::current()) : tensor(x), where(line) {}
  template <class N>
    requires std::is_arithmetic_v<N>
  Operand(N number, Where line = Where::current()) : tensor(static_cast<T>(number)), where(line) {}
};

// ---- arithmetic -------------------------------------------------------------------------------------------------
template <Real T> Tensor<T> add(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Tensor<T> subtract(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Tensor<T> multiply(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Tensor<T> divide(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a^b. The gradient with respect to b is 0 where a <= 0.
template <Real T> Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Tensor<T> pow(const Tensor<T>& a, std::type_identity_t<T> b, Where where = Where::current());
/// The larger of the two; equal elements share the gradient half and half.
template <Real T> Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a where the mask is set, b elsewhere. No gradient, and so no NaN, comes from the side that was not taken.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// Limits x to [low, high]; the gradient is 0 outside, 1 inside and on the limits.
template <Real T>
Tensor<T> clip(const Tensor<T>& x, std::type_identity_t<T> low, std::type_identity_t<T> high,
               Where where = Where::current());

// ---- elementwise functions --------------------------------------------------------------------------------------
template <Real T> Tensor<T> negative(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> exp(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> log(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> sqrt(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> square(const Tensor<T>& x, Where where = Where::current());
/// |x|; derivative 0 at 0.
template <Real T> Tensor<T> abs(const Tensor<T>& x, Where where = Where::current());
/// -1, 0 or 1; derivative 0 everywhere.
template <Real T> Tensor<T> sign(const Tensor<T>& x, Where where = Where::current());
/// 1 where x > 0, else 0; derivative 0 everywhere.
template <Real T> Tensor<T> step(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> sin(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> cos(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> tanh(const Tensor<T>& x, Where where = Where::current());
/// 1 / (1 + exp(-x))
template <Real T> Tensor<T> sigmoid(const Tensor<T>& x, Where where = Where::current());
/// max(x, 0); derivative 0 at 0.
template <Real T> Tensor<T> relu(const Tensor<T>& x, Where where = Where::current());
/// log(1 + exp(x)), without overflow
template <Real T> Tensor<T> softplus(const Tensor<T>& x, Where where = Where::current());

// ---- reductions -------------------------------------------------------------------------------------------------
/// Axes may count from the end (-1 is the last). No axes given: all of them.
using Axes = std::vector<long>;
struct ReduceOptions {
  bool keepdims = false;  ///< leave the reduced axes in the shape, with length 1
};
template <Real T> Tensor<T> sum(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> mean(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> amax(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> amin(const Tensor<T>& x, Where where = Where::current());
template <Real T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, Where where = Where::current());
template <Real T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, Where where = Where::current());
/// The largest element; equal ones share the gradient.
template <Real T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, Where where = Where::current());
template <Real T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, ReduceOptions options = {}, Where where = Where::current());

// ---- shapes -----------------------------------------------------------------------------------------------------
/// The same elements in another shape; shares the array.
template <Real T> Tensor<T> reshape(const Tensor<T>& x, const Shape& shape, Where where = Where::current());
template <Real T> Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, Where where = Where::current());
/// Sums x over the axes along which `shape` was broadcast to it: the reverse of broadcast_to.
template <Real T> Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, Where where = Where::current());
/// All axes reversed, or in the order given.
template <Real T> Tensor<T> transpose(const Tensor<T>& x, Where where = Where::current());
template <Real T> Tensor<T> transpose(const Tensor<T>& x, const Axes& order, Where where = Where::current());
template <Real T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& parts, long axis = 0, Where where = Where::current());
template <Real T> Tensor<T> stack(const std::vector<Tensor<T>>& parts, long axis = 0, Where where = Where::current());

/// One axis of a view: `count` places from `start`, `step` apart; `drop` removes the axis (an integer index).
struct Slice {
  long start = 0, step = 1;
  std::size_t count = 0;
  bool drop = false;
};
/// A part of x, one slice an axis. Leading rows share the array, other views copy.
template <Real T>
Tensor<T> slice(const Tensor<T>& x, const std::vector<Slice>& slices, Where where = Where::current());

// ---- linear algebra ---------------------------------------------------------------------------------------------
/// As NumPy's: vectors, matrices, and stacks of matrices whose leading axes broadcast.
template <Real T> Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// x w + b in one op: x (..., in), w (in, out), b (out).
template <Real T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& b, Where where = Where::current());

// ---- losses -----------------------------------------------------------------------------------------------------
/// mean of -(t log p + (1 - t) log(1 - p)), p limited to [1e-7, 1 - 1e-7] as in Keras.
template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& probabilities, const Tensor<T>& targets,
                               Where where = Where::current());
/// The same of p = sigmoid(z), stable for every z: mean of softplus(z) - z t.
template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Tensor<T>& targets,
                                           Where where = Where::current());

// ---- element type -----------------------------------------------------------------------------------------------
/// The same numbers as float or double.
template <Real To, Real T>
Tensor<To> cast(const Tensor<T>& x, Where where = Where::current());

// ---- comparisons: a mask, no gradient ---------------------------------------------------------------------------
/// a > b, broadcast.
template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a < b, broadcast.
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a >= b, broadcast.
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a <= b, broadcast.
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T> Mask operator>(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) { return greater(a, b.tensor, b.where); }
template <Real T> Mask operator<(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) { return less(a, b.tensor, b.where); }
template <Real T> Mask operator>=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) { return greater_equal(a, b.tensor, b.where); }
template <Real T> Mask operator<=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) { return less_equal(a, b.tensor, b.where); }

// ---- operators with an xtensor expression on one side -----------------------------------------------------------
// Without these, xtensor's own operators would take a tensor for a scalar. They carry no line of the user's program.
template <class X>
concept IsTensor = requires(const std::remove_cvref_t<X>& x) { []<Real T>(const Tensor<T>&) {}(x); };
template <class A, class B>
concept TensorAndExpression = (IsTensor<A> && XtensorExpression<B>) || (XtensorExpression<A> && IsTensor<B>);

template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator+(A&& a, B&& b) {
  return add(Tensor(a), Tensor(b), Where{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator+(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator-(A&& a, B&& b) {
  return subtract(Tensor(a), Tensor(b), Where{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator-(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator*(A&& a, B&& b) {
  return multiply(Tensor(a), Tensor(b), Where{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator*(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)
template <class A, class B>
  requires TensorAndExpression<A, B>
auto operator/(A&& a, B&& b) {
  return divide(Tensor(a), Tensor(b), Where{});
}
template <Real A, Real B>
  requires(!std::is_same_v<A, B>)
void operator/(const Tensor<A>&, const Tensor<B>&) = delete;  // float and double do not mix: use cast<double>(x)

}  // namespace tapegrad
