// Memory that a kernel needs while it runs.
#pragma once
#include <cstddef>
#include <vector>

#include "tapegrad/tensor/node.h"

namespace tapegrad::kernels {

/// A vector whose memory is the pool's.
template <class X>
using List = std::vector<X, engine::PoolAllocator<X>>;

/// `count` elements from the pool, not initialised.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::size_t count) : count_(count), data_(engine::PoolAllocator<T>().allocate(count)) {}
  ~Scratch() { engine::PoolAllocator<T>().deallocate(data_, count_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() const { return data_; }
  T& operator[](std::size_t i) const { return data_[i]; }

 private:
  std::size_t count_;
  T* data_;
};

}  // namespace tapegrad::kernels
