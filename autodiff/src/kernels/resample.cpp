#include "kernels/resample.h"

#include <algorithm>

#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {

FewFactors transposed(const FewFactors& matrix) {
  FewFactors result;
  result.columns = matrix.rows();
  result.starts.assign(matrix.columns + 1, 0);
  for (const std::uint32_t place : matrix.places) ++result.starts[place + 1];
  for (std::size_t i = 0; i < matrix.columns; ++i) result.starts[i + 1] += result.starts[i];
  result.places.resize(matrix.places.size());
  result.factors.resize(matrix.places.size());
  List<std::size_t> next(result.starts.begin(), result.starts.end() - 1);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t k = matrix.starts[row]; k < matrix.starts[row + 1]; ++k) {
      const std::size_t to = next[matrix.places[k]]++;
      result.places[to] = static_cast<std::uint32_t>(row);
      result.factors[to] = matrix.factors[k];
    }
  }
  return result;
}

namespace {

// Row i of the result, without neighbours or a strip of them.
template <class T>
T one_sum(const T* from, const FewFactors& matrix, std::size_t row) {
  double sum = 0;
  for (std::size_t k = matrix.starts[row]; k < matrix.starts[row + 1]; ++k) {
    sum += matrix.factors[k] * double(from[matrix.places[k]]);
  }
  return static_cast<T>(sum);
}
template <class T>
void sum_strip(T* to, const T* from, std::size_t inner, std::size_t count, const FewFactors& matrix, std::size_t row) {
  constexpr std::size_t most = 256;
  for (; count; to += std::min(count, most), from += std::min(count, most), count -= std::min(count, most)) {
    const std::size_t width = std::min(count, most);
    double sums[most] = {};
    for (std::size_t k = matrix.starts[row]; k < matrix.starts[row + 1]; ++k) {
      const T* const source = from + matrix.places[k] * inner;
      const double factor = matrix.factors[k];
      for (std::size_t i = 0; i < width; ++i) sums[i] += factor * double(source[i]);
    }
    for (std::size_t i = 0; i < width; ++i) to[i] = static_cast<T>(sums[i]);
  }
}

}  // namespace

template <class T>
void resample(T* to, const T* from, const Lines& lines, const FewFactors& matrix) {
  const std::size_t rows = matrix.rows(), inner = lines.inner, length = lines.length;
  if (lines.outer * rows * inner == 0) return;
  parallel(
      lines.outer * rows,
      [&, to, from](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          const T* const block = from + i / rows * length * inner;
          if (inner == 1) to[i] = one_sum(block, matrix, i % rows);
          else sum_strip(to + i * inner, block, inner, inner, matrix, i % rows);
        }
      },
      std::max<std::size_t>(1, chunk_length / inner));
}
template void resample(float*, const float*, const Lines&, const FewFactors&);
template void resample(double*, const double*, const Lines&, const FewFactors&);

}  // namespace tapegrad::kernels
