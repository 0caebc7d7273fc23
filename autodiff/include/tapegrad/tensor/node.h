// The block behind a tensor: 64 bytes of header with the data right after it, taken from a pool of the thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

#include "tapegrad/call_site.h"
#include "tapegrad/tensor/shape.h"

namespace tapegrad {

/// An element type that can have a gradient.
template <class T>
concept Real = std::is_same_v<T, float> || std::is_same_v<T, double>;

}  // namespace tapegrad

namespace tapegrad::engine {

struct Entry;

/// The types that are Real.
enum class Dtype : std::uint8_t { float32, float64 };

template <Real T>
inline constexpr Dtype dtype_of = std::is_same_v<T, float> ? Dtype::float32 : Dtype::float64;

constexpr std::size_t size_of(Dtype dtype) { return dtype == Dtype::float32 ? 4 : 8; }

/// What a tensor was computed from while no tape recorded.
struct Unseen {
  static constexpr std::uint8_t variable = 1;
  static constexpr std::uint8_t followed = 2;  ///< by vmap, on one example
};

/// One tensor. A variable is a node without data of its own: `base` is its current buffer, `variable` its id; the
/// buffer carries the same id, so that a rule that captured the buffer (a snapshot) still finds the variable's place.
/// At least 60 bytes past the last element belong to the block, so that kernels may load a whole register anywhere.
struct alignas(64) Node {
  std::atomic<std::uint32_t> references;
  std::uint32_t variable;  // id of the variable, 0 for any other tensor
  Shape shape;
  std::uint8_t bin;  // size class in the pool
  Dtype dtype;
  std::uint8_t unseen;  // 0, or from what it was computed while no tape recorded: bits of Unseen
  void* data;
  Entry* entry;         // place on a tape, null for constants and variables
  std::uint64_t birth;  // the entry's number, never used again: tells a live place from a stale one
  Node* base;           // owner of the data for views and variables; the next free block in the pool

  bool unrecorded() const { return unseen & Unseen::variable; }
  bool frozen() const { return unseen & Unseen::followed; }
};
static_assert(sizeof(Node) == 64);

/// A block with room for shape.size() elements, uninitialised, with one reference. Throws MemoryError, which names the
/// op and the line, where there is no memory for it; so do the others.
Node* allocate(const Shape& shape, Dtype dtype, std::string_view op = "tensor", const CallSite* site = nullptr);
/// A node that shares the data of `owner` from `offset` elements on.
Node* allocate_view(Node* owner, const Shape& shape, std::size_t offset);
/// A block of that many bytes for other uses than a tensor.
Node* allocate_bytes(std::size_t bytes);
/// Returns the block to the pool of this thread. Called when the last reference is gone.
void destroy(Node* node);

/// Whether the program has never had a second thread. Then counts need no locked instruction, as in std::shared_ptr.
inline bool single_threaded() {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded;
#else
  return false;
#endif
}
/// Adds to a count of references; returns what it was.
inline std::uint32_t count_by(Node* node, std::uint32_t change) {
  if (!single_threaded()) return node->references.fetch_add(change, std::memory_order_acq_rel);
  const std::uint32_t before = node->references.load(std::memory_order_relaxed);
  node->references.store(before + change, std::memory_order_relaxed);
  return before;
}
inline void retain(Node* node) { count_by(node, 1); }
inline bool unique(const Node* node) { return node->references.load(std::memory_order_acquire) == 1; }
inline void release(Node* node) {
  if (unique(node) || count_by(node, ~std::uint32_t(0)) == 1) destroy(node);
}

struct ReleaseNode {
  void operator()(Node* node) const { release(node); }
};
/// One reference to a node of either element type.
using NodeHandle = std::unique_ptr<Node, ReleaseNode>;

/// Takes memory from the thread's pool, so that a container in a training step needs no heap once the pool is warm.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_bytes(count * sizeof(T))->data); }
  void deallocate(T* memory, std::size_t) { release(reinterpret_cast<Node*>(memory) - 1); }
  template <class U>
  bool operator==(const PoolAllocator<U>&) const {
    return true;
  }
};

}  // namespace tapegrad::engine
