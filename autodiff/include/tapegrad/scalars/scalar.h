// Scalars on the tape: a run of statements is one entry, each statement a weighted edge for each scalar it reads.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/engine/scalars/log.h"
#include "tapegrad/functions/functions.h"
#include "tapegrad/scalars/expression.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// Throws NumberError where `value`, made from the scalars with these slots and numbers, is a NaN or infinity.
void require_number(const engine::AnyScalarLog& log, double value,
                    std::span<const std::pair<std::uint32_t, double>> leaves);

/// The same for what a sweep made the adjoint of a scalar.
void require_adjoint(const engine::AnyScalarLog& log, std::uint32_t slot, double adjoint);

/// A number on the tape. Made by variable(number), by statements on scalars, or from an element of a tensor.
/// It belongs to the tape it was made on, and to the thread. Copies are free: they are the same quantity. Where no
/// tape records, what is computed is a constant. Never converts to a number by itself: ask value(). T is float, double,
/// or a Dual of one of them: then gradients are dual, and hold second derivatives.
template <ScalarNumber T>
class Scalar {
 public:
  using value_type = T;
  Scalar() : value_(0) {}
  Scalar(const T& value) : value_(value) {}
  template <class C>
    requires(std::is_arithmetic_v<C> && !std::same_as<C, T>)
  Scalar(C value) : value_(static_cast<real_of<T>>(value)) {}
  Scalar(const Scalar& other) noexcept : Scalar(other.read()) {}
  /// To a scalar that has a name only: an element such as c(0, 1) of a tensor is a copy, and writing to it would do
  /// nothing.
  Scalar& operator=(const Scalar& other) & noexcept {
    const ScalarLeaf<T> leaf = other.read();
    value_ = leaf.number;
    slot_ = leaf.slot;
    tag_ = leaf.tag;
    return *this;
  }
  ~Scalar() = default;
  /// A statement. Throws TapeError where the formula reads a scalar of another tape, or one that was rewound, and when
  /// a tape has 2^32 - 1 scalars already.
  template <ScalarExpression E>
    requires ScalarOperand<E, T>
  [[gnu::always_inline]] Scalar(const E& e) : value_(e.value()) {
    record(e);
  }
  template <ScalarExpression E>
    requires ScalarOperand<E, T>
  [[gnu::always_inline]] Scalar& operator=(const E& e) & {
    record(e);
    value_ = e.value();
    return *this;
  }
  template <class X>
  void operator=(const X&) && {
    refuse_copy<X>();
  }
  T value() const { return value_; }
  friend void swap(Scalar& a, Scalar& b) noexcept {
    std::swap(a.value_, b.value_);
    std::swap(a.slot_, b.slot_);
    std::swap(a.tag_, b.tag_);
  }

