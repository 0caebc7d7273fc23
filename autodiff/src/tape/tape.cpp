// Recording: the life of a tape, places of tensors, marks.
#include "tapegrad/tape/tape.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "inspect/elements.h"
#include "tape/extras.h"
#include "scalars/run.h"
#include "tape/stepped_sweep.h"

namespace tapegrad {
using namespace engine;
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

// What was recorded behind the mark may be written over.
void give_back_arena(Context& c, const Tape::Mark& mark) {
  c.chunk = mark.chunk;
  c.cursor = mark.cursor;
  c.cursor_end = mark.chunk ? mark.chunk->end() : nullptr;
}

// A leaf's only capture: the variable, held so that its id cannot pass to another while the tape lives.
void run_leaf(Entry& entry, Sweep*, Node*) {
  release(*static_cast<Node**>(entry.captures()));
  entry.live = false;
}
constexpr OpTraits leaf_traits{.name = "variable"};
constexpr Kind leaf_kind{&leaf_traits, &run_leaf, nullptr};

}  // namespace

Entry* Recorder::enter_variable(Context& c, const Node* node, const CallSite& site) {
  if (node->variable >= c.leaf_capacity) {
    const std::uint32_t capacity = std::max(64u, 2 * node->variable);
    void* grown = std::realloc(c.leaves, capacity * sizeof(Leaf));
    if (!grown) throw std::bad_alloc();
    c.leaves = static_cast<Leaf*>(grown);
    std::memset(c.leaves + c.leaf_capacity, 0, (capacity - c.leaf_capacity) * sizeof(Leaf));
    c.leaf_capacity = capacity;
  }
  if (Entry* known = c.recording->had_inner_ ? c.recording->find_leaf(node->variable) : nullptr) {
    c.leaves[node->variable] = {known,
                                c.next_birth - 1};  // a later rewind makes this number invalid, and with it the place
    return known;
  }
  Entry* entry = append(c, leaf_kind, node->shape, node->dtype, 0, sizeof(Node*), site);
  entry->variable = node->variable;
  entry->live = true;
  auto* pinned = const_cast<Node*>(node);
  retain(pinned);
  new (entry->captures()) Node*(pinned);
  c.leaves[node->variable] = {entry, c.next_birth - 1};
  if (keeps_more(*c.recording)) {
    keep_value(*c.recording, entry, node->base ? node->base : pinned);
    check_value(*c.recording, entry);
  }
  return entry;
}

// A variable gets its place here, if it has none yet; a stale tensor may be read without one. Reading its values makes
// no variable part of the computation.
void Recorder::note(Context& c, const Kind& kind, std::initializer_list<const Node*> inputs, const Shape& shape,
                    const CallSite& site) {
  Tape& tape = *c.recording;
  if (!tape.options_.keep_values) return;
  std::vector<Entry*> places;
  for (const Node* node : inputs) {
    Entry* place = tape.place_of(node);
    const bool enters = !kind.traits->leaves_tape;
    places.push_back(!place && enters && node->variable && !node->entry ? enter_variable(c, node, site) : place);
  }
  if (std::none_of(places.begin(), places.end(), [](const Entry* place) { return place; })) return;
  Entry* entry = append(c, kind, shape, (*inputs.begin())->dtype, places.size(), 0, site);
  std::copy(places.begin(), places.end(), entry->input());
}

void Recorder::fail_stale(const Node* node, std::string_view op, const CallSite& site) {
  throw StaleError(std::string(op) + ": an input of shape " + text(node->shape) +
                   " was recorded on another tape, or on a part of this one that was rewound" + text(site) +
                   ". Use constant(x) if no gradient should flow through it");
}

void Recorder::fail_unrecorded(const Node* node, std::string_view op, const CallSite& site) {
  throw TapeError(std::string(op) + ": an input of shape " + text(node->shape) +
                  " was computed from a variable before the tape began, so no gradient can flow through it" +
                  text(site) + ". Compute it while the tape records, or use constant(x) if that is meant");
}

