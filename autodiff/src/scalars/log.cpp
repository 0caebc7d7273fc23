// The log of scalar statements: chunks, slots, runs, and the sweeps over a run.
#include "tapegrad/engine/scalars/log.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>

#include "scalars/run.h"

namespace tapegrad::engine {
namespace {

// Nothing goes on from 0, so that no NaN comes of an infinite weight that nobody asked for. Where all weights are
// finite, 0 needs no question.
template <Real T>
void sweep_edges(T* adjoint, const ScalarEdge<T>* first, const ScalarEdge<T>* past, bool finite) {
  if (finite) [[likely]] {
    while (past != first) {
      const ScalarEdge<T> edge = *--past;
      adjoint[edge.source] += edge.weight * adjoint[edge.target];
    }
  } else {
    while (past != first) {
      const ScalarEdge<T> edge = *--past;
      if (adjoint[edge.target] != 0) adjoint[edge.source] += edge.weight * adjoint[edge.target];
    }
  }
}

template <Real T>
void run_statements(Entry& entry, Sweep* sweep, Node*) {
  if (sweep) {
    const ScalarLog<T>& log = ScalarRecorder::log<T>(sweep->tape);
    const ScalarRun run = log.edges_of(entry);
    T* adjoint = slots<T>(*sweep);
    const bool finite = std::isfinite(log.weights);
    log.backward(run.begin, run.end, [=](const ScalarEdge<T>* first, const ScalarEdge<T>* past) {
      sweep_edges(adjoint, first, past, finite);
    });
    for (std::uint32_t slot = 1; log.checks_numbers && slot < log.slots; ++slot)
      require_adjoint(log, slot, adjoint[slot]);
  }
  if (!sweep || sweep->consume) entry.live = false;
}

template <Real T>
Node* push_statements(Entry& entry, const Push& push) {
  const ScalarLog<T>& log = ScalarRecorder::log<T>(push.tape);
  const ScalarRun run = log.edges_of(entry);
  T* tangent = slots<T>(push);
  T moved = 0;
  log.forward(run.begin, run.end, [tangent, &moved](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) {
      const T source = tangent[edge->source];
      if (source == 0) continue;
      moved = source;
      tangent[edge->target] += edge->weight * source;
    }
  });
  if (moved != 0 && push.recording) fail_recorded("jvp", entry.site);
  return nullptr;
}
// Dual scalars have no bridge to tensors: a sweep from one of them goes through the log at once.
void run_duals(Entry& entry, Sweep* sweep, Node*) {
  if (!sweep || sweep->consume) entry.live = false;
}
Node* push_duals(Entry&, const Push&) { return nullptr; }

constexpr OpTraits run_traits{.name = "scalars"}, dual_run_traits{.name = "dual scalars"};

}  // namespace

const Kind float_run_kind{&run_traits, &run_statements<float>, &push_statements<float>, true};
const Kind double_run_kind{&run_traits, &run_statements<double>, &push_statements<double>, true};
const Kind dual_run_kind{&dual_run_traits, &run_duals, &push_duals};

void fail_too_many_scalars() {
  throw TapeError("scalar: a tape holds at most 2^32 - 1 scalars. Rewind it between the steps of a long computation");
}

void AnyScalarLog::begin(std::uint32_t generation, bool checks) {
  checks_numbers = checks;
  generations.begin(1, generation);
  tag = generation << 1;
}

void AnyScalarLog::reset() {
  rewind(0, 1, 0, nullptr);
  forget_weights();
  generations.clear();
}

std::uint32_t AnyScalarLog::take_slots(std::size_t count) {
  if (count > most_slots - slots) fail_too_many_scalars();
  const std::uint32_t first = slots;
  slots += static_cast<std::uint32_t>(count);
  fit();
  return first;
}

void AnyScalarLog::close_run() const {
  if (run) static_cast<ScalarRun*>(run->captures())->end = position();
}

ScalarRun AnyScalarLog::edges_of(const Entry& entry) const {
  ScalarRun edges = *static_cast<ScalarRun*>(const_cast<Entry&>(entry).captures());
  if (run == &entry) edges.end = position();
  return edges;
}

