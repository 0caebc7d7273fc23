// The cases of scalars in Sacado's reverse mode. usage: tapegrad_bench_peer_sacado, then requests
#include <Sacado_trad.hpp>

#include "scalar_peer.h"

namespace Sacado::Rad {
// Sacado has no erf, but a way to add functions of one variable.
template <class X>
auto& erf(const X& x) {
  const double at = ADvar<double>(x).val();
  return ADf1(std::erf(at), 1.1283791670955126 * std::exp(-at * at), x);
}
}  // namespace Sacado::Rad

namespace {

using Scalar = Sacado::Rad::ADvar<double>;

template <class F>
struct Recorded {
  explicit Recorded(const F& f) : f_(f), x_(f.at.size()) {}
  void run(bench::scalars::Numbers& gradient) {
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = f_.at[i];
    f_(x_);
    Scalar::Gradcomp();
    for (std::size_t i = 0; i < x_.size(); ++i) gradient[i] = x_[i].adj();
  }
  F f_;
  std::vector<Scalar> x_;
};

}  // namespace

int main() { return bench::serve(bench::scalar_makers<Recorded>()); }
