// What einsum computes: products of arrays whose axes have labels, summed over labels.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "tapegrad/engine/context.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad::contraction {

/// One character for each axis of an array.
using Labels = std::string;
using LabelsOfAll = std::vector<Labels, engine::PoolAllocator<Labels>>;
template <Real T>
using Arrays = std::vector<Tensor<T>, engine::PoolAllocator<Tensor<T>>>;

/// The product of the operands, in which axes of one label go together, summed over labels that the result lacks. An
/// axis of length 1 broadcasts. A label twice in the result: its diagonal, zeros elsewhere; one that no operand has:
/// copies. Closed under derivatives: the adjoint of an operand is such a product again.
struct Contraction {
  LabelsOfAll operands;
  Labels result;
  Shape shape;  ///< of the result
};

/// Writes it to y, row-major. The lengths have been checked.
template <Real T>
void contract(T* y, const Contraction& c, std::span<const Tensor<T>> operands);

}  // namespace tapegrad::contraction
