#include "tapegrad/nn/layers/dropout.h"

#include <cmath>

#include "tapegrad/engine/loops/parallel.h"
#include "tapegrad/ops.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

// 0 with probability `rate`, else 1 / (1 - rate). Four elements share the words of one counter.
template <Real T>
Tensor<T> kept(const Shape& shape, double rate, Random& random) {
  Tensor<T> factors = Tensor<T>::empty(shape);
  const std::array<std::uint32_t, 2> key{random.next(), random.next()};
  const auto limit = static_cast<std::uint64_t>(std::ldexp(rate, 32));
  const T scale = static_cast<T>(1 / (1 - rate));
  T* to = factors.mutable_data();
  kernels::parallel(factors.size(), [&, to](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += 4) {
      const auto words = Random::philox({std::uint32_t(i / 4), std::uint32_t(std::uint64_t(i / 4) >> 32), 0, 0}, key);
      for (std::size_t k = 0; k < 4 && i + k < end; ++k) to[i + k] = words[k] < limit ? T(0) : scale;
    }
  });
  return factors;
}

void require_rate(double rate, const CallSite& site) {
  require_option("dropout", "rate", limits::share_below_one, rate, "0.5 leaves half of the elements out", site);
}

}  // namespace

template <Real T>
BasicDropout<T>::BasicDropout(double chosen) : rate(chosen) {
  require_rate(rate, {});
}

template <Real T>
Tensor<T> BasicDropout<T>::operator()(const Tensor<T>& x, CallSite site) const {
  require_rate(rate, site);
  if (mode == Mode::inference || rate == 0) return x;
  return multiply(x, kept<T>(x.shape(), rate, default_random()), site);
}

template struct BasicDropout<float>;
template struct BasicDropout<double>;

}  // namespace tapegrad::nn
