// Transforms: a function in, its derivative out. Functions are plain callables of tensors and scalars, and of tuples,
// vectors and arrays of them: lambdas (generic ones too), structs, modules. Inside a recording tape, and inside each
// other, what they return is recorded, so that it can be differentiated again, to any order. Nothing else of the tape
// is seen from outside.
//
// An argument may be a variable, a constant, an xtensor expression, a float or double (a Scalar for the function), a
// std::vector or std::array of floats or doubles (of Scalars for the function), or a std::tuple, std::vector or
// std::array of those, nested as they can be. Derivatives come in the same structure: tensors, numbers, vectors and
// arrays of numbers; in a Jacobian a vector or an array of n scalars counts as a tensor of shape (n,). What the
// function reads besides its arguments counts as constant.
// Each throws TapeError when the function records nothing that depends on an argument, ShapeError for tangents,
// cotangents and results of the wrong shape. A run of scalar statements between tensors has first derivatives only.
#pragma once
#include <memory>
#include <tuple>
#include <utility>

#include "tapegrad/engine/arguments.h"
#include "tapegrad/engine/jacobian.h"
#include "tapegrad/engine/scalars/second_derivatives.h"
#include "tapegrad/ops.h"

namespace tapegrad {

/// How transforms keep a function: a copy. For those whose copy is another function, by reference (see
/// nn/transforms.h).
template <class F>
struct Held {
  using type = F;
};
template <class F>
using held = typename Held<std::decay_t<F>>::type;

namespace transform {

/// f at x, recorded, and what it gave.
template <class F, class X>
auto record(engine::Linearization& at, const F& f, const X& x) {
  auto y = call(f, add_inputs(at, x));
  add_results(at, y);
  at.end_or_throw();
  return y;
}

/// f(x) and its gradient, for a result of one element.
template <class F, class X>
auto value_and_gradient(std::string_view what, const CallSite& site, const F& f, const X& x) {
  engine::Linearization at(what, site);
  const auto y = record(at, f, x);
  engine::Linearization::Nodes found = at.pull(at.one(), true);
  return std::pair(outside(at, y), derivatives(at, x, found));
}

template <class F>
struct ValueAndGrad {
  F f;
  CallSite site;
  template <class... X>
  auto operator()(const X&... x) const {
    return value_and_gradient("value_and_grad", site, f, argument(x...));
  }
};
template <class F>
struct Grad {
  F f;
  CallSite site;
  template <class... X>
  auto operator()(const X&... x) const {
    return value_and_gradient("grad", site, f, argument(x...)).second;
  }
};

/// What vjp returns beside the value: cotangents of the result in, gradients of the arguments out, any number of times.
template <class X, class Y>
class Pull {
 public:
  Pull(std::shared_ptr<engine::Linearization> at, X x, Y y) : at_(std::move(at)), x_(std::move(x)), y_(std::move(y)) {}
  template <class... C>
  auto operator()(const C&... cotangents) const {
    engine::Linearization::Nodes found =
        at_->pull(nodes_like(*at_, at_->results(), y_, argument(cotangents...), "cotangent"));
    return derivatives(*at_, x_, found);
  }

