// Forward and backward variables of connectionist temporal classification, in the logarithmic domain (Graves et al.
// 2006), a sample at a time. State 2 i + 1 is label i, those between and around them are the blank.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tapegrad/engine/loops/sums.h"

namespace tapegrad::kernels {

/// One sample: logarithms of probabilities x of `classes`, `step` apart from one time to the next, and its labels.
template <class T>
struct CtcSample {
  const T* x;
  std::size_t step, times, classes;
  const std::int32_t* labels;
  std::size_t count;
  std::int32_t blank;

  std::size_t states() const { return 2 * count + 1; }
  std::size_t class_of(std::size_t state) const {
    return static_cast<std::size_t>(state % 2 ? labels[state / 2] : blank);
  }
};

/// Room for a row of states: two before the first that cannot be reached, and two registers behind the last.
template <class T>
std::size_t ctc_row(std::size_t states) {
  return states + 2 + 2 * Lanes<T>::count;
}

/// log(e^a + e^b + e^c), -inf where all are.
template <class V>
V log_of_three(const V& a, const V& b, const V& c) {
  using T = typename V::value_type;
  const V low = where(a > b, a, b), most = where(low > c, low, c);
  const V shift = where(most > V(-std::numeric_limits<T>::infinity()), most, V(T(0)));
  return log(exp(a - shift) + exp(b - shift) + exp(c - shift)) + shift;
}

/// What a sample needs beside its variables. Rows have room before and behind, where everything is -inf.
template <class T>
struct CtcRows {
  using Row = std::vector<T, engine::PoolAllocator<T>>;
  static constexpr T never = -std::numeric_limits<T>::infinity();
  const CtcSample<T>& sample;
  Row skips, said;  // 0 where a state is reached from that two before it; logarithms of what is said at a time

  explicit CtcRows(const CtcSample<T>& of)
      : sample(of), skips(ctc_row<T>(of.states()), never), said(ctc_row<T>(of.states()), never) {
    for (std::size_t s = 3; s < of.states(); s += 2) {
      if (of.class_of(s) != of.class_of(s - 2)) skips[s + 2] = 0;
    }
  }
  void say(std::size_t time) {
    for (std::size_t s = 0; s < sample.states(); ++s) said[s + 2] = sample.x[time * sample.step + sample.class_of(s)];
  }
};

/// The forward variables after each time, in rows of `row` from that before the first time on; only the last two rows
/// where not all are `kept`. Returns the logarithm of the probability of the labels.
template <class T>
T ctc_forward(T* alpha, std::size_t row, bool kept, const CtcSample<T>& sample) {
  using V = Lanes<T>;
  CtcRows<T> rows(sample);
  const std::size_t states = sample.states();
  std::fill_n(alpha, kept ? row : 2 * row, rows.never);
  alpha[2] = 0;  // before the first time: in front of the first label
  const T* last = alpha;
  for (std::size_t time = 0; time < sample.times; ++time) {
    rows.say(time);
    T* const next = alpha + (kept ? time + 1 : (time + 1) % 2) * row;
    next[0] = next[1] = rows.never;
    for (std::size_t s = 2; s < states + 2; s += V::count) {
      const V skipped = V::load(last + s - 2) + V::load(rows.skips.data() + s);
      (log_of_three(V::load(last + s), V::load(last + s - 1), skipped) + V::load(rows.said.data() + s)).store(next + s);
    }
    last = next;
  }
  const T at_end = last[states + 1], before = states > 1 ? last[states] : rows.never;
  const T most = std::max(at_end, before);
  return most == rows.never ? most : most + std::log(std::exp(at_end - most) + std::exp(before - most));
}

/// slopes, as x, which are zeros: -factor times the probability that a class is said at a time by a label or a blank of
/// the sequence, given its labels; that is the slope of -log of their probability. Nothing where they cannot be said.
template <class T>
void ctc_backward(T* slopes, const T* alpha, std::size_t row, T log_probability, const CtcSample<T>& sample, T factor) {
  using V = Lanes<T>;
  CtcRows<T> rows(sample);
  if (log_probability == rows.never) return;
  const std::size_t states = sample.states();
  typename CtcRows<T>::Row beta(row, rows.never), share(row);  // beta: from the next time on, with what is said there
  beta[states + 1] = 0;
  if (states > 1) beta[states] = 0;
  for (std::size_t time = sample.times; time-- > 0;) {
    const T* const here = alpha + (time + 1) * row;
    rows.say(time);
    for (std::size_t s = 2; s < states + 2; s += V::count) {
      V later = log_of_three(V::load(beta.data() + s), V::load(beta.data() + s + 1),
                             V::load(beta.data() + s + 2) + V::load(rows.skips.data() + s + 2));
      if (time + 1 == sample.times) later = V::load(beta.data() + s);
      exp(V::load(here + s) + later - V(log_probability)).store(share.data() + s);
      (later + V::load(rows.said.data() + s)).store(beta.data() + s);
    }
    T* const to = slopes + time * sample.step;
    for (std::size_t s = 0; s < states; ++s) to[sample.class_of(s)] -= factor * share[s + 2];
  }
}

}  // namespace tapegrad::kernels
