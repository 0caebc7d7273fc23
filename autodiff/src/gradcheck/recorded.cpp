#include "gradcheck/recorded.h"

#include "tapegrad/inspect/print.h"

#include <algorithm>
#include <cmath>

#include "gradcheck/consistency.h"

namespace tapegrad::checking {

template <Real T>
Recorded<T>::Recorded(const std::function<Tensor<T>()>& f, std::vector<Tensor<T>> variables)
    : tape_({.keep_values = true, .replayable = true}), variables_(std::move(variables)), y_(f()) {
  if (!y_) throw ShapeError("gradcheck: the function returned an empty tensor, one without an array");
  if (y_.is_variable()) y_ = reshape(y_, y_.shape());  // f handed back an input, which is no result of an op
  pause_.emplace();
}

template <Real T>
Tensors Recorded<T>::values() const {
  Tensors list;
  for (const Tensor<T>& v : variables_) list.push_back(cast<double>(constant(v)));
  return list;
}

template <Real T>
bool Recorded<T>::has_scalars() const {
  const std::vector<EntryView> entries = tape_.entries();
  return std::any_of(entries.begin(), entries.end(),
                     [](const EntryView& e) { return e.type == EntryType::scalars; });
}

template <Real T>
std::string Recorded<T>::cuts(std::size_t variable) const {
  const std::string name = label(variables_[variable]);
  std::vector<bool> reached;
  std::string list;
  for (const EntryView& entry : tape_.entries()) {
    const bool reads = std::ranges::any_of(entry.inputs, [&](long i) { return i >= 0 && reached[std::size_t(i)]; });
    reached.push_back(reads || (entry.type == EntryType::variable && entry.label == name));
    if (!reads || entry.type != EntryType::cut) continue;
    list += (list.empty() ? " It ends at " : " and ") + std::string(entry.op) + text(entry.site);
  }
  return list.empty() ? list : list + ".";
}

template <Real T>
GradcheckFunction Recorded<T>::replayed() const {
  return [this](const Tensors& x) -> Tensor<double> {
    if (!tape_.contains(y_)) return cast<double>(y_);  // a constant, whatever x is
    std::vector<ReplayInput<double>> inputs;
    for (std::size_t k = 0; k < x.size(); ++k) inputs.push_back({variables_[k], x[k]});
    return tape_.replay<double>(y_, inputs);
  };
}

template <Real T>
Tensor<T> Recorded<T>::called(const std::vector<Tensor<T>>& x) const {
  if (!tape_.contains(y_)) return y_;
  std::vector<ReplayInput<T>> inputs;
  for (std::size_t k = 0; k < x.size(); ++k) inputs.push_back({variables_[k], x[k]});
  return tape_.template replay<T>(y_, inputs);
}

template <Real T>
Tensors Recorded<T>::gradients_at(const std::vector<Tensor<T>>& x, const Tensor<double>& cotangent) const {
  std::vector<Tensor<T>> there;
  for (const Tensor<T>& value : x) there.push_back(variable(constant(value), {}, CallSite{}));
  Tape tape;
  const Tensor<T> y = called(there);
  Tensors list;
  for (const Tensor<T>& v : there) {
    const bool read = tape.contains(y) && tape.contains(v) && !y.is_variable();
    list.push_back(read ? constant(cast<double>(tape.gradient(y, v, {.seed = cast<T>(cotangent)})))
                        : Tensor<double>::full(v.shape(), 0));
  }
  return list;
}

template <Real T>
Tensors Recorded<T>::gradients(const Tensor<double>& cotangent) {
  Tensors list;
  for (const Tensor<T>& v : variables_) {
    const bool read = tape_.contains(y_) && tape_.contains(v);
    list.push_back(read ? constant(cast<double>(tape_.gradient(y_, v, {.seed = cast<T>(cotangent)})))
                        : Tensor<double>::full(v.shape(), 0));
  }
  return list;
}

namespace {

// What two ways to compute one thing in T may differ by, as a part of its size.
template <Real T>
constexpr double precision = std::is_same_v<T, float> ? 1e-3 : 1e-9;

// A part of 1/16 of each element up or down, at least 1/16: far enough to tell, near enough to stay in a domain.
template <Real T>
Tensor<T> moved_value(const Tensor<T>& x, std::mt19937_64& generator) {
  const Tensor<double> step = random_signed(x.shape(), generator);
  Tensor<T> there = Tensor<T>::empty(x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) {
    there.mutable_data()[i] = x.data()[i] * T(1 + 0x1p-5 * step.data()[i]);
    if (x.data()[i] == 0) there.mutable_data()[i] = T(0x1p-5 * step.data()[i]);
  }
  return there;
}

// Whether the gradient in T is off from that in double in one way at points nearby, as a wrong rule is. Where T is too
// narrow for the function, as for sin(1e5 x) in float, it is off now by this much and now by that.
template <Real T>
bool off_everywhere(const Recorded<T>& recorded, const Point& point, const Tensor<double>& cotangent, std::size_t k,
                    std::mt19937_64& generator) {
  constexpr int points = 12;
  const GradcheckFunction f = recorded.replayed();
  const Tensor<double> weights = random_signed(point.x[k].shape(), generator);
  double sum = 0, squares = 0;
  int seen = 0;
  for (int p = 0; p < points; ++p) {
    std::vector<Tensor<T>> there;
    Tensors in_double;
    for (const Tensor<T>& v : recorded.variables()) {
      there.push_back(moved_value(constant(v), generator));
      in_double.push_back(variable(cast<double>(there.back()), {}, CallSite{}));
    }
    const Tensor<double> own = recorded.gradients_at(there, cotangent)[k];
    const Tensor<double> right = gradients(f, in_double, cotangent)[k];
    if (!finite(own) || !finite(right) || largest(right) == 0) continue;
    double off = 0;
    for (std::size_t i = 0; i < own.size(); ++i) off += (own.data()[i] - right.data()[i]) * weights.data()[i];
    off /= largest(right);
    sum += off;
    squares += off * off;
    ++seen;
  }
  if (seen < points / 2) return true;
  const double mean = sum / seen, deviation = std::sqrt(std::max(0.0, squares / seen - mean * mean));
  return std::abs(mean) > deviation;
}

}  // namespace

template <Real T>
void check_recorded(Recorded<T>& recorded, const CallMoved<T>& call_moved, const Point& point,
                    GradcheckReport& report) {
  std::mt19937_64 generator(report.options.seed + 2);
  const GradcheckFunction f = recorded.replayed();
  const Tensor<double> cotangent = random_signed(recorded.result().shape(), generator);
  const Tensors in_double = gradients(f, point.x, cotangent), own = recorded.gradients(cotangent);
  const Tensor<double> second = cast<double>(constant(call_moved(0, recorded.variables()[0])));
  if (distance(second, cast<double>(constant(recorded.result()))) != 0) {
    report.findings.push_back({Mistake::depends_on_calls, "",
                               "two calls with the same inputs differ: the function draws random numbers or depends on "
                               "earlier calls"});
    return;
  }
  for (std::size_t k = 0; k < own.size(); ++k) {
    const double off = distance(own[k], cast<double>(cast<T>(in_double[k])));  // both may overflow
    if (!(off > precision<T> * largest(in_double))) continue;
    if (std::isfinite(off) && !off_everywhere(recorded, point, cotangent, k, generator)) {
      report.notes.push_back(point.names[k] + ": the gradient in the model's own type is off by " + number(off) +
                             " from the one in double, but by other amounts at points nearby: the type is too narrow "
                             "for the function, as where digits cancel");
      continue;
    }
    report.findings.push_back({Mistake::float_inside, point.names[k],
                               "the gradient in the model's own type is off by " + number(off) +
                                   " from the one of its tape in double: a rule loses digits, or does something else"});
  }
  for (GradcheckDiagnosis& finding : uses_not_counted(recorded, call_moved, point, report.options)) {
    report.findings.push_back(std::move(finding));
  }
}

template <Real T>
std::vector<GradcheckDiagnosis> uses_not_counted(const Recorded<T>& recorded, const CallMoved<T>& call_moved,
                                                 const Point& point, const GradcheckOptions& options) {
  std::vector<GradcheckDiagnosis> found;
  if (recorded.has_scalars()) return found;
  std::mt19937_64 generator(options.seed + 3);
  for (std::size_t k = 0; k < point.x.size(); ++k) {
    if (point.x[k].size() == 0) continue;
    const Tensor<T> there = moved_value(constant(recorded.variables()[k]), generator);
    std::vector<Tensor<T>> x;
    for (const Tensor<T>& v : recorded.variables()) x.push_back(constant(v));
    x[k] = there;
    const Tensor<double> called = cast<double>(constant(call_moved(k, there)));
    const Tensor<double> replayed = cast<double>(constant(recorded.called(x)));
    const double off = distance(called, replayed);
    if (off <= precision<T> * (largest(called) + largest(replayed))) continue;
    found.push_back({Mistake::use_not_counted, point.names[k],
                     "called at another point the function gives other values than its tape does, off by " +
                         number(off) + ": not every use of this input is on the tape (constant(), value(), a number, "
                         "a mask or a branch that was taken from its values)." + recorded.cuts(k)});
  }
  return found;
}

template class Recorded<float>;
template class Recorded<double>;
template void check_recorded(Recorded<float>&, const CallMoved<float>&, const Point&, GradcheckReport&);
template void check_recorded(Recorded<double>&, const CallMoved<double>&, const Point&, GradcheckReport&);

template std::vector<GradcheckDiagnosis> uses_not_counted(const Recorded<float>&, const CallMoved<float>&, const Point&,
                                                          const GradcheckOptions&);
template std::vector<GradcheckDiagnosis> uses_not_counted(const Recorded<double>&, const CallMoved<double>&,
                                                          const Point&, const GradcheckOptions&);

}  // namespace tapegrad::checking
