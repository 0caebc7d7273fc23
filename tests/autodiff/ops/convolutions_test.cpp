// Convolutions and pooling: Keras' padding, transposes as transposes, choices of the maximum, errors. Their derivatives
// and PyTorch's numbers are rows: rows/convolutions.cpp.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/vmap.h>

#include <cmath>
#include <limits>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

const Key key(3);

bool same(const Tensor<double>& a, const Tensor<double>& b) { return a.shape() == b.shape() && all(a == b); }

}  // namespace

TEST_CASE("same padding makes as many places as x has over the stride, and is odd behind") {
  const auto x = normal(key, {1, 1, 5, 6}), w = normal(key.fold_in(1), {1, 1, 2, 3});
  CHECK(conv2d(x, w, {.padding = Padding::same}).shape() == Shape{1, 1, 5, 6});
  CHECK(allclose(conv2d(x, w, {.padding = Padding::same}), conv2d(pad(x, {{0, 0}, {0, 0}, {0, 1}, {1, 1}}), w)));
  // Keras: of 5 places with a stride of 2 are 3, for which 4 + 2 are needed; of 6 are 3, for which 4 + 3 are.
  const auto strided = conv2d(x, w, {.stride = 2, .padding = Padding::same});
  CHECK(strided.shape() == Shape{1, 1, 3, 3});
  CHECK(allclose(strided, conv2d(pad(x, {{0, 0}, {0, 0}, {0, 1}, {0, 1}}), w, {.stride = 2})));
  CHECK(same(conv2d(x, w, {.padding = Padding::valid}), conv2d(x, w)));
  CHECK(conv_transpose2d(x, w, {.stride = {2, 4}, .padding = Padding::same}).shape() == Shape{1, 1, 10, 24});
}

TEST_CASE("a transposed convolution is the transpose of the convolution with its options") {
  const ConvolutionOptions options{.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .groups = 2};
  const auto x = normal(key, {2, 4, 6, 7}), w = normal(key.fold_in(1), {6, 2, 3, 2});
  const auto y = conv2d(x, w, options), g = normal(key.fold_in(2), y.shape());
  const auto back = conv_transpose2d(
      g, w, {.stride = {2, 1}, .padding = 1, .output_padding = {1, 0}, .dilation = {1, 2}, .groups = 2});
  CHECK(back.shape() == x.shape());
  CHECK(sum(y * g).item() == Approx(sum(x * back).item()).epsilon(1e-12));
  const auto b = normal(key.fold_in(3), {4});
  CHECK(allclose(conv_transpose2d(g, w, b, {.stride = {2, 1}, .padding = 1, .groups = 2}),
                 conv_transpose2d(g, w, {.stride = {2, 1}, .padding = 1, .groups = 2}) + reshape(b, {4, 1, 1})));
}

TEST_CASE("a batch of no pictures, and a kernel as large as the picture") {
  const auto w = ones({3, 2, 4, 5});
  CHECK(conv2d(zeros({0, 2, 4, 5}), w).shape() == Shape{0, 3, 1, 1});
  const auto x = variable(ones({1, 2, 4, 5}));
  Tape tape;
  const auto y = conv2d(x, w, ones({3}));
  CHECK(y.data()[0] == 41);
  CHECK(same(tape.gradient(sum(y), x), full({1, 2, 4, 5}, 3.)));
}

