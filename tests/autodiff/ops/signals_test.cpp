// Transforms, windows of time and interpolation: shapes, closed forms, edges, and every error.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

using namespace tapegrad;

namespace {

template <class F>
void fails(const F& call, const std::string& part) {
  try {
    call();
    FAIL("no error; expected " << part);
  } catch (const Error& error) {
    CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
  }
}

template <Real T>
std::vector<double> numbers(const Tensor<T>& x) {
  return {x.data(), x.data() + x.size()};
}
template <Real T>
void close(const Tensor<T>& a, const Tensor<T>& b, double tolerance) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0, gap = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(double(b.data()[i])));
    gap = std::max(gap, std::abs(double(a.data()[i]) - double(b.data()[i])));
  }
  CHECK(gap <= tolerance * largest);
}
template <Real T = double>
Tensor<T> noise(const Shape& shape, std::uint32_t seed = 1) {
  std::mt19937 generator(seed);
  auto x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<T>(double(generator()) * 0x1p-31 - 1);
  return x;
}

// Two of its frequencies by their definition, in long double.
void check_spectrum(std::size_t n) {
  INFO("length ", n);
  const Tensor<double> a = noise({n}, 1), b = noise({n}, 2);
  const Complex<double> y = fft(Complex{a, b});
  for (const std::size_t k : {n / 3, n - 1}) {
    long double re = 0, im = 0;
    for (std::size_t t = 0; t < n; ++t) {
      const long double angle =
          2 * std::numbers::pi_v<long double> * static_cast<long double>(t * k % n) / static_cast<long double>(n);
      const long double c = std::cos(angle), s = -std::sin(angle), p = a.data()[t], q = b.data()[t];
      re += c * p - s * q;
      im += c * q + s * p;
    }
    const double largest = std::sqrt(double(n));  // as large as the frequencies of noise are
    CHECK(std::abs(y.real.data()[k] - double(re)) <= 2e-14 * largest);
    CHECK(std::abs(y.imag.data()[k] - double(im)) <= 2e-14 * largest);
  }
}

template <Real T>
void check_ways_back(std::size_t n, double tolerance) {
  INFO("length ", n);
  const Tensor<T> a = noise<T>({3, n, 2}, 3), b = noise<T>({3, n, 2}, 4);
  const Complex<T> back = ifft(fft(Complex{a, b}, {.axis = 1}), {.axis = 1});
  close(back.real, a, tolerance);
  close(back.imag, b, tolerance);
  const Complex<T> half = rfft(a, {.axis = 1}), whole = fft(a, {.axis = 1});
  const long kept = static_cast<long>(n / 2 + 1);
  close(half.real, view(whole.real, xt::all(), xt::range(0, kept), xt::all()), tolerance);
  close(half.imag, view(whole.imag, xt::all(), xt::range(0, kept), xt::all()), tolerance * 2);
  close(irfft(half, {.n = static_cast<long>(n), .axis = 1}), a, tolerance);
}

}  // namespace

TEST_CASE("transforms of every length up to 130 and of long ones are sums of waves, and lead back") {
  for (std::size_t n = 1; n <= 130; ++n) {
    check_spectrum(n);
    check_ways_back<double>(n, 1e-14);
    check_ways_back<float>(n, 4e-6);
  }
  for (const std::size_t n : {1024, 1009, 4099, 4097, 8192, 8202, 15015, 10007, 20014}) {
    check_spectrum(n);
    check_ways_back<double>(n, 1e-14);
    check_ways_back<float>(n, 4e-6);
  }
}

TEST_CASE("of real numbers frequency 0 is real, and the last one of an even length") {
  for (const std::size_t n : {1, 2, 5, 8, 37, 74}) {
    const Complex<double> z = rfft(noise({n}));
    CHECK(z.imag.data()[0] == 0);
    if (n % 2 == 0) CHECK(z.imag.data()[n / 2] == 0);
  }
}

