#include "gradcheck/objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradcheck/noise.h"
#include "kernels/finite.h"
#include "tapegrad/inspect/print.h"
#include "tapegrad/tape/op_call.h"

namespace tapegrad::checking {

Tensor<double> random_signed(const Shape& shape, std::mt19937_64& generator) {
  Tensor<double> x = Tensor<double>::empty(shape, "gradcheck");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double u = static_cast<double>(generator() >> 11) * 0x1p-53;
    x.mutable_data()[i] = u < 0.5 ? u - 1.5 : u + 0.5;
  }
  return x;
}

double largest(const Tensor<double>& x) {
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x.data()[i]));
  return most;
}

double largest(const Tensors& x) {
  double most = 0;
  for (const Tensor<double>& tensor : x) most = std::max(most, largest(tensor));
  return most;
}

bool finite(const Tensor<double>& x) { return kernels::all_finite(x.data(), x.size()); }

bool finite(const Tensors& x) {
  return std::all_of(x.begin(), x.end(), [](const Tensor<double>& tensor) { return finite(tensor); });
}

double distance(const Tensor<double>& a, const Tensor<double>& b) {
  if (!(a.shape() == b.shape())) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double p = a.data()[i], q = b.data()[i];
    if (p == q || (std::isnan(p) && std::isnan(q))) continue;
    const double d = std::abs(p - q);
    if (!std::isfinite(d)) return std::numeric_limits<double>::infinity();
    most = std::max(most, d);
  }
  return most;
}

Tensors gradients(const GradcheckFunction& f, const Tensors& x, const Tensor<double>& seed, bool recorded) {
  const auto differentiate = [&](Tape& tape) {
    Tensor<double> y = f(x);
    if (y.is_variable()) y = reshape(y, y.shape());  // f handed back an input
    Tensors read;
    for (const Tensor<double>& input : x) {
      if (tape.contains(y) && tape.contains(input)) read.push_back(input);
    }
    const Tensors found =
        read.empty() ? Tensors() : tape.gradient(y, read, {.seed = seed, .create_graph = recorded});
    Tensors result;
    std::size_t next = 0;
    for (const Tensor<double>& input : x) {
      const bool reached = next < read.size() && read[next].node() == input.node();
      result.push_back(reached ? found[next++] : Tensor<double>::full(input.shape(), 0));
    }
    return result;
  };
  if (Tape* tape = Tape::current()) return differentiate(*tape);
  Tape tape;
  Tensors result = differentiate(tape);
  for (Tensor<double>& gradient : result) gradient = constant(gradient);
  return result;
}

GradcheckFunction gradient_of(const GradcheckFunction& f, const Tensor<double>& seed, std::size_t k) {
  return [f, seed, k](const Tensors& x) { return gradients(f, x, seed, true)[k]; };
}

Point::Point(const Tensors& inputs, const std::vector<std::string>& input_names) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::string name = i < input_names.size() ? input_names[i] : label(inputs[i]);
    if (name.empty()) name = "input " + std::to_string(i);
    x.push_back(variable(constant(inputs[i]), name, CallSite{}));
    names.push_back(std::move(name));
  }
}

std::size_t Point::elements() const {
  std::size_t count = 0;
  for (const Tensor<double>& input : x) count += input.size();
  return count;
}

namespace {
// The sum of |result adjoint| over all ops on the tape of f, in units of its last place.
double rounding_of_ops(const GradcheckFunction& f, const Tensors& x, const Tensor<double>& cotangent) {
  Tape tape({.keep_values = true, .replayable = true});
  const Tensor<double> y = f(x);
  if (!tape.contains(y) || y.is_variable()) return 0;
  Tape::Pause pause;
  tape.backward(y, {.seed = cotangent, .keep = true});
  double sum = 0;
  for (const EntryView& view : tape.entries()) {
    const OpCall<double> call = tape.op_call<double>(view.number);
    if (!call || !call.adjoint) continue;
    const Tensor<double> result = call(call.inputs);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const double term = std::abs(result.data()[i] * call.adjoint.data()[i]);
      if (std::isfinite(term)) sum += term;
    }
  }
  return sum * std::numeric_limits<double>::epsilon();
}

// A direction of powers of two near each element, as noise_along wants it.
Tensors units(const Tensors& x, std::mt19937_64& generator) {
  Tensors direction;
  for (const Tensor<double>& tensor : x) {
    Tensor<double> v = random_signed(tensor.shape(), generator);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const double at = tensor.data()[i], unit = at == 0 ? 1 : std::exp2(std::ilogb(at)), u = v.data()[i];
      v.mutable_data()[i] = std::copysign(std::abs(u) < 1 ? unit / 2 : unit, u);
    }
    direction.push_back(v);
  }
  return direction;
}
}  // namespace

