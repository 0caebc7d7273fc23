#include "gradcheck/check.h"

#include <algorithm>
#include <cmath>

#include "gradcheck/consistency.h"
#include "gradcheck/diagnosis.h"
#include "gradcheck/recorded.h"
#include "gradcheck/verdict.h"

namespace tapegrad::checking {
namespace {

// What holds of every right gradient, at first order. False where comparing goes on to mean nothing.
bool check_consistency(const Objective& objective, const Tensors& analytic, std::mt19937_64& generator,
                       GradcheckReport& report) {
  const auto add = [&](std::optional<GradcheckDiagnosis> finding) {
    if (finding) report.findings.push_back(std::move(*finding));
    return !finding;
  };
  if (!add(changes_between_calls(objective, analytic))) return false;
  add(noise_of_float(objective, report.options));
  const Tolerance tolerance{std::max(1e-9, 1e3 * objective.noise()), report.options.absolute};
  add(not_linear(objective, analytic, tolerance, generator));
  if (report.options.forward) {
    try {
      add(modes_differ(objective, analytic, tolerance, generator));
    } catch (const MissingRuleError& missing) {
      report.notes.push_back("forward mode was not compared: " + std::string(missing.what()));
    }
  }
  if (report.options.order > 1) add(recorded_differs(objective, analytic, tolerance));
  return true;
}

void note_kinks(const std::vector<GradcheckEntry>& entries, GradcheckReport& report) {
  for (const GradcheckEntry& e : entries) {
    if (!e.kink || !e.passed()) continue;
    const bool jump = !std::isfinite(e.kink->left) || !std::isfinite(e.kink->right);
    report.notes.push_back(std::string(jump ? "jump" : "kink") + " at " + e.input + " [" + std::to_string(e.index) +
                           "]" + (e.input == "random direction" ? "" : " = " + number(e.x)) + ": slope " +
                           number(e.kink->left) + " on the left, " + number(e.kink->right) +
                           " on the right; the gradient " + number(e.analytic) + " is taken for right");
  }
}

// Compares along directions or elements; elements too where a diagnosis needs them.
bool compare(const Objective& objective, const Tensors& analytic, int order, std::mt19937_64& generator,
             GradcheckReport& report) {
  std::vector<GradcheckEntry> entries;
  if (report.options.fast) entries = compare_directions(objective, analytic, order, report.options, generator);
  if (!report.options.fast || !all_passed(entries)) {
    entries = compare_elements(objective, analytic, order, report.options);
  }
  note_kinks(entries, report);
  report.entries.insert(report.entries.end(), entries.begin(), entries.end());
  const bool passed = all_passed(entries);
  if (!passed && report.options.search) {
    for (GradcheckDiagnosis& diagnosis : diagnose(objective, entries, order)) {
      report.diagnoses.push_back(std::move(diagnosis));
    }
  }
  return passed;
}

// f, then the gradients of f, and so on. Stops at the first order that is wrong: those above mean nothing.
bool compare_from(const GradcheckFunction& f, const Point& point, int order, const Tensor<double>& cotangent,
                  std::mt19937_64& generator, GradcheckReport& report) {
  const Objective objective(f, point, cotangent, generator);
  const Tensors analytic = objective.analytic();
  if (order == 1 && !check_consistency(objective, analytic, generator, report)) return false;
  if (!compare(objective, analytic, order, generator, report)) {
    if (order < report.options.order) {
      report.notes.push_back("order " + std::to_string(order) + " failed, so higher orders were not checked");
    }
    return false;
  }
  bool passed = true;
  for (std::size_t k = 0; passed && order < report.options.order && k < point.x.size(); ++k) {
    passed = compare_from(gradient_of(f, cotangent, k), point, order + 1, random_signed(point.x[k].shape(), generator),
                          generator, report);
  }
  return passed;
}

// All rules are right: is it that the tape has not seen all of f?
void look_for_cuts(const GradcheckFunction& f, const Point& point, GradcheckReport& report) {
  if (report.diagnosed(Mistake::depends_on_calls) || report.diagnosed(Mistake::float_inside)) return;
  const Recorded<double> recorded([&] { return f(point.x); }, point.x);
  const CallMoved<double> call_moved = [&](std::size_t k, const Tensor<double>& value) {
    Tensors there = point.x;
    there[k] = variable(value, point.names[k]);
    return f(there);
  };
  for (GradcheckDiagnosis& cut : uses_not_counted(recorded, call_moved, point, report.options)) {
    report.diagnoses.push_back(std::move(cut));
  }
}

}  // namespace

void compare_orders(const GradcheckFunction& f, const Point& point, const Tensor<double>& cotangent,
                    std::mt19937_64& generator, GradcheckReport& report) {
  compare_from(f, point, 1, cotangent, generator, report);
}

void check(const GradcheckFunction& f, const Point& point, GradcheckReport& report) {
  std::mt19937_64 generator(report.options.seed);
  const Tensor<double> y = f(point.x);
  if (!y) throw ShapeError("gradcheck: the function returned an empty tensor, one without an array");
  for (std::size_t k = 0; k < point.x.size(); ++k) {
    if (finite(point.x[k])) continue;
    report.findings.push_back(
        {Mistake::undecided, point.names[k], "the input holds a NaN or infinity: nothing can be compared"});
    return;
  }
  if (!finite(y)) {
    report.findings.push_back(
        {Mistake::undecided, "", "the value is NaN or infinite at this point: nothing can be compared"});
    return;
  }
  compare_orders(f, point, random_signed(y.shape(), generator), generator, report);
  if (report.passed() || !report.options.search) return;
  report.guilty = find_guilty(f, point, report.options);
  if (!report.guilty) look_for_cuts(f, point, report);
}

}  // namespace tapegrad::checking
