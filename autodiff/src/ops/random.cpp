// Random tensors, made from keys.
#include "tapegrad/ops/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "ops/axis.h"
#include "ops/instances.h"
#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"
#include "tapegrad/option_limits.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad {
using namespace engine;

std::array<std::uint32_t, 4> engine::philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t(0xD2511F53) * c[0], p1 = std::uint64_t(0xCD9E8D57) * c[2];
    c = {std::uint32_t(p1 >> 32) ^ c[1] ^ key[0], std::uint32_t(p1), std::uint32_t(p0 >> 32) ^ c[3] ^ key[1],
         std::uint32_t(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

namespace {

using Words = std::array<std::uint32_t, 4>;

// The words of a block of elements; `round` tells apart what one function draws from one key.
Words words_of(const Key& key, std::uint64_t block, std::uint32_t round) {
  return engine::philox({std::uint32_t(block), std::uint32_t(block >> 32), 0, round}, key.words());
}

std::uint64_t wide(const Words& words, std::size_t half) {
  return std::uint64_t(words[2 * half]) << 32 | words[2 * half + 1];
}

// A number in [0, 1) from as many bits as T holds; in the middle of its share of (0, 1), never 0 or 1, where `open`.
template <Real T>
T unit(const Words& words, std::size_t k, bool open) {
  if constexpr (std::is_same_v<T, float>) {
    return open ? (static_cast<float>(words[k] >> 9) + 0.5f) * 0x1p-23f : static_cast<float>(words[k] >> 8) * 0x1p-24f;
  } else {
    const std::uint64_t bits = wide(words, k);
    return open ? (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52 : static_cast<double>(bits >> 11) * 0x1p-53;
  }
}

// to[i] = f(words of the block that i is in, its place there) on all threads; `width` elements share four words.
template <class V, class F>
void fill_from(V* to, std::size_t count, const Key& key, std::uint32_t round, std::size_t width, const F& f) {
  kernels::parallel(count, [&, to](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += width) {
      const Words words = words_of(key, i / width, round);
      for (std::size_t k = 0; k < width && i + k < end; ++k) to[i + k] = f(words, k);
    }
  });
}

template <Real T>
inline constexpr std::size_t numbers_in_words = 16 / (sizeof(T) < 8 ? 4 : 8);

// Uniform numbers in [0, 1), or (0, 1).
template <Real T>
Tensor<T> units(const Key& key, const Shape& shape, std::uint32_t round, bool open, std::string_view op,
                const CallSite& site) {
  Tensor<T> y = Tensor<T>::empty(shape, op, site);
  fill_from(y.mutable_data(), y.size(), key, round, numbers_in_words<T>,
            [open](const Words& words, std::size_t k) { return unit<T>(words, k, open); });
  return y;
}

// Standard normal numbers.
template <Real T>
Tensor<T> normals(const Key& key, const Shape& shape, std::string_view op, const CallSite& site,
                  std::uint32_t round = 0) {
  const Tape::Pause pause;
  const Tensor<T> radius = sqrt(log(units<T>(key, shape, 2 * round, true, op, site)) * -2);
  return radius * cos(units<T>(key, shape, 2 * round + 1, false, op, site) * (2 * std::numbers::pi));
}

struct Bernoulli {
  static constexpr OpTraits traits{.name = "bernoulli", .no_derivative = "a yes or no has no derivative"};
};
struct Categorical {
  static constexpr OpTraits traits{.name = "categorical", .no_derivative = "a place has no derivative"};
};

void check_probability(std::string_view op, double probability, const CallSite& site) {
  require_option(op, "probability", limits::share, probability, "0.5 is a fair coin", site);
}

}  // namespace

Key Key::child(std::uint64_t number, std::uint32_t purpose) const {
  const Words words =
      engine::philox({std::uint32_t(number), std::uint32_t(number >> 32), purpose, ~std::uint32_t(0)}, words_);
  return Key(std::array{words[0], words[1]});
}

template <Real T>
Tensor<T> uniform(const Key& key, const Shape& shape, double low, double high, CallSite site) {
  require_option("uniform", "low", limits::any_finite, low, "The default is 0", site);
  require_option("uniform", "high", limits::any_finite, high, "The default is 1", site);
  if (low > high) {
    throw DomainError("uniform: low " + option_text(low) + " is above high " + option_text(high) + text(site));
  }
  Tensor<T> y = Tensor<T>::empty(shape, "uniform", site);
  fill_from(y.mutable_data(), y.size(), key, 0, numbers_in_words<T>, [low, high](const Words& words, std::size_t k) {
    return std::fma(static_cast<T>(high - low), unit<T>(words, k, false), static_cast<T>(low));
  });
  return y;
}
template <Real T>
Tensor<T> uniform(const Key& key, const Tensor<T>& low, const Tensor<T>& high, CallSite site) {
  if (!low || !high) fail_empty("uniform", site);
  const Shape shape = broadcast_shape("uniform", low.shape(), high.shape(), site);
  return add(low, multiply(subtract(high, low, site), units<T>(key, shape, 0, false, "uniform", site), site), site);
}

template <Real T>
Tensor<T> normal(const Key& key, const Shape& shape, double mean, double deviation, CallSite site) {
  require_option("normal", "mean", limits::any_finite, mean, "The default is 0", site);
  require_option("normal", "deviation", limits::not_negative, deviation, "The default is 1", site);
  const Tape::Pause pause;
  return normals<T>(key, shape, "normal", site) * deviation + mean;
}
template <Real T>
Tensor<T> normal(const Key& key, const Tensor<T>& mean, const Tensor<T>& deviation, CallSite site) {
  if (!mean || !deviation) fail_empty("normal", site);
  const Shape shape = broadcast_shape("normal", mean.shape(), deviation.shape(), site);
  return add(mean, multiply(deviation, normals<T>(key, shape, "normal", site), site), site);
}

// What is outside is drawn again from the next round of the same element: few rounds, since most are inside.
template <Real T>
Tensor<T> truncated_normal(const Key& key, const Shape& shape, double low, double high, CallSite site) {
  const double inside = (std::erf(high / std::numbers::sqrt2) - std::erf(low / std::numbers::sqrt2)) / 2;
  if (!(low < high) || !(inside >= 0.01)) {
    throw DomainError("truncated_normal: " + option_text(inside > 0 ? inside : 0) + " of all normal numbers are from " +
                      option_text(low) + " to " + option_text(high) + text(site) + ". It needs 0.01 or more");
  }
  Tensor<T> y = Tensor<T>::empty(shape, "truncated_normal", site);
  const auto draw = [=](std::uint64_t place) {
    for (std::uint32_t round = 0;; ++round) {
      const Words words = words_of(key, place, round);
      const double radius = std::sqrt(-2 * std::log(unit<double>(words, 0, true)));
      const double number = radius * std::cos(2 * std::numbers::pi * unit<double>(words, 1, false));
      if (number >= low && number <= high) return static_cast<T>(number);
    }
  };
  kernels::parallel(y.size(), [&, to = y.mutable_data()](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) to[i] = draw(i);
  });
  return y;
}

template <Real T>
Tensor<T> gumbel(const Key& key, const Shape& shape, CallSite site) {
  const Tape::Pause pause;
  return -log(-log(units<T>(key, shape, 0, true, "gumbel", site)));
}

// A hard choice is exact: what is added to it is 0, with the gradients of the mixture.
template <Real T>
Tensor<T> gumbel_softmax(const Key& key, const Tensor<T>& logits, GumbelSoftmaxOptions options, CallSite site) {
  if (!logits) fail_empty("gumbel_softmax", site);
  require_option("gumbel_softmax", "temperature", limits::positive, options.temperature, "The default is 1", site);
  const std::size_t axis = axis_of("gumbel_softmax", logits.shape(), options.axis, site);
  const Tensor<T> noisy = add(logits, gumbel<T>(key, logits.shape(), site), site);
  const Tensor<T> mixture = softmax(noisy / options.temperature, long(axis), site);
  if (!options.hard) return mixture;
  const Tensor<T> constants = stop_gradient(mixture);
  const Tensor<T> rows = one_hot<T>(argmax(constants, long(axis), site), logits.shape()[axis], site);
  return moveaxis(rows, -1, long(axis)) + (mixture - constants);
}

template <Real T>
Tensor<T> gamma(const Key& key, const Tensor<T>& concentration, CallSite site) {
  if (!concentration) fail_empty("gamma", site);
  return gamma_quantile(concentration, units<T>(key, concentration.shape(), 0, true, "gamma", site), site);
}

template <Real T>
Tensor<T> bernoulli(const Key& key, const Shape& shape, double probability, CallSite site) {
  check_probability("bernoulli", probability, site);
  Tensor<T> y = Tensor<T>::empty(shape, "bernoulli", site);
  fill_from(y.mutable_data(), y.size(), key, 0, numbers_in_words<double>, [=](const Words& words, std::size_t k) {
    return unit<double>(words, k, false) < probability ? T(1) : T(0);
  });
  return y;
}
template <Real T>
Tensor<T> bernoulli(const Key& key, const Tensor<T>& probabilities, CallSite site) {
  if (!probabilities) fail_empty("bernoulli", site);
  record_read<Bernoulli>(probabilities.shape(), site, probabilities.node());
  const T* p = probabilities.data();
  for (std::size_t i = 0; i < probabilities.size(); ++i) check_probability("bernoulli", double(p[i]), site);
  Tensor<T> y = Tensor<T>::empty(probabilities.shape(), "bernoulli", site);
  kernels::parallel(y.size(), [&, to = y.mutable_data()](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      to[i] = unit<double>(words_of(key, i / 2, 0), i % 2, false) < double(p[i]) ? T(1) : T(0);
    }
  });
  return y;
}

