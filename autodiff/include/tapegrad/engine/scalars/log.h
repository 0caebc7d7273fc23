// Where scalar statements are written: weighted edges, in chunks that the thread keeps when a tape ends.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/engine/memory.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/engine/scalars/generations.h"
#include "tapegrad/functions/number.h"
#include "tapegrad/tape/statistics.h"

namespace tapegrad::engine {

/// d(target) / d(source) = weight. Slot 0 stands for "no gradient".
template <ScalarNumber T>
struct ScalarEdge {
  T weight;
  std::uint32_t source, target;
};

[[noreturn]] void fail_too_many_scalars();

/// The captures of an entry that is a run of statements: positions in the log from its first edge to past the last.
struct ScalarRun {
  std::size_t begin, end;  // the end of the log's last run is where its cursor is
};

/// What a log of scalars has whatever numbers they hold.
class AnyScalarLog {
 public:
  /// From here on slots are counted one by one: below, there are enough for every edge of a chunk.
  static constexpr std::uint32_t most_slots = 0xFFFF'FFFF, last_slots = most_slots - (1 << 17);

  Entry* run = nullptr;               // the last one: open while it is the tape's last entry
  std::uint32_t slots = 1;            // the next one to be given
  std::uint32_t accumulate_from = 1;  // `s += e` never adds to a slot that a mark saw
  std::uint32_t tag = 0;              // of a scalar that is made now and not read yet
  bool checks_numbers = false;        // then every statement goes the slower way
  ScalarGenerations generations;
  using Labels = std::vector<std::pair<std::uint32_t, std::string>>;
  Labels labels;     // of the slots that have one, in their order
  const Kind& kind;  // of its runs
  const Dtype dtype;
  const void* const type;  // of its numbers

  AnyScalarLog(const Kind& runs, Dtype base, const void* numbers) : kind(runs), dtype(base), type(numbers) {}
  virtual ~AnyScalarLog() = default;
  AnyScalarLog(const AnyScalarLog&) = delete;
  AnyScalarLog& operator=(const AnyScalarLog&) = delete;

  /// Makes the log ready when a tape uses its first scalar.
  void begin(std::uint32_t generation, bool checks);
  /// Empties the log for a new tape. Its chunks stay.
  void reset();
  /// `count` slots in a row. Throws TapeError when they run out.
  std::uint32_t take_slots(std::size_t count);
  /// Forgets all edges from a position on, and all slots from a slot on. What follows is of a new generation.
  void rewind(std::size_t position, std::uint32_t first_slot, std::uint32_t generation, Entry* last);
  /// Forgets edges and slots within the last run. Returns the labels that those slots had.
  Labels cut(std::size_t position, std::uint32_t first_slot);
  /// Writes down where its last run ends.
  void close_run() const;
  /// The edges of a run of this log.
  ScalarRun edges_of(const Entry& entry) const;
  bool has_run(const Entry& entry) const { return entry.kind == &kind; }
  /// Labels of the scalars that a run reads, with their slots, each once.
  Labels labels_read(const ScalarRun& edges) const;
  /// The label of a slot, or an empty text.
  std::string label_of(std::uint32_t slot) const;
  /// Adds what this log holds to `counted`; the runs are entries, which the tape counts.
  void count(ScalarStatistics& counted) const {
    counted.scalars += slots - 1;
    count_edges(counted);
  }

  virtual std::size_t position() const = 0;
  virtual std::size_t bytes() const = 0;  ///< of the edges
  /// Moves on until `edges` fit at the cursor, and a slot is left for each. Throws TapeError when slots run out.
  virtual void make_room(std::size_t edges) = 0;
  /// `end` as far as the chunk and the slots that are left reach: a statement then has one comparison to make.
  virtual void fit() = 0;

 protected:
  virtual void go_to(std::size_t position) = 0;
  virtual void forget_weights() = 0;
  virtual void collect_sources(const ScalarRun& edges, std::vector<std::uint32_t>& sources) const = 0;
  virtual void count_edges(ScalarStatistics& counted) const = 0;
};

/// Kinds of the runs.
extern const Kind float_run_kind, double_run_kind, dual_run_kind;

/// The statements on scalars of one type. An edge has a position: chunk * edges_in_chunk + place in the chunk. What a
/// statement leaves free at the end of a chunk is filled with edges from slot 0 to slot 0.
template <ScalarNumber T>
class ScalarLog final : public AnyScalarLog {
 public:
  static constexpr std::size_t edges_in_chunk = std::size_t(1) << 16;

