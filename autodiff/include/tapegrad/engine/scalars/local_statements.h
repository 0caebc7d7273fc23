// The statements of a scope on the tape, to be replaced by their Jacobian. For preaccumulate.h.
#pragma once
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "tapegrad/engine/scalars/local_jacobian.h"
#include "tapegrad/scalars/scalar.h"

namespace tapegrad::engine {

/// From its construction on, scalars of type T are made in a generation of their own, which ends with this.
template <ScalarNumber T>
class LocalStatements {
 public:
  LocalStatements();
  ~LocalStatements();
  LocalStatements(const LocalStatements&) = delete;
  LocalStatements& operator=(const LocalStatements&) = delete;

  /// Ends the generation. Results that were made in it are from here on scalars of the one around it; if nothing but
  /// statements was recorded, and the Jacobian has fewer edges than they have, it takes their place.
  void replace(std::span<Scalar<T>* const> results);

 private:
  bool here() const;
  bool only_statements() const;
  std::size_t begin() const;
  void end_generation();
  void write_jacobian(std::span<std::uint32_t> outputs);

  TapeState* tape_;  // null where none recorded
  Entry* last_ = nullptr;
  std::uint64_t birth_ = 0;  // the next one to be given at the start
  std::size_t position_ = 0;
  std::uint32_t slots_ = 1, tag_ = 0, generation_ = 0;
  ScalarGenerations generations_;
};

template <ScalarNumber T>
LocalStatements<T>::LocalStatements() : tape_(context().recording) {
  if (!tape_) return;
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  last_ = tape_->last;
  birth_ = context().next_birth;
  position_ = log.position();
  slots_ = log.slots;
  tag_ = log.tag;
  generations_ = log.generations;
  generation_ = next_generation(context());
  log.generations.begin(slots_, generation_);
  log.tag = generation_ << 1;
}

template <ScalarNumber T>
LocalStatements<T>::~LocalStatements() {
  if (here()) end_generation();
}

// Whether the tape still records, and was not rewound to a place before this.
template <ScalarNumber T>
bool LocalStatements<T>::here() const {
  const Context& c = context();
  return tape_ && c.recording == tape_ && (c.next_birth == birth_ || Recorder::owns(c, birth_));
}

// Whatever else is recorded takes a birth number; a run takes one, when it begins.
template <ScalarNumber T>
bool LocalStatements<T>::only_statements() const {
  const Context& c = context();
  Entry* last = tape_->last;
  if (last == last_) return c.next_birth == birth_;
  return c.next_birth == birth_ + 1 && last == ScalarRecorder::log<T>(*tape_).run && last->previous == last_;
}

template <ScalarNumber T>
std::size_t LocalStatements<T>::begin() const {
  Entry* last = tape_->last;
  return last == last_ ? position_ : ScalarRecorder::log<T>(*tape_).edges_of(*last).begin;
}

template <ScalarNumber T>
void LocalStatements<T>::end_generation() {
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  log.generations = std::move(generations_);
  log.tag = tag_;
  tape_ = nullptr;
}

template <ScalarNumber T>
void LocalStatements<T>::replace(std::span<Scalar<T>* const> results) {
  if (!here()) return;
  // f may have rewound, and so begun others.
  const ScalarGenerations& generations = ScalarRecorder::log<T>(*tape_).generations;
  auto made_here = [&](const Scalar<T>* scalar) {
    return generations.alive(scalar->tag(), scalar->slot()) && !generations_.alive(scalar->tag(), scalar->slot());
  };
  std::vector<std::uint32_t, PoolAllocator<std::uint32_t>> before, after;  // slots of what is made here, each once
  for (const Scalar<T>* scalar : results) {
    if (made_here(scalar)) before.push_back(scalar->slot());
  }
  std::sort(before.begin(), before.end());
  before.erase(std::unique(before.begin(), before.end()), before.end());
  after = before;
  if (only_statements()) write_jacobian(after);
  for (Scalar<T>* scalar : results) {
    if (!made_here(scalar)) continue;
    const auto place = std::lower_bound(before.begin(), before.end(), scalar->slot()) - before.begin();
    *scalar = Scalar<T>(scalar->value(), after[static_cast<std::size_t>(place)], tag_ | 1);
  }
  end_generation();
}

template <ScalarNumber T>
void LocalStatements<T>::write_jacobian(std::span<std::uint32_t> outputs) {
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  const auto jacobian = LocalJacobian<T>::of(log, begin(), slots_, outputs);
  if (!jacobian) return;
  const auto labels = log.cut(begin(), slots_);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto label = std::find_if(labels.begin(), labels.end(), [&](auto& l) { return l.first == outputs[i]; });
    outputs[i] = log.take_slots(1);
    if (label != labels.end()) log.labels.emplace_back(outputs[i], label->second);
    for (std::size_t k = 0; k < jacobian->inputs().size(); ++k) {
      if (is_zero(jacobian->weight(i, k))) continue;
      if (log.end <= log.cursor) log.make_room(1);
      log.append({jacobian->weight(i, k), jacobian->inputs()[k], outputs[i]});
    }
  }
  log.fit();
}

extern template class LocalStatements<float>;
extern template class LocalStatements<double>;

}  // namespace tapegrad::engine