// The largest of logits with Gumbel's noise is chosen with the probabilities of softmax (Gumbel 1954).
template <Real T>
Indices categorical(const Key& key, const Tensor<T>& logits, long axis, CallSite site) {
  if (!logits) fail_empty("categorical", site);
  record_read<Categorical>(logits.shape(), site, logits.node());
  const Tape::Pause pause;
  return argmax(constant(logits) + gumbel<T>(key, logits.shape(), site), axis, site);
}

Indices randint(const Key& key, const Shape& shape, std::int32_t low, std::int32_t high, CallSite site) {
  if (low >= high) {
    throw DomainError("randint: there is no integer from " + std::to_string(low) + " to below " +
                      std::to_string(high) + text(site) + ". low must be below high");
  }
  Indices y(shape);
  const std::uint64_t range = static_cast<std::uint64_t>(std::int64_t(high) - low);
  // The upper half of a product of 64 by 32 bits: a share is off by less than 2^-32 of itself.
  fill_from(y.mutable_data(), y.size(), key, 0, 2, [=](const Words& words, std::size_t k) {
    const std::uint64_t upper = words[2 * k] * range + (words[2 * k + 1] * range >> 32);
    return static_cast<std::int32_t>(low + static_cast<std::int64_t>(upper >> 32));
  });
  return y;
}

