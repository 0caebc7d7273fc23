// Sums of many numbers. At most 16 terms are added one after the other in the array's own type, and these parts in
// double, so that the error does not grow with the number of terms: a sum of floats of one sign is right to 1e-6 for
// any number of them, one of doubles to 2e-15. Blocks and their order follow from sizes alone: the same bits for every
// number of threads.
#pragma once
#include <cstring>

#include "tapegrad/engine/loops/map.h"

namespace tapegrad::kernels {

/// A sum of numbers in double, and the sum of what its roundings lost.
struct Total {
  double sum = 0, lost = 0;
  void add(double part) {
    const double before = sum;
    sum = before + part;
    const double added = sum - before;
    lost += (before - (sum - added)) + (part - added);
  }
  void add(const Total& part) {
    add(part.sum);
    lost += part.lost;
  }
  /// What was lost is no number when the sum is infinite.
  double value() const { return sum - sum == 0 ? sum + lost : sum; }
};

/// `count` numbers that the compiler keeps in a register and converts as one.
template <class T, std::size_t count>
struct Vector {
  using Type [[gnu::vector_size(count * sizeof(T))]] = T;
};

/// A total for each column of some registers: 0 at first for one register, to be set for more. Floats are added in
/// double, doubles as in Total.
template <class V, std::size_t registers = 1>
class Totals {
  using T = typename V::value_type;
  static constexpr bool keeps_lost = sizeof(T) == sizeof(double);
  static constexpr std::size_t columns = registers * V::count;

 public:
  Totals() {
    if constexpr (registers == 1) set(V(T(0)));
  }
  /// The columns of a register, from `column` on, which is where one begins, are what it holds.
  void set(const V& part, std::size_t column = 0) { put<true>(part, column); }
  /// Adds a register to these columns.
  void add(const V& part, std::size_t column = 0) { put<false>(part, column); }
  /// y = the totals of the first columns, added to what is there when `accumulate`.
  void write(T* y, std::size_t count, bool accumulate) const {
    for (std::size_t i = 0; i < count; ++i) {
      const double total = keeps_lost ? (*this)[i].value() : sum_[i];
      y[i] = static_cast<T>(accumulate ? double(y[i]) + total : total);
    }
  }
  /// Adds the first columns of others.
  void add(const Totals& others, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Total total = (*this)[i];
      total.add(others[i]);
      sum_[i] = total.sum;
      if constexpr (keeps_lost) lost_[i] = total.lost;
    }
  }
  Total operator[](std::size_t column) const { return {sum_[column], keeps_lost ? lost_[column] : 0}; }
  /// Of all columns of a single register.
  Total total() const
    requires(registers == 1)
  {
    return {added(sum_), keeps_lost ? added(lost_) : 0};
  }

 private:
  template <bool first>
  void put(const V& part, std::size_t column) {
    double* const at = sum_ + column;
    if constexpr (keeps_lost) {
      const V before = first ? V(0.) : V::load(at), sum = before + part, added = sum - before;
      const V lost = first ? V(0.) : V::load(lost_ + column) + ((before - (sum - added)) + (part - added));
      sum.store(at);
      lost.store(lost_ + column);
    } else {
      alignas(64) float numbers[V::count];
      part.batch.store_aligned(numbers);
      for (std::size_t half = 0; half < V::count; half += V::count / 2) put_half<first>(numbers + half, at + half);
    }
  }
  // As many doubles as a register holds; a plain loop would be unrolled to single numbers.
  template <bool first>
  static void put_half(const float* numbers, double* sum) {
    using Doubles = typename Vector<double, V::count / 2>::Type;
    typename Vector<float, V::count / 2>::Type part;
    Doubles before{};
    std::memcpy(&part, numbers, sizeof part);
    if constexpr (!first) std::memcpy(&before, sum, sizeof before);
    const Doubles after = before + __builtin_convertvector(part, Doubles);
    std::memcpy(sum, &after, sizeof after);
  }
  static double added(const double* numbers) {
    Lanes<double> all = Lanes<double>::load(numbers);
    for (std::size_t i = Lanes<double>::count; i < columns; i += Lanes<double>::count) {
      all = all + Lanes<double>::load(numbers + i);
    }
    return all.total();
  }

  alignas(64) double sum_[columns];
  alignas(64) double lost_[keeps_lost ? columns : 1];
};

/// at(i) + at(i + V::count) + ... below `end`: a few registers.
template <class V, class At>
[[gnu::always_inline]] inline V sum_block(std::size_t i, std::size_t end, const At& at) {
  V part(typename V::value_type(0));
  for (; i < end; i += V::count) part = part + at(i);
  return part;
}

/// Adds at(i), a register, for i = 0, V::count, 2 V::count, ... below `length`.
template <class V, class At>
[[gnu::always_inline]] inline void add_registers(Totals<V>& totals, std::size_t length, const At& at) {
  constexpr std::size_t block = 16 * V::count;
  for (std::size_t begin = 0; begin < length; begin += block) {
    totals.add(sum_block<V>(begin, std::min(length, begin + block), at));
  }
}

/// The sum of f(begin, end), a Total, over chunks of [0, count), in their order.
template <class F>
Total sum_of_chunks(std::size_t count, const F& f) {
  if (count <= chunk_length) return f(std::size_t(0), count);
  std::vector<Total, engine::PoolAllocator<Total>> parts((count + chunk_length - 1) / chunk_length);
  parallel(count, [&](std::size_t begin, std::size_t end) { parts[begin / chunk_length] = f(begin, end); });
  Total total;
  for (const Total& part : parts) total.add(part);
  return total;
}

}  // namespace tapegrad::kernels
