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

// Where the gradient itself scatters by as much as it is off, digits cancel in it: no rule is to blame.
void excuse_lost_gradients(std::vector<GradcheckEntry>& entries, double noise) {
  for (GradcheckEntry& e : entries) {
    if (!e.wrong() || !(10 * noise > std::abs(e.analytic - e.numeric))) continue;
    e.verdict = GradcheckVerdict::undecided;
    e.error = 0;
    e.reason = "the gradient itself scatters by " + number(noise) +
               " between points nearby: digits cancel in it. Write the function so that they do not, or move the point";
  }
}

// Compares along directions or elements; elements too where directions do not agree. False where one is wrong.
bool compare(Objective& objective, const Tensors& analytic, int order, std::mt19937_64& generator,
             GradcheckReport& report) {
  std::vector<GradcheckEntry> entries;
  if (report.options.fast) entries = compare_directions(objective, analytic, order, report.options, generator);
  if (!report.options.fast || !all_passed(entries)) {
    entries = compare_elements(objective, analytic, order, report.options);
  }
  if (!all_passed(entries) && objective.count_rounding_of_ops()) {
    entries = compare_elements(objective, analytic, order, report.options);
  }
  if (any_wrong(entries)) excuse_lost_gradients(entries, objective.gradient_noise(generator));
  note_kinks(entries, report);
  report.entries.insert(report.entries.end(), entries.begin(), entries.end());
  const bool wrong = any_wrong(entries);
  if (wrong && report.options.search) {
    for (GradcheckDiagnosis& diagnosis : diagnose(objective, entries, order)) {
      report.diagnoses.push_back(std::move(diagnosis));
    }
  }
  return !wrong;
}

// f, then the gradients of f, and so on. Stops at the first order that is wrong: those above mean nothing.
bool compare_from(const GradcheckFunction& f, const Point& point, int order, const Tensor<double>& cotangent,
                  std::mt19937_64& generator, GradcheckReport& report) {
  Objective objective(f, point, cotangent, generator);
  const Tensors analytic = objective.analytic();
  if (order == 1 && !check_consistency(objective, analytic, generator, report)) return false;
  if (!compare(objective, analytic, order, generator, report)) {
    if (order < report.options.order) {
      report.notes.push_back("order " + std::to_string(order) + " is wrong, so higher orders were not checked");
    }
    return false;
  }
  bool right = true;
  for (std::size_t k = 0; right && order < report.options.order && k < point.x.size(); ++k) {
    right = compare_from(gradient_of(f, cotangent, k), point, order + 1, random_signed(point.x[k].shape(), generator),
                         generator, report);
  }
  return right;
}

// Noise that comes from no op is told in a note.
void excuse_noise(const GradcheckFunction& f, const Point& point, GradcheckReport& report) {
  const auto noise = std::ranges::find_if(report.findings, [](const GradcheckDiagnosis& d) {
    return d.mistake == Mistake::float_inside && d.input.empty();
  });
  if (noise == report.findings.end() || noise_has_a_source(f, point, report.options)) return;
  report.notes.push_back(noise->sentence.substr(0, noise->sentence.find(':')) +
                         ". Those of no op do when it is called alone: digits cancel between ops. The error bars of "
                         "the differences know of it");
  report.findings.erase(noise);
}

// All rules are right: is it that the tape has not seen all of f?
void look_for_cuts(const GradcheckFunction& f, const Point& point, GradcheckReport& report) {
  if (report.diagnosed(Mistake::depends_on_calls) || report.diagnosed(Mistake::float_inside)) return;
  const Recorded<double> recorded([&] { return f(point.x); }, point.x);
  const CallMoved<double> call_moved = [&](std::size_t k, const Tensor<double>& value) {
    Tensors there = point.x;
    there[k] = variable(value, point.names[k], CallSite{});
    return f(there);
  };
  for (GradcheckDiagnosis& cut : uses_not_counted(recorded, call_moved, point, report.options)) {
    report.diagnoses.push_back(std::move(cut));
  }
}

// The ops that can be judged are right, and the tape has all of f: what is off may be what could not be judged.
void excuse_undecided_op(const std::string& op, GradcheckReport& report) {
  if (report.diagnosed(Mistake::use_not_counted)) return;
  for (GradcheckEntry& e : report.entries) {
    if (!e.wrong()) continue;
    e.verdict = GradcheckVerdict::undecided;
    e.error = 0;
    e.reason = "the differences disagree, but no op is wrong by itself, and " + op +
               " is undecided: it may change faster than any step shows. Move the point, or check that op";
  }
  report.diagnoses.clear();
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
  excuse_noise(f, point, report);
  if (!report.wrong() || !report.options.search) return;
  Search search = find_guilty(f, point, report.options);
  report.guilty = std::move(search.guilty);
  if (report.guilty) return;
  look_for_cuts(f, point, report);
  if (!search.undecided.empty()) excuse_undecided_op(search.undecided, report);
}

}  // namespace tapegrad::checking
