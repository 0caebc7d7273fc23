#include "kernels/fourier_transform.h"

#include <algorithm>
#include <utility>

#include "kernels/fourier_stages.h"
#include "kernels/scratch.h"
#include "tapegrad/engine/loops/parallel.h"

namespace tapegrad::kernels {
namespace {

template <class T>
Planar<T> in_stages(const FourierPlan<T>& plan, Planar<T> a, Planar<T> b, std::size_t lines) {
  std::size_t stride = lines;
  for (const FourierStage& stage : plan.stages) {
    run_stage(plan, stage, a, b, stride);
    std::swap(a, b);
    stride *= stage.radix;
  }
  return a;
}

template <class T>
std::size_t lines_in_chunk(std::size_t length) {
  return std::max<std::size_t>(1, chunk_length / (length * Lanes<T>::count));
}

// A register of numbers, or the first `count`: lines of which there are fewer are computed with zeros.
template <class T>
Lanes<T> load_some(const T* from, std::size_t count) {
  return count == Lanes<T>::count ? Lanes<T>::load(from) : Lanes<T>::load_part(from, count);
}
template <class T>
void store_some(const Lanes<T>& x, T* to, std::size_t count) {
  if (count == Lanes<T>::count) x.store(to);
  else x.store_part(to, count);
}

// The columns of a matrix, turned: to[k, t] = e^(-2 pi i k t / length) times element k of column t's transform.
template <class T>
void transform_columns(const FourierPlan<T>& plan, Planar<T> from, Planar<T> to) {
  using V = Lanes<T>;
  const std::size_t rows = plan.columns->length, columns = plan.rows->length, fine = plan.fine_turns.re.size();
  parallel((columns + V::count - 1) / V::count,
           [&, from, to](std::size_t begin, std::size_t end) {
             const std::size_t room = rows * V::count;
             Scratch<T> memory(4 * room);
             const Planar<T> a{memory.data(), memory.data() + room}, b = a.from(2 * room);
             for (std::size_t left = begin * V::count; left < std::min(columns, end * V::count); left += V::count) {
               const std::size_t count = std::min(V::count, columns - left);
               for (std::size_t t = 0; t < rows; ++t) {
                 load_some(from.re + t * columns + left, count).store(a.re + t * V::count);
                 load_some(from.im + t * columns + left, count).store(a.im + t * V::count);
               }
               const Planar<T> result = in_stages(*plan.columns, a, b, V::count);
               for (std::size_t k = 0; k < rows; ++k) {
                 const std::size_t turn = k * left % plan.length;
                 const std::complex<double> start = plan.coarse_turns[turn / fine] * plan.fine_turns[turn % fine];
                 const Turnable<V> lanes{V::load(&plan.lane_turns.re[k * V::count]),
                                         V::load(&plan.lane_turns.im[k * V::count])};
                 const Turnable<V> turns =
                     lanes.times(V(static_cast<T>(start.real())), V(static_cast<T>(start.imag())));
                 const Turnable<V> turned = Turnable<V>::load(result, k * V::count).times(turns.re, turns.im);
                 store_some(turned.re, to.re + k * columns + left, count);
                 store_some(turned.im, to.im + k * columns + left, count);
               }
             }
           },
           lines_in_chunk<T>(rows));
}

// The rows of a matrix, and the transpose of the result.
template <class T>
void transform_rows(const FourierPlan<T>& plan, Planar<T> from, Planar<T> to) {
  using V = Lanes<T>;
  const std::size_t rows = plan.columns->length, columns = plan.rows->length;
  parallel((rows + V::count - 1) / V::count,
           [&, from, to](std::size_t begin, std::size_t end) {
             const std::size_t room = columns * V::count;
             Scratch<T> memory(4 * room);
             const Planar<T> a{memory.data(), memory.data() + room}, b = a.from(2 * room);
             for (std::size_t top = begin * V::count; top < std::min(rows, end * V::count); top += V::count) {
               const std::size_t count = std::min(V::count, rows - top);
               if (count < V::count) std::fill_n(memory.data(), 2 * room, T(0));
               for (std::size_t left = 0; left < columns;
                    left += V::count) {  // a line of the cache that was read is used up
                 const std::size_t right = std::min(columns, left + V::count);
                 for (std::size_t row = 0; row < count; ++row) {
                   const Planar<T> source = from.from((top + row) * columns);
                   for (std::size_t t = left; t < right; ++t) {
                     a.re[t * V::count + row] = source.re[t];
                     a.im[t * V::count + row] = source.im[t];
                   }
                 }
               }
               const Planar<T> result = in_stages(*plan.rows, a, b, V::count);
               for (std::size_t k = 0; k < columns; ++k) {
                 store_some(V::load(result.re + k * V::count), to.re + k * rows + top, count);
                 store_some(V::load(result.im + k * V::count), to.im + k * rows + top, count);
               }
             }
           },
           lines_in_chunk<T>(columns));
}

// x[t, line] *= factors[t]
template <class T>
void turn(Planar<T> x, const ComplexTable<T>& factors, std::size_t lines) {
  const auto turn_one = [=](std::size_t place, T real, T imaginary) {
    Turnable<T>::load(x, place).times(real, imaginary).store(x, place);
  };
  parallel(
      factors.re.size(),
      [&](std::size_t begin, std::size_t end) {
        if (lines == 1) {
          for (std::size_t t = begin; t < end; ++t) turn_one(t, factors.re[t], factors.im[t]);
          return;
        }
        for (std::size_t t = begin; t < end; ++t) {
          for (std::size_t i = 0; i < lines; ++i) turn_one(t * lines + i, factors.re[t], factors.im[t]);
        }
      },
      std::max<std::size_t>(1, chunk_length / lines));
}

// j k = (j^2 + k^2 - (k - j)^2) / 2: a product with a chirp, a convolution with its conjugate, the same product again.
template <class T>
Planar<T> by_convolution(const FourierPlan<T>& plan, Planar<T> a, Planar<T> b, Planar<T> c, std::size_t lines) {
  turn(a, plan.chirp, lines);
  for (T* part : {a.re, a.im}) std::fill(part + plan.length * lines, part + plan.room() * lines, T(0));
  const Planar<T> spectrum = transform(*plan.convolution, a, b, c, lines);
  turn(spectrum, plan.chirp_spectrum, lines);
  const Planar<T> free = spectrum.re == a.re ? b : a;
  const Planar<T> result =
      transform(*plan.convolution, spectrum.swapped(), free.swapped(), c.swapped(), lines).swapped();
  turn(result, plan.chirp, lines);
  return result;
}

}  // namespace

template <class T>
Planar<T> transform(const FourierPlan<T>& plan, Planar<T> a, Planar<T> b, Planar<T> c, std::size_t lines) {
  if (plan.convolution) return by_convolution(plan, a, b, c, lines);
  if (!plan.columns) return in_stages(plan, a, b, lines);
  transform_columns(plan, a, c);
  transform_rows(plan, c, b);
  return b;
}
template Planar<float> transform(const FourierPlan<float>&, Planar<float>, Planar<float>, Planar<float>, std::size_t);
template Planar<double> transform(const FourierPlan<double>&, Planar<double>, Planar<double>, Planar<double>,
                                  std::size_t);

}  // namespace tapegrad::kernels