void Recorder::keep_value(Tape& tape, Entry* entry, Node* value) {
  if (tape.options_.keep_values || entry->variable) tape.extras().kept[entry].set(value, false);
}

void Recorder::keep_replay(Tape& tape, std::unique_ptr<Replay> replay, std::span<const Node* const> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    AnyTensor& constant = replay->constants.emplace_back();
    if (replay->entry->input()[i]) continue;
    constant = without_place(const_cast<Node*>(inputs[i]));
    std::visit([&](auto& x) { x.node()->unrecorded = inputs[i]->unrecorded; }, constant);
  }
  tape.extras().replays.push_back(std::move(replay));
}

void engine::fail_empty(std::string_view op, const CallSite& site) {
  throw ShapeError(std::string(op) + ": an input is an empty tensor, one without an array" + text(site));
}

Tape::Tape(TapeOptions options, CallSite site)
    : context_(context()),
      options_(options),
      keeps_more_(options.keep_values || options.replayable || options.check_numbers),
      older_(context_.newest) {
  options_.keep_values |= options.check_numbers;
  if (context_.recording) {
    throw TapeError("tape: a tape already records on this thread" + text(site) +
                    ". End its scope, sweep it, or pause it with Tape::Pause");
  }
  bool inner = false;
  for (Tape* tape = older_; tape; tape = tape->older_) {
    inner |= tape->state_ == State::recording;
    tape->had_inner_ |= tape->state_ == State::recording;
  }
  take_births(context_, inner);
  first_birth_ = context_.next_birth;
  begin_ = mark();
  context_.newest = context_.recording = this;
}

Tape::~Tape() {
  if (extras_ && extras_->steps) extras_->steps->give_up();
  drop(last_, nullptr);
  give_back(context_, scalars_);
  if (state_ == State::recording || context_.recording == this) close();
  if (context_.newest != this) {  // an older one: its part of the arena is taken back with the newer ones'
    Tape* newer = context_.newest;
    while (newer->older_ != this) newer = newer->older_;
    newer->older_ = older_;
    newer->begin_ = begin_;
    newer->keeps_arena_ |= keeps_arena_;
    return;
  }
  context_.newest = older_;
  if (keeps_arena_) return;
  give_back_arena(context_, begin_);
}

void Tape::stop_recording() {
  if (context_.recording != this) return;
  context_.recording = nullptr;
  end_birth_ = context_.next_birth;
}

void Tape::close() {
  stop_recording();
  if (state_ == State::recording) state_ = State::closed;
}

Tape* Tape::current() { return context().recording; }

Tape::Pause::Pause() : paused_(context().recording), births_end_(context().births_end) {
  if (paused_) paused_->stop_recording();
}

Tape::Pause::~Pause() {
  Context& c = context();
  if (c.recording) c.recording->stop_recording();
  bool alive = false;
  for (Tape* tape = c.newest; tape; tape = tape->older_) alive |= tape == paused_;
  if (!alive || paused_->state_ != State::recording) return;
  for (Tape* tape = c.newest; tape != paused_; tape = tape->older_) tape->keeps_arena_ = true;
  c.recording = paused_;
  c.next_birth = paused_->end_birth_;
  c.births_end = births_end_;
}

Tape::Extras& Tape::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

bool Tape::owns(std::uint64_t birth) const {
  const std::uint64_t end = context_.recording == this ? context_.next_birth : end_birth_;
  if (birth < first_birth_ || birth >= end) return false;
  if (!extras_ || extras_->dead.empty()) return true;
  const auto& dead = extras_->dead;
  auto after = std::upper_bound(dead.begin(), dead.end(), birth, [](auto b, auto& range) { return b < range.first; });
  return after == dead.begin() || birth >= std::prev(after)->second;
}

// The place of a variable that was entered here, whatever the table of leaves says.
Entry* Tape::find_leaf(std::uint32_t variable) const {
  for (Entry* entry = last_; entry; entry = entry->previous) {
    if (entry->variable == variable) return entry;
  }
  return nullptr;
}

