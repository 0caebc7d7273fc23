// Preaccumulation: a part of a scalar computation is replaced on the tape by its derivatives.
#pragma once
#include <span>
#include <type_traits>
#include <vector>

#include "tapegrad/engine/arguments.h"
#include "tapegrad/engine/scalars/local_statements.h"

namespace tapegrad {

namespace transform {

/// f(scalar) for each scalar of a result, from left to right.
template <class Y, class F>
void for_each_scalar(Y& y, F&& f) {
  if constexpr (is_scalar<Y>) f(y);
  else if constexpr (is_tuple<Y>) std::apply([&](auto&... e) { (for_each_scalar(e, f), ...); }, y);
  else if constexpr (List<Y>::is_list) {
    for (auto& e : y) for_each_scalar(e, f);
  } else {
    static_assert(is_scalar<Y>, "preaccumulate: the function must return a Scalar, or a std::tuple, std::vector or "
                                "std::array of Scalars. Tensors, plain numbers and nothing are not replaced by "
                                "derivatives");
  }
}

/// The type of the first scalar of a result.
template <class Y>
struct FirstScalar {
  using type = Y;
};
template <class Y>
  requires List<Y>::is_list
struct FirstScalar<Y> : FirstScalar<typename List<Y>::element> {};
template <class Y, class... More>
struct FirstScalar<std::tuple<Y, More...>> : FirstScalar<Y> {};
template <ScalarNumber T>
struct FirstScalar<Scalar<T>> {
  using type = T;
};

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
  using T = typename transform::FirstScalar<Y>::type;
  if constexpr (!ScalarNumber<T>)
    transform::for_each_scalar(*static_cast<Y*>(nullptr), [](auto&) {});  // says what is wrong
  else {
    engine::LocalStatements<T> local;
    Y y = transform::settled(f());
    std::vector<Scalar<T>*, engine::PoolAllocator<Scalar<T>*>> results;
    transform::for_each_scalar(y, [&]<class S>(S& scalar) {
      static_assert(std::is_same_v<S, Scalar<T>>,
                    "preaccumulate: the scalars that the function returns must be of one type");
      results.push_back(&scalar);
    });
    local.replace(results);
    return y;
  }
}

}  // namespace tapegrad
