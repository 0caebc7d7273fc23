// The discrete Fourier transform of lines that stand side by side, in arrays of their own.
#pragma once
#include "kernels/fourier_plan.h"

namespace tapegrad::kernels {

/// Element t of line i is a[t * lines + i]. All three arrays have room for plan.room() * lines numbers, c only where
/// the plan is_long(), of which there is one line. Gives the one of them that holds the result.
template <class T>
Planar<T> transform(const FourierPlan<T>& plan, Planar<T> a, Planar<T> b, Planar<T> c, std::size_t lines);

}  // namespace tapegrad::kernels
