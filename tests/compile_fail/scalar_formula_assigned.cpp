// expect: formulas, which cannot be changed. Keep a scalar
#include <tapegrad/scalars/scalar.h>
void f(tapegrad::Scalar<double> a, tapegrad::Scalar<double> b) {
  auto s = a * b;
  s = s + a;
}
