// What a tape is made of, and what sweeps and transforms do with it.
// For the engine only; programs use tape.h.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/engine/entry.h"
#include "tapegrad/engine/scalars/adjoints.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad::engine {

class AnyScalarLog;
struct RareState;

/// Where a tape stood once: what a Tape::Mark points to.
struct TapePosition {
  const TapeState* tape = nullptr;
  Entry* last = nullptr;
  ArenaChunk* chunk = nullptr;
  char* cursor = nullptr;
  std::size_t count = 0, bytes = 0;
  std::uint64_t birth = 0;
  struct OfScalars {
    std::size_t edges = 0;
    std::uint32_t slots = 1;
  };
  std::vector<OfScalars, PoolAllocator<OfScalars>> scalars = {};  // by log

  /// How many edges of scalars, of any type, stood there.
  std::size_t edges() const;
};

/// The adjoints of all scalars, or their tangents, while a sweep or a push runs.
struct ScalarSlots {
  std::shared_ptr<ScalarAdjoints<float>> of_float;
  std::shared_ptr<ScalarAdjoints<double>> of_double;
  void set(Dtype dtype, std::uint32_t slot, double number);
  double get(Dtype dtype, std::uint32_t slot) const;
};

/// How far a sweep goes, and what becomes of what it finds.
struct SweepPlan {
  std::optional<std::span<Entry* const>> only = {};  // these entries; all of the tape where they are not given
  unsigned depth = 0;                                // of the Linearization that they are of; 0 where they are of none
  bool create_graph = false, consume = false;
  Gradients* result = nullptr;
};

/// What looks for NaNs and infinities on a tape that checks numbers. Each throws NumberError with what made them.
struct NumberChecks {
  void (*value)(const TapeState& tape, const Entry* entry);
  void (*adjoints)(TapeState& tape, Entry* entry);  // of its inputs, after its rule has run
  void (*seed)(const Node* seed, std::string_view what, const CallSite& site);
};
/// The checks of a tape with check_numbers. Defined in inspect/why, whose sentences tell how a number came to be.
extern const NumberChecks number_checks;

/// Writes what a sweep found into Gradients, which users can only read.
struct GradientsOf {
  /// Takes the adjoint of a variable over.
  static void add(Gradients& gradients, Node* variable, Node* adjoint, bool may_be_present) {
    gradients.add(variable, adjoint, {}, may_be_present);
  }
  /// The same of an adjoint that is 0 but for these rows, which are all that is given.
  static void add_rows(Gradients& gradients, Node* variable, Node* values, const Indices& rows, bool may_be_present) {
    gradients.add(variable, values, rows, may_be_present);
  }
  /// Takes the adjoints of all scalars over.
  static void set_scalars(Gradients& gradients, ScalarSlots& slots) {
    gradients.scalars_ = {std::move(slots.of_float), std::move(slots.of_double), nullptr};
  }
  static void set_duals(Gradients& gradients, std::shared_ptr<AnyScalarAdjoints> adjoints) {
    gradients.scalars_[2] = std::move(adjoints);
  }
};

/// The inside of a Tape, at an address that never changes.
struct TapeState {
  enum class Phase { recording, closed, broken };

  TapeState(Tape& handle, TapeOptions wanted, const CallSite& site);
  ~TapeState();
  TapeState(const TapeState&) = delete;
  TapeState& operator=(const TapeState&) = delete;
  static void* operator new(std::size_t bytes) { return allocate_bytes(bytes)->data; }
  static void operator delete(void* memory) { release(static_cast<Node*>(memory) - 1); }

  // ---- places
  /// Whether the entry with that birth number stands on this tape, and was not rewound.
  bool owns(std::uint64_t birth) const;
  /// The entry of a tensor, or null.
  Entry* place_of(const Node* node) const;
  /// The entry of a tensor. Throws where it has none, and unless the tape can be swept.
  Entry* require_place(const Node* node, std::string_view what, const CallSite& site) const;
  /// The entry of a variable, found without the thread's table of leaves; null where it has none.
  Entry* find_leaf(std::uint32_t variable) const;
  /// The last entry that acts on scalars.
  Entry* last_on_scalars() const;
  std::vector<Entry*> in_order() const;

  // ---- recording
  void stop_recording();
  /// Ends the recording for good.
  void close();
  /// Throws TapeError unless the tape can be swept.
  void require_open(std::string_view what, const CallSite& site) const;
  void require_recording(bool create_graph, std::string_view what, const CallSite& site) const;
  /// Where the tape is now. Scalars that are there are not added to any more.
  TapePosition position() const;
  /// Whether that is a position of this tape, and not behind one to which it was rewound since.
  bool has(const TapePosition& position) const;
  void forget_after(const TapePosition& position);
  RareState& rare();

  // ---- sweeping
  NodeHandle checked_seed(const Node* y, Node* seed, bool recorded, std::string_view what,
                          const CallSite& site) const;
  /// To be called before a sweep that a user asked for: `why` then speaks of this one.
  void begin_sweep(Entry* result, const Node* seed, bool partial, std::string_view what, const CallSite& site);
  /// begin_sweep for a result that is a scalar. Returns the adjoint to begin with.
  double begin_scalar_sweep(const AnyScalarLog* log, std::uint32_t tag, std::uint32_t slot, const Node* seed,
                            std::string_view what, const CallSite& site);
  ScalarSlots scalar_slots() const;
  /// From here on `s += e` makes a new scalar of every s that is there: gradients found so far stay those of the old.
  void begin_sums_anew() const;
  void sweep(const SweepPlan& plan, ScalarSlots& slots);
  void end_sweep_of_duals(bool keep);
  /// The adjoints of x in a sweep of what lies between x and y.
  std::vector<NodeHandle, PoolAllocator<NodeHandle>> gradients_at(std::span<Entry* const> x, const Node* y, Node* seed,
                                                                  bool create_graph, const CallSite& site);
  void push(std::span<Entry* const> entries, ScalarSlots& slots, unsigned depth);

  Tape& handle;
  Context& thread;
  Entry* last = nullptr;
  std::size_t count = 0, entry_bytes = 0;
  std::uint64_t first_birth, end_birth = 0;
  TapeOptions options;
  Phase phase = Phase::recording;
  unsigned depth = 0;       // how many Linearizations are being applied, one inside the rules of the other
  bool keeps_more;          // of an op than its rule: values or replays
  bool had_inner = false;   // a tape lived inside a Pause of this one: the table of leaves may have lost some
  bool keeps_arena = false; // an older tape recorded behind this one: its part of the arena is that tape's to give back
  TapeState* older;         // the tapes of a thread form a stack
  TapePosition begin;
  Entry* swept = nullptr;      // the result of the last sweep that was asked for
  bool swept_partly = false;   // by gradient()
  const NumberChecks* checks;  // null where numbers are not checked
  std::unique_ptr<RareState> rare_state;
  ScalarLogs* scalars = nullptr;  // from the first scalar on

 private:
  void run_rules(const SweepPlan& plan, Sweep& state);
  void run_entry(const SweepPlan& plan, Sweep& state, Entry* entry);
  void end_of_rows(const SweepPlan& plan, Sweep& state, Entry* leaf);
  void fail_sweep(const Entry* entry, const std::string& reason);
  void undo_sweep(const SweepPlan& plan, const std::optional<TapePosition>& before);
  [[noreturn]] static void fail_memory(std::string_view direction, const Entry* entry, const MemoryError& error);
  void lose(std::uint64_t first, std::uint64_t end);
  void drop(Entry* from, const Entry* until);
};

}  // namespace tapegrad::engine
