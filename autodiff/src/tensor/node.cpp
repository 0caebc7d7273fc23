// The pool of blocks, the arena of entries and the ids of variables.
#include "tapegrad/tensor/node.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/engine/memory.h"

namespace tapegrad::engine {

FreeBlocks no_blocks[bin_count] = {};

#ifdef __clang__
thread_local Context thread_context = {};
#else
constinit thread_local Context thread_context = {};
#endif

namespace {

constexpr std::size_t bin_bytes(std::uint8_t bin) {
  if (bin <= 16) return bin * std::size_t(64);
  return std::size_t(5 + (bin - 17) % 4) << ((bin - 17) / 4 + 8);
}

// Blocks that one thread has too many of and another may need, in chains: a block that is made on one thread and
// dropped on another finds its way back. A chain is linked by `base`; `variable` of its first is its length, and `data`
// the next chain.
struct Depot {
  std::mutex mutex;
  Node* chains[bin_count] = {};
};
Depot& depot() {
  static auto& one = *new Depot;
  return one;
}

void give(std::uint8_t bin, Node* chain, std::uint32_t length) {
  Depot& all = depot();
  std::lock_guard lock(all.mutex);
  chain->variable = length;
  chain->data = all.chains[bin];
  all.chains[bin] = chain;
}

Node* take_chain(std::uint8_t bin) {
  Depot& all = depot();
  std::lock_guard lock(all.mutex);
  Node* chain = all.chains[bin];
  if (chain) all.chains[bin] = static_cast<Node*>(chain->data);
  return chain;
}

// The length of a chain by size class: 64 KiB, but two blocks at least. A thread keeps less than two chains of a size.
constexpr auto chain_blocks = [] {
  std::array<std::uint32_t, bin_count> blocks{};
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    const std::size_t bytes = std::max<std::size_t>(bin_bytes(static_cast<std::uint8_t>(bin)), 64);
    blocks[bin] = static_cast<std::uint32_t>(std::max<std::size_t>((64 << 10) / bytes, 2));
  }
  return blocks;
}();

// Gives the first half of a list without room away.
void give_half(FreeBlocks& free, std::uint8_t bin) {
  const std::uint32_t half = chain_blocks[bin];
  Node *first = free.first, *last = first;
  for (std::uint32_t count = half; count > 1; --count) last = last->base;
  free.first = std::exchange(last->base, nullptr);
  free.room = half;
  give(bin, first, half);
}

// Leaves the thread's blocks to others and frees what else it owns when it ends.
struct ContextEnd {
  ~ContextEnd() {
    Context& c = context();
    if (c.at_end) c.at_end(c);
    for (std::size_t bin = 0; bin < bin_count; ++bin) {
      const auto [chain, room] = c.free_blocks[bin];
      if (chain) give(static_cast<std::uint8_t>(bin), chain, 2 * chain_blocks[bin] - room);
    }
    if (c.free_blocks != no_blocks) delete[] c.free_blocks;
    while (ArenaChunk* chunk = c.first_chunk) {
      c.first_chunk = chunk->next;
      std::free(chunk);
    }
    std::free(c.leaves);
    c = Context{};
    c.ended = true;
  }
};

// The thread's own lists of free blocks; what it owns is freed when it ends.
void own_free_blocks(Context& c) {
  static thread_local ContextEnd end;
  (void)end;
  if (c.free_blocks != no_blocks || c.ended) return;
  auto* lists = new (std::nothrow) FreeBlocks[bin_count]();
  if (!lists) return;
  for (std::size_t bin = 0; bin < bin_count; ++bin) lists[bin].room = 2 * chain_blocks[bin];
  c.free_blocks = lists;
}

// What a test allows this thread.
struct Allowed {
  std::size_t blocks = std::numeric_limits<std::size_t>::max(), bytes = blocks;
  bool reached = false;
};
thread_local Allowed allowed;

void* ask_heap(std::size_t bytes) {
  try {
    require_heap(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
#ifdef MADV_HUGEPAGE
  // Arrays of this size are walked a page after the other; with pages of 2 MB the processor looks far fewer up.
  constexpr std::size_t huge_page = std::size_t(2) << 20, huge_block = std::size_t(3) << 20;
  if (bytes >= huge_block) {
    const std::size_t whole = (bytes + huge_page - 1) / huge_page * huge_page;
    void* block = std::aligned_alloc(huge_page, whole);
    if (block) madvise(block, whole, MADV_HUGEPAGE);  // a wish: refused, the pages are small ones
    return block;
  }
#endif
  return std::aligned_alloc(64, (bytes + 63) / 64 * 64);
}

// Null where the heap has no such block, not even after it got back what the pool does not use.
void* heap(std::size_t bytes) {
  Context& c = context();
  own_free_blocks(c);
  void* block = ask_heap(bytes);
  if (!block) {
    free_pool();
    block = ask_heap(bytes);
  }
  if (block) ++c.heap_blocks;
  return block;
}

void free_chain(Node* chain) {
  while (chain) std::free(std::exchange(chain, chain->base));
}

// Ids of variables are small and dense, since every thread has a table by id. Never destroyed: see Shape's.
struct Variables {
  std::mutex mutex;
  std::vector<std::uint32_t> free;
  std::vector<std::string> labels{""};
  std::vector<bool> listed{true};
  std::atomic<std::size_t> unlisted{0};  // how many are not

  void set_listed(std::uint32_t id, bool is) {
    if (listed[id] != is) unlisted += is ? std::size_t(-1) : 1;
    listed[id] = is;
  }
};
Variables& variables() {
  static auto& all = *new Variables;
  return all;
}

}  // namespace

std::string bytes_text(std::size_t bytes) {
  std::string result = std::to_string(bytes) + " bytes";
  constexpr const char* units[] = {"MB", "GB", "TB", "PB"};
  double large = static_cast<double>(bytes) / 1e6;
  std::size_t unit = 0;
  for (; large >= 1000 && unit < 3; large /= 1000) ++unit;
  if (large < 1) return result;
  const auto tenths = static_cast<std::size_t>(large * 10);
  return result + " (" + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + units[unit] + ")";
}

void free_pool() {
  Context& c = context();
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    if (c.free_blocks != no_blocks) {
      free_chain(std::exchange(c.free_blocks[bin], {nullptr, 2 * chain_blocks[bin]}).first);
    }
    while (Node* chain = take_chain(static_cast<std::uint8_t>(bin))) free_chain(chain);
  }
}

HeapLimit::HeapLimit(std::size_t blocks, std::size_t bytes) { allowed = {blocks, bytes}; }
HeapLimit::~HeapLimit() { allowed = {}; }
bool HeapLimit::reached() { return allowed.reached; }

void require_heap(std::size_t bytes) {
  if (allowed.blocks > 0 && bytes <= allowed.bytes) {
    --allowed.blocks;
    return;
  }
  allowed.reached = true;
  throw std::bad_alloc();
}

namespace {

[[noreturn]] void fail_memory(std::size_t bytes, std::string_view what) {
  throw MemoryError(what, bytes_text(bytes), CallSite{});
}

}  // namespace

void fail_memory(const Shape& shape, Dtype dtype, std::string_view op, const CallSite* site) {
  throw MemoryError(op, "an array of shape " + text(shape) + ", " + bytes_text(shape.size() * size_of(dtype)),
                    site ? *site : CallSite{});
}

Node* new_block(std::uint8_t bin, std::size_t bytes) {
  Context& c = context();
  own_free_blocks(c);
  if (Node* node = take_chain(bin)) {
    if (c.free_blocks != no_blocks) c.free_blocks[bin] = {node->base, 2 * chain_blocks[bin] - (node->variable - 1)};
    else if (node->base) give(bin, node->base, node->variable - 1);
    return node;
  }
  void* block = heap(bin_bytes(bin));
  if (!block) fail_memory(bytes, "tapegrad");
  Node* node = new (block) Node;
  node->bin = bin;
  return node;
}

Node* allocate(const Shape& shape, Dtype dtype, std::string_view op, const CallSite* site) {
  return allocate(context(), shape, dtype, op, site);
}

Node* allocate_bytes(std::size_t bytes) {
  if (bytes > most_bytes) fail_memory(bytes, "tapegrad");
  return take_block(context(), bytes);
}

Node* allocate_view(Node* owner, const Shape& shape, std::size_t offset) {
  Node* node = take_block(context(), 0);
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
      variables().set_listed(node->variable, true);
    }
    release(node->base);
  }
  Context& c = context();
  if (c.ended) return std::free(node);
  if (c.free_blocks == no_blocks) own_free_blocks(c);
  if (c.free_blocks == no_blocks) return std::free(node);
  FreeBlocks& free = c.free_blocks[node->bin];
  node->base = std::exchange(free.first, node);
  if (--free.room == 0) give_half(free, node->bin);
}