// Ranges stand in ascending order. A loop of rewinds to one mark keeps one range.
void Tape::lose(std::uint64_t first, std::uint64_t end) {
  if (first == end) return;
  auto& dead = extras().dead;
  while (!dead.empty() && dead.back().first >= first) dead.pop_back();
  dead.emplace_back(first, end);
}

void Tape::require_open(std::string_view what, const CallSite& site) const {
  if (extras_ && extras_->steps) {
    throw TapeError(std::string(what) + ": a sweep of this tape is being stepped" + text(site) +
                    ". Take its steps to the end, or call gradients() of them, first");
  }
  if (state_ == State::broken) {
    throw TapeError(std::string(what) + ": this tape is broken, because " + extras_->broken_by + text(site) +
                    ". Begin a new one");
  }
  if (state_ == State::closed) {
    throw TapeError(std::string(what) + ": this tape was already swept" + text(site) +
                    ". Call backward(y, {.keep = true}) to sweep it more than once");
  }
}

Tape::Mark Tape::mark() const {
  Mark mark{this, last_, context_.chunk, context_.cursor, count_, bytes_};
  if (scalars_) {
    for (std::size_t i = 0; i < scalars_->count(); ++i) {
      AnyScalarLog& log = (*scalars_)[i];
      log.accumulate_from = log.slots;
      mark.scalars.push_back({log.position(), log.slots});
    }
  }
  mark.birth = ++context_.next_birth;  // of its own: scalar statements take none
  return mark;
}

std::size_t Tape::bytes() const {
  std::size_t total = bytes_;
  for (std::size_t i = 0; scalars_ && i < scalars_->count(); ++i) total += (*scalars_)[i].bytes();
  return total;
}

std::size_t Tape::Mark::edges() const {
  std::size_t total = 0;
  for (const OfScalars& log : scalars) total += log.edges;
  return total;
}

void Tape::rewind(const Tape::Mark& mark) {
  require_open("rewind", CallSite{});
  if (context_.recording != this) throw TapeError("rewind: the tape is paused. End the Tape::Pause first");
  bool lost = mark.tape != this || mark.birth < first_birth_ || mark.birth > context_.next_birth;
  if (extras_) {
    for (const auto& [first, end] : extras_->dead) lost |= mark.birth > first && mark.birth < end;
  }
  if (lost) {
    throw TapeError("rewind: the mark is from another tape, or from a part of this one that was rewound before");
  }
  forget_after(mark);
}

void Tape::forget_after(const Tape::Mark& mark) {
  drop(last_, mark.last);
  for (Entry* entry = last_; entry != mark.last; entry = entry->previous) {
    if (entry == swept_.result) swept_ = {};
  }
  if (extras_) {
    auto& replays = extras_->replays;
    for (Entry* entry = last_; entry != mark.last; entry = entry->previous) {
      extras_->kept.erase(entry);
      if (!replays.empty() && replays.back()->entry == entry) replays.pop_back();
    }
  }
  last_ = mark.last;
  count_ = mark.count;
  bytes_ = mark.bytes;
  if (context_.newest == this) give_back_arena(context_, mark);  // else a newer tape's entries stand behind the mark
  if (scalars_) {
    const std::uint32_t part = next_part(context_);
    for (std::size_t i = 0; i < scalars_->count(); ++i) {
      const Mark::OfScalars to = i < mark.scalars.size() ? mark.scalars[i] : Mark::OfScalars();
      (*scalars_)[i].rewind(to.edges, to.slots, part, last_);
    }
  }
  ++context_.next_birth;  // a mark made from here on is past all that is lost
  lose(mark.birth, context_.next_birth);
}

// Destroys captures and adjoints from an entry back to another.
void Tape::drop(Entry* from, const Entry* until) {
  for (Entry* entry = from; entry != until; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
    if (entry->live) entry->kind->run(*entry, nullptr, nullptr);
  }
}

}  // namespace tapegrad
