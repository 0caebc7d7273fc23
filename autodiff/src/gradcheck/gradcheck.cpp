// The doors of gradcheck: functions of doubles, of floats, and closures that read variables.
#include "tapegrad/gradcheck/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gradcheck/check.h"
#include "gradcheck/recorded.h"
#include "tapegrad/engine/memory.h"

namespace tapegrad {
using namespace engine;
namespace {

using namespace checking;

template <Real T>
GradcheckReport new_report(const std::vector<Tensor<T>>& inputs, const GradcheckOptions& options) {
  require_inputs("gradcheck", inputs);
  if (options.order < 1) {
    throw DomainError("gradcheck: order must be at least 1, but is " + std::to_string(options.order));
  }
  GradcheckReport report;
  report.options = options;
  return report;
}

// Gives a variable the array back that it had, whatever is thrown: nothing is copied, so there is always memory for it.
template <Real T>
class Restore {
 public:
  explicit Restore(const Tensor<T>& variable) : variable_(variable), array_(snapshot(variable)) {}
  ~Restore() {
    Node* node = variable_.node();
    node->data = array_.node()->data;
    release(std::exchange(node->base, array_.take_node().release()));
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;
  void set(const Tensor<T>& value) { variable_.set_value(value); }

 private:
  Tensor<T> variable_, array_;
};

template <class F>
GradcheckReport named(const F& check) {
  return named_memory_error("gradcheck", "what it compares", CallSite{}, check);
}

}  // namespace

GradcheckReport gradcheck_all(const GradcheckFunction& f, const std::vector<Tensor<double>>& inputs,
                              const GradcheckOptions& options) {
  return named([&] {
    GradcheckReport report = new_report(inputs, options);
    check(f, Point(inputs), report);
    return report;
  });
}

GradcheckReport gradcheck_all(const GradcheckFunction32& f, const std::vector<Tensor<float>>& inputs,
                              const GradcheckOptions& options) {
  return named([&] {
    GradcheckReport report = new_report(inputs, options);
    std::vector<Tensor<float>> own;
    for (const Tensor<float>& x : inputs) own.push_back(variable(constant(x), label(x), CallSite{}));
    Recorded<float> recorded([&] { return f(own); }, own);
    std::vector<std::string> names;
    for (const Tensor<float>& x : own) names.push_back(label(x));
    const Point point(recorded.values(), names);
    const CallMoved<float> call_moved = [&](std::size_t k, const Tensor<float>& value) {
      std::vector<Tensor<float>> there = own;
      there[k] = variable(constant(value), {}, CallSite{});
      return f(there);
    };
    check_recorded(recorded, call_moved, point, report);
    check(recorded.replayed(), point, report);
    return report;
  });
}

template <Real T>
GradcheckReport gradcheck_variables(const std::function<Tensor<T>()>& f, const GradcheckInputs<T>& variables,
                                    const GradcheckOptions& options) {
  return named([&] {
    GradcheckReport report = new_report(variables.tensors, options);
    for (const Tensor<T>& v : variables.tensors) {
      if (!v.is_variable()) {
        throw Error("gradcheck: an input of shape " + text(v.shape()) +
                    " is no variable, so a function without arguments cannot read it. Make it one with variable(x)");
      }
    }
    std::vector<std::string> names = variables.names;
    for (std::size_t k = names.size(); k < variables.tensors.size(); ++k) names.push_back(label(variables.tensors[k]));
    Recorded<T> recorded(f, variables.tensors);
    const Point point(recorded.values(), names);
    const CallMoved<T> call_moved = [&](std::size_t k, const Tensor<T>& value) {
      Restore<T> variable(variables.tensors[k]);
      variable.set(constant(value));
      return constant(f());
    };
    check_recorded(recorded, call_moved, point, report);
    check(recorded.replayed(), point, report);
    return report;
  });
}

template GradcheckReport gradcheck_variables(const std::function<Tensor<double>()>&, const GradcheckInputs<double>&,
                                             const GradcheckOptions&);
template GradcheckReport gradcheck_variables(const std::function<Tensor<float>()>&, const GradcheckInputs<float>&,
                                             const GradcheckOptions&);

}  // namespace tapegrad
