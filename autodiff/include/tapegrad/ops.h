// Every op on tensors. Shapes broadcast as in NumPy; every op throws ShapeError when they do not fit.
#pragma once
#include <optional>
#include <vector>

#include "tapegrad/short_vector.h"
#include "tapegrad/tensor.h"

namespace tapegrad {

/// A plain array of integers or of yes and no: what chooses elements. No gradient flows through it. Copies share it.
template <class V>
class Choice {
 public:
  explicit Choice(const Shape& shape)
      : shape_(shape), values_(std::allocate_shared<V[]>(PoolAllocator<V>(), shape.size())) {}
  template <XtensorExpression E>
    requires std::is_integral_v<typename std::remove_cvref_t<E>::value_type>
  Choice(const E& expression)
      : Choice(Shape(ShortVector<std::size_t, 8>(expression.shape().begin(), expression.shape().end()))) {
    V* to = values_.get();
    for (auto from = expression.template begin<xt::layout_type::row_major>();
         from != expression.template end<xt::layout_type::row_major>(); ++from) {
      *to = static_cast<V>(*from);
      if constexpr (!std::is_same_v<V, bool>) {
        if (static_cast<std::int64_t>(*to) != static_cast<std::int64_t>(*from)) {
          throw DomainError("indices: " + std::to_string(*from) + " is outside of 32 bits");
        }
      }
      ++to;
    }
  }
  const Shape& shape() const { return shape_; }
  std::size_t size() const { return shape_.size(); }
  const V* data() const { return values_.get(); }
  V* mutable_data() { return values_.get(); }

 private:
  Shape shape_;
  std::shared_ptr<V[]> values_;
};
/// What comparisons of tensors give, or any xtensor expression of bool or integers: not 0 is yes.
using Mask = Choice<bool>;
/// Places along an axis, such as the labels of classes: any xtensor expression of integers.
using Indices = Choice<std::int32_t>;

// ---- arithmetic -------------------------------------------------------------------------------------------------
// The operators + - * / do the same and take plain numbers on either side.
template <Real T> Tensor<T> sum_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> difference_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> product_of(const Operand<T>& a, const Operand<T>& b);
template <Real T> Tensor<T> quotient_of(const Operand<T>& a, const Operand<T>& b);
template <Real T>
Tensor<T> add(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current()) {
  return sum_of<T>({a, where}, {b, where});
}
template <Real T>
Tensor<T> subtract(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current()) {
  return difference_of<T>({a, where}, {b, where});
}
template <Real T>
Tensor<T> multiply(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current()) {
  return product_of<T>({a, where}, {b, where});
}
template <Real T>
Tensor<T> divide(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current()) {
  return quotient_of<T>({a, where}, {b, where});
}
/// a^b. The gradient with respect to b is 0 where a <= 0.
template <Real T> Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// x^k for any x; the gradient is 0 where k is 0.
template <Real T> Tensor<T> pow(const Tensor<T>& x, double k, Where where = Where::current());
/// The larger of the two, NaN if either is one; equal elements share the gradient half and half.
template <Real T> Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// The smaller of the two, in the same way.
template <Real T> Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a where the mask is set, b elsewhere. No gradient, and so no NaN, comes from the side that was not taken.
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
// The same with a plain number on one side.
template <Real T>
Tensor<T> maximum(const Tensor<T>& a, std::type_identity_t<T> b, Where where = Where::current()) {
  return maximum(a, Tensor<T>(b), where);
}
template <Real T>
Tensor<T> minimum(const Tensor<T>& a, std::type_identity_t<T> b, Where where = Where::current()) {
  return minimum(a, Tensor<T>(b), where);
}
template <Real T>
Tensor<T> where(const Mask& mask, const Tensor<T>& a, std::type_identity_t<T> b, Where line = Where::current()) {
  return where(mask, a, Tensor<T>(b), line);
}
template <Real T>
Tensor<T> where(const Mask& mask, std::type_identity_t<T> a, const Tensor<T>& b, Where line = Where::current()) {
  return where(mask, Tensor<T>(a), b, line);
}
/// Limits x to [low, high]; the gradient is 0 outside, 1 inside and on the limits.
template <Real T>
Tensor<T> clip(const Tensor<T>& x, double low, double high, Where where = Where::current());

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
using Axes = ShortVector<long, 8>;
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
/// The shape that two shapes broadcast to, as NumPy does it. Throws ShapeError in the name of `op`.
Shape broadcast_shape(std::string_view op, const Shape& a, const Shape& b, const Where& where);
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
using Slices = ShortVector<Slice, 4>;
/// A part of x, one slice an axis; axes that are not named are taken whole. Leading rows share the array, other views copy.
template <Real T>
Tensor<T> slice(const Tensor<T>& x, const Slices& slices, Where where = Where::current());

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
/// exp(z) over its sum along the last axis, stable for every z.
template <Real T> Tensor<T> softmax(const Tensor<T>& z, Where where = Where::current());
/// mean over the rows of -log softmax(z)[label]: logits (rows, classes), one label a row. Throws ShapeError when the
/// labels do not fit, DomainError for a label that is no class.
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& logits, const Indices& labels, Where where = Where::current());

// ---- element type -----------------------------------------------------------------------------------------------
/// The same numbers as float or double.
template <Real To, Real T>
Tensor<To> cast(const Tensor<T>& x, Where where = Where::current());

// ---- no gradient: a cut, places, comparisons ---------------------------------------------------------------------
/// The values of x, through which no gradient flows. Shares the array. Unlike constant(x), x must not be stale.
template <Real T> Tensor<T> stop_gradient(const Tensor<T>& x, Where where = Where::current());
/// The place of the largest element, counted row-major; with an axis, of the largest along it: the shape of x without
/// that axis. The first of equal ones; a NaN counts as the largest. Throws ShapeError when there are no elements to
/// choose from.
template <Real T> Indices argmax(const Tensor<T>& x, Where where = Where::current());
template <Real T> Indices argmax(const Tensor<T>& x, long axis, Where where = Where::current());
/// The place of the smallest element in the same way; a NaN counts as the smallest.
template <Real T> Indices argmin(const Tensor<T>& x, Where where = Where::current());
template <Real T> Indices argmin(const Tensor<T>& x, long axis, Where where = Where::current());
/// a > b, broadcast.
template <Real T> Mask greater(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a < b, broadcast.
template <Real T> Mask less(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a >= b, broadcast.
template <Real T> Mask greater_equal(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
/// a <= b, broadcast.
template <Real T> Mask less_equal(const Tensor<T>& a, const Tensor<T>& b, Where where = Where::current());
template <Real T>
Mask operator>(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater(a, b.as_tensor(), b.where);
}
template <Real T>
Mask operator<(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less(a, b.as_tensor(), b.where);
}
template <Real T>
Mask operator>=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return greater_equal(a, b.as_tensor(), b.where);
}
template <Real T>
Mask operator<=(const Tensor<T>& a, std::type_identity_t<Operand<T>> b) {
  return less_equal(a, b.as_tensor(), b.where);
}

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
