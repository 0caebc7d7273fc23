// What a rule is made of: closures for both directions, run by the entry that holds them.
// For ops only, those of the library and fuse; programs use tape.h.
#pragma once
#include <utility>

#include "tapegrad/engine/push.h"
#include "tapegrad/engine/sweep.h"
#include "tapegrad/ops/shapes.h"

namespace tapegrad::engine {

/// A rule of an op whose output element i depends on element i of each input, after broadcasting. Its Jacobian is
/// diagonal, so the formula for adjoints gives the tangent too. Where a mask put a 0 into the adjoint, what the rule
/// makes of it is 0 as well, a derivative that is infinite or a NaN notwithstanding; not asked where `minds_zeros`.
template <class F, bool minds_zeros>
struct Pointwise {
  F rule;
  template <Real T>
  void operator()(Sweep& sweep, Tensor<T> g) {
    if (minds_zeros || !sweep.masked) return rule(sweep, std::move(g));
    const Tensor<T> adjoint = g;
    sweep.stops = adjoint.node();
    rule(sweep, std::move(g));
    sweep.stops = nullptr;
  }
  template <Real T>
  Tensor<T> tangent(const Push& push) {
    NodeHandle total;
    Sweep sweep{.tape = push.tape,
                .entry = push.entry,
                .recording = push.recording,
                .depth = push.depth,
                .only = 0,
                .tangent = &total,
                .masked = push.masked};
    for (std::size_t i = 0; i < push.entry->inputs; ++i) {
      sweep.only = i;
      if (push.has(i)) (*this)(sweep, broadcast_to(push.tangent<T>(i), push.shape()));
    }
    return Tensor<T>(total.release());
  }
};
template <class F>
Pointwise<F, false> pointwise(F rule) {
  return {std::move(rule)};
}
/// The same for a rule that gives 0 for an adjoint of 0 by itself: its derivatives are finite, or it uses `stopped`.
template <class F>
Pointwise<F, true> pointwise_minding_zeros(F rule) {
  return {std::move(rule)};
}

/// A rule of two closures: adjoint(sweep, g) adds to the adjoints of the inputs, tangent(push) gives the output's.
template <class Adjoint, class Tangent>
struct AdjointAndTangent {
  Adjoint adjoint;
  Tangent forward;
  template <Real T>
  void operator()(Sweep& sweep, Tensor<T> g) {
    adjoint(sweep, std::move(g));
  }
  template <Real T>
  Tensor<T> tangent(const Push& push) const {
    return forward(push);
  }
};
template <class Adjoint, class Tangent>
AdjointAndTangent<Adjoint, Tangent> adjoint_and_tangent(Adjoint adjoint, Tangent tangent) {
  return {std::move(adjoint), std::move(tangent)};
}

template <class Rule, Real T>
Node* push_rule(Entry& entry, const Push& push) {
  return static_cast<Rule*>(entry.captures())->template tangent<T>(push).take_node().release();
}

template <class Rule, Real T>
void run_rule(Entry& entry, Sweep* sweep, Node* adjoint) {
  Rule& rule = *static_cast<Rule*>(entry.captures());
  if (sweep && !sweep->consume) return rule(*sweep, Tensor<T>(adjoint));
  Rule own(std::move(rule));
  rule.~Rule();  // NOLINT(bugprone-use-after-move): what was moved from is still to be destroyed
  entry.live = false;
  if (sweep) own(*sweep, Tensor<T>(adjoint));
}

/// The kind of an op's entries whose output holds T.
template <DescribedOp Op, class Rule, Real T>
inline constexpr Kind kind_of{&Op::traits, &run_rule<Rule, T>, &push_rule<Rule, T>};

}  // namespace tapegrad::engine