Objective::Objective(const GradcheckFunction& f, const Point& point, Tensor<double> cotangent,
                     std::mt19937_64& generator)
    : f_(f), point_(point), cotangent_(std::move(cotangent)), center_(value(point.x)) {
  size_ = center_.rounding / (2 * std::numeric_limits<double>::epsilon());
  if (size_ == 0 || !std::isfinite(center_.value) || point.elements() == 0) return;
  const Tensors direction = units(point.x, generator);
  const double all_noise = 1e-2;  // no line is seen in it: it may be an oscillation that no step is short enough for
  noise_ = noise_along(along(direction)) * 2 * std::numeric_limits<double>::epsilon();
  reported_noise_ = noise_ * size_ / (size_ + 1e-6 * largest(point.x));  // values that cancel to nothing are all noise
  if (noise_ > all_noise) {
    reported_noise_ = 0;
    noise_ = std::numeric_limits<double>::infinity();
  }
  center_.rounding = std::max(center_.rounding, 4 * noise_ * size_);
}

bool Objective::count_rounding_of_ops() {
  const double rounding = 4 * rounding_of_ops(f_, point_.x, cotangent_);
  if (!(rounding > 2 * center_.rounding)) return false;
  rounding_of_ops_ = rounding;
  center_.rounding = rounding;
  return true;
}

double Objective::gradient_noise(std::mt19937_64& generator) const {
  Tensors weights;
  for (const Tensor<double>& x : point_.x) weights.push_back(random_signed(x.shape(), generator));
  const Tensors direction = units(point_.x, generator);
  const Line line = [&](double t) {
    double sum = 0;
    Tensors there;
    for (std::size_t k = 0; k < direction.size(); ++k) {
      there.push_back(variable(constant(point_.x[k]) + direction[k] * t, point_.names[k], CallSite{}));
    }
    const Tensors found = gradients(f_, there, cotangent_);
    for (std::size_t k = 0; k < found.size(); ++k) {
      for (std::size_t i = 0; i < found[k].size(); ++i) sum += found[k].data()[i] * weights[k].data()[i];
    }
    return Value{sum, 0};
  };
  const double size = largest(point_.x), of_ops = rounding_of_ops(f_, point_.x, cotangent_);
  return std::max(size > 0 ? 0.1 * of_ops / size : 0, scatter_along(line));
}

Value Objective::value(const Tensors& x) const {
  const Tensor<double> y = f_(x);
  double total = 0, size = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double term = y.data()[i] * cotangent_.data()[i];
    total += term;
    size += std::abs(term);
  }
  const double rounding = std::max(2 * std::numeric_limits<double>::epsilon(), 4 * noise_) * size;
  return {total, std::max(rounding, rounding_of_ops_)};
}

namespace {
// t, changed so that x + t is exact.
double snapped(double x, double t) {
  volatile double there = x + t;
  return there - x;
}

Tensor<double> copy_of(const Tensor<double>& x) {
  Tensor<double> copy = Tensor<double>::empty(x.shape(), "gradcheck");
  std::copy_n(x.data(), x.size(), copy.mutable_data());
  return copy;
}
}  // namespace

Tensor<double> moved(const GradcheckFunction& f, const Tensors& x, std::size_t k, std::size_t i, double t) {
  Tensors there = x;
  Tensor<double> copy = copy_of(x[k]);
  copy.mutable_data()[i] += t;
  there[k] = variable(copy, label(x[k]), CallSite{});
  return f(there);
}

Line Objective::along(std::size_t k, std::size_t i) const {
  const Tensor<double> copy = variable(copy_of(point_.x[k]), point_.names[k], CallSite{});
  return [this, k, i, there = point_.x, own = copy](double t) mutable {
    if (t == 0) return center_;
    const double x = point_.x[k].data()[i], step = snapped(x, t);
    own.overwrite()[i] = x + step;
    there[k] = own;
    const Value v = value(there);
    // the slope is asked for at t, the value is known at the step that is exact
    return step == t || step == 0 ? v : Value{center_.value + (v.value - center_.value) * (t / step), v.rounding};
  };
}

Line Objective::along(const Tensors& direction) const {
  return [this, direction](double t) {
    if (t == 0) return center_;
    Tensors there;
    for (std::size_t k = 0; k < direction.size(); ++k) {
      there.push_back(variable(constant(point_.x[k]) + direction[k] * t, point_.names[k], CallSite{}));
    }
    return value(there);
  };
}

}  // namespace tapegrad::checking
