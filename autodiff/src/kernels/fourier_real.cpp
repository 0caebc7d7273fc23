// Transforms of real numbers, and to real numbers.
#include "kernels/fourier.h"
#include "kernels/fourier_groups.h"
#include "kernels/fourier_stages.h"

namespace tapegrad::kernels {
namespace {

// f(place, V()) for the registers of row i of a group, or its one number.
template <class T, class F>
void each_register(std::size_t width, std::size_t i, const F& f) {
  if (width == Lanes<T>::count) f(i * width, Lanes<T>());
  else f(i * width, T());
}

// Of an even length 2 h. Z are the transforms of the even elements and i times the odd ones:
// X[k] = (Z[k] + conj Z[h - k]) / 2 - i e^(-2 pi i k / (2 h)) (Z[k] - conj Z[h - k]) / 2
template <class T>
struct EvenRealEnds {
  Planar<T> to;
  const T* from;
  const RealFourierPlan<T>& plan;
  T scale, middle;
  void load(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, plan.length / 2, [&](std::size_t begin, std::size_t end) {
      group.gather(x.re, from, plan.length, 0, 2, begin, end);
      group.gather(x.im, from, plan.length, 1, 2, begin, end);
    });
  }
  void store(const Group<T>& group, Planar<T> z, Planar<T> spare) const {
    const std::size_t half = plan.length / 2;
    each_of(group, half + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        const T factor = (k % half ? scale * middle : scale) / 2;
        each_register<T>(group.width, k, [&]<class V>(std::size_t place, V) {
          const auto a = Turnable<V>::load(z, k % half * group.width);
          const auto b = Turnable<V>::load(z, (half - k) % half * group.width);
          const Turnable<V> even{a.re + b.re, a.im - b.im}, odd{a.im + b.im, b.re - a.re};
          const Turnable<V> sum = even + odd.times(V(plan.turns.re[k]), V(plan.turns.im[k]));
          Turnable<V>{sum.re * V(factor), sum.im * V(factor)}.store(spare, place);
        });
      }
      group.scatter(to.re, spare.re, half + 1, 0, 1, begin, end, 1);
      group.scatter(to.im, spare.im, half + 1, 0, 1, begin, end, 1);
    });
  }
};

// The way back: Z[k] = Y[k] + conj Y[h - k] + i e^(2 pi i k / (2 h)) (Y[k] - conj Y[h - k]).
template <class T>
struct EvenToRealEnds {
  T* to;
  Planar<const T> from;
  const RealFourierPlan<T>& plan;
  T scale, middle;
  void load(const Group<T>& group, Planar<T> x, Planar<T> y) const {
    const std::size_t half = plan.length / 2, width = group.width;
    each_of(group, half + 1, [&](std::size_t begin, std::size_t end) {
      group.gather(y.re, from.re, half + 1, 0, 1, begin, end);
      group.gather(y.im, from.im, half + 1, 0, 1, begin, end);
    });
    for (const std::size_t edge : {std::size_t(0), half}) std::fill_n(y.im + edge * width, width, T(0));
    each_of(group, half, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        const T factor = k ? scale * middle / 2 : scale;
        each_register<T>(width, k, [&]<class V>(std::size_t place, V) {
          const auto a = Turnable<V>::load(y, place), b = Turnable<V>::load(y, (half - k) * width);
          const Turnable<V> sum{a.re + b.re, a.im - b.im}, gap{a.re - b.re, a.im + b.im};
          const Turnable<V> z = sum + gap.times(V(plan.turns.re[k]), V(-plan.turns.im[k])).left();
          Turnable<V>{z.re * V(factor), z.im * V(factor)}.store(x.swapped(), place);
        });
      }
    });
  }
  void store(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, plan.length / 2, [&](std::size_t begin, std::size_t end) {
      group.scatter(to, x.im, plan.length, 0, 2, begin, end, 1);
      group.scatter(to, x.re, plan.length, 1, 2, begin, end, 1);
    });
  }
};