  ScalarEdge<T>*cursor = nullptr, *end = nullptr;  // equal until there is a run
  /// The sum of all weights: an infinite one or a NaN among them shows. Not kept for dual numbers.
  T weights = 0;

  ScalarLog() : AnyScalarLog(run_kind(), dtype_of<real_of<T>>, &type_of_numbers<T>) {}
  std::size_t position() const override {
    return chunks_.empty() ? 0 : chunk_ * edges_in_chunk + static_cast<std::size_t>(cursor - chunks_[chunk_].get());
  }
  std::size_t bytes() const override { return position() * sizeof(ScalarEdge<T>); }
  void make_room(std::size_t edges) override;
  void fit() override;
  /// Writes an edge, for which make_room was called.
  void append(const ScalarEdge<T>& edge) {
    *cursor++ = edge;
    if constexpr (Real<T>) weights += edge.weight;
  }

  /// f(first, past the last) for each chunk's share of the edges from position `begin` to `end`, in order.
  template <class F>
  void forward(std::size_t begin, std::size_t end, F&& f) const {
    for (std::size_t next; begin < end; begin = next) {
      next = std::min(end, (begin / edges_in_chunk + 1) * edges_in_chunk);
      const ScalarEdge<T>* edges = chunks_[begin / edges_in_chunk].get() + begin % edges_in_chunk;
      f(edges, edges + (next - begin));
    }
  }
  template <class F>
  void backward(std::size_t begin, std::size_t end, F&& f) const {
    for (std::size_t next; begin < end; end = next) {
      next = std::max(begin, (end - 1) / edges_in_chunk * edges_in_chunk);
      const ScalarEdge<T>* edges = chunks_[next / edges_in_chunk].get() + next % edges_in_chunk;
      f(edges, edges + (end - next));
    }
  }

 protected:
  void go_to(std::size_t position) override;
  void forget_weights() override { weights = 0; }
  void collect_sources(const ScalarRun& edges, std::vector<std::uint32_t>& sources) const override;
  void count_edges(ScalarStatistics& counted) const override;

 private:
  static const Kind& run_kind() {
    if constexpr (std::is_same_v<T, float>) return float_run_kind;
    else if constexpr (std::is_same_v<T, double>) return double_run_kind;
    else return dual_run_kind;
  }
  void add_chunk();  // or throws MemoryError, with the log as it was
  std::vector<std::unique_ptr<ScalarEdge<T>[]>> chunks_;
  std::size_t chunk_ = 0;
};

template <ScalarNumber T>
void ScalarLog<T>::fit() {
  end = cursor;
  if (!run || checks_numbers) return;
  end += std::min<std::ptrdiff_t>(chunks_[chunk_].get() + edges_in_chunk - cursor, most_slots - slots);
}

template <ScalarNumber T>
void ScalarLog<T>::make_room(std::size_t edges) {
  if (most_slots - slots < edges) fail_too_many_scalars();
  if (chunks_.empty()) go_to(0);
  ScalarEdge<T>* past = chunks_[chunk_].get() + edges_in_chunk;
  if (static_cast<std::size_t>(past - cursor) < edges) {
    std::fill(cursor, past, ScalarEdge<T>{});
    cursor = past;
    go_to((chunk_ + 1) * edges_in_chunk);
  }
  fit();
}

template <ScalarNumber T>
void ScalarLog<T>::go_to(std::size_t position) {
  const std::size_t chunk = position / edges_in_chunk;
  if (chunk == chunks_.size()) add_chunk();
  chunk_ = chunk;
  cursor = chunks_[chunk_].get() + position % edges_in_chunk;
}

template <ScalarNumber T>
void ScalarLog<T>::add_chunk() {
  constexpr std::size_t bytes = edges_in_chunk * sizeof(ScalarEdge<T>);
  named_memory_error("scalar", bytes_text(bytes) + " more of statements", CallSite{}, [&] {
    require_heap(bytes);
    chunks_.push_back(std::make_unique_for_overwrite<ScalarEdge<T>[]>(edges_in_chunk));
  });
}

// Filled ends of chunks, edges to slot 0, are none.
template <ScalarNumber T>
void ScalarLog<T>::count_edges(ScalarStatistics& counted) const {
  std::uint32_t before = 0;  // the target of the edge before
  forward(0, position(), [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) {
      if (!edge->target) continue;
      ++counted.edges;
      counted.statements += edge->target != before;
      before = edge->target;
    }
  });
  counted.edge_bytes += bytes();
  counted.chunks += chunks_.size();
  counted.chunk_bytes += chunks_.size() * edges_in_chunk * sizeof(ScalarEdge<T>);
}

