// Casts of tensors to arrays of integers and to masks.
#include <cmath>
#include <limits>

#include "ops/instances.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops/shapes.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {
using namespace engine;
namespace {

struct CastToIntegers {
  static constexpr OpTraits traits{.name = "cast to integers", .no_derivative = "integers have no derivative"};
};

template <class To, Real T>
To integer(const Tensor<T>& x, std::size_t i, const CallSite& site) {
  const T number = x.data()[i];
  if constexpr (std::is_same_v<To, bool>) {
    return number != 0;
  } else {
    const double whole = std::trunc(static_cast<double>(number));
    if (!(whole >= std::numeric_limits<To>::min() && whole <= std::numeric_limits<To>::max())) {
      throw DomainError("cast: element " + std::to_string(i) + " is " + std::to_string(number) +
                        ", which is no integer of 32 bits" + text(site));
    }
    return static_cast<To>(whole);
  }
}

}  // namespace

template <class To, Real T>
  requires(std::same_as<To, bool> || std::same_as<To, std::int32_t>)
Choice<To> cast(const Tensor<T>& x, CallSite site) {
  if (!x) fail_empty(CastToIntegers::traits.name, site);
  record_read<CastToIntegers>(x.shape(), site, x.node());
  Choice<To> y(x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) y.mutable_data()[i] = integer<To>(x, i, site);
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct IntegerOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Mask(X, CallSite)>(cast<bool>),
      Function<Indices(X, CallSite)>(cast<std::int32_t>)};
};
template struct IntegerOps<float>;
template struct IntegerOps<double>;

}  // namespace tapegrad
