#include "ops/families.h"

namespace {

using namespace tapegrad;

// Both parts of complex numbers.
template <Real T>
Tensor<T> both(const Complex<T>& z) {
  return stack({z.real, z.imag});
}
// The first two inputs as complex numbers.
template <Real T>
Complex<T> paired(const std::vector<Tensor<T>>& x) {
  return {x[0], x[1]};
}
// Shapes of pairs.
std::vector<rows::Shapes> pairs(const std::vector<Shape>& shapes) {
  std::vector<rows::Shapes> all;
  for (const Shape& shape : shapes) all.push_back({shape, shape});
  return all;
}

const FourierOptions five{.n = 5, .axis = 0, .norm = FourierNorm::ortho}, two{.n = 2, .norm = FourierNorm::forward};
const FourierOptions odd{.n = 5}, odd_first{.n = 3, .axis = 0, .norm = FourierNorm::ortho};

void add_transforms(std::vector<rows::Row>& all) {
  const auto large = pairs({rows::large, {40, 1000}, {3, 20, 300}});
  all.push_back({"fft", "complex", [](const auto& x) { return both(fft(paired(x))); },
                 {.shapes = pairs({{4}, {2, 3}, {1}, {0, 5}}), .large = large}});
  all.push_back({"fft", "real", [](const auto& x) { return both(fft(x[0])); },
                 {.shapes = {{{5}}, {{2, 6}}}, .program = "stack({fft($0).real, fft($0).imag})"}});
  all.push_back({"fft", "5 along axis 0, ortho", [](const auto& x) { return both(fft(paired(x), five)); },
                 {.shapes = pairs({{3, 2}, {7}, {5}})}});
  all.push_back({"fft", "2, forward", [](const auto& x) { return both(fft(paired(x), two)); },
                 {.shapes = pairs({{3}, {2, 1}})}});
  all.push_back({"fft", "long", [](const auto& x) { return both(fft(paired(x))); },
                 {.large = pairs({{2, 20000}, {10007}}), .no_reference = "fft/complex has one"}});
  all.push_back({"fft", "two axes", [](const auto& x) { return both(fft2(paired(x))); },
                 {.shapes = pairs({{2, 3}, {2, 1, 2}})}});
  all.push_back({"ifft", "complex", [](const auto& x) { return both(ifft(paired(x))); },
                 {.shapes = pairs({{4}, {2, 3}, {1}}), .large = large}});
  all.push_back({"ifft", "real", [](const auto& x) { return both(ifft(x[0])); },
                 {.shapes = {{{5}}}, .program = "stack({ifft($0).real, ifft($0).imag})"}});
  all.push_back({"ifft", "5 along axis 0, ortho", [](const auto& x) { return both(ifft(paired(x), five)); },
                 {.shapes = pairs({{3, 2}, {7}})}});
  all.push_back({"ifft", "two axes", [](const auto& x) {
                   return both(ifft2(paired(x), {.s = {{2, 3}}, .axes = {1, 0}}));
                 },
                 {.shapes = pairs({{2, 3}})}});
}

void add_real_transforms(std::vector<rows::Row>& all) {
  all.push_back({"rfft", "rows", [](const auto& x) { return both(rfft(x[0])); },
                 {.shapes = {{{6}}, {{2, 5}}, {{1}}, {{2}}, {{0, 3}}},
                  .large = {{rows::large}, {{40, 1000}}, {{20000}}, {{3, 20, 300}}},
                  .program = "stack({rfft($0).real, rfft($0).imag})"}});
  all.push_back({"rfft", "5 along axis 0, ortho", [](const auto& x) { return both(rfft(x[0], five)); },
                 {.shapes = {{{3, 2}}, {{7}}}}});
  all.push_back({"rfft", "two axes", [](const auto& x) { return both(rfft2(x[0])); },
                 {.shapes = {{{2, 4}}, {{3, 3}}}}});
  all.push_back({"irfft", "even", [](const auto& x) { return irfft(paired(x)); },
                 {.shapes = pairs({{4}, {2, 3}, {2}}),
                  .large = pairs({{131, 129}, {40, 501}, {10001}, {3, 20, 151}})}});
  all.push_back({"irfft", "odd", [](const auto& x) { return irfft(paired(x), odd); },
                 {.shapes = pairs({{3}, {2, 3}, {2}, {4}})}});
  all.push_back({"irfft", "of equal parts", [](const auto& x) { return irfft(Complex{x[0], x[0]}, odd); },
                 {.shapes = {{{3}}}, .program = "irfft(Complex{$0, $0}, {.n = 5})"}});
  all.push_back({"irfft", "3 along axis 0, ortho", [](const auto& x) { return irfft(paired(x), odd_first); },
                 {.shapes = pairs({{2, 2}})}});
  all.push_back({"irfft", "two axes", [](const auto& x) { return irfft2(paired(x)); }, {.shapes = pairs({{2, 3}})}});
  all.push_back({"irfft", "long and odd", [](const auto& x) { return irfft(paired(x), {.n = 15015}); },
                 {.large = pairs({{3, 7508}}), .no_reference = "irfft/odd has one"}});
}

rows::Row interpolate_row(const std::string& variant, const InterpolateOptions& options, rows::RowOptions row) {
  return {"interpolate", variant, [=](const auto& x) { return interpolate(x[0], options); }, std::move(row)};
}
void add_interpolations(std::vector<rows::Row>& all) {
  using enum Interpolation;
  const std::vector<rows::Shapes> image{{{1, 2, 2, 3}}}, line{{{1, 2, 4}}, {{2, 1, 1}}};
  all.push_back(interpolate_row("nearest", {.size = {5}}, {.shapes = line, .large = {{{7, 11, 400}}}}));
  all.push_back(interpolate_row("nearest by 2", {.scale = {2}}, {.shapes = image}));
  all.push_back(interpolate_row("linear, 7", {.size = {7}, .mode = linear}, {.shapes = line}));
  all.push_back({"interpolate", "linear of all", [](const auto& x) {
                   return interpolate(reshape(x[0], {1, 1, -1}), {.size = {7}, .mode = Interpolation::linear});
                 },
                 {.shapes = {{{2, 2}}},
                  .program = "interpolate(reshape($0, {1, 1, -1}), {.size = {7}, .mode = Interpolation::linear})"}});
  all.push_back(interpolate_row("linear, corners", {.size = {7}, .mode = linear, .align_corners = true},
                                {.shapes = line}));
  all.push_back(interpolate_row("linear, fewer", {.scale = {0.6}, .mode = linear}, {.shapes = {{{1, 1, 5}}}}));
  all.push_back(interpolate_row("bilinear", {.size = {3, 4}, .mode = linear},
                                {.shapes = image, .large = {{{2, 3, 100, 90}}}}));
  all.push_back(interpolate_row("bilinear by 2 and 1.5", {.scale = {2, 1.5}, .mode = linear}, {.shapes = image}));
  all.push_back(interpolate_row("bilinear, corners", {.size = {1, 4}, .mode = linear, .align_corners = true},
                                {.shapes = image}));
  all.push_back(interpolate_row("bicubic", {.size = {3, 5}, .mode = cubic}, {.shapes = image}));
  all.push_back(interpolate_row("bicubic, corners", {.size = {3, 5}, .mode = cubic, .align_corners = true},
                                {.shapes = image}));
  all.push_back(interpolate_row("bicubic by 0.7", {.scale = {0.7}, .mode = cubic}, {.shapes = {{{1, 1, 3, 4}}}}));
}

void add_spectrograms(std::vector<rows::Row>& all) {
  all.push_back({"rfft", "stft", [](const auto& x) { return both(stft(x[0], 4, {.hop_length = 2})); },
                 {.shapes = {{{6}}, {{2, 5}}}}});
  all.push_back({"rfft", "stft with a window", [](const auto& x) { return both(stft(x[0], 4, {.window = x[1]})); },
                 {.shapes = {{{5}, {4}}, {{5}, {3}}}}});
  all.push_back({"rfft", "stft, not centred, normalized", [](const auto& x) {
                   return both(stft(x[0], 5, {.hop_length = 1, .center = false, .normalized = true}));
                 },
                 {.shapes = {{{6}}}}});
  all.push_back({"fft", "stft of both sides", [](const auto& x) {
                   return both(stft(x[0], 4, {.hop_length = 2, .pad_mode = PadMode::constant, .onesided = false}));
                 },
                 {.shapes = {{{6}}}}});
  all.push_back({"irfft", "istft", [](const auto& x) {
                   const auto window = view(reshape(x[2], -1), xt::range(0, 4));
                   return istft(paired(x), 4, {.hop_length = 2, .window = window * window + 1});
                 },
                 {.shapes = {{{3, 3}, {3, 3}, {4}}, {{2, 3, 2}, {2, 3, 2}, {4}}}}});
}

// Operators of complex numbers, with a real one on either side.
void add_arithmetic(std::vector<rows::Row>& all) {
  all.push_back({"fft", "of products and quotients", [](const auto& x) {
                   const auto z = paired(x), w = Complex{x[2], x[3]};
                   return both(fft((z * w - x[0] * conj(w) + w * x[1]) / (w * w + 9)));
                 },
                 {.shapes = {{{3}, {3}, {2, 3}, {2, 3}}}}});
  all.push_back({"fft", "of sizes and angles", [](const auto& x) {
                   const auto z = 2 / (1 - paired(x)) / 3 + x[0];
                   return both(fft(Complex{abs(z), angle(z)}));
                 },
                 {.shapes = pairs({{3}}), .domain = Domain{0.2, 0.8}}});
}

}  // namespace

const std::vector<rows::Row>& rows::Signals::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_transforms(all);
    add_real_transforms(all);
    add_interpolations(all);
    add_spectrograms(all);
    add_arithmetic(all);
    return all;
  }();
  return list;
}