template <ScalarNumber T>
void ScalarLog<T>::collect_sources(const ScalarRun& edges, std::vector<std::uint32_t>& sources) const {
  forward(edges.begin, edges.end, [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) sources.push_back(edge->source);
  });
}

/// The scalar statements of a tape. A thread keeps those of its last tape for the next one.
class ScalarLogs {
 public:
  ScalarLog<float> of_float;
  ScalarLog<double> of_double;
  ScalarLogs* next_spare = nullptr;

  template <ScalarNumber T>
  [[gnu::always_inline]] ScalarLog<T>& of() {
    if constexpr (std::is_same_v<T, float>) return of_float;
    else if constexpr (std::is_same_v<T, double>) return of_double;
    else return of_duals<T>();
  }
  std::size_t count() const { return 2 + duals_.size(); }
  AnyScalarLog& operator[](std::size_t i) {
    if (i == 0) return of_float;
    if (i == 1) return of_double;
    return *duals_[i - 2];
  }

 private:
  template <DualNumber T>
  ScalarLog<T>& of_duals() {
    for (const auto& log : duals_) {
      if (log->type == &type_of_numbers<T>) return static_cast<ScalarLog<T>&>(*log);
    }
    duals_.push_back(std::make_unique<ScalarLog<T>>());
    duals_.back()->begin(generation_of(of_double.tag), of_double.checks_numbers);
    return static_cast<ScalarLog<T>&>(*duals_.back());
  }
  std::vector<std::unique_ptr<AnyScalarLog>> duals_;  // in the order of their first use
};
/// Gives logs to a tape, and takes them back.
ScalarLogs* take_scalar_logs(Context& c);
void give_back(Context& c, ScalarLogs* logs);
/// A number for a generation of scalars: see ScalarGenerations.
std::uint32_t next_generation(Context& c);

/// How scalars write statements on the tape that records.
struct ScalarRecorder {
  /// The log of the tape that records, if it has one already.
  template <ScalarNumber T>
  [[gnu::always_inline]] static ScalarLog<T>* begun() {
    const TapeState* tape = context().recording;
    return tape && tape->scalars ? &tape->scalars->template of<T>() : nullptr;
  }
  /// The log of the tape that records, if `edges` can be written at its cursor as they are; else null.
  template <ScalarNumber T>
  [[gnu::always_inline]] static ScalarLog<T>* ready(std::ptrdiff_t edges) {
    const TapeState* tape = context().recording;
    if (!tape || !tape->scalars) [[unlikely]] return nullptr;
    ScalarLog<T>& log = tape->scalars->template of<T>();
    return log.run == tape->last && log.end - log.cursor >= edges ? &log : nullptr;
  }
  /// The log of the tape that records, made ready for `edges` at its cursor with all that it takes: a log, a run,
  /// another chunk. A tape must record.
  template <ScalarNumber T>
  static ScalarLog<T>& prepare(std::size_t edges) {
    ScalarLog<T>& log = ScalarRecorder::log<T>(*context().recording);
    make_ready(log, edges);
    return log;
  }
  template <ScalarNumber T>
  static ScalarLog<T>& log(TapeState& tape) {
    return logs(tape).of<T>();
  }
  static ScalarLogs& logs(TapeState& tape);
  /// The tape that records. Throws TapeError when none does.
  static TapeState& recording();
  static void make_ready(AnyScalarLog& log, std::size_t edges);
  /// Begins a run, so that what follows is in an entry of its own.
  static void begin_run(AnyScalarLog& log);
};

/// Adjoints of 0 for all scalars of a log, with the generations that these belong to.
template <ScalarNumber T>
std::shared_ptr<ScalarAdjoints<T>> new_adjoints(const TapeState& tape, const ScalarLog<T>& log) {
  auto all = std::allocate_shared<ScalarAdjoints<T>>(PoolAllocator<ScalarAdjoints<T>>());
  all->first_birth = tape.first_birth;
  all->end_birth = tape.thread.recording == &tape ? tape.thread.next_birth : tape.end_birth;
  all->generations = log.generations;
  all->by_slot.resize(log.slots);
  return all;
}

[[noreturn]] void fail_stale_scalar();
[[noreturn]] void fail_lengths(std::string_view what, std::string_view a, std::size_t count_a, std::string_view b,
                               std::size_t count_b, const CallSite& site);

extern template class ScalarLog<float>;
extern template class ScalarLog<double>;

}  // namespace tapegrad::engine
