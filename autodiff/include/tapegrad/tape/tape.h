// The tape: the order of execution, recorded. Backward is one loop from its end to its start.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "tapegrad/functions/number.h"
#include "tapegrad/tape/gradients.h"
#include "tapegrad/tape/options.h"
#include "tapegrad/tape/statistics.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

namespace engine {
struct Replay;
struct TapePosition;
struct TapeState;
}  // namespace engine

class BackwardSteps;
struct EntryView;
struct Explanation;
struct ExplainOptions;
template <Real U>
struct OpCall;

/// Records the ops of this thread from its construction to its end. One tape records on a thread at a time.
class [[nodiscard]] Tape {
 public:
  /// Throws TapeError when a tape already records on this thread.
  explicit Tape(TapeOptions options = {}, CallSite site = CallSite::current());
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// The gradient of y with respect to every variable it depends on. Consumes the tape unless `keep` or
  /// `create_graph`: it can then still be printed, and another may begin.
  template <Real T>
  Gradients backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options = {},
                     CallSite site = CallSite::current());
  template <Real T>
  Gradients backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options = {},
                     CallSite site = CallSite::current());
  /// Of scalars that hold dual numbers, adjoints are dual too: their derivatives are second derivatives.
  template <DualNumber T>
  Gradients backward(const Scalar<T>& y, const BackwardOptions<real_of<T>>& options = {},
                     CallSite site = CallSite::current());
  template <class E>
    requires E::is_scalar_expression
  Gradients backward(const E& y, const BackwardOptions<real_of<typename E::value_type>>& options = {},
                     CallSite site = CallSite::current()) {
    return backward(Scalar<typename E::value_type>(y), options, site);
  }
  /// The same sweep, to be taken in steps: see steps.h. The tape records nothing from here on; with `keep` it goes on
  /// when the steps end. Throws TapeError with `create_graph`.
  template <Real T>
  BackwardSteps begin_backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options = {},
                               CallSite site = CallSite::current());
  template <Real T>
  BackwardSteps begin_backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options = {},
                               CallSite site = CallSite::current());
  /// The chain rule written out for one element of y: see explain.h. Sweeps and keeps the tape. Throws TapeError when
  /// the tape does not keep its values.
  template <Real T>
  Explanation explain(const Tensor<T>& y, const ExplainOptions& options, CallSite site = CallSite::current());
  template <Real T>
  Explanation explain(const Tensor<T>& y, CallSite site = CallSite::current());
  /// The gradient of y with respect to x, a variable or any recorded tensor; zeros when y does not depend on it.
  /// Keeps the tape. x must have been recorded here, else TapeError.
  template <Real T, Real U>
  Tensor<U> gradient(const Tensor<T>& y, const Tensor<U>& x,
                     const BackwardOptions<std::type_identity_t<T>>& options = {}, CallSite site = CallSite::current());
  /// The gradients with respect to several tensors in one sweep.
  template <Real T>
  std::vector<Tensor<T>> gradient(const Tensor<T>& y, const std::vector<Tensor<T>>& x,
                                  const BackwardOptions<std::type_identity_t<T>>& options = {},
                                  CallSite site = CallSite::current());

  /// y, computed again from this tape in element type U, with other values for some variables: pairs of a variable of
  /// the tape (of either type) and its new value, whose shape may differ if the ops allow it. Variables that are not
  /// named, and constants, keep their values, cast to U. What a recording tape sees of it is recorded there; pause or
  /// end this one first. Throws TapeError when this tape was not made replayable, and where y depends on scalar
  /// statements, which hold numbers of one type.
  template <Real U, Real T>
  Tensor<U> replay(const Tensor<T>& y, const std::vector<ReplayInput<U>>& inputs,
                   CallSite site = CallSite::current()) const;

  /// The op behind entry `number` (see op_call.h), with the values that it had, in element type U. Throws TapeError
  /// when there is no such entry, or the tape was not made with keep_values and replayable.
  template <Real U>
  OpCall<U> op_call(std::size_t number, CallSite site = CallSite::current()) const;

  /// In sentences, why the gradient of x after the last sweep is missing, zero, tiny (a norm below 1e-9), huge (above
  /// 1e6) or not a number, with the entries and lines that made it so; or that nothing is wrong with it. All of it
  /// needs Tape({.keep_values = true}); other tapes know only what was recorded, and the answer says so. May run ops
  /// again to find out, on a tape of its own. Throws ShapeError for an empty tensor.
  template <Real T>
  std::string why(const Tensor<T>& x, CallSite site = CallSite::current()) const;

  /// Whether x has a place on this tape, as a variable that was read or a result that was recorded, and so a gradient.
  template <Real T>
  bool contains(const Tensor<T>& x) const {
    return x && has_place(x.node());
  }

  /// Stops recording on this thread for a scope.
  class [[nodiscard]] Pause {
   public:
    Pause();
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    engine::TapeState* paused_;
    std::uint64_t births_end_;  // of the numbers that it goes on with
  };

  /// The tape that records on this thread, or null.
  static Tape* current();

  /// A place in a tape to return to. Copies are the same place.
  class Mark {
   public:
    /// No place: rewind throws.
    Mark() = default;
    /// For the engine.
    explicit Mark(std::shared_ptr<const engine::TapePosition> position) : position_(std::move(position)) {}
    const engine::TapePosition* position() const { return position_.get(); }

   private:
    std::shared_ptr<const engine::TapePosition> position_;
  };
  /// The place where the tape is now.
  Mark mark() const;
  /// Forgets everything recorded after the mark. Tensors recorded there are stale from then on.
  void rewind(const Mark& mark);

  std::size_t size() const;                ///< number of entries
  std::size_t bytes() const;               ///< memory of entries and statements, without the arrays they keep
  std::vector<EntryView> entries() const;  ///< from first to last: see print.h
  TapeStatistics statistics() const;       ///< what it holds, counted: see statistics.h

  /// For the engine.
  engine::TapeState& state() const { return *state_; }

 private:
  bool has_place(const engine::Node* node) const;
  std::unique_ptr<engine::TapeState> state_;
};

/// The table of the entries, with values and adjoints where they were kept.
std::ostream& operator<<(std::ostream& out, const Tape& tape);

}  // namespace tapegrad
