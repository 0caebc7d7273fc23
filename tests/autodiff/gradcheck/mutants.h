// Ops whose rule is broken on purpose: real entries on the tape, with the forward of the op of a row.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include <tapegrad/autodiff.h>
#include <tapegrad/engine/linearization.h>

#include "ops/row.h"

namespace mutants {

using namespace tapegrad;
using namespace tapegrad::engine;
using Arrays = std::vector<std::vector<double>>;  // one an input, row-major

/// What an op's true rule is, as numbers: jacobian[input][element of the result][element of the input].
struct Truth {
  std::vector<Shape> shapes;
  Shape result;
  Arrays x;
  std::vector<Arrays> jacobian;

  /// The gradients of all inputs for an adjoint.
  Arrays pulled(const std::vector<double>& adjoint) const {
    Arrays gradients;
    for (std::size_t k = 0; k < shapes.size(); ++k) {
      auto& gradient = gradients.emplace_back(shapes[k].size(), 0.0);
      for (std::size_t o = 0; o < adjoint.size(); ++o) {
        for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += jacobian[k][o][i] * adjoint[o];
      }
    }
    return gradients;
  }
};

/// A way to break a rule: the gradients that the broken one gives.
struct Mutation {
  std::string name;
  Mistake mistake;  // that the checker should recognise
  std::function<Arrays(const Truth&, const std::vector<double>& adjoint)> broken;
  int order = 1;             // 2: right at first order, and not recorded
  bool same_input = false;   // called with one tensor for all inputs
  bool float_inside = false; // the value goes through float
};

inline std::vector<double> elements(const Tensor<double>& x) { return {x.data(), x.data() + x.size()}; }
inline Tensor<double> array(const std::vector<double>& from, const Shape& shape) {
  Tensor<double> x = Tensor<double>::empty(shape);
  std::copy(from.begin(), from.end(), x.mutable_data());
  return x;
}

/// By one sweep an element of the result. Not to be called while a tape records.
inline Truth truth_of(const rows::Call& op, const std::vector<Tensor<double>>& inputs) {
  Truth truth;
  std::vector<Tensor<double>> x;
  for (const Tensor<double>& input : inputs) {
    x.push_back(variable(constant(input)));
    truth.shapes.push_back(input.shape());
    truth.x.push_back(elements(input));
  }
  Tape tape;
  Tensor<double> y = op(x);
  truth.result = y.shape();
  truth.jacobian.resize(x.size());
  for (std::size_t o = 0; o < y.size(); ++o) {
    std::vector<double> one(y.size(), 0.0);
    one[o] = 1;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const bool read = tape.contains(y) && tape.contains(x[k]) && !y.is_variable();
      truth.jacobian[k].push_back(read ? elements(tape.gradient(y, x[k], {.seed = array(one, y.shape())}))
                                       : std::vector<double>(x[k].size(), 0.0));
    }
  }
  return truth;
}

/// Whether the mutation is the mistake that its name says: with one element, zero where x < 0 is no gradient at all, and
/// so is an adjoint of ones where the sum of the results is constant, as that of softmax.
inline bool applies(const Mutation& mutation, const Truth& truth) {
  if (mutation.mistake == Mistake::adjoint_ignored) {
    double most = 0;
    for (const auto& gradient : truth.pulled(std::vector<double>(truth.result.size(), 1.0))) {
      for (const double slope : gradient) most = std::max(most, std::abs(slope));
    }
    return truth.result.size() > 1 && most > 1e-9;
  }
  if (mutation.mistake == Mistake::some_elements) return truth.shapes[0].size() > 1;
  return true;
}

/// The true tangent of the result.
template <Real T>
Tensor<double> pushed(const Truth& truth, const Push& push) {
  std::vector<double> tangent(truth.result.size(), 0.0);
  for (std::size_t k = 0; k < truth.shapes.size(); ++k) {
    if (!push.has(k)) continue;
    const std::vector<double> direction = elements(cast<double>(constant(push.tangent<T>(k))));
    for (std::size_t o = 0; o < tangent.size(); ++o) {
      for (std::size_t i = 0; i < direction.size(); ++i) tangent[o] += truth.jacobian[k][o][i] * direction[i];
    }
  }
  return array(tangent, truth.result);
}

template <Real T>
Tensor<T> call(const rows::Call& op, const Mutation& mutation, const std::vector<Tensor<T>>& x,
               CallSite site = CallSite::current(), double tangent_factor = 1);

/// What stands on the tape.
struct Mutant {
  static constexpr OpTraits traits{.name = "mutant"};
  rows::Call op;
  Mutation mutation;
  double tangent_factor;
  auto operator()(const auto& x) const { return call(op, mutation, x, CallSite::current(), tangent_factor); }
};

