// Random tensors. What they hold follows from a key and the place of an element alone: the same numbers for every
// number of threads, when a checkpoint computes again, and with every compiler, but for the last bits of logarithms and
// cosines.
//
//     Key key(7);
//     auto [for_weights, for_noise] = key.split();
//     Tensor<float> w = normal<float>(for_weights, {784, 10}, 0, 0.01);
//     for (std::size_t step = 0; ...; ++step) x = x + normal<float>(for_noise.fold_in(step), x.shape());
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "tapegrad/functions/gamma_quantile.h"
#include "tapegrad/ops/arithmetic.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

/// What random numbers are made from; a value. A key is used once: from the same key the same numbers come again, and
/// those of two functions depend on each other. New keys are made by split and fold_in.
class Key {
 public:
  explicit Key(std::uint64_t seed) : words_{std::uint32_t(seed), std::uint32_t(seed >> 32)} {}
  /// Keys whose numbers have nothing to do with each other's, nor with this one's.
  template <std::size_t count = 2>
  std::array<Key, count> split() const {
    return [this]<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<Key, count>{child(i, splitting)...};
    }(std::make_index_sequence<count>());
  }
  /// The key number `number` of this one: for each step of a loop, or each layer. Others than those of split.
  Key fold_in(std::uint64_t number) const { return child(number, folding); }
  const std::array<std::uint32_t, 2>& words() const { return words_; }

 private:
  static constexpr std::uint32_t splitting = 1, folding = 2;
  explicit Key(std::array<std::uint32_t, 2> words) : words_(words) {}
  Key child(std::uint64_t number, std::uint32_t purpose) const;
  std::array<std::uint32_t, 2> words_;
};

namespace engine {
/// The counter-based generator Philox 4x32-10 (Salmon et al. 2011): four words for a counter and a key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);
}  // namespace engine

/// In [low, high), rounding aside. Throws DomainError unless both are finite and low is not above high.
template <Real T = double>
Tensor<T> uniform(const Key& key, const Shape& shape, double low = 0, double high = 1,
                  CallSite site = CallSite::current());
/// low + (high - low) u, of the shape that they broadcast to: gradients flow to both.
template <Real T>
Tensor<T> uniform(const Key& key, const Tensor<T>& low, const Tensor<T>& high, CallSite site = CallSite::current());

/// Of a mean and a standard deviation (Box and Muller 1958). Throws DomainError for a deviation below 0.
template <Real T = double>
Tensor<T> normal(const Key& key, const Shape& shape, double mean = 0, double deviation = 1,
                 CallSite site = CallSite::current());
/// mean + deviation n, of the shape that they broadcast to: gradients flow to both.
template <Real T>
Tensor<T> normal(const Key& key, const Tensor<T>& mean, const Tensor<T>& deviation,
                 CallSite site = CallSite::current());
/// A standard normal that is in [low, high], by drawing again what is not. Throws DomainError unless low is below high,
/// and where fewer than one in a hundred would be in between.
template <Real T = double>
Tensor<T> truncated_normal(const Key& key, const Shape& shape, double low = -2, double high = 2,
                           CallSite site = CallSite::current());
/// -log(-log(u)): the largest of many, of which argmax makes a choice by logits, and softmax one with gradients.
template <Real T = double>
Tensor<T> gumbel(const Key& key, const Shape& shape, CallSite site = CallSite::current());
/// How gumbel_softmax chooses.
struct GumbelSoftmaxOptions {
  double temperature = 1;  ///< above 0; towards 0 the mixture becomes a choice, and its gradients grow
  bool hard = false;       ///< a 1 at the largest and else 0, with the gradients of the mixture (straight through)
  long axis = -1;
};
/// softmax((logits + gumbel) / temperature): a mixture of options that is nearly a choice by the probabilities
/// softmax(logits), with gradients (Jang et al. 2017, Maddison et al. 2017). Throws DomainError for a temperature that
/// is not above 0.
template <Real T>
Tensor<T> gumbel_softmax(const Key& key, const Tensor<T>& logits, GumbelSoftmaxOptions options = {},
                         CallSite site = CallSite::current());

/// Gamma numbers of a concentration a > 0 and rate 1: gamma_quantile(a, u). Gradients of any order flow to a, as by
/// implicit differentiation (Figurnov et al. 2018); divide by a rate to have one. NaN where a <= 0. With it, x / sum(x)
/// is of Dirichlet's distribution, and g / (g + h) of the beta distribution.
template <Real T>
Tensor<T> gamma(const Key& key, const Tensor<T>& concentration, CallSite site = CallSite::current());

/// 1 with a probability, else 0, as constants. Throws DomainError for what is no probability.
template <Real T = double>
Tensor<T> bernoulli(const Key& key, const Shape& shape, double probability, CallSite site = CallSite::current());
/// Each element with a probability of its own.
template <Real T>
Tensor<T> bernoulli(const Key& key, const Tensor<T>& probabilities, CallSite site = CallSite::current());
/// A place along the axis, with probabilities softmax(logits) along it: the shape of logits without that axis.
template <Real T>
Indices categorical(const Key& key, const Tensor<T>& logits, long axis = -1, CallSite site = CallSite::current());
/// Integers from low to high - 1. Throws DomainError unless low is below high.
Indices randint(const Key& key, const Shape& shape, std::int32_t low, std::int32_t high,
                CallSite site = CallSite::current());
/// 0 to count - 1 in random order (Fisher and Yates).
Indices permutation(const Key& key, std::size_t count, CallSite site = CallSite::current());
/// What stands along an axis, such as the rows, in random order. Throws ShapeError for an axis that does not exist.
template <Real T>
Tensor<T> permutation(const Key& key, const Tensor<T>& x, long axis = 0, CallSite site = CallSite::current());

/// x with elements 0 at a rate, and all others divided by 1 - rate, so that the mean stays (Srivastava et al. 2014).
/// Throws DomainError for a rate outside [0, 1).
template <Real T>
Tensor<T> dropout(const Key& key, const Tensor<T>& x, double rate = 0.5, CallSite site = CallSite::current());

}  // namespace tapegrad
