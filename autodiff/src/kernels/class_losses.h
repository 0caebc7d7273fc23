// Cross-entropy of rows of logits, one class each: losses and slopes.
#pragma once
#include <cmath>
#include <cstdint>

#include "kernels/softmax.h"

namespace tapegrad::kernels {

/// What rows are to be. Row i asks for its label with `at_label`, and for every class j with `everywhere`, both times
/// the weight of the class: its loss is the sum of these times -log of the class's probability.
template <class T>
struct ClassTargets {
  const std::int32_t* labels;
  const T* weights;  ///< one a class; null: all are 1
  std::int32_t ignored;
  std::size_t classes;
  T at_label, everywhere;
  T total_weight;  ///< of all classes

  bool counts(std::size_t row) const { return labels[row] != ignored; }
  std::size_t label(std::size_t row) const { return static_cast<std::size_t>(labels[row]); }
  T weight(std::size_t row) const { return weights ? weights[labels[row]] : T(1); }
  /// What the row asks for in all.
  T mass(std::size_t row) const { return at_label * weight(row) + everywhere * total_weight; }
};

/// The sum over the classes j of weight[j] (shift - x[j]).
template <class T>
T weighted_distance(const T* x, const T* weights, std::size_t count, T shift) {
  return sum_of_row<T>(count, [=](std::size_t j) {
    const Lanes<T> distance = Lanes<T>(shift) - Lanes<T>::load(x + j);
    return weights ? Lanes<T>::load(weights + j) * distance : distance;
  });
}

/// For rows of logits z: their losses, e = e^(z - the largest of the row), and share, 1 / sum of e over the row.
template <class T>
void cross_entropy(T* losses, T* e, T* share, const T* z, std::size_t rows, const ClassTargets<T>& targets) {
  const std::size_t columns = targets.classes;
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T* from = z + i * columns;
      const T shift = largest(from, columns), total = exponentials<true>(e + i * columns, from, columns, shift);
      share[i] = 1 / total;
      losses[i] = 0;
      if (!targets.counts(i)) continue;
      const T hit = targets.at_label * targets.weight(i);
      if (hit != 0) losses[i] = hit * (std::log(total) + (shift - from[targets.label(i)]));
      if (targets.everywhere == 0) continue;
      losses[i] += targets.everywhere * (std::log(total) * targets.total_weight +
                                         weighted_distance(from, targets.weights, columns, shift));
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / columns));
}

/// d = the slopes of the losses of rows, times direction[i] of each, or times direction[0] of all where `step` is 0,
/// times the factor: mass e share - what the row asks for; without e, of logarithms of probabilities, the latter alone.
/// d may be e. Exactly 0 for rows that do not count.
template <class T>
void class_slopes(T* d, const T* e, const T* share, std::size_t rows, const ClassTargets<T>& targets,
                  const T* direction, std::size_t step, T factor) {
  const std::size_t columns = targets.classes;
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      T* to = d + i * columns;
      const T g = direction[i * step] * factor;
      if (!targets.counts(i) || !e) std::fill_n(to, columns, T(0));
      if (!targets.counts(i)) continue;
      if (e) {
        const T scale = g * targets.mass(i) * share[i];
        for (std::size_t j = 0; j < columns; ++j) to[j] = e[i * columns + j] * scale;
      }
      if (targets.everywhere != 0) {
        const T each = targets.everywhere * g;
        for (std::size_t j = 0; j < columns; ++j) to[j] -= targets.weights ? targets.weights[j] * each : each;
      }
      to[targets.label(i)] -= targets.at_label * targets.weight(i) * g;
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / columns));
}

/// The losses of rows of logarithms of probabilities.
template <class T>
void negative_logs(T* losses, const T* x, std::size_t rows, const ClassTargets<T>& targets) {
  const std::size_t columns = targets.classes;
  parallel(rows, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const T* from = x + i * columns;
      losses[i] = 0;
      if (!targets.counts(i)) continue;
      const T hit = targets.at_label * targets.weight(i);
      if (hit != 0) losses[i] = -hit * from[targets.label(i)];
      if (targets.everywhere == 0) continue;
      losses[i] += targets.everywhere * weighted_distance(from, targets.weights, columns, T(0));
    }
  }, std::max<std::size_t>(1, chunk_length / 4 / columns));
}

}  // namespace tapegrad::kernels
