// What users hold: a handle on an array that may have a place on a tape.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "tapegrad/error.h"
#include "tapegrad/tensor/nested.h"
#include "tapegrad/tensor/node.h"
#include "tapegrad/functions/number.h"
#include "tapegrad/tensor/short_vector.h"
#include "tapegrad/tensor/xtensor.h"

namespace tapegrad {

template <ScalarNumber T>
class Scalar;
template <Real T>
class Tensor;
/// An operand of an operator: a tensor or a plain number, with the line of the user's program. It refers to the tensor
/// and lives for one expression; a temporary tensor may be overwritten by the op that reads it.
template <Real T>
struct Operand {
  Operand(const Tensor<T>& x, CallSite site = CallSite::current()) : tensor(&x), site(site) {}
  Operand(Tensor<T>&& x, CallSite site = CallSite::current()) : tensor(&x), temporary(true), site(site) {}
  template <class N>
    requires std::is_arithmetic_v<N>
  Operand(N plain, CallSite site = CallSite::current()) : number(static_cast<double>(plain)), site(site) {}
  /// The tensor, or the number as one of shape ().
  Tensor<T> as_tensor() const { return tensor ? *tensor : Tensor<T>(static_cast<T>(number)); }
  const Tensor<T>* tensor = nullptr;  // null for a number
  double number = 0;  // double for either type, so that a replay in double has all of it
  bool temporary = false;
  CallSite site;
};

/// Where operator[] looks along the first axes: 2, or {2, -1}; negative places count from the end.
struct RowPlaces {
  template <std::integral I>
  RowPlaces(I place, CallSite site = CallSite::current()) : places({static_cast<long>(place)}), site(site) {}
  RowPlaces(std::initializer_list<long> places, CallSite site = CallSite::current()) : places(places), site(site) {}
  ShortVector<long, 8> places;
  CallSite site;
};

/// What does not become an Operand by itself: an xtensor expression, a scalar; and what is refused in words.
template <class X, class T>
concept NoOperand = !std::is_arithmetic_v<X> && !std::derived_from<X, Tensor<T>>;

/// An array of float or double, contiguous and row-major. Copies are handles on the same array, whose values never
/// change; a variable is the exception: set_value gives it new ones. A default-made tensor is empty: no array at all.
template <Real T>
class Tensor {
 public:
  using value_type = T;

