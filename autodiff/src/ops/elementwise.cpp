// The functions of the catalogue, made ops for float and double.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

#include "engine/trace.h"
#include "kernels/finite.h"
#include "ops/arithmetic.h"
#include "tapegrad/functions/catalogue.h"
#include "tapegrad/functions/error_function.h"
#include "tapegrad/functions/gamma_quantile.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace elementwise {

// A struct of the catalogue with its parameter, if it has one, as bytes.
struct Erased {
  template <class F>
  explicit Erased(const F& f) {
    static_assert(sizeof(F) <= sizeof(bytes) && std::is_trivially_copyable_v<F>);
    std::memcpy(&bytes, &f, sizeof(F));
  }
  template <class F>
  F as() const {
    F f;
    std::memcpy(static_cast<void*>(&f), &bytes, sizeof(F));
    return f;
  }
  std::uint64_t bytes = 0;
};

// What is compiled for each function and type of elements. All else of the op is compiled once for all functions, which
// halves the time that this file takes.
template <Real T>
struct Compiled {
  Kind kind;
  Keeps keeps;
  T (*slope)();  // the derivative of a function that keeps nothing
  void (*value)(const Erased&, T* y, std::size_t count, const T* x);
  void (*times_derivative)(const Erased&, T* d, std::size_t count, const T* g, const T* kept);
  Tensor<T> (*derivative)(const Erased&, const Tensor<T>& kept);
};

// The derivative times g in one pass, over g where nobody else holds it; `kept` is the input or the output, as the
// struct declares. Where the derivative of a function that cuts is 0, so is the product, and behind a mask where g is.
template <Real T>
struct ElementRule {
  const Compiled<T>* compiled;
  Erased f;
  Tensor<T> kept;
  void operator()(Sweep& sweep, Tensor<T> g) const {
    if (sweep.recording | sweep.masked | (compiled->keeps == Keeps::nothing)) [[unlikely]] {
      return sweep.add(0, with_care(sweep, std::move(g)));
    }
    const T* from = g.data();
    Tensor<T> d = overwritable(g.node()) ? std::move(g) : Tensor<T>::empty(g.shape());
    compiled->times_derivative(f, d.mutable_data(), d.size(), from, kept.data());
    sweep.add(0, std::move(d));
  }
  // The same where it is recorded, or comes past a mask, or where nothing is kept.
  Tensor<T> with_care(const Sweep& sweep, Tensor<T> g) const {
    const bool cuts = compiled->kind.cuts;
    if (compiled->keeps == Keeps::nothing) {
      if (cuts && sweep.recording && follows(g.node())) {
        return stopped(g * compiled->slope(), Tensor<T>(compiled->slope()), true);
      }
      if (cuts && !(sweep.recording && kernels::all_finite(g.data(), g.size()))) return Tensor<T>::full(g.shape(), 0);
      return std::move(g) * compiled->slope();
    }
    if (sweep.recording) return recorded(g, compiled->derivative(f, kept), cuts, sweep.masked);
    Tensor<T> d = Tensor<T>::empty(g.shape());
    compiled->times_derivative(f, d.mutable_data(), d.size(), g.data(), kept.data());
    return cuts ? d : stopped(std::move(d), g, false);
  }
  static Tensor<T> recorded(const Tensor<T>& g, const Tensor<T>& derivative, bool cuts, bool masked) {
    Tensor<T> d = g * derivative;
    if (cuts) d = stopped(std::move(d), derivative, true);
    return masked ? stopped(std::move(d), g, true) : d;
  }
};

template <Real T>
Tensor<T> call(const Compiled<float>& floats, const Compiled<double>& doubles, const Erased& f, const Tensor<T>& x,
               const CallSite& site) {
  const Compiled<T>& compiled = std::get<const Compiled<T>&>(std::tie(floats, doubles));
  Inputs in(compiled.kind.name(), site, x);
  Tensor<T> y = in.template output<T>(x.shape());
  compiled.value(f, y.mutable_data(), y.size(), x.data());
  if (!in) return y;
  Tensor<T> kept;
  if (compiled.keeps == Keeps::output) kept = y;
  if (compiled.keeps == Keeps::input) kept = snapshot(x);
  in.record_as(compiled.kind, y,
               [&floats, &doubles, f](const auto& inputs) { return call(floats, doubles, f, inputs[0], CallSite{}); },
               pointwise_minding_zeros(ElementRule<T>{&compiled, f, std::move(kept)}));
  return y;
}

// g d, for a derivative d of f.
template <class F, Real T>
Lanes<T> product(const F&, const Lanes<T>& g, const Lanes<T>& d) {
  if constexpr (cuts<F>) return where(d == Lanes<T>(0), Lanes<T>(0), g * d);
  else return g * d;
}

