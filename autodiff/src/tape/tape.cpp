// A tape as users see it: its life, pauses, marks.
#include "tapegrad/tape/tape.h"

#include "engine/rare_state.h"
#include "tapegrad/engine/scalars/log.h"

namespace tapegrad {
using namespace engine;

Tape::Tape(TapeOptions options, CallSite site) : state_(new TapeState(*this, options, site)) {}
Tape::~Tape() = default;

Tape* Tape::current() {
  TapeState* const recording = context().recording;
  return recording ? &recording->handle : nullptr;
}

bool Tape::has_place(const Node* node) const { return state_->place_of(node) != nullptr; }
std::size_t Tape::size() const { return state_->count; }

Tape::Pause::Pause() : paused_(context().recording), births_end_(context().births_end) {
  if (paused_) paused_->stop_recording();
}

Tape::Pause::~Pause() {
  Context& c = context();
  if (c.recording) c.recording->stop_recording();
  bool alive = false;
  for (TapeState* tape = c.newest; tape; tape = tape->older) alive |= tape == paused_;
  if (!alive || paused_->phase != TapeState::Phase::recording) return;
  for (TapeState* tape = c.newest; tape != paused_; tape = tape->older) tape->keeps_arena = true;
  c.recording = paused_;
  c.next_birth = paused_->end_birth;
  c.births_end = births_end_;
}

Tape::Mark Tape::mark() const {
  return Mark(std::allocate_shared<const TapePosition>(PoolAllocator<TapePosition>(), state_->position()));
}

std::size_t Tape::bytes() const {
  std::size_t total = state_->entry_bytes;
  for (std::size_t i = 0; state_->scalars && i < state_->scalars->count(); ++i) total += (*state_->scalars)[i].bytes();
  return total;
}

void Tape::rewind(const Mark& mark) {
  state_->require_open("rewind", CallSite{});
  if (context().recording != state_.get()) throw TapeError("rewind: the tape is paused. End the Tape::Pause first");
  if (!mark.position() || !state_->has(*mark.position())) {
    throw TapeError("rewind: the mark is from another tape, or from a part of this one that was rewound before");
  }
  state_->forget_after(*mark.position());
}

}  // namespace tapegrad
