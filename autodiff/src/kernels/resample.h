// Linear maps along an axis that have few factors: each row of the result is a sum of few rows.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/lines.h"
#include "kernels/scratch.h"

namespace tapegrad::kernels {

/// A matrix of `columns` columns by its factors that are not 0: those of row i are factors[k] at places[k], for k from
/// starts[i] to starts[i + 1].
struct FewFactors {
  std::size_t columns = 0;
  List<std::size_t> starts{0};
  List<std::uint32_t> places;
  List<double> factors;
  std::size_t rows() const { return starts.size() - 1; }
  void add(std::size_t place, double factor) {
    places.push_back(static_cast<std::uint32_t>(place));
    factors.push_back(factor);
  }
  void end_row() { starts.push_back(places.size()); }
};
FewFactors transposed(const FewFactors& matrix);

/// to = the matrix times `from` along the middle axis; `lines` are those of `from`. Sums are made in double.
template <class T>
void resample(T* to, const T* from, const Lines& lines, const FewFactors& matrix);

}  // namespace tapegrad::kernels