template <class F>
struct Described {
  static constexpr OpTraits traits = traits_of<F>();
};
template <class F, Real T>
inline constexpr Compiled<T> compiled{
    kind_of<Described<F>, decltype(pointwise_minding_zeros(std::declval<ElementRule<T>>())), T>,
    F::keeps,
    []() -> T {
      if constexpr (F::keeps == Keeps::nothing) return F::derivative(T(0));
      else return 0;
    },
    [](const Erased& erased, T* y, std::size_t count, const T* x) {
      kernels::map(y, count, [f = erased.as<F>()](const Lanes<T>& v) { return f.value(v); }, x);
    },
    [](const Erased& erased, T* d, std::size_t count, const T* g, const T* kept) {
      if constexpr (F::keeps != Keeps::nothing) {
        kernels::map(d, count, [f = erased.as<F>()](const Lanes<T>& a, const Lanes<T>& k) {
          return product(f, a, f.derivative(k));
        }, g, kept);
      }
    },
    [](const Erased& erased, const Tensor<T>& kept) { return erased.as<F>().derivative(kept); }};

template <class F, Real T>
Tensor<T> op(const F& f, const Tensor<T>& x, const CallSite& site) {
  return call(compiled<F, float>, compiled<F, double>, Erased(f), x, site);
}

// A function of two arguments as an op.
template <class F>
struct Pair {
  static constexpr OpTraits traits = traits_of<F>();
  auto operator()(const auto& x) const { return apply(f, x[0], x[1]); }
  F f;
};

// A rule of two inputs: the partial derivatives are computed when they are asked for, from the inputs and the output.
template <class F, Real T>
struct PairRule {
  F f;
  Tensor<T> a, b, y;
  template <class Partial>
  Tensor<T> times(const Tensor<T>& g, bool recording, const Partial& partial) const {
    if (recording) {
      const Tensor<T> slope = partial(a, b, y);
      return cuts<F> ? stopped(g * slope, slope, true) : g * slope;
    }
    using Array = std::pair<const T*, const Shape*>;
    Tensor<T> d = Tensor<T>::empty(y.shape());
    kernels::map_broadcast(
        d.mutable_data(), y.shape(),
        [&](const Lanes<T>& seed, const Lanes<T>& p, const Lanes<T>& q, const Lanes<T>& r) {
          return product(f, seed, partial(p, q, r));
        },
        Array(g.data(), &g.shape()), Array(a.data(), &a.shape()), Array(b.data(), &b.shape()),
        Array(y.data(), &y.shape()));
    return d;
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    auto left = [this](const auto& p, const auto& q, const auto& r) { return f.left(p, q, r); };
    auto right = [this](const auto& p, const auto& q, const auto& r) { return f.right(p, q, r); };
    if (sweep.wants(0)) sweep.add(0, times(g, sweep.recording, left));
    if (sweep.wants(1)) sweep.add(1, times(g, sweep.recording, right));
  }
};

template <class F, Real T>
Tensor<T> op(const F& f, const Tensor<T>& a, const Tensor<T>& b, const CallSite& site) {
  Inputs in(F::name, site, a, b);
  Tensor<T> y = in.template output<T>(broadcast_shape(F::name, a.shape(), b.shape(), site));
  map_pair(y, a, b, [f](const Lanes<T>& p, const Lanes<T>& q) { return f.value(p, q); });
  if (!in) return y;
  in.record(y, Pair<F>{f}, pointwise(PairRule<F, T>{f, snapshot(a), snapshot(b), y}));
  return y;
}

// Instantiates what it points to: every function of the lists, for one type of elements.
template <Real T, class List, class Pairs>
struct Instances;
template <Real T, class... F, class... P>
struct Instances<T, Types<F...>, Types<P...>> {
  static void* pointers[sizeof...(F) + sizeof...(P)];
};
template <Real T, class... F, class... P>
void* Instances<T, Types<F...>, Types<P...>>::pointers[] = {
    reinterpret_cast<void*>(static_cast<Tensor<T> (*)(const F&, const Tensor<T>&, const CallSite&)>(&op<F, T>))...,
    reinterpret_cast<void*>(
        static_cast<Tensor<T> (*)(const P&, const Tensor<T>&, const Tensor<T>&, const CallSite&)>(&op<P, T>))...};
using AllPairs = Join<PairFunctions, PowersOfPairs, GammaPairs>;
template struct Instances<float, Functions, AllPairs>;
template struct Instances<double, Functions, AllPairs>;

}  // namespace elementwise
}  // namespace tapegrad
