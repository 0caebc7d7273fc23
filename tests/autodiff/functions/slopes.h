// Derivatives of functions of one number, by differences and by a tape: what the tests of functions of scalars share.
#pragma once
#include <tapegrad/scalars/scalar.h>

namespace slopes {
using namespace tapegrad;

/// Central differences with steps h, h/2, h/4, ..., extrapolated (Ridders 1982): about 1e-11 in double.
template <class F>
double difference(F f, double x) {
  constexpr int rows = 6;
  double table[rows][rows];
  double h = 0.02;
  for (int i = 0; i < rows; ++i, h /= 2) {
    table[i][0] = (f(x + h) - f(x - h)) / (2 * h);
    double power = 4;
    for (int j = 1; j <= i; ++j, power *= 4) {
      table[i][j] = table[i][j - 1] + (table[i][j - 1] - table[i - 1][j - 1]) / (power - 1);
    }
  }
  return table[rows - 1][rows - 1];
}

/// The derivative of f, a function of a scalar, by a sweep.
template <Real T, class F>
T slope(F f, T x) {
  Tape tape;
  const Scalar<T> s = variable(x);
  return tape.backward(Scalar<T>(f(s)))[s];
}

using D = Dual<double>;
using DD = Dual<D>;

}  // namespace slopes
