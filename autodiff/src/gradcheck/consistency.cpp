#include "gradcheck/consistency.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "tapegrad/engine/linearization.h"

namespace tapegrad::checking {
using namespace engine;
namespace {

bool same_bits(const Tensor<double>& a, const Tensor<double>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// The input whose gradients differ most, and by how much.
struct Difference {
  std::size_t input = 0;
  double most = 0;
};
Difference largest_difference(const Tensors& a, const Tensors& b) {
  Difference largest;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double d = distance(a[k], b[k]);
    if (d > largest.most) largest = {k, d};
  }
  return largest;
}

// The sum of a b; the largest term is kept in `size`.
double dot(const Tensor<double>& a, const Tensor<double>& b, double& size) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double term = a.data()[i] * b.data()[i];
    total += term;
    size = std::max(size, std::abs(term));
  }
  return total;
}

}  // namespace

std::string number(double value) {
  std::ostringstream out;
  out.precision(6);
  out << value + 0.0;  // -0 is 0
  return out.str();
}

std::optional<GradcheckDiagnosis> changes_between_calls(const Objective& objective, const Tensors& analytic) {
  const Point& point = objective.point();
  const Tensor<double> first = objective.function()(point.x), second = objective.function()(point.x);
  if (!same_bits(first, second)) {
    return GradcheckDiagnosis{Mistake::depends_on_calls, "",
                              "two calls with the same inputs differ by up to " + number(distance(first, second)) +
                                  ": the function draws random numbers or depends on earlier calls. Differences mean "
                                  "nothing then: give it a generator that starts anew in every call"};
  }
  const Tensors repeated = objective.analytic();
  for (std::size_t k = 0; k < repeated.size(); ++k) {
    if (same_bits(repeated[k], analytic[k])) continue;
    return GradcheckDiagnosis{Mistake::depends_on_calls, point.names[k],
                              "two backward sweeps of the same function differ by up to " +
                                  number(distance(repeated[k], analytic[k])) +
                                  ": a rule draws random numbers or depends on earlier calls"};
  }
  return {};
}

std::optional<GradcheckDiagnosis> noise_of_float(const Objective& objective, const GradcheckOptions& options) {
  const double noise = objective.noise();
  constexpr double too_much = 1e-3;  // for digits of any type: the elements are undecided
  if (!(noise > options.noise) || noise > too_much) return {};
  const bool like_float = noise > 1e-9 && noise < 1e-5;
  return GradcheckDiagnosis{
      Mistake::float_inside, "",
      "the values scatter by " + number(noise) + " of their size, where double has 1e-16: the function " +
          (like_float ? "computes with float inside, or cancels digits" : "loses digits or jumps") +
          ". Set .noise in the options if that is meant"};
}

std::optional<GradcheckDiagnosis> not_linear(const Objective& objective, const Tensors& analytic,
                                             const Tolerance& tolerance, std::mt19937_64& generator) {
  const Point& point = objective.point();
  if (!finite(analytic)) return {};  // the comparison says so
  const Tensor<double>& c = objective.cotangent();
  const Tensors none = gradients(objective.function(), point.x, Tensor<double>::full(c.shape(), 0));
  for (std::size_t k = 0; k < none.size(); ++k) {
    if (largest(none[k]) == 0) continue;
    return GradcheckDiagnosis{Mistake::not_linear, point.names[k],
                              "the gradient is not 0 for an adjoint of zeros, but up to " + number(largest(none[k])) +
                                  ": a rule does not multiply by the adjoint of its result"};
  }
  const Tensor<double> other = random_signed(c.shape(), generator);
  const Tensors second = gradients(objective.function(), point.x, other);
  const Tensors both = gradients(objective.function(), point.x, c + other * 2);
  Tensors expected;
  for (std::size_t k = 0; k < both.size(); ++k) expected.push_back(analytic[k] + second[k] * 2);
  if (!finite(second) || !finite(expected)) return {};  // overflow
  const Difference difference = largest_difference(both, expected);
  if (difference.most <= 2 * tolerance(largest(analytic), 2 * largest(second))) return {};
  if (difference.most <= 100 * objective.gradient_noise(generator)) return {};  // digits cancel in it
  return GradcheckDiagnosis{Mistake::not_linear, point.names[difference.input],
                            "the gradient for the sum of two adjoints is not the sum of their gradients; it is off "
                            "by " + number(difference.most) + ": a rule is not linear in the adjoint of its result"};
}

std::optional<GradcheckDiagnosis> recorded_differs(const Objective& objective, const Tensors& analytic,
                                                   const Tolerance& tolerance) {
  const Point& point = objective.point();
  const Tensors recorded = gradients(objective.function(), point.x, objective.cotangent(), true);
  const Difference difference = largest_difference(recorded, analytic);
  if (difference.most <= tolerance(largest(analytic), 0) || !finite(analytic)) return {};
  return GradcheckDiagnosis{Mistake::second_order, point.names[difference.input],
                            "with create_graph the gradient itself differs by " + number(difference.most) +
                                ": a rule does something else when it is recorded"};
}

std::optional<GradcheckDiagnosis> modes_differ(const Objective& objective, const Tensors& analytic,
                                               const Tolerance& tolerance, std::mt19937_64& generator) {
  if (!finite(analytic)) return {};
  Linearization at("gradcheck", CallSite{});
  Tensors inputs;
  for (const Tensor<double>& x : objective.point().x) inputs.push_back(at.add_input(x));
  at.add_result(objective.function()(inputs));
  if (!at.end()) return {};  // a constant
  Linearization::Nodes tangents;
  double backward = 0, size = 0;
  for (const Tensor<double>& gradient : analytic) {
    Tensor<double> u = random_signed(gradient.shape(), generator);
    backward += dot(u, gradient, size);
    tangents.emplace_back(u.take_node());
  }
  Node* tangent = at.push(tangents)[0].release();
  double forward = 0;
  if (tangent) forward = dot(Tensor<double>(tangent), objective.cotangent(), size);
  if (std::abs(forward - backward) <= tolerance(size, 0) || std::isinf(size)) return {};
  if (std::abs(forward - backward) <= 100 * objective.gradient_noise(generator)) return {};  // digits cancel in it
  return GradcheckDiagnosis{Mistake::modes_differ, "",
                            "forward mode and reverse mode disagree: <J u, v> is " + number(forward) +
                                ", but <u, J^T v> is " + number(backward) + " for random u and v"};
}

}  // namespace tapegrad::checking