AnyScalarLog::Labels AnyScalarLog::cut(std::size_t position, std::uint32_t first_slot) {
  if (this->position() > 0) go_to(position);
  slots = first_slot;
  const auto gone = std::ranges::lower_bound(labels, first_slot, {}, &Labels::value_type::first);
  Labels result(std::make_move_iterator(gone), std::make_move_iterator(labels.end()));
  labels.erase(gone, labels.end());
  return result;
}

void AnyScalarLog::rewind(std::size_t position, std::uint32_t first_slot, std::uint32_t generation, Entry* last) {
  if (run && last) close_run();
  cut(position, first_slot);
  accumulate_from = first_slot;
  run = last && has_run(*last) ? last : nullptr;  // it began before, and goes on from there
  generations.begin(first_slot, generation);
  tag = generation << 1;
  fit();
}

std::string AnyScalarLog::label_of(std::uint32_t slot) const {
  const auto label = std::ranges::lower_bound(labels, slot, {}, &Labels::value_type::first);
  return label != labels.end() && label->first == slot ? label->second : "";
}

AnyScalarLog::Labels AnyScalarLog::labels_read(const ScalarRun& edges) const {
  Labels result;
  if (labels.empty()) return result;
  std::vector<std::uint32_t> sources;
  collect_sources(edges, sources);
  std::sort(sources.begin(), sources.end());
  for (const auto& labelled : labels) {
    if (std::binary_search(sources.begin(), sources.end(), labelled.first)) result.push_back(labelled);
  }
  return result;
}

void fail_stale_scalar() {
  throw StaleError("scalar: it was made on another tape, or on a part of this one that was rewound. "
                   "Use its value() if no gradient should flow through it");
}

void fail_lengths(std::string_view what, std::string_view a, std::size_t count_a, std::string_view b,
                  std::size_t count_b, const CallSite& site) {
  throw ShapeError(std::string(what) + ": there are " + std::to_string(count_a) + " " + std::string(a) + ", but " +
                   std::to_string(count_b) + " " + std::string(b) + text(site));
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
  for (std::size_t i = 0; i < logs->count(); ++i) (*logs)[i].reset();
  c.at_end = [](Context& ending) {
    while (ScalarLogs* spare = ending.spare_scalar_logs) {
      ending.spare_scalar_logs = spare->next_spare;
      delete spare;
    }
  };
  logs->next_spare = c.spare_scalar_logs;
  c.spare_scalar_logs = logs;
}

// Threads take numbers in blocks. 0 is the generation of constants.
std::uint32_t next_generation(Context& c) {
  constexpr std::uint32_t block = 1 << 16;
  if (c.next_generation == c.generations_end) {
    static std::atomic<std::uint32_t> next{0};
    c.next_generation = (next.fetch_add(block) & (AnyScalarLog::most_slots >> 1)) + 1;
    c.generations_end = c.next_generation + block - 1;
  }
  return c.next_generation++;
}

ScalarLogs& ScalarRecorder::logs(TapeState& tape) {
  if (!tape.scalars) {
    tape.scalars = take_scalar_logs(tape.thread);
    const std::uint32_t generation = next_generation(tape.thread);
    ScalarLogs& logs = *tape.scalars;
    for (std::size_t i = 0; i < logs.count(); ++i) logs[i].begin(generation, tape.options.check_numbers);
  }
  return *tape.scalars;
}

TapeState& ScalarRecorder::recording() {
  if (TapeState* tape = context().recording) return *tape;
  throw TapeError("variable: a scalar belongs to a tape, but none records. Begin one with Tape tape;");
}

void ScalarRecorder::begin_run(AnyScalarLog& log) {
  log.close_run();
  log.make_room(1);
  Entry* entry = Recorder::append(context(), log.kind, {}, log.dtype, 0, sizeof(ScalarRun), CallSite{});
  entry->live = true;
  new (entry->captures()) ScalarRun{log.position(), log.position()};
  log.run = entry;
  log.fit();
}

void ScalarRecorder::make_ready(AnyScalarLog& log, std::size_t edges) {
  if (!log.run || log.run != context().recording->last) begin_run(log);
  log.make_room(edges);
}

template class ScalarLog<float>;
template class ScalarLog<double>;

}  // namespace tapegrad::engine
