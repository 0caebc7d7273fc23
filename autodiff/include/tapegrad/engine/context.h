// What a thread owns: its pool of blocks, the arena its tapes record into, and the tape that records.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "tapegrad/error.h"
#include "tapegrad/tensor/node.h"

namespace tapegrad::engine {

struct TapeState;
class ScalarLogs;
class Trace;

inline constexpr std::size_t bin_count = 200;

/// Where a variable was last entered on this thread; valid while the birth number belongs to the tape that asks.
struct Leaf {
  Entry* entry;
  std::uint64_t birth;
};

struct ArenaChunk {
  ArenaChunk* next;
  std::size_t bytes;
  char* begin() { return reinterpret_cast<char*>(this + 1); }
  char* end() { return begin() + bytes; }
};

/// Free blocks of a size class, linked by `base`. `room` is how many more the thread keeps before it gives some away.
struct FreeBlocks {
  Node* first;
  std::uint32_t room;
};

/// An empty list for every size class, never written to: the free_blocks of threads that have none of their own yet.
extern FreeBlocks no_blocks[bin_count];

/// What a thread owns. Its chunks and blocks outlive tapes. Constant-initialised, so that access needs no guard, and
/// small, so that dlopen finds room for it in static TLS.
struct Context {
  TapeState* recording;  // null when none records, or while it is paused
  TapeState* newest;
  const CallSite* rule_line;  // in a recorded sweep: the line of the op whose rule runs
  bool rule_masked;           // in a recorded sweep: whether the adjoint of that rule is masked
  FreeBlocks* free_blocks = no_blocks;  // by size class; the thread's own from its first block on
  char *cursor, *cursor_end;  // in `chunk`
  ArenaChunk *first_chunk, *chunk;
  Leaf* leaves;  // by variable id
  std::uint32_t leaf_capacity;
  std::uint64_t next_birth, births_end;
  std::uint64_t heap_blocks;  // how often the pool or the arena had to ask the heap
  ScalarLogs* spare_scalar_logs;       // a list, of tapes that are gone
  void (*at_end)(Context&);            // frees what others than the pool keep here; null where they keep nothing
  std::uint32_t next_generation, generations_end;  // for ScalarGenerations
  bool ended;                 // the thread is gone: blocks go straight back to the heap
  Trace* trace;               // of the innermost vmap that follows a function on one example, or null
};

#ifdef __clang__
extern thread_local Context thread_context;
#else
extern constinit thread_local Context thread_context;
#endif
inline Context& context() { return thread_context; }

/// What kernels may read past the last element: a register of 64 bytes that begins at it.
inline constexpr std::size_t overread = 60;

/// The size class of a block: steps of 64 bytes to 1 KiB, then four sizes an octave.
inline std::uint8_t bin_of(std::size_t bytes) {
  if (bytes <= 1024) return static_cast<std::uint8_t>((bytes + 63) / 64);
  const int octave = std::bit_width(bytes - 1) - 1;
  return static_cast<std::uint8_t>(17 + (octave - 10) * 4 + (((bytes - 1) >> (octave - 2)) & 3));
}
/// More than any array has, which still has a size class.
inline constexpr std::size_t most_bytes = std::size_t(1) << 52;
/// A block of that class from another thread or the heap. Throws a MemoryError, in which there is no name of an op yet.
Node* new_block(std::uint8_t bin, std::size_t bytes);
/// A block with room for that many bytes of data, from the pool if it has one.
inline Node* take_block(Context& c, std::size_t data_bytes) {
  const std::uint8_t bin = bin_of(sizeof(Node) + data_bytes + overread);
  FreeBlocks& free = c.free_blocks[bin];
  Node* node = free.first;
  if (node) {
    free.first = node->base;
    ++free.room;
  } else {
    node = new_block(bin, data_bytes);
  }
  node->references.store(1, std::memory_order_relaxed);
  node->variable = 0;
  node->unseen = 0;
  node->data = node + 1;
  node->entry = nullptr;
  node->base = nullptr;
  return node;
}
/// Throws the MemoryError of an array for which there is no memory.
[[noreturn]] void fail_memory(const Shape& shape, Dtype dtype, std::string_view op, const CallSite* site);
/// Zeros stand past the last element, not what the block held before: sine and cosine choose their method by all lanes
/// of a register, so that the last elements' bits would depend on it.
inline Node* allocate(Context& c, const Shape& shape, Dtype dtype) {
  const std::size_t bytes = shape.size() * size_of(dtype);
  Node* node = take_block(c, bytes);
  node->shape = shape;
  node->dtype = dtype;
  std::memset(static_cast<char*>(node->data) + bytes, 0, overread);
  return node;
}
/// The same for an op, whose name and line are looked at only where there is no memory.
[[gnu::always_inline]] inline Node* allocate(Context& c, const Shape& shape, Dtype dtype, const std::string_view& op,
                                             const CallSite* site) {
  try {
    return allocate(c, shape, dtype);
  } catch (const MemoryError&) {
    fail_memory(shape, dtype, op, site);
  }
}

/// `bytes` from the arena, 16-byte aligned.
void* next_chunk(Context& context, std::size_t bytes);
inline void* arena(Context& context, std::size_t bytes) {
  bytes = (bytes + 15) & ~std::size_t(15);
  if (static_cast<std::size_t>(context.cursor_end - context.cursor) < bytes) return next_chunk(context, bytes);
  char* place = context.cursor;
  context.cursor += bytes;
  return place;
}

/// Gives `node` an id of its own and keeps its label.
void make_variable(Node* node, std::string label);
std::string variable_label(std::uint32_t id);
void set_variable_label(std::uint32_t id, std::string label);
/// Whether a list of parameters is known to name the variable; true until told otherwise.
bool is_listed(std::uint32_t id);
void set_listed(std::uint32_t id, bool listed);
/// Whether there is any variable for which is_listed is false. Takes no lock.
bool any_unlisted();

}  // namespace tapegrad::engine
