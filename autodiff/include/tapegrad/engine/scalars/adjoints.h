// What a sweep finds for scalars: an adjoint for each slot.
// For the engine only; programs use gradients.h.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "tapegrad/engine/scalars/generations.h"
#include "tapegrad/functions/number.h"

namespace tapegrad::engine {

/// The adjoints that reached the scalars of a tape, whatever numbers they hold.
struct AnyScalarAdjoints {
  const void* type;                              // of the numbers
  std::uint64_t first_birth = 0, end_birth = 0;  // the tape these slots belong to, and the time of the sweep
  ScalarGenerations generations;                 // as they were then
  explicit AnyScalarAdjoints(const void* numbers) : type(numbers) {}
  virtual ~AnyScalarAdjoints() = default;
  virtual std::shared_ptr<AnyScalarAdjoints> scaled(double factor) const = 0;
  /// With those of an earlier sweep added, of the same type and tape.
  virtual std::shared_ptr<AnyScalarAdjoints> plus(const AnyScalarAdjoints& earlier) const = 0;
  virtual std::size_t size() const = 0;
};
/// The adjoints of all scalars of one type, by slot.
template <ScalarNumber T>
struct ScalarAdjoints final : AnyScalarAdjoints {
  std::vector<T, PoolAllocator<T>> by_slot;
  ScalarAdjoints() : AnyScalarAdjoints(&type_of_numbers<T>) {}
  std::size_t size() const override { return by_slot.size(); }
  std::shared_ptr<AnyScalarAdjoints> scaled(double factor) const override {
    auto result = std::make_shared<ScalarAdjoints>(*this);
    for (T& adjoint : result->by_slot) adjoint *= static_cast<real_of<T>>(factor);
    return result;
  }
  std::shared_ptr<AnyScalarAdjoints> plus(const AnyScalarAdjoints& earlier) const override {
    auto result = std::make_shared<ScalarAdjoints>(*this);
    const auto& others = static_cast<const ScalarAdjoints&>(earlier).by_slot;
    for (std::size_t i = 0; i < std::min(others.size(), by_slot.size()); ++i) result->by_slot[i] += others[i];
    return result;
  }
};

}  // namespace tapegrad::engine
