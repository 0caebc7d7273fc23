#include "tapegrad/gradcheck/sweep.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>

#include "gradcheck/objective.h"
#include "tapegrad/inspect/chart.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr double no_error = 1e-17;  // below what double can tell, so that it has a place on a logarithmic axis

double relative_error(double value, double exact) {
  const double off = std::abs(value - exact);
  return std::max(no_error, exact == 0 ? off : off / std::abs(exact));
}

}  // namespace

const GradcheckSweep::Method& GradcheckSweep::method(const std::string& name) const {
  for (const Method& m : methods) {
    if (m.name == name) return m;
  }
  std::string known;
  for (const Method& m : methods) known += (known.empty() ? "" : ", ") + m.name;
  throw Error("gradcheck_sweep: there is no method \"" + name + "\", only " + known);
}

double GradcheckSweep::best(const std::string& name) const {
  const std::vector<double>& errors = method(name).errors;
  return *std::min_element(errors.begin(), errors.end());
}

double GradcheckSweep::order(const std::string& name) const {
  const std::vector<double>& errors = method(name).errors;
  constexpr double longest = 0.11, rounding = 1e-13;  // beyond, other terms count, or rounding (which grows as 1 / h)
  std::vector<double> slopes;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto decade = std::find_if(steps.begin(), steps.end(), [&](double h) { return h <= steps[i] / 9.9; });
    const auto j = static_cast<std::size_t>(decade - steps.begin());
    if (steps[i] > longest || decade == steps.end() || errors[j] < rounding / steps[j]) continue;
    slopes.push_back(std::log10(errors[i] / errors[j]) / std::log10(steps[i] / steps[j]));
  }
  if (slopes.empty()) throw Error("gradcheck_sweep: too few steps below 0.1 to tell the order of \"" + name + "\"");
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  return *middle;
}

void GradcheckSweep::write_svg(const std::string& path, const std::string& title) const {
  Chart chart{title, "step", {}, true};
  for (const Method& m : methods) chart.series.push_back({m.name, steps, m.errors});
  write_file(path, svg(chart));
}

std::ostream& operator<<(std::ostream& out, const GradcheckSweep& sweep) {
  out << std::setw(12) << "step";
  for (const auto& m : sweep.methods) out << std::setw(15) << m.name;
  out << '\n' << std::setprecision(2) << std::scientific;
  for (std::size_t i = 0; i < sweep.steps.size(); ++i) {
    out << std::setw(12) << sweep.steps[i];
    for (const auto& m : sweep.methods) out << std::setw(15) << m.errors[i];
    out << '\n';
  }
  return out << std::defaultfloat << std::setprecision(6);
}

GradcheckSweep gradcheck_sweep_line(const std::function<double(double)>& line, double exact,
                                    const SweepOptions& options) {
  if (!(options.from > options.to) || !(options.to > 0) || options.per_decade < 1) {
    throw DomainError("gradcheck_sweep: steps must go down from .from to .to, above 0, with at least one a decade");
  }
  GradcheckSweep sweep;
  sweep.exact = exact;
  sweep.methods = {{"forward", {}}, {"central", {}}, {"extrapolated", {}}};
  const double center = line(0), factor = std::pow(10, -1.0 / options.per_decade);
  const auto central = [&](double h) { return (line(h) - line(-h)) / (2 * h); };
  for (double h = options.from; h >= options.to * 0.999; h *= factor) {
    const double slope = central(h);
    sweep.steps.push_back(h);
    sweep.methods[0].errors.push_back(relative_error((line(h) - center) / h, exact));
    sweep.methods[1].errors.push_back(relative_error(slope, exact));
    sweep.methods[2].errors.push_back(relative_error((4 * central(h / 2) - slope) / 3, exact));
  }
  return sweep;
}

GradcheckSweep gradcheck_sweep_all(const GradcheckFunction& f, const std::vector<Tensor<double>>& inputs,
                                   const SweepOptions& options) {
  checking::require_inputs("gradcheck_sweep", inputs);
  std::mt19937_64 generator(options.seed);
  const checking::Point point(inputs);
  const checking::Objective objective(f, point, checking::random_signed(f(point.x).shape(), generator), generator);
  const checking::Tensors gradient = objective.analytic();
  checking::Tensors direction;
  double exact = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    Tensor<double> v = checking::random_signed(point.x[k].shape(), generator);
    for (std::size_t i = 0; i < v.size(); ++i) {
      v.mutable_data()[i] *= std::max(1.0, std::abs(point.x[k].data()[i]));
      exact += v.data()[i] * gradient[k].data()[i];
    }
    direction.push_back(v);
  }
  const checking::Line line = objective.along(direction);
  return gradcheck_sweep_line([&](double t) { return line(t).value; }, exact, options);
}

void add_complex_step(GradcheckSweep& sweep, const std::function<std::complex<double>(std::complex<double>)>& f,
                      double x) {
  GradcheckSweep::Method complex{"complex step", {}};
  for (const double h : sweep.steps) complex.errors.push_back(relative_error(f({x, h}).imag() / h, sweep.exact));
  sweep.methods.push_back(std::move(complex));
}

}  // namespace tapegrad