 private:
  std::shared_ptr<engine::Linearization> at_;
  X x_;
  Y y_;
};

template <class F, class X>
auto vjp_at(const F& f, const X& x, const CallSite& site) {
  auto at = std::make_shared<engine::Linearization>("vjp", site);
  const auto y = record(*at, f, x);
  auto value = outside(*at, y);
  return std::pair(value, Pull(at, outside(*at, x), value));
}

template <class F>
struct Jacobian {
  F f;
  CallSite site;
  std::string_view what;
  template <class... X>
  auto operator()(const X&... x) const {
    const auto at_x = argument(x...);
    engine::Linearization at(what, site);
    const auto y = record(at, f, at_x);
    const engine::JacobianBlocks blocks(at);
    return tree::map<Leaves>(y, [&, r = std::size_t(0)](const auto& result) mutable {
      using T = element_of<decltype(result)>;
      const std::size_t at_r = r++;
      return tree::map<Leaves>(at_x, [&, k = std::size_t(0)](const auto&) mutable { return blocks.get<T>(at_r, k++); });
    });
  }
};

template <class F>
struct Hessian {
  F f;
  CallSite site;
  template <class... X>
  auto operator()(const X&... x) const {
    if constexpr ((Numbers<X> && ...)) {
      if constexpr (sizeof...(X) == 1) return hessian_of_numbers(f, x..., site);
      else return hessian_of_numbers(f, std::tuple<X...>(x...), site);
    } else {
      return Jacobian<Grad<F>>{{f, site}, site, "hessian"}(x...);
    }
  }
};

}  // namespace transform

/// value_and_grad(f)(x...): a pair of f(x...), a result of one element, and its gradient: that of one argument, or a
/// std::tuple of those of several.
template <class F>
auto value_and_grad(const F& f, CallSite site = CallSite::current()) {
  return transform::ValueAndGrad<held<F>>{held<F>(f), site};
}
/// grad(f)(x...): the gradient alone.
template <class F>
auto grad(const F& f, CallSite site = CallSite::current()) {
  return transform::Grad<held<F>>{held<F>(f), site};
}

/// auto [y, pull] = vjp(f, x): f(x) of any shape, and the map from a cotangent of y's shape to v^T df/dx, of x's shape.
/// For results that are tuples, pull takes a tuple; for several arguments it gives one.
template <class F, class X>
auto vjp(const F& f, const X& x, CallSite site = CallSite::current()) {
  return transform::vjp_at(f, transform::argument(x), site);
}
template <class F, class X, class Y>
auto vjp(const F& f, const X& x, const Y& y, CallSite site = CallSite::current()) {
  return transform::vjp_at(f, transform::argument(x, y), site);
}
template <class F, class X, class Y, class Z>
auto vjp(const F& f, const X& x, const Y& y, const Z& z, CallSite site = CallSite::current()) {
  return transform::vjp_at(f, transform::argument(x, y, z), site);
}

/// auto [y, dy] = jvp(f, x, dx): f(x) and df/dx dx in forward mode, dx of x's shape. Several arguments are two tuples:
/// jvp(f, std::tuple{a, b}, std::tuple{da, db}).
template <class F, class X, class D>
auto jvp(const F& f, const X& x, const D& dx, CallSite site = CallSite::current()) {
  const auto at_x = transform::argument(x);
  engine::Linearization at("jvp", site);
  const auto y = transform::record(at, f, at_x);
  auto found = at.push(transform::nodes_like(at, at.inputs(), at_x, transform::argument(dx), "tangent"));
  return std::pair(transform::outside(at, y), transform::derivatives(at, y, found));
}

namespace transform {
template <class F>
struct HessianTimes {
  F f;
  CallSite site;
  template <class X, class V>
  auto operator()(const X& x, const V& v) const {
    if constexpr (Numbers<X>) {
      static_assert(std::same_as<X, V>, "hvp: the direction must have the type of the argument");
      return hessian_times(f, x, v, site);
    } else return jvp(Grad<F>{f, site}, x, v, site).second;
  }
};
}  // namespace transform

/// jacobian(f)(x): df/dx, of shape f(x).shape() followed by x.shape(), by columns (forward mode) or by rows (reverse
/// mode), whichever are fewer; many of them at once, as vmap calls ops, where the arrays are small. Several arguments
/// give a tuple, a tuple as result a tuple of those.
template <class F>
auto jacobian(const F& f, CallSite site = CallSite::current()) {
  return transform::Jacobian<held<F>>{held<F>(f), site, "jacobian"};
}
/// hessian(f)(x): the second derivatives of a result of one element, of x's shape twice; forward over reverse mode.
/// Where all arguments are numbers, or vectors or arrays of numbers, f must be written for numbers of any kind (a
/// template, or auto): it is run on Scalar<Dual<T, 4>>, four columns at a time, and what is returned is a constant.
template <class F>
auto hessian(const F& f, CallSite site = CallSite::current()) {
  return transform::Hessian<held<F>>{held<F>(f), site};
}
/// hvp(f)(x, v): the Hessian times v, of x's shape, without the Hessian; forward over reverse mode (Pearlmutter 1994).
/// Of numbers as with hessian, on Scalar<Dual<T>>.
template <class F>
auto hvp(const F& f, CallSite site = CallSite::current()) {
  return transform::HessianTimes<held<F>>{held<F>(f), site};
}

}  // namespace tapegrad
