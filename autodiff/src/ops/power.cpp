// Powers, of a tensor and of a plain number.
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/instances.h"
#include "tapegrad/functions/catalogue.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

template <Real T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  return elementwise::op(elementwise::Power(), a, b, site);
}

// ---- power: y = x^k          dx = dy k x^(k-1)
namespace {
struct Power {
  static constexpr OpTraits traits{
      .name = "power",
      .depends = Depends::by_element,
      .formula = with_slopes({"x^k", "{x}^{k}"}, {"x", {"k * x^(k - 1)", "k \\, {x}^{k - 1}"}})};
  double k;
  auto operator()(const auto& x) const { return pow(x[0], k); }
};
}  // namespace

template <Real T>
Tensor<T> pow(const Tensor<T>& x, double k, CallSite site) {
  Inputs in(Power::traits.name, site, x);
  Tensor<T> y = in.template output<T>(x.shape());
  kernels::map(y.mutable_data(), y.size(), [k = Lanes<T>(T(k))](const Lanes<T>& v) { return pow(v, k); }, x.data());
  if (in) {
    in.record(y, Power{k}, pointwise([x = snapshot(x), k](Sweep& sweep, Tensor<T> g) {
                sweep.add(0, k == 0 ? std::move(g) * 0 : std::move(g) * (k * pow(x, k - 1)));
              }));
  }
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct PowerOps {
  using X = const Tensor<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, X, CallSite)>(pow),
      Function<Tensor<T>(X, double, CallSite)>(pow)};
};
template struct PowerOps<float>;
template struct PowerOps<double>;

}  // namespace tapegrad