  Tensor() = default;
  /// A constant of shape ().
  template <class N>
    requires std::is_arithmetic_v<N>
  Tensor(N number) : node_(allocate({}, engine::dtype_of<T>)) {
    *static_cast<T*>(node_->data) = static_cast<T>(number);
  }
  /// A constant from numbers in braces, nested to any depth: Tensor<double> x{{1, 2}, {3, 4}} is of shape (2, 2).
  /// Throws ShapeError where lists of one level differ in length.
  Tensor(std::initializer_list<nested::Braces> list) : Tensor(nested::numbers_in(list)) {}
  /// A constant from a vector, a span or another range of numbers, or from ranges of ranges: a copy. Throws ShapeError
  /// where lengths differ.
  template <NumberRange R>
  explicit Tensor(const R& numbers) : Tensor() {  // made when `copy` throws, so that the array is given back
    std::vector<std::size_t> axes;
    nested::measure(numbers, axes);
    *this = empty(Shape(axes));
    T* to = mutable_data();
    nested::copy(numbers, axes, 0, to);
  }
  /// The same in another shape: Tensor<float>(pixels, {28, 28}). Throws ShapeError unless it has as many elements.
  template <NumberRange R>
  Tensor(const R& numbers, const Shape& shape) : Tensor(numbers) {
    if (shape.size() != size()) nested::fail_count(size(), shape);
    node_->shape = shape;
  }
  /// A constant: evaluates and copies any xtensor expression with elements of T.
  template <XtensorExpression E>
    requires std::is_same_v<typename std::remove_cvref_t<E>::value_type, T>
  Tensor(const E& expression) : Tensor(empty(shape_of(expression))) {
    auto target = xt::adapt(mutable_data(), size(), xt::no_ownership(), shape().vector());
    target = expression;
  }
  Tensor(const Tensor& other) : node_(other.node_) {
    if (node_) retain(node_);
  }
  Tensor(Tensor&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Tensor() {
    if (node_) release(node_);
  }

  /// An array whose elements are not set yet, for kernels to fill. Throws MemoryError in the name of `op`.
  static Tensor empty(const Shape& shape, std::string_view op = "tensor", const CallSite& site = {}) {
    return Tensor(allocate(shape, engine::dtype_of<T>, op, &site));
  }
  static Tensor full(const Shape& shape, T number, std::string_view op = "tensor", const CallSite& site = {}) {
    Tensor filled = empty(shape, op, site);
    std::fill_n(filled.mutable_data(), filled.size(), number);
    return filled;
  }

  /// Whether there is an array. What follows needs one.
  explicit operator bool() const { return node_ != nullptr; }
  const Shape& shape() const { return node_->shape; }
  std::size_t rank() const { return node_->shape.rank(); }
  std::size_t size() const { return node_->shape.size(); }
  const T* data() const { return static_cast<const T*>(node_->data); }
  bool is_variable() const { return node_->variable != 0; }
  /// The one element. Throws ShapeError when there are more.
  T item(CallSite site = CallSite::current()) const;
  /// The elements as a const xtensor expression. No copy is made, and the expression keeps the array alive.
  auto value(CallSite site = CallSite::current()) const {
    note_value(site);
    engine::Node* owner = node_->base ? node_->base : node_;
    retain(owner);
    return xt::adapt_smart_ptr(data(), shape().vector(),
                               std::shared_ptr<engine::Node>(owner, [](engine::Node* n) { release(n); }));
  }
  /// Element (i, j, ...) of a tensor as a scalar on the same tape. See scalar.h.
  template <std::integral... Index>
  Scalar<T> operator()(Index... index) const;

  /// Row i, or the part at (i, j, ...) of the first axes, which go: x[2], x[{2, -1}]. Shares the array. Throws
  /// ShapeError for a place outside and for more places than axes.
  Tensor operator[](const RowPlaces& at) const;

  /// Writes new elements into a variable. What earlier ops and value() saw keeps the old ones (copy on write).
  /// Needs exclusive access to the variable. Throws TapeError for other tensors, ShapeError for another shape.
  void set_value(const Tensor& value, CallSite site = CallSite::current());

  /// a += b is a = a + b, with all that + takes: this handle goes on to the result, other handles keep the old values.
  /// After it a handle on a variable is no longer one; the values of a variable change by set_value.
  Tensor& operator+=(const Operand<T>& b) & { return *this = sum_of(Operand<T>(std::move(*this), b.site), b); }
  Tensor& operator-=(const Operand<T>& b) & { return *this = difference_of(Operand<T>(std::move(*this), b.site), b); }
  Tensor& operator*=(const Operand<T>& b) & { return *this = product_of(Operand<T>(std::move(*this), b.site), b); }
  Tensor& operator/=(const Operand<T>& b) & { return *this = quotient_of(Operand<T>(std::move(*this), b.site), b); }
  template <class X>
    requires NoOperand<X, T>
  Tensor& operator+=(const X& x) & { return *this = *this + x; }
  template <class X>
    requires NoOperand<X, T>
  Tensor& operator-=(const X& x) & { return *this = *this - x; }
  template <class X>
    requires NoOperand<X, T>
  Tensor& operator*=(const X& x) & { return *this = *this * x; }
  template <class X>
    requires NoOperand<X, T>
  Tensor& operator/=(const X& x) & { return *this = *this / x; }

  // Arithmetic with tensors and numbers, broadcasting as NumPy does. See ops.h.
  friend Tensor operator+(const Operand<T>& a, const Operand<T>& b) { return sum_of(a, b); }
  friend Tensor operator-(const Operand<T>& a, const Operand<T>& b) { return difference_of(a, b); }
  friend Tensor operator*(const Operand<T>& a, const Operand<T>& b) { return product_of(a, b); }
  friend Tensor operator/(const Operand<T>& a, const Operand<T>& b) { return quotient_of(a, b); }
  friend Tensor operator-(const Operand<T>& a) { return negative(*a.tensor, a.site); }
  friend Tensor operator+(const Operand<T>& a) { return *a.tensor; }
  // Comparisons of each element, which give masks. See ops/comparisons.h.
  friend auto operator==(const Operand<T>& a, const Operand<T>& b) {
    return equal(a.as_tensor(), b.as_tensor(), a.site);
  }
  friend auto operator!=(const Operand<T>& a, const Operand<T>& b) {
    return not_equal(a.as_tensor(), b.as_tensor(), a.site);
  }
  friend auto operator<(const Operand<T>& a, const Operand<T>& b) {
    return less(a.as_tensor(), b.as_tensor(), a.site);
  }
  friend auto operator<=(const Operand<T>& a, const Operand<T>& b) {
    return less_equal(a.as_tensor(), b.as_tensor(), a.site);
  }
  friend auto operator>(const Operand<T>& a, const Operand<T>& b) {
    return greater(a.as_tensor(), b.as_tensor(), a.site);
  }
  friend auto operator>=(const Operand<T>& a, const Operand<T>& b) {
    return greater_equal(a.as_tensor(), b.as_tensor(), a.site);
  }

  /// For kernels that fill an array of their own which no one else has seen yet.
  T* mutable_data() { return static_cast<T*>(node_->data); }
  /// For optimizers: the elements of a variable, to be written in place; copied first if someone still holds them.
  T* overwrite(CallSite site = CallSite::current());

  /// For the engine.
  explicit Tensor(engine::Node* node) : node_(node) {}
  engine::Node* node() const { return node_; }
  /// The node, which this tensor gives up and the handle owns from then on.
  engine::NodeHandle take_node() { return engine::NodeHandle(std::exchange(node_, nullptr)); }

 private:
  explicit Tensor(const nested::Numbers& found) : Tensor(found.numbers, Shape(found.axes)) {}
  void note_value(const CallSite& site) const;  // on a tape that keeps values: a gradient does not follow them
  template <class E>
  static Shape shape_of(const E& expression) {
    return Shape(ShortVector<std::size_t, 8>(expression.shape().begin(), expression.shape().end()));
  }
  engine::Node* node_ = nullptr;
};

template <XtensorExpression E>
Tensor(const E&) -> Tensor<typename E::value_type>;
template <NumberRange R, class... S>
Tensor(const R&, S...) -> Tensor<std::conditional_t<nested::is_of_floats<R>, float, double>>;

/// A Tensor of float or double, or what is derived from one.
template <class X>
concept IsTensor = requires(const std::remove_cvref_t<X>& x) { []<Real T>(const Tensor<T>&) {}(x); };

extern template class Tensor<float>;
extern template class Tensor<double>;

/// A leaf that gradients are taken for, with a copy of the array. It lives outside tapes; the first op that reads it on
/// a tape enters it there. Throws ShapeError for a tensor without an array, MemoryError.
template <Real T>
Tensor<T> variable(const Tensor<T>& value, std::string label = {}, CallSite site = CallSite::current());
template <XtensorExpression E>
Tensor<typename E::value_type> variable(const E& value, std::string label = {}, CallSite site = CallSite::current()) {
  return variable(Tensor<typename E::value_type>(value), std::move(label), site);
}
/// The same values without a place on any tape: no gradient flows through it. Shares the array. x may be stale.
template <Real T>
Tensor<T> constant(const Tensor<T>& x, CallSite site = CallSite::current());
/// The label of a variable, empty for any other tensor.
template <Real T>
std::string label(const Tensor<T>& x);

extern template Tensor<float> variable(const Tensor<float>&, std::string, CallSite);
extern template Tensor<double> variable(const Tensor<double>&, std::string, CallSite);

}  // namespace tapegrad
