// The pool of blocks, the arena of entries and the ids of variables.
#include "tapegrad/node.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "tapegrad/engine/context.h"

namespace tapegrad {

#ifdef __clang__
thread_local Context thread_context = {};
#else
constinit thread_local Context thread_context = {};
#endif

namespace {

// 64-byte steps to 1 KiB, then four sizes an octave.
std::uint8_t bin_of(std::size_t bytes) {
  if (bytes <= 1024) return static_cast<std::uint8_t>((bytes + 63) / 64);
  std::size_t octave = std::bit_width(bytes - 1) - 1;
  return static_cast<std::uint8_t>(17 + (octave - 10) * 4 + (((bytes - 1) >> (octave - 2)) & 3));
}
std::size_t bin_bytes(std::uint8_t bin) {
  if (bin <= 16) return bin * std::size_t(64);
  return std::size_t(5 + (bin - 17) % 4) << ((bin - 17) / 4 + 8);
}

// Frees what the thread owns when it ends.
struct ContextEnd {
  ~ContextEnd() {
    Context& c = context();
    for (Node*& list : c.free_blocks) {
      while (Node* node = list) {
        list = node->base;
        std::free(node);
      }
    }
    while (ArenaChunk* chunk = c.first_chunk) {
      c.first_chunk = chunk->next;
      std::free(chunk);
    }
    std::free(c.leaves);
    c = Context{};
    c.ended = true;
  }
};

void* heap(std::size_t bytes) {
  static thread_local ContextEnd end;
  (void)end;
  void* block = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!block) throw std::bad_alloc();
  return block;
}

// What kernels may read past the last element: a register of 64 bytes that begins at it.
constexpr std::size_t overread = 60;

Node* take_block(std::size_t data_bytes) {
  Context& c = context();
  const std::uint8_t bin = bin_of(sizeof(Node) + data_bytes + overread);
  Node* node = c.free_blocks[bin];
  if (node) {
    c.free_blocks[bin] = node->base;
  } else {
    node = new (heap(bin_bytes(bin))) Node;
    node->bin = bin;
  }
  node->references.store(1, std::memory_order_relaxed);
  node->variable = 0;
  node->unrecorded = false;
  node->data = node + 1;
  node->entry = nullptr;
  node->base = nullptr;
  return node;
}

// Ids of variables are small and dense, since every thread has a table by id. Never destroyed: see Shape's.
struct Variables {
  std::mutex mutex;
  std::vector<std::uint32_t> free;
  std::vector<std::string> labels{""};
};
Variables& variables() {
  static auto& all = *new Variables;
  return all;
}

}  // namespace

Node* allocate(const Shape& shape, Dtype dtype) {
  Node* node = take_block(shape.size() * size_of(dtype));
  node->shape = shape;
  node->dtype = dtype;
  return node;
}

Node* allocate_bytes(std::size_t bytes) { return take_block(bytes); }

Node* allocate_view(Node* owner, const Shape& shape, std::size_t offset) {
  Node* node = take_block(0);
  node->shape = shape;
  node->dtype = owner->dtype;
  node->data = static_cast<char*>(owner->data) + offset * size_of(owner->dtype);
  node->base = owner->base ? owner->base : owner;
  retain(node->base);
  return node;
}

void destroy(Node* node) {
  if (node->base) {
    // Only the variable itself gives its id back; its buffers carry the id too but have no base.
    if (node->variable) {
      std::lock_guard lock(variables().mutex);
      variables().free.push_back(node->variable);
    }
    release(node->base);
  }
  Context& c = context();
  if (c.ended) return std::free(node);
  node->base = c.free_blocks[node->bin];
  c.free_blocks[node->bin] = node;
}

void make_variable(Node* node, std::string label) {
  Variables& all = variables();
  std::lock_guard lock(all.mutex);
  if (all.free.empty()) {
    all.free.push_back(static_cast<std::uint32_t>(all.labels.size()));
    all.labels.emplace_back();
  }
  node->variable = all.free.back();
  all.free.pop_back();
  all.labels[node->variable] = std::move(label);
}

std::string variable_label(std::uint32_t id) {
  std::lock_guard lock(variables().mutex);
  return variables().labels[id];
}

void* next_chunk(Context& c, std::size_t bytes) {
  ArenaChunk* next = c.chunk ? c.chunk->next : c.first_chunk;
  if (!next || next->bytes < bytes) {
    const std::size_t size = std::max<std::size_t>(bytes, (64 << 10) - sizeof(ArenaChunk));
    auto* chunk = new (heap(size + sizeof(ArenaChunk))) ArenaChunk{next, size};
    (c.chunk ? c.chunk->next : c.first_chunk) = chunk;
    next = chunk;
  }
  c.chunk = next;
  c.cursor = next->begin() + bytes;
  c.cursor_end = next->end();
  return next->begin();
}

}  // namespace tapegrad
