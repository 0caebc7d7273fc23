// Cuts the log of scalar statements back, and writes the Jacobian of what stood there.
#include "tapegrad/preaccumulate.h"

#include <algorithm>

#include "local_jacobian.h"
#include "scalar_run.h"

namespace tapegrad {

template <Real T>
LocalStatements<T>::LocalStatements() : tape_(context().recording) {
  if (!tape_) return;
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  last_ = Recorder::last(*tape_);
  birth_ = context().next_birth;
  position_ = log.position();
  slots_ = log.slots;
  accumulate_from_ = log.accumulate_from;
  tag_ = log.tag;
  parts_ = log.parts;
  part_ = next_part(context());
  log.parts.nest(part_);
  log.tag = part_ << 1;
}

template <Real T>
LocalStatements<T>::~LocalStatements() {
  if (here()) end_part();
}

// Whether the tape still records, and was not rewound to a place before this.
template <Real T>
bool LocalStatements<T>::here() const {
  const Context& c = context();
  return tape_ && c.recording == tape_ && (c.next_birth == birth_ || Recorder::owns(c, birth_));
}

// Whatever else is recorded takes a birth number; a run takes one, when it begins.
template <Real T>
bool LocalStatements<T>::only_statements() const {
  const Context& c = context();
  Entry* last = Recorder::last(*tape_);
  if (last == last_) return c.next_birth == birth_;
  return c.next_birth == birth_ + 1 && last == ScalarRecorder::log<T>(*tape_).run && last->previous == last_;
}

template <Real T>
std::size_t LocalStatements<T>::begin() const {
  Entry* last = Recorder::last(*tape_);
  return last == last_ ? position_ : edges_of(*last, ScalarRecorder::log<T>(*tape_)).begin;
}

template <Real T>
void LocalStatements<T>::end_part() {
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  log.parts = std::move(parts_);
  log.tag = tag_;
  tape_ = nullptr;
}

template <Real T>
void LocalStatements<T>::replace(std::span<Scalar<T>* const> results) {
  if (!here()) return;
  auto made_here = [this](const Scalar<T>* scalar) { return part_of(scalar->tag()) == part_; };
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
  end_part();
}

template <Real T>
void LocalStatements<T>::write_jacobian(std::span<std::uint32_t> outputs) {
  ScalarLog<T>& log = ScalarRecorder::log<T>(*tape_);
  const auto jacobian = LocalJacobian<T>::of(log, begin(), slots_, outputs);
  if (!jacobian) return;
  log.rewind(begin(), slots_);
  log.accumulate_from = accumulate_from_;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i] = log.take_slots(1);
    for (std::size_t k = 0; k < jacobian->inputs().size(); ++k) {
      if (jacobian->weight(i, k) == T(0)) continue;
      if (log.end <= log.cursor) log.make_room(1);
      *log.cursor++ = {jacobian->weight(i, k), jacobian->inputs()[k], outputs[i]};
    }
  }
  log.fit();
}

template class LocalStatements<float>;
template class LocalStatements<double>;

}  // namespace tapegrad
