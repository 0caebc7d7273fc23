// An entry that reads scalars and makes scalars, with a rule on numbers: what external functions and checkpointed loops
// have on the tape. For the library only; programs use external_function.h.
#pragma once
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tapegrad/scalars/scalar.h"

namespace tapegrad::engine {

template <class T>
using PooledVector = std::vector<T, PoolAllocator<T>>;

/// The slot of a scalar, which counts as read; 0 for a constant. Throws StaleError for one of another tape.
template <Real T>
std::uint32_t live_slot(const ScalarLog<T>& log, const Scalar<T>& s) {
  const ScalarLeaf<T> leaf = s.read();
  if (leaf.slot && !log.generations.alive(leaf.tag, leaf.slot)) fail_stale_scalar();
  return leaf.slot;
}

/// The derivative of y = f(x) at one x. It is called while no tape records, and may make tapes of its own.
template <Real T>
class ScalarRule {
 public:
  ScalarRule() = default;
  ScalarRule(const ScalarRule&) = delete;
  ScalarRule& operator=(const ScalarRule&) = delete;
  virtual ~ScalarRule() = default;
  /// Writes over the zeros in `x` the adjoints of x, from those of y, of which one at least is not 0. Nobody needs
  /// those of an x that is not wanted: it is a constant.
  virtual void pull(std::span<const T> y, std::span<T> x, std::span<const bool> wanted) const = 0;
  /// Writes over the zeros in `y` the tangents of y, from those of x, of which one at least is not 0.
  virtual void push(std::span<const T> x, std::span<T> y) const = 0;
};

/// The scalars that such an entry reads, as they are on the tape that records. To be made before f is called: they then
/// count as read. True in a condition when one of them has a gradient, so that y is to be recorded.
template <Real T>
class ScalarInputs {
 public:
  using Scalars = std::span<const Scalar<T>>;
  /// The descriptor must live as long as the program. Throws StaleError, with the op's name, for a scalar of another
  /// tape.
  ScalarInputs(const OpTraits& op, const CallSite& site, std::initializer_list<Scalars> x);
  explicit operator bool() const { return active_; }
  /// Makes y, the results as constants, scalars of the tape. Throws NumberError when the tape checks for numbers.
  void record(std::span<Scalar<T>> y, std::unique_ptr<const ScalarRule<T>> rule) const;

 private:
  const OpTraits& op_;
  const CallSite& site_;
  PooledVector<std::uint32_t> slots_;  // 0 for a constant
  bool active_ = false;
};

}  // namespace tapegrad::engine
