// A part of a tape as a linear map: what was recorded from some inputs on, to be applied backward or forward.
// For transforms and for rules without a formula of their own; programs use transforms.h.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "tapegrad/engine/record.h"

namespace tapegrad::engine {

/// The derivative of a function f at x as a linear map. In this order: add_input(x) for each argument, a call of f with
/// what that returned, add_result(y) for each result, and end(). pull and push may then be called any number of times.
/// f is recorded on the tape that records, else on a tape of this object's own, which lives as long as this. Where the
/// tape still records, so are pull and push.
class Linearization {
 public:
  /// An input or a result: an entry, or the slots of scalars in a row. Neither: a constant.
  struct Port {
    Entry* entry = nullptr;
    std::uint32_t slot = 0;
    Dtype dtype = Dtype::float64;
    Shape shape = {};
  };
  /// One array for each input, or for each result; null where there is none.
  using Nodes = std::vector<NodeHandle, PoolAllocator<NodeHandle>>;
  using Ports = std::vector<Port, PoolAllocator<Port>>;

  /// `what` and `where` name the transform in errors.
  Linearization(std::string_view what, const CallSite& site);
  Linearization(const Linearization&) = delete;
  Linearization& operator=(const Linearization&) = delete;

  /// Makes x an input. Returns what f is to be called with: the same values at an entry of their own, with respect to
  /// which derivatives are taken.
  template <Real T>
  Tensor<T> add_input(const Tensor<T>& x);
  template <Real T>
  Scalar<T> add_input(const Scalar<T>& x);
  /// Scalars as one input of shape (n,). Writes them to `inner`.
  template <Real T>
  void add_input(std::span<const Scalar<T>> x, Scalar<T>* inner);
  /// Makes a variable an input that f reads by itself, such as a module's parameter.
  template <Real T>
  void watch(const Tensor<T>& variable);
  /// Makes y, which f returned, a result. Throws ShapeError for an empty tensor.
  template <Real T>
  void add_result(const Tensor<T>& y);
  template <Real T>
  void add_result(const Scalar<T>& y);
  /// Scalars as one result of shape (n,).
  template <Real T>
  void add_result(std::span<const Scalar<T>> y);
  /// To be called once f has returned and its results are added. Whether something was recorded that depends on an
  /// input.
  bool end();
  /// end(), or a TapeError where nothing was recorded that depends on an input.
  void end_or_throw();

  /// The adjoints of the inputs from those of the results. The last use frees what it passes. `masked`: whether a 0 in
  /// them may be a mask's (see Entry); unless that is said, a 0 means that an element is not asked for.
  Nodes pull(const Nodes& cotangents, bool last = false, std::optional<bool> masked = {});
  /// The tangents of the results from those of the inputs.
  Nodes push(const Nodes& tangents, std::optional<bool> masked = {});

  /// What pull found for the variables that are watched, as Gradients. Takes the nodes over.
  Gradients gradients(Nodes& found) const;

  bool records() const { return !own_; }
  /// Whether Recording can be used: the tape records, or is this object's own.
  bool may_record() const { return own_ || is_recorded(); }
  /// While it lives, pull and push are recorded, by this object's own tape where no other records.
  class Recording {
   public:
    explicit Recording(Linearization& of);
    ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

   private:
    TapeState* resumed_;
  };
  /// Who made it, and the user's line.
  std::string_view what() const { return what_; }
  const CallSite& site() const { return site_; }
  TapeState& tape() const { return *tape_; }
  /// What depends on the inputs, in order of execution; without the inputs themselves.
  std::span<Entry* const> active() const { return active_; }
  const Ports& inputs() const { return inputs_; }
  const Ports& results() const { return results_; }
  /// The cotangent 1. Throws ShapeError unless there is one result, of one element.
  Nodes one() const;
  /// Throws ShapeError where a node, called `name` in the message, has not the shape of its port.
  void require_shapes(const Ports& ports, const Nodes& nodes, std::string_view name) const;

 private:
  friend struct TapeState;
  class Members;
  bool is_recorded() const { return recorded_.value_or(context().recording == tape_); }
  /// Of what is recorded already, from entries x to an entry y: for Tape::gradient.
  Linearization(TapeState& tape, std::span<Entry* const> x, Entry* y, bool recorded);
  void collect(Entry* last);
  std::size_t edges_of_scalars() const;
  void require_applicable(const Nodes& directions) const;
  bool reached(const Port& port, unsigned depth) const { return port.entry && port.entry->membership.of(depth); }

  std::string_view what_;
  CallSite site_;
  std::optional<Tape> own_;
  TapeState* tape_;
  std::uint64_t tape_birth_, first_birth_ = 0, last_birth_ = 0;
  Entry* before_ = nullptr;  // the last entry that was there before; null where the inputs say it
  std::optional<bool> recorded_;
  std::size_t edges_entered_ = 0;  // of scalars, when the last of them became inputs
  Ports inputs_, results_;
  std::vector<Entry*, PoolAllocator<Entry*>> active_;  // inputs and what depends on them, in order of execution
};

[[noreturn]] void fail_nothing_recorded(std::string_view what, const CallSite& site);

/// For rules without a formula of their own, in a recorded sweep: records y = f(inputs), sweeps what was recorded with
/// seed g, and adds what arrives to the adjoints of the inputs.
template <Real T, class F>
void add_pullback(Sweep& sweep, const F& f, const std::vector<Tensor<T>>& inputs, const Tensor<T>& g) {
  Linearization at("backward", CallSite{});
  std::vector<Tensor<T>> inner;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inner.push_back(sweep.wants(i) ? at.add_input(inputs[i]) : inputs[i]);
  }
  const Tensor<T> y = f(inner);
  at.add_result(y);
  if (!at.end()) return;  // it reads none of the inputs that want a gradient
  Linearization::Nodes cotangents;
  cotangents.emplace_back(Tensor<T>(g).take_node());
  Linearization::Nodes found = at.pull(cotangents, false, sweep.masked);
  for (std::size_t i = 0, next = 0; i < inputs.size(); ++i) {
    if (!sweep.wants(i)) continue;
    if (Node* node = found[next++].release()) sweep.add(i, Tensor<T>(node));
  }
}

/// For rules without a formula of their own, in a recorded push: records f and pushes through what was recorded. Gives
/// the tangent of f(inputs).
template <Real T, class F>
Tensor<T> pushed_through(const Push& push, const F& f, const std::vector<Tensor<T>>& inputs) {
  Linearization at("jvp", CallSite{});
  std::vector<Tensor<T>> inner;
  Linearization::Nodes tangents;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inner.push_back(push.has(i) ? at.add_input(inputs[i]) : inputs[i]);
    if (push.has(i)) tangents.emplace_back(push.tangent<T>(i).take_node());
  }
  const Tensor<T> y = f(inner);
  at.add_result(y);
  if (!at.end()) return {};
  return Tensor<T>(at.push(tangents, push.masked)[0].release());
}

}  // namespace tapegrad::engine
