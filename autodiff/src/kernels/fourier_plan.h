// What discrete Fourier transforms of one length are computed with: factors and tables, made once and kept.
#pragma once
#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

namespace tapegrad::kernels {

/// Complex numbers whose parts stand in two arrays.
template <class T>
struct Planar {
  T *re, *im;
  /// Transforming the swapped numbers and swapping again is the transform with the other sign.
  Planar swapped() const { return {im, re}; }
  Planar from(std::size_t place) const { return {re + place, im + place}; }
};

/// The same as a table that grows.
template <class T>
struct ComplexTable {
  std::vector<T> re, im;
  void push_back(std::complex<double> number) {
    re.push_back(static_cast<T>(number.real()));
    im.push_back(static_cast<T>(number.imag()));
  }
  std::complex<double> operator[](std::size_t i) const { return {re[i], im[i]}; }
  bool empty() const { return re.empty(); }
};

/// One step of a transform: `rest` butterflies of `radix` numbers each, whose results are turned by `turns`, radix - 1
/// of each butterfly. `roots` are those of one, radix of them, for odd radices.
struct FourierStage {
  std::size_t radix, rest, turns, roots;
};

/// Butterflies have at most so many ends; longer prime factors are left to convolutions.
inline constexpr std::size_t largest_radix = 31;

/// How lines of one length are transformed: in stages; or, of a long line, as the columns and rows of a matrix; or, of
/// a length with a large prime factor, by a convolution with a chirp (Bluestein 1970) of a length that has none.
template <class T>
struct FourierPlan {
  std::size_t length = 1;
  std::vector<FourierStage> stages;
  ComplexTable<T> turns, roots;

  std::shared_ptr<const FourierPlan> columns, rows;  // of a line that is cut
  ComplexTable<T> lane_turns;                        // [k][lane]: e^(-2 pi i k lane / length), k < columns->length
  ComplexTable<double> coarse_turns, fine_turns;     // j = coarse * fine_turns' size + fine: all others

  std::shared_ptr<const FourierPlan> convolution;  // of a length with a large prime factor
  ComplexTable<T> chirp, chirp_spectrum;           // the latter over the convolution's length

  /// Whether a line by itself is work for all threads.
  bool is_long() const { return columns || (convolution && convolution->columns); }
  /// How many numbers are worked on.
  std::size_t room() const { return convolution ? convolution->length : length; }
};

/// How lines of real numbers are: an even length as complex ones of half of it, whose parts are the even and the odd
/// elements; an odd length as complex ones.
template <class T>
struct RealFourierPlan {
  std::size_t length = 1;
  std::shared_ptr<const FourierPlan<T>> complex;
  ComplexTable<T> turns;  // of an even length: e^(-2 pi i k / length), k <= length / 2
};

/// e^(-2 pi i j / n), to rounding.
std::complex<double> root_of_one(std::size_t j, std::size_t n);

/// The plan of lines of that length, 1 or more. The latest ones are kept for all threads.
template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(std::size_t length);
template <class T>
std::shared_ptr<const RealFourierPlan<T>> real_fourier_plan(std::size_t length);

}  // namespace tapegrad::kernels
