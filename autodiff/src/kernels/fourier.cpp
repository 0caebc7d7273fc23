#include "kernels/fourier.h"

#include "kernels/fourier_groups.h"

namespace tapegrad::kernels {
namespace {

template <class T>
struct ComplexEnds {
  Planar<T> to;
  Planar<const T> from;
  std::size_t length;
  T scale;
  void load(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, length, [&](std::size_t begin, std::size_t end) {
      group.gather(x.re, from.re, length, 0, 1, begin, end);
      group.gather(x.im, from.im, length, 0, 1, begin, end);
    });
  }
  void store(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, length, [&](std::size_t begin, std::size_t end) {
      group.scatter(to.re, x.re, length, 0, 1, begin, end, scale);
      group.scatter(to.im, x.im, length, 0, 1, begin, end, scale);
    });
  }
};

}  // namespace

template <class T>
void fourier(Planar<T> to, Planar<const T> from, const Lines& lines, bool inverse, double scale) {
  if (lines.outer * lines.length * lines.inner == 0) return;
  ComplexEnds<T> ends{to, from, lines.length, static_cast<T>(scale)};
  if (inverse) ends.to = to.swapped(), ends.from = from.swapped();
  transform_lines(*fourier_plan<T>(lines.length), lines.outer * lines.inner, lines.inner, ends);
}

template void fourier(Planar<float>, Planar<const float>, const Lines&, bool, double);
template void fourier(Planar<double>, Planar<const double>, const Lines&, bool, double);

}  // namespace tapegrad::kernels
