// The error of differences against their step, as data and as a picture: why no single step is good for all.
#pragma once
#include <complex>
#include <concepts>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "tapegrad/functions/functions.h"
#include "tapegrad/gradcheck/function.h"

namespace tapegrad {

struct SweepOptions {
  double from = 1, to = 1e-14;  ///< the largest and the smallest step, as a part of max(1, |x|)
  int per_decade = 4;
  std::uint64_t seed = 1;       ///< of the cotangent and the direction
};

/// Relative errors of a slope computed in several ways at many steps.
struct GradcheckSweep {
  struct Method {
    std::string name;            ///< "forward", "central", "extrapolated", "complex step"
    std::vector<double> errors;  ///< one a step; 1e-17 stands for none
  };
  double exact = 0;  ///< the slope that they are compared with: the tape's, or that of dual numbers
  std::vector<double> steps;
  std::vector<Method> methods;

  /// Throws Error for a method that is not there.
  const Method& method(const std::string& name) const;
  /// The smallest error of a method.
  double best(const std::string& name) const;
  /// How fast the error falls with the step, in decades a decade, where rounding does not count: 1 for forward
  /// differences, 2 for central, 4 for extrapolated ones; near 0 where the exact slope is wrong. Throws Error when no
  /// two steps below 0.1 are a decade apart.
  double order(const std::string& name) const;
  /// An SVG picture with logarithmic axes. The file is whole or absent.
  void write_svg(const std::string& path, const std::string& title = "error of a slope against the step") const;
};
/// One row a step.
std::ostream& operator<<(std::ostream& out, const GradcheckSweep& sweep);

/// The sweep of a function along a line, t -> value, whose slope at 0 is `exact`.
GradcheckSweep gradcheck_sweep_line(const std::function<double(double)>& line, double exact,
                                    const SweepOptions& options = {});
/// Along a random direction through all inputs, against the gradient of the tape. Throws what gradcheck throws.
GradcheckSweep gradcheck_sweep_all(const GradcheckFunction& f, const std::vector<Tensor<double>>& inputs,
                                   const SweepOptions& options = {});
/// Adds the complex step, Im f(x + i h) / h (Squire and Trapp 1998), which subtracts nothing.
void add_complex_step(GradcheckSweep& sweep, const std::function<std::complex<double>(std::complex<double>)>& f,
                      double x);

/// gradcheck_sweep(f, {x, w}), f as for gradcheck.
template <class F>
GradcheckSweep gradcheck_sweep(F f, const GradcheckInputs<double>& inputs, const SweepOptions& options = {}) {
  return gradcheck_sweep_all(gradcheck_function<double>(std::move(f)), inputs.tensors, options);
}
/// gradcheck_sweep([](auto x) { return exp(sin(x)); }, 0.7): a function of one number, generic, so that it is called
/// with double, with Dual for the exact slope, and with std::complex for the complex step. Write using std::exp in it.
template <class F, std::floating_point X>
GradcheckSweep gradcheck_sweep(F f, X x, const SweepOptions& options = {}) {
  using D = Dual<double, 1>;
  const double exact = f(D::template input<0>(x)).template along<0>();
  GradcheckSweep sweep = gradcheck_sweep_line([f, x](double t) { return f(double(x) + t); }, exact, options);
  add_complex_step(sweep, f, x);
  return sweep;
}

}  // namespace tapegrad