void make_variable(Node* node, std::string label) {
  Variables& all = variables();
  std::lock_guard lock(all.mutex);
  if (all.free.empty()) {
    // Where a step lacks memory, those before it leave at most an id that is never given.
    all.labels.emplace_back();
    all.listed.resize(all.labels.size(), true);
    if (all.free.capacity() < all.labels.size()) all.free.reserve(2 * all.labels.size());  // for destroy()
    all.free.push_back(static_cast<std::uint32_t>(all.labels.size() - 1));
  }
  node->variable = all.free.back();
  all.free.pop_back();
  all.labels[node->variable] = std::move(label);
}

std::string variable_label(std::uint32_t id) {
  std::lock_guard lock(variables().mutex);
  return variables().labels[id];
}

void set_variable_label(std::uint32_t id, std::string label) {
  std::lock_guard lock(variables().mutex);
  variables().labels[id] = std::move(label);
}

bool is_listed(std::uint32_t id) {
  std::lock_guard lock(variables().mutex);
  return variables().listed[id];
}

void set_listed(std::uint32_t id, bool listed) {
  std::lock_guard lock(variables().mutex);
  variables().set_listed(id, listed);
}

bool any_unlisted() { return variables().unlisted.load(std::memory_order_relaxed) != 0; }

void* next_chunk(Context& c, std::size_t bytes) {
  ArenaChunk* next = c.chunk ? c.chunk->next : c.first_chunk;
  if (!next || next->bytes < bytes) {
    const std::size_t size = std::max<std::size_t>(bytes, (64 << 10) - sizeof(ArenaChunk));
    void* block = heap(size + sizeof(ArenaChunk));
    if (!block) fail_memory(size, "tape");
    auto* chunk = new (block) ArenaChunk{next, size};
    (c.chunk ? c.chunk->next : c.first_chunk) = chunk;
    next = chunk;
  }
  c.chunk = next;
  c.cursor = next->begin() + bytes;
  c.cursor_end = next->end();
  return next->begin();
}

}  // namespace tapegrad::engine
