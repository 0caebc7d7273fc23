// Results as bytes, computed on any number of threads.
#pragma once
#include <doctest/doctest.h>

#include <string>

#include <tapegrad/tensor/tensor.h>
#include <tapegrad/threads.h>

/// The bytes of a tensor's elements, added to what is there.
template <tapegrad::Real T>
void append(std::string& bits, const tapegrad::Tensor<T>& x) {
  bits.append(reinterpret_cast<const char*>(x.data()), x.size() * sizeof(T));
}

/// compute(), with loops and matrix products split over `count` threads.
template <class F>
std::string bits_on(int count, const F& compute) {
  const int before = tapegrad::threads();
  tapegrad::set_threads(count);
  std::string bits = compute();
  tapegrad::set_threads(before);
  return bits;
}

/// Checks that compute() gives some bytes, and the same ones for one, two and three threads.
template <class F>
void same_for_every_count(const F& compute) {
  const std::string one = bits_on(1, compute);
  CHECK_FALSE(one.empty());
  for (const int count : {2, 3}) {
    const bool same = bits_on(count, compute) == one;
    CHECK_MESSAGE(same, "the bits for ", count, " are not those for one");
  }
}