TEST_CASE("transforms cut and continue an axis, and divide as they are told") {
  const Tensor<double> x{1, 2, 3, 4};
  CHECK(numbers(fft(x, {.n = 1}).real) == std::vector<double>{1});
  CHECK(numbers(fft(x).real) == std::vector<double>{10, -2, -2, -2});
  CHECK(numbers(fft(x).imag) == std::vector<double>{0, 2, 0, -2});
  CHECK(numbers(fft(x, {.norm = FourierNorm::ortho}).real) == std::vector<double>{5, -1, -1, -1});
  CHECK(numbers(fft(x, {.norm = FourierNorm::forward}).real) == std::vector<double>{2.5, -0.5, -0.5, -0.5});
  CHECK(numbers(ifft(x, {.norm = FourierNorm::forward}).real) == std::vector<double>{10, -2, -2, -2});
  CHECK(numbers(irfft(rfft(x))) == std::vector<double>{1, 2, 3, 4});
  CHECK(rfft(x, {.n = 7}).shape() == Shape{4});
  CHECK(irfft(rfft(x), {.n = 7}).shape() == Shape{7});
  CHECK(fft(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(fft2(zeros({2, 3, 5}), {.s = {{4, 7}}, .axes = {0, 2}}).shape() == Shape{4, 3, 7});
  CHECK(rfft2(zeros({2, 3, 5})).shape() == Shape{2, 3, 3});
  CHECK(irfft2(rfft2(zeros({2, 3, 4}))).shape() == Shape{2, 3, 4});
}

TEST_CASE("complex numbers are added, multiplied and divided, with real ones on either side") {
  const Complex<double> z{Tensor<double>{{1, 2}}, Tensor<double>{{3, -1}}},
      w{Tensor<double>{{2}, {0}}, Tensor<double>{{1}, {1}}};
  CHECK((z * w).shape() == Shape{2, 2});
  CHECK(numbers((z * w).real) == std::vector<double>{-1, 5, -3, 1});
  CHECK(numbers((z * w).imag) == std::vector<double>{7, 0, 1, 2});
  close((z * w / w).real, broadcast_to(z.real, {2, 2}), 1e-15);
  CHECK(numbers((1 - z).imag) == std::vector<double>{-3, 1});
  CHECK((z + Tensor<double>{{1}, {2}}).imag.shape() == Shape{2, 2});
  CHECK(numbers(abs(Complex{Tensor<double>{3, 0}, Tensor<double>{-4, 0}})) == std::vector<double>{5, 0});
  const auto zero = variable(Tensor<double>{0});
  Tape tape;
  CHECK(numbers(tape.gradient(sum(abs(Complex{zero, zero})), zero)) == std::vector<double>{0});
  fails([&] { return z + Complex<double>{zeros({3}), zeros({3})}; }, "(1, 2) and (3,)");
  fails([&] { return z + Complex<double>{zeros({3}), zeros({3})}; }, "signals_test.cpp:");
}

TEST_CASE("frequencies and shifts are NumPy's") {
  CHECK(numbers(fftfreq(5, 0.2)) == std::vector<double>{0, 1, 2, -2, -1});
  CHECK(numbers(fftfreq(4)) == std::vector<double>{0, 0.25, -0.5, -0.25});
  CHECK(numbers(fftfreq(1)) == std::vector<double>{0});
  CHECK(numbers(rfftfreq(4)) == std::vector<double>{0, 0.25, 0.5});
  CHECK(numbers(rfftfreq(5, 0.2)) == std::vector<double>{0, 1, 2});
  CHECK(numbers(fftshift(arange(5))) == std::vector<double>{3, 4, 0, 1, 2});
  CHECK(numbers(ifftshift(fftshift(arange(5)))) == numbers(arange(5)));
  CHECK(numbers(fftshift(Tensor<double>{{0, 1}, {2, 3}})) == std::vector<double>{3, 2, 1, 0});
  CHECK(numbers(fftshift(Complex{arange(2), arange(2)}, -1).imag) == std::vector<double>{1, 0});
  CHECK(numbers(ifftshift(Complex{arange(3), arange(3)}).real) == std::vector<double>{1, 2, 0});
}

TEST_CASE("windows begin with nothing and are NumPy's where they are not periodic") {
  close(hann_window(4), Tensor<double>{0, 0.5, 1, 0.5}, 1e-15);
  close(hann_window(5, false), Tensor<double>{0, 0.5, 1, 0.5, 0}, 1e-15);
  close(hamming_window(4), Tensor<double>{0.08, 0.54, 1, 0.54}, 1e-15);
  close(blackman_window(4), Tensor<double>{0, 0.34, 1, 0.34}, 1e-15);
  CHECK(numbers(hann_window(1)) == std::vector<double>{1});
  CHECK(numbers(blackman_window(1, false)) == std::vector<double>{1});
  CHECK(hann_window<float>(0).shape() == Shape{0});
}

TEST_CASE("istft gives back what stft took apart, whatever the windows") {
  const Tensor<double> x = noise({2, 1, 100});
  const Tensor<double> window = hann_window(16);
  for (const bool onesided : {true, false}) {
    for (const bool normalized : {true, false}) {
      const StftOptions<double> options{
          .hop_length = 4, .window = window, .normalized = normalized, .onesided = onesided, .length = 100};
      const Complex<double> z = stft(x, 16, options);
      CHECK(z.shape() == Shape{2, 1, onesided ? 9u : 16u, 26});
      close(istft(z, 16, options), x, 1e-14);
    }
  }
  close(istft(stft(x, 10, {.center = false}), 10, {.center = false}), x, 1e-14);
  CHECK(istft(stft(x, 16, {.hop_length = 16}), 16, {.hop_length = 16, .length = 120}).shape() == Shape{2, 1, 120});
  CHECK(numbers(view(istft(stft(x, 16), 16, {.length = 120}), 0, 0, 119)) == std::vector<double>{0});
}

TEST_CASE("interpolation leaves constants and corners, and does not read what has no weight") {
  using enum Interpolation;
  for (const Interpolation mode : {nearest, linear, cubic}) {
    const Tensor<double> y = interpolate(full({1, 1, 3, 4}, 2.), {.size = {7, 2}, .mode = mode});
    close(y, full({1, 1, 7, 2}, 2.), 1e-15);
    const Tensor<double> same = noise({2, 1, 5});
    close(interpolate(same, {.scale = {1}, .mode = mode}), same, 1e-15);
  }
  const Tensor<double> x{{{0, 1, std::numeric_limits<double>::infinity()}}};
  CHECK(numbers(interpolate(x, {.size = {5}, .mode = linear, .align_corners = true}))[2] == 1);
  CHECK(numbers(interpolate(reshape(arange(4), {1, 1, 4}), {.size = {2}})) == std::vector<double>{0, 2});
  CHECK(interpolate(zeros({0, 2, 3}), {.size = {6}}).shape() == Shape{0, 2, 6});
  CHECK(interpolate(zeros({1, 1, 2, 2, 2}), {.scale = {2}, .mode = linear}).shape() == Shape{1, 1, 4, 4, 4});
}

TEST_CASE("what transforms cannot be is said with the line and the fix") {
  const Tensor<double> x = zeros({2, 3}), none;
  fails([&] { fft(x, {.axis = 2}); }, "fft: axis 2 does not exist in rank 2 [signals_test.cpp:");
  fails([&] { ifft(Tensor<double>(1)); }, "ifft: axis -1 does not exist in rank 0 [signals_test.cpp:");
  fails([&] { fft(x, {.n = 0}); }, "fft: a transform of length 0 along axis 1 of shape (2, 3) [signals_test.cpp:");
  fails([&] { fft(x, {.n = -1}); }, "Give an n of 1 or more");
  fails([&] { rfft(zeros({2, 0})); }, "rfft: axis 1 of shape (2, 0) has no elements to transform [signals_test.cpp:");
  fails([&] { irfft(Complex{zeros({2, 1}), zeros({2, 1})}); }, "irfft: a transform of length 0 along axis 1");
  fails(
      [&] {
        fft(Complex{x, zeros({3})});
      },
      "fft: the real part is (2, 3), the imaginary part (3,) [signals_test.cpp:");
  fails([&] { fft(Complex{x, zeros({3})}); }, "zeros_like(x) is the imaginary part of a real x");
  fails([&] { fft2(zeros({3})); }, "fft2: axis -2 does not exist in rank 1 [signals_test.cpp:");
  fails([&] { rfft2(x, {.axes = {0, -2}}); }, "rfft2: axis -2 is given twice [signals_test.cpp:");
  fails([&] { fft2(x, {.s = {{0, 1}}}); }, "fft: a transform of length 0");
  const auto refused = [](const auto& call) { fails(call, "empty tensor"); };
  refused([&] { fft(none); });
  refused([&] { ifft(Complex{x, none}); });
  refused([&] { rfft(none); });
  refused([&] { irfft(Complex{none, x}); });
  refused([&] { fft2(none); });
  refused([&] { ifft2(Complex{none, none}); });
  refused([&] { rfft2(none); });
  refused([&] { irfft2(Complex{none, none}); });
  refused([&] { fftshift(none); });
  refused([&] { stft(none, 4); });
  refused([&] { istft(Complex{none, none}, 4); });
  refused([&] { interpolate(none, {.size = {1}}); });
}

TEST_CASE("what windows of time and sizes cannot be is said with the line and the fix") {
  const Tensor<double> x = zeros({2, 3});
  fails([&] { fftfreq(0); }, "fftfreq: 0 samples [signals_test.cpp:");
  fails([&] { rfftfreq(-1); }, "rfftfreq: -1 samples [signals_test.cpp:");
  fails([&] { hann_window(-1); }, "hann_window: -1 samples [signals_test.cpp:");
  fails([&] { fftshift(x, 2); }, "fftshift: axis 2 does not exist in rank 2 [signals_test.cpp:");
  fails([&] { ifftshift(x, {0, -2}); }, "ifftshift: axis -2 is given twice");
  fails([&] { stft(x, 0); }, "stft: windows of 0 samples, 1 apart [signals_test.cpp:");
  fails([&] { stft(x, 2, {.hop_length = 0}); }, "stft: windows of 2 samples, 0 apart");
  fails([&] { stft(x, 2, {.window = zeros({3})}); }, "stft: a window of shape (3,) for n_fft 2 [signals_test.cpp:");
  fails([&] { stft(x, 4, {.center = false}); },
        "stft: a signal of shape (2, 3) is shorter than windows of 4 [signals_t");
  const Complex<double> z{zeros({3, 2}), zeros({3, 2})};
  fails([&] { istft(z, 8); }, "istft: parts of shapes (3, 2) and (3, 2) for n_fft 8 [signals_test.cpp:");
  fails([&] { istft(z, 8); }, "They are (..., 5, windows)");
  fails([&] { istft(z, 4, {.hop_length = 9}); },
        "istft: windows leave samples out, so that there is no signal [signals_");
  fails([&] { interpolate(x, {.size = {2}}); }, "interpolate: shape (2, 3) has no axes to resample [signals_test.cpp:");
  const Tensor<double> image = zeros({1, 1, 2, 3});
  fails([&] { interpolate(image, {}); }, "interpolate: it needs sizes or scales, not both [signals_test.cpp:");
  fails([&] { interpolate(image, {.size = {2}, .scale = {2}}); }, "Give .size = {8, 8} or .scale = {2}");
  fails([&] { interpolate(image, {.size = {1, 2, 3}}); }, "interpolate: 3 sizes or scales for the 2 axes of shape");
  fails([&] { interpolate(image, {.size = {2}, .align_corners = true}); },
        "align_corners has no meaning for the nearest");
  fails(
      [&] {
        interpolate(image, {.size = {2, 0}});
      },
      "axis 3 of shape (1, 1, 2, 3) cannot become 0 long [signals_test.");
  fails([&] { interpolate(image, {.scale = {0.1}}); },
        "axis 2 of shape (1, 1, 2, 3) cannot become 0.100000 times as long");
  fails(
      [&] {
        interpolate(zeros({1, 1, 0}), {.size = {2}});
      },
      "axis 2 of shape (1, 1, 0) has no elements [signals_test.");
}
