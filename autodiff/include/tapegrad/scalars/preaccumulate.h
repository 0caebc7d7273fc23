// Preaccumulation: a part of a scalar computation is replaced on the tape by its derivatives.
#pragma once
#include <span>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/arguments.h"
#include "tapegrad/engine/scalars/local_statements.h"

namespace tapegrad {

namespace transform {

struct ScalarLeaves {
  template <class X>
  static constexpr bool is_leaf = is_scalar<X>;
};
/// Pointers to the scalars of a result, from left to right.
template <ScalarNumber T, tree::Of<ScalarLeaves> Y>
auto scalars_in(Y& y) {
  std::vector<Scalar<T>*, PoolAllocator<Scalar<T>*>> result;
  tree::for_each(y, [&]<class S>(S& scalar) {
    constexpr bool same = std::is_same_v<S, Scalar<T>>;
    static_assert(same, "preaccumulate: the scalars that the function returns must be of one type");
    if constexpr (same) result.push_back(&scalar);
  });
  return result;
}

}  // namespace transform

/// auto y = preaccumulate([&] { ...statements...; return y; });
///
/// Calls f() and returns what it returned: a Scalar, a formula, or a std::tuple, std::vector or std::array of those, of
/// one type of number: float, double, or dual. What it recorded is then replaced by its local Jacobian: one statement
/// for each result, with an edge for each scalar from outside that it depends on. A loop of a thousand statements from
/// three scalars to two leaves at most six edges on the tape, which are kept, and swept, in their place (Griewank &
/// Walther, Evaluating Derivatives, 2008, chapter 10; Utke et al. 2008). It costs one local sweep for every four
/// results. Worth it where a tape is swept more than once or memory is short, and where inputs and results are few and
/// the statements between them many.
///
/// The derivatives are the same, to rounding. Nothing is replaced where the Jacobian would not have fewer edges, where
/// the function recorded anything but statements on scalars of the type of its results (a tensor op, a bridge, a custom
/// op, a statement of another type), made a mark, rewound, or swept its tape to the end, and where no tape records.
///
/// What the function returns is what remains of it. A scalar that it made or changed and did not return is stale: to
/// use it is an error, as after Tape::rewind, whether anything was replaced or not. A sum from outside that grows
/// inside (`sum += e`) is changed, and has to be returned. A tensor made of scalars inside stays. Calls may be nested.
/// Results are made when f is done: gradients of a sweep in f do not have them. If f throws, what it recorded stays on
/// the tape, out of reach.
///
/// Results do not depend on each other any more, only on what came from outside: the gradient of a result that others
/// were made from does not have their share. (A variable made inside and returned keeps it: nothing is replaced then.)
///
/// Throws what f throws, and TapeError as any statement does.
template <class F>
auto preaccumulate(F&& f) {
  static_assert(!std::is_void_v<std::invoke_result_t<F>>,
                "preaccumulate: the function returns nothing. Return the scalars that are used after it");
  using Y = decltype(transform::settled(f()));
  constexpr bool of_scalars = engine::tree::Of<Y, transform::ScalarLeaves>;
  static_assert(of_scalars,
                "preaccumulate: the function must return a Scalar, or a std::tuple, std::vector or std::array of "
                "Scalars. Tensors, plain numbers and nothing are not replaced by derivatives");
  if constexpr (of_scalars) {
    using T = typename engine::tree::FirstLeaf<Y>::value_type;
    engine::LocalStatements<T> local;
    Y y = transform::settled(f());
    local.replace(transform::scalars_in<T>(y));
    return y;
  }
}

}  // namespace tapegrad
