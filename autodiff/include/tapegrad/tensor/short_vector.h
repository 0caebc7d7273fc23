// A vector whose first N elements need no heap: axes, strides, slices.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <span>
#include <vector>

namespace tapegrad {

/// Up to N elements in place, more on the heap. Elements are small values.
template <class T, std::size_t N>
class ShortVector {
 public:
  using value_type = T;
  ShortVector() = default;
  explicit ShortVector(std::size_t size, T value = T()) : size_(size) {
    if (size > N) long_.assign(size, value);
    else std::fill_n(short_.begin(), size, value);
  }
  template <std::input_iterator I>
  ShortVector(I first, I last) {
    for (; first != last; ++first) push_back(static_cast<T>(*first));
  }
  ShortVector(std::initializer_list<T> list) : ShortVector(list.begin(), list.end()) {}

  void push_back(T value) {
    if (size_ == N) long_.assign(short_.begin(), short_.end());
    if (size_ >= N) long_.push_back(value);
    else short_[size_] = value;
    ++size_;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return size_ > N ? long_.data() : short_.data(); }
  const T* data() const { return size_ > N ? long_.data() : short_.data(); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  const T& back() const { return data()[size_ - 1]; }
  operator std::span<const T>() const { return {data(), size_}; }

 private:
  std::array<T, N> short_{};
  std::vector<T> long_;
  std::size_t size_ = 0;
};

}  // namespace tapegrad
