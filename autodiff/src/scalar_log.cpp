// The log of scalar statements: chunks, slots, runs, and the sweeps over a run.
#include "tapegrad/engine/scalar_log.h"

#include <algorithm>
#include <atomic>

#include "scalar_run.h"

namespace tapegrad {
namespace {

constexpr std::uint32_t most_slots = std::numeric_limits<std::uint32_t>::max();

[[noreturn]] void fail_full() {
  throw TapeError("scalar: a tape holds at most 2^32 - 1 scalars. Rewind it between the steps of a long computation");
}

// The adjoints or the tangents of all scalars, by slot.
template <Real T, class Way>
T* slots(const Way& way) {
  if constexpr (std::is_same_v<T, float>) return way.scalars32->by_slot.data();
  else return way.scalars64->by_slot.data();
}

// What goes along an edge. Nothing goes on from 0, so that no NaN comes of an infinite weight that nobody asked for. Said
// with a mask, since compilers make a branch of the conditional operator, which a relu's zeros mislead.
template <Real T>
T along(T weight, T reached) {
  using Pair [[gnu::vector_size(2 * sizeof(T))]] = T;
  const Pair source{reached, 0}, moved{weight * reached, 0};
  const auto mask = source != Pair{};
  return reinterpret_cast<Pair>(reinterpret_cast<decltype(mask)>(moved) & mask)[0];
}

template <Real T>
void run_statements(Entry& entry, Sweep* sweep, Node*) {
  if (sweep) {
    const ScalarLog<T>& log = ScalarRecorder::log<T>(sweep->tape);
    const ScalarRun run = edges_of(entry, log);
    T* adjoint = slots<T>(*sweep);
    log.backward(run.begin, run.end, [adjoint](const ScalarEdge<T>* first, const ScalarEdge<T>* past) {
      while (past != first) {
        const ScalarEdge<T> edge = *--past;
        adjoint[edge.source] += along(edge.weight, adjoint[edge.target]);
      }
    });
  }
  if (!sweep || sweep->consume) entry.live = false;
}

template <Real T>
Node* push_statements(Entry& entry, const Push& push) {
  const ScalarLog<T>& log = ScalarRecorder::log<T>(push.tape);
  const ScalarRun run = edges_of(entry, log);
  T* tangent = slots<T>(push);
  T moved = 0;
  log.forward(run.begin, run.end, [tangent, &moved](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) {
      const T source = tangent[edge->source];
      moved = source != 0 ? source : moved;
      tangent[edge->target] += along(edge->weight, source);
    }
  });
  if (moved != 0 && push.recording) fail_recorded("jvp", entry.where);
  return nullptr;
}
template <Real T>
constexpr Kind run_kind{run_name, &run_statements<T>, &push_statements<T>, true};

}  // namespace

template <Real T>
std::uint32_t ScalarLog<T>::take_slots(std::size_t count) {
  if (count > most_slots - slots) fail_full();
  const std::uint32_t first = slots;
  slots += static_cast<std::uint32_t>(count);
  fit();
  return first;
}

template <Real T>
void ScalarLog<T>::fit() {
  end = cursor;
  if (run && !checks_numbers) end += std::min<std::ptrdiff_t>(chunks_[chunk_].get() + edges_in_chunk - cursor, most_slots - slots);
}

template <Real T>
void ScalarLog<T>::make_room(std::size_t edges) {
  if (most_slots - slots < edges) fail_full();
  if (!chunks_.empty()) {
    ScalarEdge<T>* past = chunks_[chunk_].get() + edges_in_chunk;
    if (static_cast<std::size_t>(past - cursor) < edges) {
      std::fill(cursor, past, ScalarEdge<T>{});
      cursor = past;
      go_to((chunk_ + 1) * edges_in_chunk);
    }
  } else {
    go_to(0);
  }
  fit();
}