  /// A sum that is built term by term costs no edge of its own while nothing reads it.
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator+=(const X& x) & {
    return add(capture<T>(x), T(1));
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator-=(const X& x) & {
    return add(capture<T>(x), T(-1));
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator*=(const X& x) & {
    return *this = *this * x;
  }
  template <class X>
    requires ScalarOperand<X, T>
  [[gnu::always_inline]] Scalar& operator/=(const X& x) & {
    return *this = *this / x;
  }

  // What is refused in words: another kind on the right, and a scalar without a name on the left.
  template <class X> void operator+=(const X&) & { refuse_operand<X>(); }
  template <class X> void operator-=(const X&) & { refuse_operand<X>(); }
  template <class X> void operator*=(const X&) & { refuse_operand<X>(); }
  template <class X> void operator/=(const X&) & { refuse_operand<X>(); }
  template <class X> void operator+=(const X&) && { refuse_copy<X>(); }
  template <class X> void operator-=(const X&) && { refuse_copy<X>(); }
  template <class X> void operator*=(const X&) && { refuse_copy<X>(); }
  template <class X> void operator/=(const X&) && { refuse_copy<X>(); }

  /// For the engine: a value at a slot of a tape; see ScalarGenerations for the tag.
  Scalar(T value, std::uint32_t slot, std::uint32_t tag) : value_(value), slot_(slot), tag_(tag) {}
  std::uint32_t slot() const { return slot_; }
  std::uint32_t tag() const { return tag_; }
  /// As it is now. From here on `+=` on it makes a new slot, since this one stands for the present value elsewhere.
  ScalarLeaf<T> read() const {
    if (!(tag_ & 1)) tag_ |= 1;  // never written in a constant, which threads may share
    return {value_, slot_, tag_};
  }

 private:
  template <class X>
  static void refuse_operand() {
    static_assert(
        ScalarOperand<X, T>,
        "scalar: += and its kin take a plain number, or a scalar of the same type. Of a tensor, x.item() is the "
        "number, x(i, j) an element as a scalar; a tensor is increased by a scalar, x += s");
  }
  template <class X>
  static void refuse_copy() {
    static_assert(std::is_void_v<X>,
                  "scalar: an element of a tensor, c(0, 1), is a copy, and writing to it would do nothing: give it a "
                  "name, or make another tensor with where or view");
  }
  explicit Scalar(const ScalarLeaf<T>& leaf) noexcept : value_(leaf.number), slot_(leaf.slot), tag_(leaf.tag) {}

  struct Place {
    std::uint32_t slot = 0, tag = engine::constant_tag;
  };
  // All leaves are active.
  struct Writer {
    engine::ScalarEdge<T>* next;
    std::uint32_t target;
    T weights = 0;  // their sum, without constants of the program such as the 1 in a + b, which are known to be finite
    [[gnu::always_inline]] void operator()(const T& weight, const ScalarLeaf<T>& leaf) {
      *next++ = {weight, leaf.slot, target};
      if constexpr (Real<T>) {
        if (!(__builtin_constant_p(weight) && __builtin_isfinite(weight))) weights += weight;
      }
    }
  };
  // Any leaves.
  struct CarefulWriter : Writer {
    const engine::ScalarLog<T>& log;
    void operator()(const T& weight, const ScalarLeaf<T>& leaf) {
      if (leaf.slot == 0) return;
      if (leaf.tag != (log.tag | 1) && !log.generations.alive(leaf.tag, leaf.slot)) engine::fail_stale_scalar();
      Writer::operator()(weight, leaf);
    }
  };

  // For the error message.
  struct ListOfLeaves {
    std::vector<std::pair<std::uint32_t, double>> leaves;
    void operator()(const T&, const ScalarLeaf<T>& leaf) { leaves.emplace_back(leaf.slot, number_in(leaf.number)); }
  };

  template <class E>
  [[gnu::always_inline]] void record(const E& e) {
    engine::ScalarLog<T>* log = engine::ScalarRecorder::ready<T>(E::leaves);
    if (log && e.all_tagged(log->tag | 1)) [[likely]] {
      Writer out{log->cursor, log->slots++};
      e.write(out, T(1));
      finish(*log, out);
      slot_ = out.target;
      tag_ = log->tag;
    } else {
      const Place place = record_carefully(E(e));  // a copy, so that e itself may live in registers
      slot_ = place.slot;
      tag_ = place.tag;
    }
  }
  [[gnu::always_inline]] static void finish(engine::ScalarLog<T>& log, const Writer& out) {
    log.cursor = out.next;
    if constexpr (Real<T>) {
      if (!(__builtin_constant_p(out.weights) && __builtin_isfinite(out.weights))) log.weights += out.weights;
    }
  }
  template <class E>
  [[gnu::noinline]] static Place record_carefully(const E& e) {
    if (!engine::context().recording || !e.active()) return {};
    engine::ScalarLog<T>& log = engine::ScalarRecorder::prepare<T>(E::leaves);
    CarefulWriter out{{log.cursor, log.slots}, log};
    e.write(out, T(1));
    if (log.checks_numbers) [[unlikely]] {
      ListOfLeaves list;
      e.write(list, T(1));
      require_number(log, finite_or_not(e.value()), list.leaves);
    }
    finish(log, out);
    ++log.slots;
    return {out.target, log.tag};
  }
  // s += e adds edges to the slot of s while nothing has read it: whatever reads it later stands behind them.
  template <class E>
  [[gnu::always_inline]] Scalar& add(const E& e, T sign) {
    constexpr std::ptrdiff_t room = std::max<std::ptrdiff_t>(E::leaves, 1);  // none where numbers are checked
    engine::ScalarLog<T>* log = engine::ScalarRecorder::ready<T>(room);
    if (log && tag_ == log->tag && slot_ >= log->accumulate_from && e.all_tagged(log->tag | 1)) [[likely]] {
      Writer out{log->cursor, slot_};
      e.write(out, sign);
      finish(*log, out);
      value_ += sign * e.value();
      return *this;
    }
    return sign > 0 ? *this = *this + e : *this = *this - e;
  }

  T value_;
  std::uint32_t slot_ = 0;
  mutable std::uint32_t tag_ = engine::constant_tag;
};

template <ScalarExpression E>
Scalar(const E&) -> Scalar<typename E::value_type>;

/// A scalar leaf on the recording tape. Throws TapeError when none records.
template <ScalarNumber T>
Scalar<T> variable(const T& value, std::string label) {
  engine::ScalarLog<T>& log = engine::ScalarRecorder::log<T>(engine::ScalarRecorder::recording());
  const std::uint32_t slot = log.take_slots(1);
  if (!label.empty()) log.labels.emplace_back(slot, std::move(label));
  return {value, slot, log.tag | 1};  // as if read: the slot is to stay that of the variable
}
template <ScalarNumber T>
[[gnu::always_inline]] inline Scalar<T> variable(const T& value) {
  engine::ScalarLog<T>* log = engine::ScalarRecorder::begun<T>();
  if (!log || log->slots >= engine::ScalarLog<T>::last_slots) [[unlikely]]
    return variable(value, std::string());
  return {value, log->slots++, log->tag | 1};
}
/// Many at once, the fastest way to begin: x[i] becomes a leaf with values[i]. Throws ShapeError for other lengths.
template <ScalarNumber T>
void variables(std::span<const T> values, std::span<Scalar<T>> x, CallSite site = CallSite::current()) {
  if (values.size() != x.size()) engine::fail_lengths("variables", "scalars", x.size(), "values", values.size(), site);
  engine::ScalarLog<T>& log = engine::ScalarRecorder::log<T>(engine::ScalarRecorder::recording());
  const std::uint32_t first = log.take_slots(values.size()), tag = log.tag | 1;
  for (std::size_t i = 0; i < values.size(); ++i) x[i] = {values[i], first + static_cast<std::uint32_t>(i), tag};
}
template <ScalarNumber T>
std::vector<Scalar<T>> variables(const std::vector<T>& values, CallSite site = CallSite::current()) {
  std::vector<Scalar<T>> x(values.size());
  variables(std::span<const T>(values), std::span(x), site);
  return x;
}

template <ScalarNumber T>
inline const T& Gradients::at(const Scalar<T>& s) const {
  const auto* found = static_cast<const engine::ScalarAdjoints<T>*>(scalars_[place_of<T>].get());
  const bool known = found && (!is_dual<T> || found->type == &type_of_numbers<T>);
  if (!known || s.slot() == 0 || s.slot() >= found->by_slot.size() || !found->generations.alive(s.tag(), s.slot()))
      [[unlikely]] {
    fail_scalar(s.slot());
  }
  return found->by_slot[s.slot()];
}

template <ScalarNumber T>
void Gradients::copy(std::span<const Scalar<T>> x, std::span<T> into, CallSite site) const {
  if (x.size() != into.size()) engine::fail_lengths("gradients", "scalars", x.size(), "places", into.size(), site);
  bool in_a_row = !x.empty();  // as variables() makes them
  for (std::size_t i = 1; i < x.size(); ++i) in_a_row &= (x[i].slot() == x[0].slot() + i) & (x[i].tag() == x[0].tag());
  if (in_a_row) {
    const T* first = &at(x.front());
    at(x.back());  // which is checked, and with it all between them
    std::copy_n(first, x.size(), into.begin());
  } else {
    for (std::size_t i = 0; i < x.size(); ++i) into[i] = at(x[i]);
  }
}
template <ScalarNumber T>
std::vector<T> Gradients::operator[](const std::vector<Scalar<T>>& x) const {
  std::vector<T> result(x.size());
  copy(std::span(x), std::span(result));
  return result;
}

namespace engine {

[[noreturn]] void fail_recorded(std::string_view what, const CallSite& site);

/// Before a sweep from a scalar. Gives the adjoint to begin with.
template <ScalarNumber T>
double begin_sweep(TapeState& tape, const Scalar<T>& y, const Node* seed, std::string_view what, const CallSite& site) {
  const AnyScalarLog* log = tape.scalars ? &tape.scalars->template of<T>() : nullptr;
  return tape.begin_scalar_sweep(log, y.tag(), y.slot(), seed, what, site);
}

}  // namespace engine

template <DualNumber T>
Gradients Tape::backward(const Scalar<T>& y, const BackwardOptions<real_of<T>>& options, CallSite site) {
  if (options.create_graph) engine::fail_recorded("backward", site);
  engine::TapeState& tape = state();
  const double seed = engine::begin_sweep(tape, y, options.seed.node(), "backward", site);
  const engine::ScalarLog<T>& log = tape.scalars->template of<T>();
  auto adjoints = engine::new_adjoints(tape, log);
  auto& adjoint = adjoints->by_slot;
  adjoint[y.slot()] = T(seed);
  log.backward(0, log.position(), [&](const engine::ScalarEdge<T>* first, const engine::ScalarEdge<T>* past) {
    while (past != first) {
      const engine::ScalarEdge<T>& edge = *--past;
      if (is_zero(adjoint[edge.target])) continue;
      adjoint[edge.source] += edge.weight * adjoint[edge.target];
      if (log.checks_numbers) require_adjoint(log, edge.source, finite_or_not(adjoint[edge.source]));
    }
  });
  tape.end_sweep_of_duals(options.keep);
  Gradients result;
  engine::GradientsOf::set_duals(result, std::move(adjoints));
  return result;
}

/// Scalars as a tensor of shape (n,): one entry on the tape, whatever n is.
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, CallSite site = CallSite::current());
/// The same, row-major in another shape. Throws ShapeError where it has not as many elements.
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, const Shape& shape, CallSite site = CallSite::current());
Tensor<double> tensor(std::initializer_list<Scalar<double>> scalars, CallSite site = CallSite::current());
Tensor<float> tensor(std::initializer_list<Scalar<float>> scalars, CallSite site = CallSite::current());
/// A scalar as a tensor of shape ().
template <Real T>
Tensor<T> tensor(const Scalar<T>& scalar, CallSite site = CallSite::current());
template <ScalarExpression E>
auto tensor(const E& e, CallSite site = CallSite::current()) {
  return tensor(Scalar<typename E::value_type>(e), site);
}
/// All elements of a tensor, row-major, as scalars: one entry on the tape.
template <Real T>
std::vector<Scalar<T>> scalars(const Tensor<T>& x, CallSite site = CallSite::current());
/// One element, counted row-major.
template <Real T>
Scalar<T> element(const Tensor<T>& x, std::size_t index, CallSite site = CallSite::current());
/// The row-major place of an index. Throws ShapeError when it is outside.
std::size_t offset(const Shape& shape, std::span<const std::size_t> index);

template <Real T>
template <std::integral... Index>
Scalar<T> Tensor<T>::operator()(Index... index) const {
  const std::array<std::size_t, sizeof...(Index)> place{static_cast<std::size_t>(index)...};
  return element(*this, offset(shape(), place));
}

}  // namespace tapegrad

/// Those of T, as scalars.
template <tapegrad::ScalarNumber T>
struct std::numeric_limits<tapegrad::Scalar<T>> : tapegrad::LimitsOf<tapegrad::Scalar<T>, tapegrad::real_of<T>> {};
