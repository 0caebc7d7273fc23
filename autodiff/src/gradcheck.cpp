#include "tapegrad/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <ostream>
#include <random>

#include "tapegrad/tape.h"

namespace tapegrad {
namespace {

using Inputs = std::vector<Tensor<double>>;

Tensor<double> random_signed(const Shape& shape, std::mt19937_64& generator) {
  Tensor<double> x = Tensor<double>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double u = static_cast<double>(generator() >> 11) * 0x1p-53;
    x.mutable_data()[i] = (u < 0.5 ? -1 : 1) * (0.5 + u);
  }
  return x;
}

// Zeros where the input was never read, or the result is a constant.
Tensor<double> gradient_or_zeros(Tape& tape, const Tensor<double>& y, const Tensor<double>& x,
                                 const BackwardOptions<double>& options = {}) {
  if (!tape.contains(x) || !tape.contains(y)) return Tensor<double>::full(x.shape(), 0);
  return tape.gradient(y, x, options);
}

// d sum(f(x) c) / dx for every input.
Inputs analytic_gradients(const GradcheckFunction& f, const Inputs& x, const Tensor<double>& cotangent) {
  Tape tape;
  const Tensor<double> y = sum(f(x) * cotangent);
  Inputs result;
  for (const Tensor<double>& input : x) result.push_back(constant(gradient_or_zeros(tape, y, input)));
  return result;
}

Inputs as_variables(const Inputs& x) {
  Inputs result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::string name = label(x[i]);
    result.push_back(variable(constant(x[i]), name.empty() ? "input " + std::to_string(i) : name));
  }
  return result;
}

void compare(const GradcheckFunction& f, const Inputs& inputs, int order, const Tensor<double>& cotangent,
             const GradcheckOptions& options, GradcheckReport& report) {
  Inputs x = inputs;
  const Inputs analytic = analytic_gradients(f, x, cotangent);
  auto total = [&] {
    const Tensor<double> y = f(x);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y.data()[i] * cotangent.data()[i];
    return sum;
  };
  const double root = std::cbrt(std::numeric_limits<double>::epsilon());
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t i = 0; i < x[k].size(); ++i) {
      const double old = x[k].data()[i], h = root * std::max(1.0, std::abs(old)), up = old + h, down = old - h;
      x[k].overwrite()[i] = up;
      const double above = total();
      x[k].overwrite()[i] = down;
      const double below = total();
      x[k].overwrite()[i] = old;
      GradcheckEntry entry{order, label(x[k]), i, analytic[k].data()[i], (above - below) / (up - down), 0};
      // what rounding of the two values alone can do to the quotient
      const double rounding = 8 * std::numeric_limits<double>::epsilon() * (std::abs(above) + std::abs(below)) / (up - down);
      const double allowed = options.absolute + rounding +
                             options.relative * std::max(std::abs(entry.analytic), std::abs(entry.numeric));
      entry.error = std::abs(entry.analytic - entry.numeric) / allowed;
      if (!std::isfinite(entry.error)) entry.error = std::numeric_limits<double>::infinity();
      report.entries.push_back(entry);
    }
  }
}

// x -> d sum(f(x) c) / dx[k], recorded where a tape records.
GradcheckFunction gradient_of(const GradcheckFunction& f, const Tensor<double>& cotangent, std::size_t k) {
  return [f, cotangent, k](const Inputs& x) {
    auto differentiate = [&](Tape& tape) {
      const Tensor<double> y = sum(f(x) * cotangent);
      return gradient_or_zeros(tape, y, x[k], {.create_graph = true});
    };
    if (Tape* tape = Tape::current()) return differentiate(*tape);
    Tape tape;
    return constant(differentiate(tape));
  };
}

// Compares f with differences, then the gradients of f with theirs, and so on up to the order asked for.
void check(const GradcheckFunction& f, const Inputs& inputs, int order, const GradcheckOptions& options,
           std::mt19937_64& generator, GradcheckReport& report) {
  const Tensor<double> cotangent = random_signed(f(inputs).shape(), generator);
  compare(f, inputs, order, cotangent, options, report);
  if (order == options.order) return;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check(gradient_of(f, cotangent, k), inputs, order + 1, options, generator, report);
  }
}

}  // namespace

GradcheckReport gradcheck_all(const GradcheckFunction& f, const Inputs& inputs, const GradcheckOptions& options) {
  if (Tape::current()) throw TapeError("gradcheck: a tape records on this thread. Call it outside, or in a Tape::Pause");
  if (options.order < 1) throw DomainError("gradcheck: order must be at least 1, but is " + std::to_string(options.order));
  std::mt19937_64 generator(options.seed);
  GradcheckReport report;
  check(f, as_variables(inputs), 1, options, generator, report);
  return report;
}

bool GradcheckReport::passed() const {
  return std::all_of(entries.begin(), entries.end(), [](const GradcheckEntry& e) { return e.error <= 1; });
}

const GradcheckEntry& GradcheckReport::worst() const {
  if (entries.empty()) throw Error("gradcheck: the inputs have no elements to compare");
  return *std::max_element(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.error < b.error; });
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  std::vector<GradcheckEntry> sorted = report.entries;
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.error > b.error; });
  out << "order  input         index        analytic         numeric   error / allowed\n" << std::setprecision(9);
  for (std::size_t i = 0; i < std::min<std::size_t>(10, sorted.size()); ++i) {
    const GradcheckEntry& e = sorted[i];
    out << std::setw(5) << e.order << "  " << std::left << std::setw(12) << e.input << std::right << std::setw(7)
        << e.index << std::setw(16) << e.analytic << std::setw(16) << e.numeric << std::setw(18) << e.error << '\n';
  }
  return out << (report.passed() ? "passed: " : "FAILED: ") << sorted.size() << " gradients compared\n";
}

}  // namespace tapegrad
