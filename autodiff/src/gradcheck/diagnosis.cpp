#include "gradcheck/diagnosis.h"

#include <algorithm>
#include <cmath>

#include "gradcheck/consistency.h"
#include "gradcheck/patterns.h"

namespace tapegrad::checking {
namespace {

std::vector<double> elements(const Tensor<double>& x) { return {x.data(), x.data() + x.size()}; }

// Lengths that a mean may have divided by: of axes and of whole arrays, without 1.
std::vector<std::size_t> lengths(const Objective& objective, const Shape& result) {
  std::vector<std::size_t> list;
  const auto add = [&](const Shape& shape) {
    list.push_back(shape.size());
    for (std::size_t axis : shape) list.push_back(axis);
  };
  add(result);
  for (const Tensor<double>& x : objective.point().x) add(x.shape());
  std::erase_if(list, [](std::size_t n) { return n < 2; });
  return list;
}

// The gradient of another input, or the same numbers under another name.
Found wrong_input(const Suspect& s, const std::vector<Suspect>& all, const Point& point) {
  for (const Suspect& other : all) {
    if (other.k != s.k && alike(s.analytic, other.numeric)) {
      return GradcheckDiagnosis{Mistake::wrong_input, "", "the gradient of the wrong input: it is that of " +
                                                              point.names[other.k]};
    }
  }
  return {};
}

Found adjoint_ignored(const Suspect& s, const Jacobian& jacobian) {
  if (jacobian.result().size() < 2) return {};
  if (!alike(s.analytic, jacobian.pulled(s.k, std::vector<double>(jacobian.result().size(), 1)))) return {};
  return GradcheckDiagnosis{Mistake::adjoint_ignored, "",
                            "the gradient for an adjoint of ones: the rule does not multiply by the one it is given"};
}

// One slice of the sum over an axis of the result.
Found missing_sum(const Suspect& s, const Jacobian& jacobian, const Tensor<double>& cotangent) {
  const Shape& shape = jacobian.result();
  std::size_t inner = 1;
  for (std::size_t axis = shape.rank(); axis-- > 0; inner *= shape[axis]) {
    if (shape[axis] < 2) continue;
    for (const std::size_t place : {std::size_t(0), shape[axis] - 1}) {
      std::vector<double> weights = elements(cotangent);
      for (std::size_t i = 0; i < weights.size(); ++i) {
        if (i / inner % shape[axis] != place) weights[i] = 0;
      }
      if (!alike(s.analytic, jacobian.pulled(s.k, weights))) continue;
      return GradcheckDiagnosis{Mistake::missing_sum, "",
                                "missing sum over axis " + std::to_string(axis) +
                                    " of the result: only what comes from index " + std::to_string(place) +
                                    " is counted"};
    }
  }
  return {};
}

// From the plain to what needs the whole Jacobian, and those that nearly anything fits last.
Found first_match(const Suspect& s, const std::vector<Suspect>& all, const Objective& objective,
                  const Jacobian& jacobian, const std::vector<GradcheckEntry>& entries) {
  const std::vector<std::size_t> ns = lengths(objective, objective.cotangent().shape());
  if (Found f = not_finite(s)) return f;
  if (Found f = at_kinks(s, entries)) return f;
  if (Found f = zero(s)) return f;
  if (Found f = plain_factor(s, ns)) return f;
  if (Found f = wrong_input(s, all, objective.point())) return f;
  if (Found f = transposed(s)) return f;
  if (jacobian) {
    if (Found f = adjoint_ignored(s, jacobian)) return f;
    if (Found f = missing_sum(s, jacobian, objective.cotangent())) return f;
  }
  if (Found f = any_factor(s)) return f;
  if (Found f = misplaced(s)) return f;
  if (Found f = some_elements(s)) return f;
  return GradcheckDiagnosis{Mistake::unknown, "", "wrong, with no pattern that is known"};
}

}  // namespace

std::vector<Suspect> suspects(const Objective& objective, const std::vector<GradcheckEntry>& entries) {
  std::vector<Suspect> list;
  std::size_t next = 0;
  const Tensors& x = objective.point().x;
  for (std::size_t k = 0; k < x.size(); ++k) {
    Suspect s{.k = k, .analytic = {}, .numeric = {}, .x = elements(x[k]), .failed = {}, .shape = x[k].shape()};
    for (std::size_t i = 0; i < x[k].size(); ++i, ++next) {
      s.analytic.push_back(entries[next].undecided() ? 0 : entries[next].analytic);
      s.numeric.push_back(entries[next].undecided() ? 0 : entries[next].numeric);
      s.failed.push_back(entries[next].wrong());
    }
    list.push_back(std::move(s));
  }
  return list;
}

Jacobian::Jacobian(const Objective& objective) : result_(objective.cotangent().shape()) {
  constexpr std::size_t most_elements = 1000, most_derivatives = 1'000'000;
  const std::size_t count = objective.point().elements();
  known_ = count <= most_elements && count * result_.size() <= most_derivatives;
  if (!known_) return;
  const Tensors& x = objective.point().x;
  for (std::size_t k = 0; k < x.size(); ++k) {
    auto& columns = columns_.emplace_back();
    for (std::size_t i = 0; i < x[k].size(); ++i) {
      const double h = 0x1p-10 * std::max(1.0, std::abs(x[k].data()[i]));
      const auto slope = [&](double step) {
        const Tensor<double> above = moved(objective.function(), x, k, i, step);
        return (constant(above) - constant(moved(objective.function(), x, k, i, -step))) / (2 * step);
      };
      const Tensor<double> column = (slope(h) * 4 - slope(2 * h)) / 3;
      columns.push_back(elements(column));
    }
  }
}

std::vector<double> Jacobian::pulled(std::size_t k, const std::vector<double>& weights) const {
  std::vector<double> gradient;
  for (const std::vector<double>& column : columns_[k]) {
    double sum = 0;
    for (std::size_t i = 0; i < column.size(); ++i) sum += column[i] * weights[i];
    gradient.push_back(sum);
  }
  return gradient;
}

std::vector<GradcheckDiagnosis> diagnose(const Objective& objective, const std::vector<GradcheckEntry>& entries,
                                         int order) {
  std::vector<GradcheckDiagnosis> list;
  if (order > 1) {
    list.push_back({Mistake::second_order, "",
                    "order " + std::to_string(order) + " is wrong while order " + std::to_string(order - 1) +
                        " is right: a rule is not written in ops that can be recorded, or holds values as constants"});
  }
  const std::vector<Suspect> all = suspects(objective, entries);
  const Jacobian jacobian(objective);
  std::size_t first = 0;
  for (const Suspect& s : all) {
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<GradcheckEntry> own(begin, begin + static_cast<std::ptrdiff_t>(s.x.size()));
    first += s.x.size();
    if (std::none_of(s.failed.begin(), s.failed.end(), [](bool failed) { return failed; })) continue;
    GradcheckDiagnosis diagnosis = *first_match(s, all, objective, jacobian, own);
    diagnosis.input = objective.point().names[s.k];
    list.push_back(std::move(diagnosis));
  }
  return list;
}

}  // namespace tapegrad::checking
