// The life of a tape: what it owns, and what is lost to rewinds.
#include "tapegrad/engine/tape_state.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/rare_state.h"
#include "engine/trace.h"
#include "tapegrad/engine/scalars/log.h"

namespace tapegrad::engine {
namespace {

constexpr std::uint64_t birth_block = std::uint64_t(1) << 42, inner_birth_block = std::uint64_t(1) << 32;

// Birth numbers come to a thread in blocks so large that one is taken once in a program's life. A tape inside another
// one's pause gets a block of its own: its numbers never lie between those of the outer tape.
void take_births(Context& c, bool inner) {
  static std::atomic<std::uint64_t> next{1};
  if (!inner && c.births_end - c.next_birth > birth_block / 2) return;
  const std::uint64_t block = inner ? inner_birth_block : birth_block;
  c.next_birth = next.fetch_add(block);
  c.births_end = c.next_birth + block;
}

// What was recorded behind a position may be written over.
void give_back_arena(Context& c, const TapePosition& to) {
  c.chunk = to.chunk;
  c.cursor = to.cursor;
  c.cursor_end = to.chunk ? to.chunk->end() : nullptr;
}

}  // namespace

TapeState::TapeState(Tape& of, TapeOptions wanted, const CallSite& site)
    : handle(of),
      thread(context()),
      options(wanted),
      keeps_more(wanted.keep_values || wanted.replayable || wanted.check_numbers),
      older(thread.newest),
      checks(wanted.check_numbers ? &number_checks : nullptr) {
  options.keep_values |= options.check_numbers;
  if (thread.recording) {
    throw TapeError("tape: a tape already records on this thread" + text(site) +
                    ". End its scope, sweep it, or pause it with Tape::Pause");
  }
  bool inner = false;
  for (TapeState* tape = older; tape; tape = tape->older) {
    inner |= tape->phase == Phase::recording;
    tape->had_inner |= tape->phase == Phase::recording;
  }
  take_births(thread, inner);
  first_birth = thread.next_birth;
  begin = position();
  thread.newest = thread.recording = this;
}

TapeState::~TapeState() {
  if (rare_state && rare_state->stepped) rare_state->stepped->give_up();
  drop(last, nullptr);
  give_back(thread, scalars);
  if (phase == Phase::recording || thread.recording == this) close();
  if (thread.newest != this) {  // an older one: its part of the arena is taken back with the newer ones'
    TapeState* newer = thread.newest;
    while (newer->older != this) newer = newer->older;
    newer->older = older;
    newer->begin = begin;
    newer->keeps_arena |= keeps_arena;
    return;
  }
  thread.newest = older;
  if (keeps_arena) return;
  give_back_arena(thread, begin);
}

void TapeState::stop_recording() {
  if (thread.recording != this) return;
  thread.recording = nullptr;
  end_birth = thread.next_birth;
}

void TapeState::close() {
  stop_recording();
  if (phase == Phase::recording) phase = Phase::closed;
}

RareState& TapeState::rare() {
  if (!rare_state) rare_state = std::make_unique<RareState>();
  return *rare_state;
}

TapePosition TapeState::position() const {
  TapePosition here{this, last, thread.chunk, thread.cursor, count, entry_bytes};
  for (std::size_t i = 0; scalars && i < scalars->count(); ++i) {
    AnyScalarLog& log = (*scalars)[i];
    log.accumulate_from = log.slots;
    here.scalars.push_back({log.position(), log.slots});
  }
  here.birth = ++thread.next_birth;  // of its own: scalar statements take none
  return here;
}

std::size_t TapePosition::edges() const {
  std::size_t total = 0;
  for (const OfScalars& log : scalars) total += log.edges;
  return total;
}

std::vector<Entry*> TapeState::in_order() const {
  std::vector<Entry*> order;
  for (Entry* entry = last; entry; entry = entry->previous) order.push_back(entry);
  std::reverse(order.begin(), order.end());
  return order;
}

bool TapeState::owns(std::uint64_t birth) const {
  const std::uint64_t end = thread.recording == this ? thread.next_birth : end_birth;
  if (birth < first_birth || birth >= end) return false;
  if (!rare_state || rare_state->dead.empty()) return true;
  const auto& dead = rare_state->dead;
  auto after = std::upper_bound(dead.begin(), dead.end(), birth, [](auto b, auto& range) { return b < range.first; });
  return after == dead.begin() || birth >= std::prev(after)->second;
}

// The place of a variable that was entered here, whatever the table of leaves says.
Entry* TapeState::find_leaf(std::uint32_t variable) const {
  for (Entry* entry = last; entry; entry = entry->previous) {
    if (entry->variable == variable) return entry;
  }
  return nullptr;
}

// Ranges stand in ascending order. A loop of rewinds to one mark keeps one range.
void TapeState::lose(std::uint64_t first, std::uint64_t end) {
  if (first == end) return;
  auto& dead = rare().dead;
  while (!dead.empty() && dead.back().first >= first) dead.pop_back();
  dead.emplace_back(first, end);
}

void TapeState::require_open(std::string_view what, const CallSite& site) const {
  if (rare_state && rare_state->stepped) {
    throw TapeError(std::string(what) + ": a sweep of this tape is being stepped" + text(site) +
                    ". Take its steps to the end, or call gradients() of them, first");
  }
  if (phase == Phase::broken) {
    throw TapeError(std::string(what) + ": this tape is broken, because " + rare_state->broken_by + text(site) +
                    ". Begin a new one");
  }
  if (phase == Phase::closed) {
    throw TapeError(std::string(what) + ": this tape was already swept" + text(site) +
                    ". Call backward(y, {.keep = true}) to sweep it more than once");
  }
}

bool TapeState::has(const TapePosition& position) const {
  if (position.tape != this || position.birth < first_birth || position.birth > thread.next_birth) return false;
  if (!rare_state) return true;
  return std::ranges::none_of(rare_state->dead, [&](const auto& range) {
    return position.birth > range.first && position.birth < range.second;
  });
}

void TapeState::forget_after(const TapePosition& to) {
  drop(last, to.last);
  for (Entry* entry = last; entry != to.last; entry = entry->previous) {
    if (entry == swept) swept = nullptr;
    if (thread.trace) thread.trace->forget(entry);
  }
  if (rare_state) {
    auto& replays = rare_state->replays;
    for (Entry* entry = last; entry != to.last; entry = entry->previous) {
      rare_state->kept.erase(entry);
      if (!replays.empty() && replays.back()->entry == entry) replays.pop_back();
    }
  }
  last = to.last;
  count = to.count;
  entry_bytes = to.bytes;
  if (thread.newest == this) give_back_arena(thread, to);  // else a newer tape's entries stand behind that
  if (scalars) {
    const std::uint32_t generation = next_generation(thread);
    for (std::size_t i = 0; i < scalars->count(); ++i) {
      const TapePosition::OfScalars then =
          i < to.scalars.size() ? to.scalars[i] : TapePosition::OfScalars();
      (*scalars)[i].rewind(then.edges, then.slots, generation, last);
    }
  }
  ++thread.next_birth;  // a position taken from here on is past all that is lost
  lose(to.birth, thread.next_birth);
}

// Destroys captures and adjoints from an entry back to another.
void TapeState::drop(Entry* from, const Entry* until) {
  for (Entry* entry = from; entry != until; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
    if (entry->live) entry->kind->run(*entry, nullptr, nullptr);
  }
}

}  // namespace tapegrad::engine
