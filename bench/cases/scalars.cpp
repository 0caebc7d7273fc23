// Cases s_... and z_recurrence: functions of scalars as users write them, recorded again in every evaluation.
#include <tapegrad/autodiff.h>

#include <cmath>
#include <memory>

#include "case.h"
#include "scalar_functions.h"

using namespace tapegrad;

namespace bench {
namespace {

using scalars::Inputs, scalars::Numbers;

template <class F>
class Scalars {
 public:
  explicit Scalars(F f) : f_(std::move(f)), x_(f_.at.size()), gradient(f_.at.size()) {}
  double run() {
    Tape tape;
    record();
    const Scalar<double> y = f_(x_);
    const Gradients g = tape.backward(y);
    g.copy(std::span<const Scalar<double>>(x_), std::span(gradient));
    return y.value();
  }
  double bytes() {
    Tape tape;
    record();
    const Scalar<double> y = f_(x_);
    keep(float(y.value()));
    return double(tape.bytes());
  }

 private:
  void record() {
    variables(std::span<const double>(f_.at), std::span(x_));
  }
  F f_;
  std::vector<Scalar<double>> x_;

 public:
  Numbers gradient;
};

template <class F>
Agreement compare(F f) {
  Scalars<F> ours(f);
  Numbers g(f.at.size());
  const double value = std::abs(ours.run() / f.floor(g.data()) - 1);
  return {std::max(value, scalars::apart(f, ours.gradient)), 1e-11};
}

template <class F>
Case scalar_case(std::string name, std::string title, F f) {
  return {.name = std::move(name),
          .title = std::move(title),
          .operations = 1,
          .ours = [f]() -> Work { return [ours = std::make_shared<Scalars<F>>(f)] { keep(float(ours->run())); }; },
          .floors = [f]() -> std::vector<Contestant> {
            return {{"floor", [f, g = Numbers(f.at.size())]() mutable { keep(float(f.floor(g.data()))); }}};
          },
          .also = [] { return std::vector<Contestant>(); },
          .check = [f] { return compare(f); }};
}

// Counts the operations of a function.
struct Counted {
  Counted(double number = 0) : value(number) {}
  static Counted made(double number) {
    ++operations;
    return number;
  }
  Counted& operator+=(const Counted& b) { return *this = *this + b; }
  Counted& operator-=(const Counted& b) { return *this = *this - b; }
  friend Counted operator+(const Counted& a, const Counted& b) { return made(a.value + b.value); }
  friend Counted operator-(const Counted& a, const Counted& b) { return made(a.value - b.value); }
  friend Counted operator*(const Counted& a, const Counted& b) { return made(a.value * b.value); }
  friend Counted operator/(const Counted& a, const Counted& b) { return made(a.value / b.value); }
  friend Counted operator-(const Counted& a) { return made(-a.value); }
  friend Counted exp(const Counted& a) { return made(std::exp(a.value)); }
  friend Counted log(const Counted& a) { return made(std::log(a.value)); }
  friend Counted sqrt(const Counted& a) { return made(std::sqrt(a.value)); }
  friend Counted sin(const Counted& a) { return made(std::sin(a.value)); }
  friend Counted tanh(const Counted& a) { return made(std::tanh(a.value)); }
  friend Counted erf(const Counted& a) { return made(std::erf(a.value)); }
  double value;
  inline static long operations = 0;
};

template <class F>
double bytes_an_operation(const F& f) {
  Counted::operations = 0;
  keep(float(f(Inputs<Counted>(f.at.begin(), f.at.end())).value));
  return Scalars<F>(f).bytes() / double(Counted::operations);
}

}  // namespace

std::vector<Case> scalar_cases() {
  std::vector<Case> cases;
  scalars::for_each_case([&](auto name, auto title, const auto& f) { cases.push_back(scalar_case(name, title, f)); });
  return cases;
}

std::vector<std::pair<std::string, double>> scalar_bytes_an_operation() {
  std::vector<std::pair<std::string, double>> bytes;
  scalars::for_each_case([&](auto name, auto, const auto& f) { bytes.emplace_back(name, bytes_an_operation(f)); });
  return bytes;
}

}  // namespace bench
