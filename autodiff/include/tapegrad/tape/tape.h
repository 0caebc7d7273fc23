// The tape: the order of execution, recorded. Backward is one loop from its end to its start.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tapegrad/tape/gradients.h"
#include "tapegrad/functions/number.h"
#include "tapegrad/tape/statistics.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

namespace engine {
struct ArenaChunk;
struct Context;
struct Recorder;
struct Replay;
struct ScalarRecorder;
struct SteppedSweep;
class AnyScalarLog;
class Linearization;
class ScalarLogs;
class Sweep;
template <ScalarNumber T>
class ScalarLog;
}  // namespace engine

class BackwardSteps;
struct Explanation;
struct Formula;
struct ExplainOptions;

template <Real T>
struct BackwardOptions {
  Tensor<T> seed = {};        ///< adjoint of the result, of its shape; default: 1 for a result of one element
  bool create_graph = false;  ///< record the sweep, so that the gradients can be differentiated again
  bool keep = false;          ///< keep the tape, so that it can be swept again
};

/// A tensor of either element type.
using AnyTensor = std::variant<Tensor<float>, Tensor<double>>;

struct TapeOptions {
  bool keep_values = false;  ///< hold every value, op and swept adjoint, and note cuts: for print, explain and why
  bool replayable = false;        ///< keep each op and its constant inputs, so that the tape can be run again
  bool check_unrecorded = false;  ///< throw when an op reads what was computed from a variable before the tape began
  /// Throw NumberError at the first op, forward or backward, that makes a NaN or infinity, or reads one in a variable
  /// or constant. Keeps values, so that the error can tell what it was made from.
  bool check_numbers = false;
};

/// A variable of a tape and the value that a replay takes instead of its own.
template <Real U>
struct ReplayInput {
  std::variant<Tensor<float>, Tensor<double>> variable;
  Tensor<U> value;
};

/// What stands at a place of a tape.
enum class EntryType {
  variable,
  op,
  scalars,  ///< scalar statements, or a bridge between them and tensors
  cut,      ///< a note that values went on without their gradient, as by stop_gradient or value()
  choice    ///< a note that elements were compared, or places of elements found
};

/// What an entry of a tape looks like from outside.
struct EntryView {
  std::size_t number = 0;
  EntryType type = EntryType::op;
  std::string_view op;               ///< "variable" for a leaf, "scalars" for a run of scalar statements
  const Formula* formula = nullptr;  ///< how the op is written; null for one without a formula
  std::vector<long> inputs;         ///< numbers of the entries it reads; -1 for a constant
  Shape shape;
  std::string label;
  CallSite site;
  /// Short texts; empty unless the tape was made with keep_values. While a sweep is stepped, an adjoint that waits for
  /// its rule is there on any tape.
  std::string value, adjoint;
};

/// What the printed table shows of a tape, besides ops, inputs, shapes and labels.
struct PrintOptions {
  bool values = false;    ///< needs Tape({.keep_values = true}); otherwise the table ends with a line that says so
  bool adjoints = false;  ///< likewise; while a sweep is stepped, those that still wait for their rule on any tape
  bool lines = true;      ///< of the user's program
  int precision = 4;      ///< digits of a number
  std::size_t elements = 4;  ///< shown of an array
};

