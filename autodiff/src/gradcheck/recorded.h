// A function known by its tape: one call is recorded, and replayed in double. For float, and for closures.
#pragma once
#include "gradcheck/objective.h"

namespace tapegrad::checking {

/// One call of a function on a tape that keeps its ops and what read its values, and is paused from then on.
template <Real T>
class Recorded {
 public:
  /// `variables` are what the function reads; their values now are the point of the check.
  Recorded(const std::function<Tensor<T>()>& f, std::vector<Tensor<T>> variables);
  const Tensor<T>& result() const { return y_; }
  const std::vector<Tensor<T>>& variables() const { return variables_; }
  /// " It ends at stop_gradient [file.cpp:12].": where values of a variable leave the tape; empty if nowhere.
  std::string cuts(std::size_t variable) const;
  /// Whether it has scalar statements, which cannot be replayed.
  bool has_scalars() const;
  /// The values of the variables in double.
  Tensors values() const;
  /// The function, as its tape has it.
  GradcheckFunction replayed() const;
  /// The same in its own type.
  Tensor<T> called(const std::vector<Tensor<T>>& x) const;
  /// The gradients that the tape itself gives, in its own type, for a cotangent.
  Tensors gradients(const Tensor<double>& cotangent);
  /// The same where the variables have other values.
  Tensors gradients_at(const std::vector<Tensor<T>>& x, const Tensor<double>& cotangent) const;

 private:
  Tape tape_;
  std::vector<Tensor<T>> variables_;
  Tensor<T> y_;
  std::optional<Tape::Pause> pause_;
};

/// f called with other values of one variable.
template <Real T>
using CallMoved = std::function<Tensor<T>(std::size_t variable, const Tensor<T>& value)>;

/// Inputs of which the tape does not have every use: f called at another point is not what the tape gives there.
template <Real T>
std::vector<GradcheckDiagnosis> uses_not_counted(const Recorded<T>& recorded, const CallMoved<T>& call_moved,
                                                 const Point& point, const GradcheckOptions& options);
/// What a check of the replay cannot see: calls that differ, the gradients in T itself, uses that are not on the tape.
/// Adds to the findings of the report.
template <Real T>
void check_recorded(Recorded<T>& recorded, const CallMoved<T>& call_moved, const Point& point,
                    GradcheckReport& report);

}  // namespace tapegrad::checking