template <Real T>
void ScalarLog<T>::go_to(std::size_t position) {
  chunk_ = position / edges_in_chunk;
  if (chunk_ == chunks_.size()) {
    chunks_.push_back(std::make_unique_for_overwrite<ScalarEdge<T>[]>(edges_in_chunk));
  }
  cursor = chunks_[chunk_].get() + position % edges_in_chunk;
}

template <Real T>
void ScalarLog<T>::rewind(std::size_t position, std::uint32_t first_slot) {
  if (!chunks_.empty()) go_to(position);
  slots = first_slot;
  accumulate_from = first_slot;
  std::erase_if(labels, [&](const auto& label) { return label.first >= first_slot; });
}

template <Real T>
void ScalarLog<T>::reset() {
  rewind(0, 1);
  run = nullptr;
  parts.clear();
  fit();
}

void fail_stale_scalar() {
  throw StaleError("scalar: it was made on another tape, or on a part of this one that was rewound. "
                   "Use its value() if no gradient should flow through it");
}

ScalarLogs* take_scalar_logs(Context& c) {
  if (!c.spare_scalar_logs) {
    ++c.heap_blocks;
    return new ScalarLogs;
  }
  ScalarLogs* logs = c.spare_scalar_logs;
  c.spare_scalar_logs = std::exchange(logs->next_spare, nullptr);
  return logs;
}

void give_back(Context& c, ScalarLogs* logs) {
  if (!logs) return;
  if (c.ended) {
    delete logs;
    return;
  }
  logs->of_float.reset();
  logs->of_double.reset();
  logs->next_spare = c.spare_scalar_logs;
  c.spare_scalar_logs = logs;
}

// Threads take numbers in blocks. 0 is the part of constants.
std::uint32_t next_part(Context& c) {
  constexpr std::uint32_t block = 1 << 16;
  if (c.next_part == c.parts_end) {
    static std::atomic<std::uint32_t> next{0};
    c.next_part = (next.fetch_add(block) & (most_slots >> 1)) + 1;
    c.parts_end = c.next_part + block - 1;
  }
  return c.next_part++;
}

template <Real T>
ScalarLog<T>& ScalarRecorder::log(Tape& tape) {
  if (!tape.scalars_) {
    tape.scalars_ = take_scalar_logs(tape.context_);
    const std::uint32_t part = next_part(tape.context_);
    auto begin = [&](auto& log) {
      log.checks_numbers = tape.options_.check_numbers;
      log.parts.begin(part);
      log.tag = part << 1;
    };
    begin(tape.scalars_->of_float);
    begin(tape.scalars_->of_double);
  }
  return tape.scalars_->of<T>();
}

template <Real T>
void ScalarRecorder::begin_run(ScalarLog<T>& log) {
  close_run(log);
  log.make_room(1);
  Entry* entry = Recorder::append(context(), run_kind<T>, {}, dtype_of<T>, 0, sizeof(ScalarRun), Where{});
  entry->live = true;
  new (entry->captures()) ScalarRun{log.position(), log.position()};
  log.run = entry;
  log.fit();
}

template <Real T>
ScalarLog<T>& ScalarRecorder::prepare(std::size_t edges) {
  Tape& tape = *context().recording;
  ScalarLog<T>& log = ScalarRecorder::log<T>(tape);
  if (!log.run || log.run != tape.last_) begin_run(log);
  log.make_room(edges);
  return log;
}

template class ScalarLog<float>;
template class ScalarLog<double>;
template ScalarLog<float>& ScalarRecorder::log(Tape&);
template ScalarLog<double>& ScalarRecorder::log(Tape&);
template void ScalarRecorder::begin_run(ScalarLog<float>&);
template void ScalarRecorder::begin_run(ScalarLog<double>&);
template ScalarLog<float>& ScalarRecorder::prepare(std::size_t);
template ScalarLog<double>& ScalarRecorder::prepare(std::size_t);

}  // namespace tapegrad