TEST_CASE("a stride far beyond x costs nothing, and what no window reads has a gradient of 0") {
  const auto x = variable(ones({1, 1, 3, 4}));
  Tape tape;
  const auto y = conv2d(x, ones({2, 1, 1, 2}), {.stride = {2000000000, 2000000000}});
  CHECK(y.shape() == Shape{1, 2, 1, 1});
  CHECK(same(tape.gradient(sum(y), x), Tensor<double>{{{{2, 2, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}}}));
}

TEST_CASE("the largest of a window is the first of equals, and a NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), least = -std::numeric_limits<double>::infinity();
  const auto x = variable(Tensor<double>{{{2, 2, 1, nan, 3, least, least}}});
  Tape tape;
  const auto y = max_pool1d(x, 2, {.ceil_mode = true});
  CHECK(y.shape() == Shape{1, 1, 4});
  CHECK(y.data()[0] == 2);
  CHECK(std::isnan(y.data()[1]));
  CHECK(y.data()[2] == 3);
  CHECK(y.data()[3] == least);
  const auto g = tape.gradient(sum(y), x);
  CHECK(same(g, Tensor<double>{{{1, 0, 0, 1, 1, 0, 1}}}));
}

TEST_CASE("convolutions say what does not fit, with the line and the fix") {
  const auto x = ones({2, 4, 5, 5}), w = ones({6, 4, 3, 3});
  const auto fails = [](const auto& call, const char* words) {
    CHECK_THROWS_WITH_AS(call(), Contains(words), ShapeError);
  };
  const auto refuses = [](const auto& call, const char* words) {
    CHECK_THROWS_WITH_AS(call(), Contains(words), DomainError);
  };
  fails([&] { conv2d(ones({5}), w); },
        "conv2d: x must be (batch, channels, height, width), with or without the batch, but has shape (5,) [conv");
  fails([&] { conv1d(x, w); }, "conv1d: x must be (batch, channels, length), with or without the batch");
  fails([&] { conv2d(x, ones({6, 4, 3})); },
        "conv2d: w must have 4 axes, (out channels, channels / groups, kernel), but has shape (6, 4, 3) [convolutions");
  fails([&] { conv2d(x, ones({6, 3, 3, 3})); },
        "conv2d: w of shape (6, 3, 3, 3) is for 3 channels in 1 groups, but x of shape (2, 4, 5, 5) has 4 [conv");
  fails([&] { conv2d(x, ones({5, 2, 3, 3}), {.groups = 2}); },
        "conv2d: the 5 channels of w, of shape (5, 2, 3, 3), cannot be split into 2 groups [convolutions");
  fails([&] { conv2d(x, ones({6, 4, 3, 6})); },
        "conv2d: a kernel of 6, which reaches over 6 places, does not fit axis 3 of x, of shape (2, 4, 5, 5) with 0 "
        "zeros [convolutions_test.cpp:");
  fails([&] { conv2d(x, ones({6, 4, 0, 3})); }, "a kernel of 0");
  fails([&] { conv2d(x, w, ones({5})); },
        "conv2d: b must have a number for each of 6 out channels, but has shape (5,) [convolutions_test.cpp:");
  fails([&] { conv2d(x, Tensor<double>()); }, "conv2d: an input is an empty tensor");
  fails([&] { conv2d(Tensor<double>(), w); }, "conv2d: an input is an empty tensor");
  fails([&] { conv2d(x, w, Tensor<double>()); }, "conv2d: an input is an empty tensor");
  refuses([&] { conv2d(x, w, {.stride = 0}); }, "conv2d: stride must be 1 or more, but is 0 [convolutions_test.cpp:");
  refuses([&] { conv2d(x, w, {.dilation = 2147483648}); },
          "conv2d: dilation must be 2147483647 or less, but is 2147483648 [convolutions_test.cpp:");
  refuses([&] { conv2d(x, w, {.padding = {1, -1}}); }, "conv2d: padding must be 0 or more, but is -1");
  refuses([&] { conv2d(x, w, {.dilation = {1, 1, 1}}); },
          "conv2d: dilation has 3 numbers, but there are 2 axes [convolutions_test.cpp:");
  refuses([&] { conv2d(x, w, {.groups = 0}); }, "conv2d: groups must be 1 or more, but is 0");
  fails([&] { conv_transpose2d(x, ones({3, 1, 2, 2})); },
        "conv_transpose2d: w of shape (3, 1, 2, 2) is for 3 channels in 1 groups, but x of shape (2, 4, 5, 5) has 4");
  fails([&] { conv_transpose2d(ones({1, 1, 1, 1}), ones({1, 1, 2, 2}), {.padding = 1}); },
        "conv_transpose2d: nothing is left of axis 2: x of shape (1, 1, 1, 1) and w of shape (1, 1, 2, 2) make 2 "
        "places, of which 2 are cut off [convolutions_test.cpp:");
  refuses([&] { conv_transpose1d(ones({1, 1, 3}), ones({1, 1, 2}), {.stride = 2, .output_padding = 2}); },
          "conv_transpose1d: output_padding must be below the stride or the dilation, but is 2 [convolutions_test");
}

TEST_CASE("pooling says what does not fit, with the line and the fix") {
  const auto x = ones({2, 4, 5, 5});
  const auto fails = [](const auto& call, const char* words) {
    CHECK_THROWS_WITH_AS(call(), Contains(words), ShapeError);
  };
  const auto refuses = [](const auto& call, const char* words) {
    CHECK_THROWS_WITH_AS(call(), Contains(words), DomainError);
  };
  fails([&] { max_pool2d(ones({5}), 2); }, "max_pool2d: x must be (batch, channels, height, width)");
  fails([&] { avg_pool1d(ones({1, 2, 3}), 4); },
        "avg_pool1d: a window of 4, which reaches over 4 places, does not fit axis 2 of shape (1, 2, 3) with 0 places "
        "around it [convolutions_test.cpp:");
  fails([&] { max_pool1d(ones({1, 2, 0}), 1); }, "max_pool1d: a window of 1");
  fails([&] { adaptive_avg_pool1d(ones({1, 2, 0}), 1); },
        "adaptive_avg_pool1d: axis 2 of shape (1, 2, 0) has no elements [convolutions_test.cpp:");
  refuses([&] { max_pool2d(x, 2, {.padding = 2}); },
          "max_pool2d: padding must be at most half of the window of 2, but is 2 [convolutions_test.cpp:");
  refuses([&] { max_pool2d(x, 0); }, "max_pool2d: size must be 1 or more, but is 0");
  refuses([&] { avg_pool2d(x, 2, {.dilation = 2}); },
          "avg_pool2d: dilation is an option of max_pool [convolutions_test.cpp:");
  refuses([&] { adaptive_avg_pool2d(x, {2, 0}); }, "adaptive_avg_pool2d: size must be 1 or more, but is 0");
}

TEST_CASE("the gradient of each sample for a kernel is that of the sample alone") {
  const auto w = normal(key, {3, 2, 2, 2}), xs = normal(key.fold_in(1), {4, 2, 5, 5});
  const auto loss = [](const auto& weights, const auto& x) { return sum(square(conv2d(x, weights, {.padding = 1}))); };
  const auto each = vmap(grad(loss), {none, 0})(w, xs);
  for (int i = 0; i < 4; ++i) {
    const auto alone = grad([&](const auto& v) { return loss(v, view(xs, i)); })(w);
    CHECK(allclose(view(std::get<0>(each), i), alone));
  }
}
