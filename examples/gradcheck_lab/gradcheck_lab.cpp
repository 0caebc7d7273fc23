// Five ways to a gradient side by side: finite differences, complex step, dual numbers and reverse mode, with their
// errors and costs, as a table and as a picture.
//   gradcheck_lab                 all functions, no pictures
//   gradcheck_lab waves           one of them
//   gradcheck_lab waves folder    also writes folder/waves.svg: error against step
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include <tapegrad/autodiff.h>
#include <tapegrad/functions/functions.h>
#include <tapegrad/gradcheck/sweep.h>

#include "functions.h"

using namespace tapegrad;

namespace {

using Gradient = Point<double>;
constexpr Point<double> at{0.7, -0.3, 1.2, 0.4};

template <class F>
Gradient complex_step(const F& f, double h) {
  Gradient g;
  for (std::size_t i = 0; i < inputs; ++i) {
    Point<std::complex<double>> z;
    for (std::size_t k = 0; k < inputs; ++k) z[k] = {at[k], k == i ? h : 0};
    g[i] = f(z).imag() / h;
  }
  return g;
}

template <class F>
Gradient differences(const F& f, double h, bool central) {
  Gradient g;
  const double center = f(at);
  for (std::size_t i = 0; i < inputs; ++i) {
    Point<double> above = at, below = at;
    above[i] += h;
    below[i] -= h;
    g[i] = central ? (f(above) - f(below)) / (2 * h) : (f(above) - center) / h;
  }
  return g;
}

template <class F>
Gradient extrapolated(const F& f, double h) {
  const Gradient wide = differences(f, h, true), narrow = differences(f, h / 2, true);
  Gradient g;
  for (std::size_t i = 0; i < inputs; ++i) g[i] = (4 * narrow[i] - wide[i]) / 3;
  return g;
}

template <class F>
Gradient dual_numbers(const F& f) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    using D = Dual<double, inputs>;
    const D y = f(Point<D>{D::template input<i>(at[i])...});
    return Gradient{y.template along<i>()...};
  }(std::make_index_sequence<inputs>());
}

template <class F>
Gradient reverse_mode(const F& f) {
  Tape tape;
  Point<Scalar<double>> x;
  for (std::size_t i = 0; i < inputs; ++i) x[i] = variable(at[i]);
  const Gradients found = tape.backward(f(x));
  Gradient g;
  for (std::size_t i = 0; i < inputs; ++i) g[i] = found[x[i]];
  return g;
}

double worst_error(const Gradient& g, const Exact& exact) {
  long double worst = 0;
  for (std::size_t i = 0; i < inputs; ++i) worst = std::max(worst, std::abs((g[i] - exact[i]) / exact[i]));
  return static_cast<double>(worst);
}

double microseconds(const std::function<Gradient()>& method) {
  using Clock = std::chrono::steady_clock;
  constexpr int times = 2000;
  double best = 1e9, sum = 0;
  for (int round = 0; round < 5; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i) sum += method()[0];
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - start).count() / times);
  }
  return sum == 1 ? 0 : best;  // the sum is used, so that no call is left out
}

template <class F>
bool show(const std::string& name, const F& f, const Exact& exact, const std::string& folder) {
  std::printf("%s\n  %-28s %12s %14s %12s\n", name.c_str(), "method", "evaluations", "relative error", "time (us)");
  const auto row = [&](const char* method, std::size_t evaluations, const std::function<Gradient()>& gradient) {
    const double error = worst_error(gradient(), exact);
    std::printf("  %-28s %12zu %14.1e %12.2f\n", method, evaluations, error, microseconds(gradient));
    return error;
  };
  row("forward difference, 1e-8", 1 + inputs, [&] { return differences(f, 1e-8, false); });
  row("central difference, 6e-6", 2 * inputs, [&] { return differences(f, 6e-6, true); });
  row("extrapolated, 1e-3", 4 * inputs, [&] { return extrapolated(f, 1e-3); });
  row("complex step, 1e-20", inputs, [&] { return complex_step(f, 1e-20); });
  const double dual = row("dual numbers", 1, [&] { return dual_numbers(f); });
  const double reverse = row("reverse mode (the tape)", 1, [&] { return reverse_mode(f); });
  if (!folder.empty()) {
    const auto first = [&f](auto v) {
      Point<decltype(v)> x;
      for (std::size_t i = 0; i < inputs; ++i) x[i] = decltype(v)(at[i]);
      x[0] = v;
      return f(x);
    };
    const std::string path = folder + "/" + name + ".svg";
    gradcheck_sweep(first, at[0]).write_svg(path, name + ": error of d/dx0 against the step");
    std::printf("  picture: %s\n", path.c_str());
  }
  return dual < 1e-12 && reverse < 1e-12;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string wanted = count > 1 ? arguments[1] : "all", folder = count > 2 ? arguments[2] : "";
  bool right = true, known = wanted == "all";
  std::string names;
  for_each_function([&](const std::string& name, const auto& f, const auto& gradient) {
    names += " " + name;
    if (wanted != "all" && wanted != name) return;
    known = true;
    right &= show(name, f, gradient(Exact{at[0], at[1], at[2], at[3]}), folder);
  });
  if (!known) std::printf("gradcheck_lab: no function \"%s\". There are:%s\n", wanted.c_str(), names.c_str());
  return right && known ? 0 : 1;
}