// Of an odd length, with imaginary parts of 0.
template <class T>
struct OddRealEnds {
  Planar<T> to;
  const T* from;
  std::size_t length;
  T scale, middle;
  void load(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, length, [&](std::size_t begin, std::size_t end) {
      group.gather(x.re, from, length, 0, 1, begin, end);
      std::fill(x.im + begin * group.width, x.im + end * group.width, T(0));
    });
  }
  void store(const Group<T>& group, Planar<T> x, Planar<T>) const {
    const std::size_t kept = length / 2 + 1;
    const auto scatter = [&](std::size_t begin, std::size_t end, T factor) {
      group.scatter(to.re, x.re, kept, 0, 1, begin, end, factor);
      group.scatter(to.im, x.im, kept, 0, 1, begin, end, factor);
    };
    std::fill_n(x.im, group.width, T(0));  // frequency 0 is real, exactly
    scatter(0, 1, scale);
    each_of(group, kept - 1, [&](std::size_t begin, std::size_t end) { scatter(begin + 1, end + 1, scale * middle); });
  }
};

template <class T>
struct OddToRealEnds {
  T* to;
  Planar<const T> from;
  std::size_t length;
  T scale, middle;
  void load(const Group<T>& group, Planar<T> x, Planar<T> y) const {
    const std::size_t kept = length / 2 + 1, width = group.width;
    each_of(group, kept, [&](std::size_t begin, std::size_t end) {
      group.gather(y.re, from.re, kept, 0, 1, begin, end);
      group.gather(y.im, from.im, kept, 0, 1, begin, end);
      for (std::size_t k = begin; k < end; ++k) {
        const T factor = k ? scale * middle / 2 : scale;
        for (std::size_t i = 0; i < width; ++i) {
          const T re = factor * y.re[k * width + i], im = k ? factor * y.im[k * width + i] : T(0);
          const std::size_t mirrored = k ? length - k : 0;
          x.im[k * width + i] = x.im[mirrored * width + i] = re;
          x.re[mirrored * width + i] = -im;
          x.re[k * width + i] = im;
        }
      }
    });
  }
  void store(const Group<T>& group, Planar<T> x, Planar<T>) const {
    each_of(group, length,
            [&](std::size_t begin, std::size_t end) { group.scatter(to, x.im, length, 0, 1, begin, end, 1); });
  }
};

}  // namespace

template <class T>
void fourier_of_real(Planar<T> to, const T* from, const Lines& lines, double scale, double middle) {
  const std::size_t count = lines.outer * lines.inner, length = lines.length;
  if (count * length == 0) return;
  const auto plan = real_fourier_plan<T>(length);
  const T each = static_cast<T>(scale), times = static_cast<T>(middle);
  if (length % 2) transform_lines(*plan->complex, count, lines.inner, OddRealEnds<T>{to, from, length, each, times});
  else transform_lines(*plan->complex, count, lines.inner, EvenRealEnds<T>{to, from, *plan, each, times});
}

template <class T>
void fourier_to_real(T* to, Planar<const T> from, const Lines& lines, double scale, double middle) {
  const std::size_t count = lines.outer * lines.inner, length = lines.length;
  if (count * length == 0) return;
  const auto plan = real_fourier_plan<T>(length);
  const T each = static_cast<T>(scale), times = static_cast<T>(middle);
  if (length % 2) transform_lines(*plan->complex, count, lines.inner, OddToRealEnds<T>{to, from, length, each, times});
  else transform_lines(*plan->complex, count, lines.inner, EvenToRealEnds<T>{to, from, *plan, each, times});
}

template void fourier_of_real(Planar<float>, const float*, const Lines&, double, double);
template void fourier_of_real(Planar<double>, const double*, const Lines&, double, double);
template void fourier_to_real(float*, Planar<const float>, const Lines&, double, double);
template void fourier_to_real(double*, Planar<const double>, const Lines&, double, double);

}  // namespace tapegrad::kernels
