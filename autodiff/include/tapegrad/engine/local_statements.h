// The statements of a scope on the tape, to be replaced by their Jacobian. For preaccumulate.h.
#pragma once
#include <span>

#include "tapegrad/scalar.h"

namespace tapegrad {

/// From its construction on, scalars of type T are made in a part of the tape of their own, which ends with this.
template <Real T>
class LocalStatements {
 public:
  LocalStatements();
  ~LocalStatements();
  LocalStatements(const LocalStatements&) = delete;
  LocalStatements& operator=(const LocalStatements&) = delete;

  /// Ends the part. Results that were made in it are from here on scalars of the part around it; if nothing but
  /// statements was recorded, and the Jacobian has fewer edges than they have, it takes their place.
  void replace(std::span<Scalar<T>* const> results);

 private:
  bool here() const;
  bool only_statements() const;
  std::size_t begin() const;
  void end_part();
  void write_jacobian(std::span<std::uint32_t> outputs);

  Tape* tape_;  // null where none recorded
  Entry* last_ = nullptr;
  std::uint64_t birth_ = 0;  // the next one to be given at the start
  std::size_t position_ = 0;
  std::uint32_t slots_ = 1, accumulate_from_ = 1, tag_ = 0, part_ = 0;
  ScalarParts parts_;
};

extern template class LocalStatements<float>;
extern template class LocalStatements<double>;

}  // namespace tapegrad
