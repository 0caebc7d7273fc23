// Where scalar statements are written: weighted edges, in chunks that the thread keeps when a tape ends.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/engine/scalar_parts.h"
#include "tapegrad/tape.h"

namespace tapegrad {

/// d(target) / d(source) = weight. Slot 0 stands for "no gradient".
template <Real T>
struct ScalarEdge {
  T weight;
  std::uint32_t source, target;
};

/// The statements on scalars of one type. An edge has a position: chunk * edges_in_chunk + place in the chunk. What a
/// statement leaves free at the end of a chunk is filled with edges from slot 0 to slot 0.
template <Real T>
class ScalarLog {
 public:
  static constexpr std::size_t edges_in_chunk = std::size_t(1) << 16;
  /// From here on slots are counted: below, there are enough for every edge of a chunk.
  static constexpr std::uint32_t last_slots = 0xFFFF'FFFF - 2 * edges_in_chunk;

  ScalarEdge<T>*cursor = nullptr, *end = nullptr;  // equal until there is a run
  Entry* run = nullptr;                            // the last one: open while it is the tape's last entry
  std::uint32_t slots = 1;                         // the next one to be given
  std::uint32_t accumulate_from = 1;               // `s += e` never adds to a slot that a mark saw
  std::uint32_t tag = 0;                           // of a scalar that is made now and not read yet
  bool checks_numbers = false;                     // then every statement goes the slower way
  ScalarParts parts;
  std::vector<std::pair<std::uint32_t, std::string>> labels;  // of the slots that have one

  std::size_t position() const {
    return chunks_.empty() ? 0 : chunk_ * edges_in_chunk + static_cast<std::size_t>(cursor - chunks_[chunk_].get());
  }
  std::size_t chunks() const { return chunks_.size(); }
  /// `count` slots in a row. Throws TapeError when they run out.
  std::uint32_t take_slots(std::size_t count);
  /// Moves on until `edges` fit at the cursor, and a slot is left for each. Throws TapeError when slots run out.
  void make_room(std::size_t edges);
  /// Forgets all edges from a position on, and all slots from a slot on.
  void rewind(std::size_t position, std::uint32_t first_slot);
  /// Ready for a new tape, with the chunks it has.
  void reset();
  /// `end` as far as the chunk and the slots that are left reach: a statement then has one comparison to make.
  void fit();

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

 private:
  void go_to(std::size_t position);
  std::vector<std::unique_ptr<ScalarEdge<T>[]>> chunks_;
  std::size_t chunk_ = 0;
};

/// The scalar statements of a tape. A thread keeps those of its last tape for the next one.
struct ScalarLogs {
  ScalarLog<float> of_float;
  ScalarLog<double> of_double;
  ScalarLogs* next_spare = nullptr;
  template <Real T>
  ScalarLog<T>& of() {
    if constexpr (std::is_same_v<T, float>) return of_float;
    else return of_double;
  }
};
/// Gives logs to a tape, and takes them back.
ScalarLogs* take_scalar_logs(Context& c);
void give_back(Context& c, ScalarLogs* logs);
/// A number for a part of a tape: see ScalarParts.
std::uint32_t next_part(Context& c);

/// The doors of a tape that scalars use.
struct ScalarRecorder {
  /// The log of the tape that records, if it has one already.
  template <Real T>
  [[gnu::always_inline]] static ScalarLog<T>* begun() {
    const Tape* tape = context().recording;
    return tape && tape->scalars_ ? &tape->scalars_->template of<T>() : nullptr;
  }
  /// The log of the tape that records, if `edges` can be written at its cursor as they are; else null.
  template <Real T>
  [[gnu::always_inline]] static ScalarLog<T>* ready(std::ptrdiff_t edges) {
    const Tape* tape = context().recording;
    if (!tape || !tape->scalars_) [[unlikely]] return nullptr;
    ScalarLog<T>& log = tape->scalars_->template of<T>();
    return log.run == tape->last_ && log.end - log.cursor >= edges ? &log : nullptr;
  }
  /// The same after all that it may take: a log, a run, another chunk. A tape must record.
  template <Real T>
  static ScalarLog<T>& prepare(std::size_t edges);
  /// Begins a run, so that what follows is in an entry of its own.
  template <Real T>
  static void begin_run(ScalarLog<T>& log);
  template <Real T>
  static ScalarLog<T>& log(Tape& tape);
};

[[noreturn]] void fail_stale_scalar();

extern template class ScalarLog<float>;
extern template class ScalarLog<double>;

}  // namespace tapegrad
