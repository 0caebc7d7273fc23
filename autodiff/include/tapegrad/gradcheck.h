// Compares the gradients that the tape gives with differences of values.
#pragma once
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "tapegrad/ops.h"

namespace tapegrad {

struct GradcheckOptions {
  int order = 1;              ///< 2 also checks the gradient of the gradient, 3 that one's, and so on
  double relative = 1e-6;     ///< allowed |analytic - numeric| as a part of the larger of the two
  double absolute = 1e-8;     ///< allowed on top
  std::uint64_t seed = 1;     ///< of the random cotangent
};

/// One element of one input, compared.
struct GradcheckEntry {
  int order = 1;
  std::string input;
  std::size_t index = 0;
  double analytic = 0, numeric = 0;
  double error = 0;  ///< |analytic - numeric| as a multiple of what is allowed; above 1 is a failure
};

struct GradcheckReport {
  std::vector<GradcheckEntry> entries;
  bool passed() const;
  /// The entry with the largest error. Throws Error when there are none.
  const GradcheckEntry& worst() const;
};
/// The worst ten entries as a table, and the verdict.
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

using GradcheckFunction = std::function<Tensor<double>(const std::vector<Tensor<double>>&)>;

/// Central differences with a step per element, h = cbrt(eps) max(1, |x|), against a backward sweep. The result of f
/// may have any shape: it is multiplied by a random signed cotangent. The inputs are not changed.
GradcheckReport gradcheck_all(const GradcheckFunction& f, const std::vector<Tensor<double>>& inputs,
                              const GradcheckOptions& options = {});

/// gradcheck([](const Tensor<double>& x, const Tensor<double>& w) { return ...; }, {x, w})
template <class F>
GradcheckReport gradcheck(F f, const std::vector<Tensor<double>>& inputs, const GradcheckOptions& options = {}) {
  auto call = [f](const std::vector<Tensor<double>>& x) -> Tensor<double> {
    using X = const Tensor<double>&;
    if constexpr (std::is_invocable_v<F, const std::vector<Tensor<double>>&>) return f(x);
    if constexpr (std::is_invocable_v<F, X>) if (x.size() == 1) return f(x[0]);
    if constexpr (std::is_invocable_v<F, X, X>) if (x.size() == 2) return f(x[0], x[1]);
    if constexpr (std::is_invocable_v<F, X, X, X>) if (x.size() == 3) return f(x[0], x[1], x[2]);
    if constexpr (std::is_invocable_v<F, X, X, X, X>) if (x.size() == 4) return f(x[0], x[1], x[2], x[3]);
    throw Error("gradcheck: the function cannot be called with " + std::to_string(x.size()) + " tensors");
  };
  return gradcheck_all(call, inputs, options);
}

}  // namespace tapegrad
