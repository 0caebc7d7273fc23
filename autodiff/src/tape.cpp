// Recording: the life of a tape, places of tensors, marks.
#include "tapegrad/tape.h"

#include <cstdlib>
#include <cstring>

#include "record.h"

namespace tapegrad {
namespace {

constexpr std::uint64_t birth_block = std::uint64_t(1) << 42;

// Birth numbers come to a thread in blocks so large that one is taken once in a program's life.
void refill_births(Context& c) {
  static std::atomic<std::uint64_t> next{1};
  if (c.births_end - c.next_birth > birth_block / 2) return;
  c.next_birth = next.fetch_add(birth_block);
  c.births_end = c.next_birth + birth_block;
}

// A leaf's only capture: the variable, held so that its id cannot pass to another while the tape lives.
void run_leaf(Entry& entry, Sweep*, Node*) {
  release(*static_cast<Node**>(entry.captures()));
  entry.live = false;
}
constexpr Kind leaf_kind{"variable", &run_leaf};

Entry* enter_variable(Context& c, const Node* node, const Where& where) {
  if (node->variable >= c.leaf_capacity) {
    const std::uint32_t capacity = std::max(64u, 2 * node->variable);
    void* grown = std::realloc(c.leaves, capacity * sizeof(Leaf));
    if (!grown) throw std::bad_alloc();
    c.leaves = static_cast<Leaf*>(grown);
    std::memset(c.leaves + c.leaf_capacity, 0, (capacity - c.leaf_capacity) * sizeof(Leaf));
    c.leaf_capacity = capacity;
  }
  Entry* entry = Recorder::append(c, leaf_kind, node->shape, node->dtype, 0, sizeof(Node*), where);
  entry->variable = node->variable;
  entry->live = true;
  auto* pinned = const_cast<Node*>(node);
  retain(pinned);
  new (entry->captures()) Node*(pinned);
  c.leaves[node->variable] = {entry, c.next_birth - 1};
  Recorder::keep_value(*c.recording, entry, node->base);
  return entry;
}

[[noreturn]] void fail_stale(const Node* node, std::string_view op, const Where& where) {
  throw TapeError(std::string(op) + ": an input of shape " + text(node->shape) +
                  " was recorded on another tape, or on a part of this one that was rewound" + text(where) +
                  ". Use constant(x) if no gradient should flow through it");
}

}  // namespace

Tape::Tape(TapeOptions options, Where where) : context_(context()), options_(options), older_(context_.newest) {
  if (context_.recording) {
    throw TapeError("tape: a tape already records on this thread" + text(where) +
                    ". End its scope, sweep it, or pause it with Tape::Pause");
  }
  refill_births(context_);
  first_birth_ = context_.next_birth;
  for (Tape* tape = older_; tape; tape = tape->older_) tape->had_inner_ |= tape->state_ == State::recording;
  begin_ = mark();
  context_.newest = context_.recording = this;
}

Tape::~Tape() {
  drop(last_, nullptr);
  if (state_ == State::recording || context_.recording == this) close();
  for (Tape* tape = context_.newest; tape; tape = tape->older_) {
    if (tape->state_ == State::recording && tape != this) tape->lose(first_birth_, end_birth_);
  }
  if (context_.newest != this) {  // an older one: its part of the arena is taken back with the newer ones'
    Tape* newer = context_.newest;
    while (newer->older_ != this) newer = newer->older_;
    newer->older_ = older_;
    newer->begin_ = begin_;
    return;
  }
  context_.newest = older_;
  context_.chunk = begin_.chunk;
  context_.cursor = begin_.cursor;
  context_.cursor_end = begin_.chunk ? begin_.chunk->end() : nullptr;
}

void Tape::close() {
  if (context_.recording == this) context_.recording = nullptr;
  if (state_ == State::recording) state_ = State::closed;
  end_birth_ = context_.next_birth;
}

Tape* Tape::current() { return context().recording; }

Tape::Pause::Pause() : paused_(std::exchange(context().recording, nullptr)) {}
Tape::Pause::~Pause() { context().recording = paused_; }

bool Tape::owns(std::uint64_t birth) const {
  const std::uint64_t end = state_ == State::recording ? context_.next_birth : end_birth_;
  if (birth < first_birth_ || birth >= end) return false;
  for (const auto& [first, last] : dead_) {
    if (birth >= first && birth < last) return false;
  }
  return true;
}

// Ranges come in ascending order; neighbours are joined, so that a loop of rewinds keeps one.
void Tape::lose(std::uint64_t first, std::uint64_t end) {
  if (first == end) return;
  while (!dead_.empty() && dead_.back().first >= first) dead_.pop_back();
  if (!dead_.empty() && dead_.back().second >= first) dead_.back().second = end;
  else dead_.emplace_back(first, end);
}

void Tape::require_open(std::string_view what, const Where& where) const {
  if (state_ == State::broken) {
    throw TapeError(std::string(what) + ": this tape is broken, because " + broken_by_ + text(where) +
                    ". Begin a new one");
  }
  if (state_ == State::closed) {
    throw TapeError(std::string(what) + ": this tape was already swept" + text(where) +
                    ". Call backward(y, {.keep = true}) to sweep it more than once");
  }
}

Mark Tape::mark() const {
  return {last_,         context_.chunk, context_.cursor, count_, bytes_, scalars32_.edges.size(),
          scalars64_.edges.size(), kept_.size(), context_.next_birth};
}

void Tape::rewind(const Mark& mark) {
  require_open("rewind", Where{});
  if (mark.birth < first_birth_ || mark.count > count_ || (mark.birth != first_birth_ && !owns(mark.birth - 1))) {
    throw TapeError("rewind: the mark is from another tape, or from a part of this one that was rewound before");
  }
  drop(last_, mark.last);
  last_ = mark.last;
  count_ = mark.count;
  bytes_ = mark.bytes;
  context_.chunk = mark.chunk;
  context_.cursor = mark.cursor;
  context_.cursor_end = mark.chunk ? mark.chunk->end() : nullptr;
  scalars32_.edges.resize(mark.edges32);
  scalars64_.edges.resize(mark.edges64);
  kept_.resize(mark.kept);
  lose(mark.birth, context_.next_birth);
}

// Destroys captures and adjoints from an entry back to another.
void Tape::drop(Entry* from, const Entry* until) {
  for (Entry* entry = from; entry != until; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
    if (entry->live) entry->kind->run(*entry, nullptr, nullptr);
  }
}

Node* Tape::pinned_variable(Entry* leaf) const { return *static_cast<Node**>(leaf->captures()); }

void Tape::Kept::set(Node* node, bool adjoint) {
  retain(node);
  if (node->dtype == Dtype::float32) (adjoint ? adjoint32 : value32) = Tensor<float>(node);
  else (adjoint ? adjoint64 : value64) = Tensor<double>(node);
}

Entry* Recorder::place(Context& c, const Node* node, std::string_view op, const Where& where) {
  if (!node) throw ShapeError(std::string(op) + ": an input is an empty tensor" + text(where));
  const Tape& tape = *c.recording;
  if (node->entry) {
    if (!tape.owns(node->birth)) fail_stale(node, op, where);
    return node->entry;
  }
  if (!node->variable) return nullptr;
  if (node->variable < c.leaf_capacity) {
    const Leaf& leaf = c.leaves[node->variable];
    if (leaf.entry && tape.owns(leaf.birth)) return leaf.entry;
  }
  return enter_variable(c, node, where);
}

Entry* Recorder::append(Context& c, const Kind& kind, const Shape& shape, Dtype dtype, std::size_t inputs,
                        std::size_t capture_bytes, const Where& where) {
  const std::size_t bytes = sizeof(Entry) + (inputs + (inputs & 1)) * sizeof(Entry*) + capture_bytes;
  Tape& tape = *c.recording;
  auto* entry = new (arena(c, bytes)) Entry{&kind, tape.last_, nullptr, where, shape,
                                            static_cast<std::uint32_t>(inputs), 0, dtype, false};
  tape.last_ = entry;
  ++tape.count_;
  tape.bytes_ += bytes;
  ++c.next_birth;
  return entry;
}

void Recorder::keep_value(Tape& tape, Entry* entry, Node* value) {
  if (!tape.options_.keep_values) return;
  tape.kept_.push_back({entry, {}, {}, {}, {}});
  Node* view = allocate_view(value, value->shape, 0);  // without a place: what is shown must not look recorded
  tape.kept_.back().set(view, false);
  release(view);
}

}  // namespace tapegrad