Indices permutation(const Key& key, std::size_t count, CallSite site) {
  Indices order(Shape({count}, site));
  std::int32_t* const to = order.mutable_data();
  std::iota(to, to + count, 0);
  for (std::size_t i = count; i > 1; --i) std::swap(to[i - 1], to[wide(words_of(key, i, 0), 0) % i]);
  return order;
}

template <Real T>
Tensor<T> permutation(const Key& key, const Tensor<T>& x, long axis, CallSite site) {
  if (!x) fail_empty("permutation", site);
  const std::size_t place = axis_of("permutation", x.shape(), axis, site);
  return index_select(x, long(place), permutation(key, x.shape()[place], site), site);
}

template <Real T>
Tensor<T> dropout(const Key& key, const Tensor<T>& x, double rate, CallSite site) {
  if (!x) fail_empty("dropout", site);
  require_option("dropout", "rate", limits::share_below_one, rate, "0.5 leaves half of the elements out", site);
  Tensor<T> factors = Tensor<T>::empty(x.shape(), "dropout", site);
  const T kept = static_cast<T>(1 / (1 - rate));
  fill_from(factors.mutable_data(), x.size(), key, 0, 4, [=](const Words& words, std::size_t k) {
    return words[k] * 0x1p-32 < rate ? T(0) : kept;
  });
  return multiply(x, factors, site);
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct RandomTensors {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(const Key&, const Shape&, double, double, CallSite)>(uniform<T>),
      Function<Tensor<T>(const Key&, X, X, CallSite)>(uniform<T>),
      Function<Tensor<T>(const Key&, const Shape&, double, double, CallSite)>(normal<T>),
      Function<Tensor<T>(const Key&, X, X, CallSite)>(normal<T>),
      Function<Tensor<T>(const Key&, const Shape&, double, double, CallSite)>(truncated_normal<T>),
      Function<Tensor<T>(const Key&, const Shape&, CallSite)>(gumbel<T>),
      Function<Tensor<T>(const Key&, X, GumbelSoftmaxOptions, CallSite)>(gumbel_softmax<T>),
      Function<Tensor<T>(const Key&, X, CallSite)>(gamma<T>),
      Function<Tensor<T>(const Key&, X, long, CallSite)>(permutation<T>),
      Function<Tensor<T>(const Key&, const Shape&, double, CallSite)>(bernoulli<T>),
      Function<Tensor<T>(const Key&, X, CallSite)>(bernoulli<T>),
      Function<Indices(const Key&, X, long, CallSite)>(categorical<T>),
      Function<Tensor<T>(const Key&, X, double, CallSite)>(dropout<T>)};
};
template struct RandomTensors<float>;
template struct RandomTensors<double>;

}  // namespace tapegrad
