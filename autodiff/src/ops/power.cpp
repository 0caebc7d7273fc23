// Powers, of a tensor and of a plain number.
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/instances.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;

// ---- pow: y = a^b            da = dy b a^(b-1)      db = dy y log(a), 0 where a <= 0
namespace {
struct Pow {
  static constexpr OpTraits traits{
      .name = "pow",
      .depends = Depends::by_element,
      .formula = with_slopes({"a^b", "{a}^{b}"}, {"a", {"b * a^(b - 1)", "b \\, {a}^{b - 1}"}},
                             {"b", {"y * log(a)", "y \\ln a"}})};
  auto operator()(const auto& x) const { return pow(x[0], x[1]); }
};
}  // namespace

template <Real T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b, CallSite site) {
  Inputs in(Pow::traits.name, site, a, b);
  Tensor<T> y = in.template output<T>(broadcast_shape(Pow::traits.name, a.shape(), b.shape(), site));
  map_pair(y, a, b, [](const auto& p, const auto& q) { return pow(p, q); });
  if (in) {
    in.record(y, Pow{}, pointwise([a = snapshot(a), b = snapshot(b)](Sweep& sweep, const Tensor<T>& g) {
                if (sweep.wants(0)) sweep.add(0, g * (b * pow(a, b - 1)));
                if (sweep.wants(1)) {
                  const Tensor<T> safe = where(a > 0, a, Tensor<T>(T(1)));  // no log of what is not positive
                  sweep.add(1, g * (where(a > 0, pow(a, b), Tensor<T>(T(0))) * log(safe)));
                }
              }));
  }
  return y;
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