/// One op of a tape, to be called alone: what it read and what reached it. Lives no longer than the tape. False in a
/// condition for an entry that is no op: a variable, scalar statements, a note.
template <Real U>
struct OpCall {
  std::vector<Tensor<U>> inputs;  ///< the values that it read, constants too
  Tensor<U> adjoint;              ///< of its result, in the last sweep; empty where none arrived
  const engine::Replay* op = nullptr;
  explicit operator bool() const { return op != nullptr; }
  /// The result for other inputs, recorded where a tape records.
  Tensor<U> operator()(const std::vector<Tensor<U>>& other) const;
};

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

  /// The op behind entry `number`, with the values that it had, in element type U. Throws TapeError when there is no
  /// such entry, or the tape was not made with keep_values and replayable.
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
    return x && place_of(x.node()) != nullptr;
  }

  /// Stops recording on this thread for a scope.
  class [[nodiscard]] Pause {
   public:
    Pause();
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    Tape* paused_;
    std::uint64_t births_end_;  // of the numbers that it goes on with
  };

  /// The tape that records on this thread, or null.
  static Tape* current();

  /// A place in a tape to return to.
  struct Mark {
    const Tape* tape = nullptr;
    engine::Entry* last = nullptr;
    engine::ArenaChunk* chunk = nullptr;
    char* cursor = nullptr;
    std::size_t count = 0, bytes = 0;
    std::uint64_t birth = 0;
    struct OfScalars {
      std::size_t edges = 0;
      std::uint32_t slots = 1;
    };
    std::vector<OfScalars, engine::PoolAllocator<OfScalars>> scalars = {};  // by log

    std::size_t edges() const;  // of scalars, of any type
  };
  Mark mark() const;
  /// Forgets everything recorded after the mark. Tensors recorded there are stale from then on.
  void rewind(const Mark& mark);

  std::size_t size() const { return count_; }  ///< number of entries
  std::size_t bytes() const;                   ///< memory of entries and statements, without the arrays they keep
  std::vector<EntryView> entries() const;      ///< from first to last
  TapeStatistics statistics() const;           ///< what it holds, counted: see statistics.h
  /// The table of the entries, with values and adjoints where they were kept.
  friend std::ostream& operator<<(std::ostream& out, const Tape& tape);
  friend void print(std::ostream& out, const Tape& tape, const PrintOptions& options);

 private:
  friend class engine::Sweep;
  friend class engine::Linearization;
  friend struct engine::SteppedSweep;
  friend struct engine::Recorder;
  friend struct engine::ScalarRecorder;
  enum class State { recording, closed, broken };
  struct Extras;  // what few tapes have

  /// The adjoints of all scalars, or their tangents, while a sweep or a push runs.
  struct SlotsOfBoth {
    std::shared_ptr<engine::ScalarAdjoints<float>> of_float;
    std::shared_ptr<engine::ScalarAdjoints<double>> of_double;
    void set(engine::Dtype dtype, std::uint32_t slot, double number);
    double get(engine::Dtype dtype, std::uint32_t slot) const;
  };
  /// How far a sweep goes, and what becomes of what it finds.
  struct SweepPlan {
    std::span<engine::Entry* const> part = {};  // only these, where there are any or depth is not 0
    unsigned depth = 0;                 // of the Linearization that they belong to; 0 for one step of a sweep
    bool create_graph = false, consume = false;
    Gradients* result = nullptr;
  };

  bool owns(std::uint64_t birth) const;
  engine::Entry* find_leaf(std::uint32_t variable) const;
  void stop_recording();
  void require_recording(bool create_graph, std::string_view what, const CallSite& site) const;
  void fail_sweep(const engine::Entry* entry, const std::string& reason);
  void lose(std::uint64_t first, std::uint64_t end);
  void require_open(std::string_view what, const CallSite& site) const;
  engine::Entry* place_of(const engine::Node* node) const;
  engine::Entry* require_place(const engine::Node* node, std::string_view what, const CallSite& site);
  engine::NodeHandle checked_seed(const engine::Node* y, engine::Node* seed, std::string_view what,
                                  const CallSite& site) const;
  engine::Entry* last_statements() const;
  void begin_sweep(engine::Entry* result, const engine::Node* seed, bool part, std::string_view what,
                   const CallSite& site);
  SlotsOfBoth scalar_slots() const;
  void begin_sums_anew() const;
  void sweep(const SweepPlan& plan, SlotsOfBoth& slots);
  void run_rules(const SweepPlan& plan, engine::Sweep& state);
  void run_entry(const SweepPlan& plan, engine::Sweep& state, engine::Entry* entry);
  void require_numbers(const engine::Entry* entry) const;
  void require_finite_adjoints(engine::Entry* entry);
  void push(std::span<engine::Entry* const> part, SlotsOfBoth& slots, unsigned depth);
  std::vector<engine::NodeHandle, engine::PoolAllocator<engine::NodeHandle>> gradients_at(
      std::span<engine::Entry* const> x, const engine::Node* y, engine::Node* seed, bool create_graph,
      const CallSite& site);
  static void refuse_recorded_scalars(bool create_graph, const CallSite& site);
  double begin_scalar_sweep(const engine::AnyScalarLog* log, std::uint32_t tag, std::uint32_t slot,
                            const engine::Node* seed, std::string_view what, const CallSite& site);
  template <ScalarNumber T>
  double begin_scalar_sweep(const Scalar<T>& y, const engine::Node* seed, std::string_view what, const CallSite& site);
  template <ScalarNumber T>
  std::shared_ptr<engine::ScalarAdjoints<T>> new_adjoints(const engine::ScalarLog<T>& log) const;
  void end_sweep_of_duals(bool keep);
  static void refuse_recorded_steps(bool create_graph, const CallSite& site);
  std::vector<engine::Entry*> in_order() const;
  AnyTensor local_derivative(engine::Entry* entry, engine::Entry* input);
  std::vector<EntryView> entries(const PrintOptions& options) const;
  void forget_after(const Mark& mark);
  void drop(engine::Entry* from, const engine::Entry* until);
  void close();
  Extras& extras();

  engine::Context& context_;
  engine::Entry* last_ = nullptr;
  std::size_t count_ = 0, bytes_ = 0;
  std::uint64_t first_birth_, end_birth_ = 0;
  TapeOptions options_;
  State state_ = State::recording;
  unsigned depth_ = 0;  // how many Linearizations are being applied, one inside the rules of the other
  bool keeps_more_;         // values or replays
  bool had_inner_ = false;  // a tape lived inside a Pause of this one: the table of leaves may have lost some
  bool keeps_arena_ =
      false;                // an older tape recorded behind this one: its part of the arena is that tape's to give back
  Tape* older_;             // the tapes of a thread form a stack
  Mark begin_;
  struct {
    engine::Entry* result = nullptr;
    bool part = false;  // of the tape only: gradient()
  } swept_;             // the last sweep that was asked for
  std::unique_ptr<Extras> extras_;
  engine::ScalarLogs* scalars_ = nullptr;  // from the first scalar on
};

/// The entries as a table, from first to last. While a sweep is stepped, > marks the entry whose rule runs next.
void print(std::ostream& out, const Tape& tape, const PrintOptions& options = {});
/// The same, to std::cout.
void print(const Tape& tape, const PrintOptions& options = {});
/// The entries as Graphviz DOT text.
std::string to_dot(const Tape& tape);

}  // namespace tapegrad