/// The op with a broken rule. Its tangents are `tangent_factor` times the true ones.
template <Real T>
Tensor<T> call(const rows::Call& op, const Mutation& mutation, const std::vector<Tensor<T>>& x,
               CallSite site, double tangent_factor) {
  Inputs in(Mutant::traits.name, site, x);
  std::vector<Tensor<double>> plain;
  for (const Tensor<T>& input : x) plain.push_back(cast<double>(constant(input)));
  Tensor<double> value;
  auto truth = std::make_shared<Truth>();
  {
    Tape::Pause pause;
    value = op(plain);
    if (mutation.float_inside) {
      std::vector<Tensor<float>> narrow;
      for (const Tensor<double>& input : plain) narrow.push_back(cast<float>(input));
      value = cast<double>(op(narrow));
    }
    if (in) *truth = truth_of(op, plain);
  }
  Tensor<T> y = in.template output<T>(value.shape());
  std::copy_n(value.data(), value.size(), y.mutable_data());
  if (in) {
    in.record(
        y, Mutant{op, mutation, tangent_factor},
        adjoint_and_tangent(
            [mutation, truth](Sweep& sweep, const Tensor<T>& g) {
              const Arrays gradients = mutation.broken(*truth, elements(cast<double>(constant(g))));
              for (std::size_t k = 0; k < gradients.size(); ++k) {
                sweep.add(k, cast<T>(array(gradients[k], truth->shapes[k])));
              }
            },
            [truth, tangent_factor](const Push& push) { return cast<T>(pushed<T>(*truth, push) * tangent_factor); }));
  }
  return y;
}

/// Applies f to each gradient, its truth and its input's number.
template <class F>
auto each(F f) {
  return [f](const Truth& truth, const std::vector<double>& adjoint) {
    Arrays gradients = truth.pulled(adjoint);
    for (std::size_t k = 0; k < gradients.size(); ++k) f(gradients[k], truth, k);
    return gradients;
  };
}
/// Multiplies each element by factor(its value in x, the number of its input, the length of its input).
template <class F>
auto scaled(F factor) {
  return each([factor](std::vector<double>& gradient, const Truth& truth, std::size_t k) {
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] *= factor(truth.x[k][i], k, gradient.size());
  });
}

inline void transpose_last_axes(std::vector<double>& gradient, const Truth& truth, std::size_t k) {
  const Shape& shape = truth.shapes[k];
  if (shape.rank() < 2 || shape.size() == 0) return;
  const std::size_t rows = shape.back(1), columns = shape.back(0), matrix = rows * columns;
  const std::vector<double> right = gradient;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const std::size_t place = i % matrix;
    gradient[i - place + place % columns * rows + place / columns] = right[i];
  }
}

/// Only index 0 of the first axis of the result along which an input was broadcast is summed.
inline Arrays without_sum(const Truth& truth, const std::vector<double>& adjoint) {
  Arrays gradients = truth.pulled(adjoint);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    std::size_t inner = 1;
    for (std::size_t back = 0; back < truth.result.rank(); ++back) {
      const std::size_t length = truth.result.back(back);
      const bool broadcast = back >= truth.shapes[k].rank() || truth.shapes[k].back(back) == 1;
      if (broadcast && length > 1) {
        std::vector<double> part = adjoint;
        for (std::size_t o = 0; o < part.size(); ++o) part[o] = o / inner % length == 0 ? part[o] : 0;
        gradients[k] = truth.pulled(part)[k];
        break;
      }
      inner *= length;
    }
  }
  return gradients;
}

inline Arrays swapped(const Truth& truth, const std::vector<double>& adjoint) {
  Arrays gradients = truth.pulled(adjoint);
  if (gradients.size() > 1 && truth.shapes[0] == truth.shapes[1]) std::swap(gradients[0], gradients[1]);
  return gradients;
}

inline std::vector<Mutation> all() {
  static std::atomic<int> calls{0};
  const auto truly = [](const Truth& truth, const std::vector<double>& adjoint) { return truth.pulled(adjoint); };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {
      {"factor 2", Mistake::factor, scaled([](double, std::size_t, std::size_t) { return 2.0; })},
      {"off by 1e-4", Mistake::factor, scaled([](double, std::size_t, std::size_t) { return 1.0001; })},
      {"sign", Mistake::sign, scaled([](double, std::size_t, std::size_t) { return -1.0; })},
      {"mean", Mistake::mean, scaled([](double, std::size_t, std::size_t n) { return n > 4 ? 1.0 / double(n) : 1.0; })},
      {"dropped", Mistake::no_gradient, scaled([](double, std::size_t k, std::size_t) { return k == 0 ? 0.0 : 1.0; })},
      {"zero where x < 0", Mistake::some_elements,
       scaled([](double x, std::size_t, std::size_t) { return x < 0 ? 0.0 : 1.0; })},
      {"transposed", Mistake::transposed, each(transpose_last_axes)},
      {"reversed", Mistake::misplaced,
       each([](auto& gradient, const Truth&, std::size_t) { std::reverse(gradient.begin(), gradient.end()); })},
      {"no sum over a broadcast axis", Mistake::missing_sum, without_sum},
      {"swapped inputs", Mistake::wrong_input, swapped},
      {"only the first use", Mistake::use_not_counted,
       scaled([](double, std::size_t k, std::size_t) { return k == 0 ? 1.0 : 0.0; }), 1, true},
      {"adjoint ignored", Mistake::adjoint_ignored,
       [](const Truth& truth, const std::vector<double>& adjoint) {
         return truth.pulled(std::vector<double>(adjoint.size(), 1.0));
       }},
      {"a constant added", Mistake::not_linear,
       each([](auto& gradient, const Truth&, std::size_t) { for (double& v : gradient) v += 0.1; })},
      {"NaN in one element", Mistake::not_finite,
       each([nan](auto& gradient, const Truth&, std::size_t) { if (!gradient.empty()) gradient[0] = nan; })},
      {"other in every call", Mistake::depends_on_calls,
       each([](auto& gradient, const Truth&, std::size_t) { for (double& v : gradient) v += 0.01 * ++calls; })},
      {"wrong at second order", Mistake::second_order, truly, 2},
      {"float inside", Mistake::float_inside, truly, 1, false, true},
  };
}

}  // namespace mutants
