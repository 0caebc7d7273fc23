#include <tapegrad/ops/convolutions.h>
#include <tapegrad/ops/pooling.h>

#include "ops/families.h"

namespace {

using namespace tapegrad;
using rows::Row, rows::Shapes;

// Its derivative of second order is an op of its own, whose derivatives are of these three again.
void add_convolutions(std::vector<Row>& all) {
  all.push_back({"convolution", "signal", [](const auto& x) { return conv1d(x[0], x[1], x[2]); },
                 {.shapes = {{{2, 2, 6}, {3, 2, 3}, {3}}, {{1, 1, 1}, {2, 1, 1}, {2}}, {{0, 2, 4}, {1, 2, 2}, {1}}},
                  .large = {{{3, 5, 4001}, {17, 5, 4}, {17}}}}});
  all.push_back({"convolution", "image", [](const auto& x) { return conv2d(x[0], x[1], x[2], {.padding = 1}); },
                 {.shapes = {{{2, 2, 3, 4}, {3, 2, 3, 3}, {3}}},
                  .large = {{{9, 7, 33, 21}, {13, 7, 3, 3}, {13}}, {{3, 40, 7, 7}, {70, 40, 3, 3}, {70}},
                            {{2, 65, 9, 5}, {40, 65, 1, 1}, {40}}}}});
  all.push_back({"convolution", "strides, dilations and groups",
                 [](const auto& x) {
                   return conv2d(x[0], x[1], {.stride = {2, 3}, .padding = {2, 1}, .dilation = {1, 2}, .groups = 2});
                 },
                 {.shapes = {{{1, 4, 5, 6}, {6, 2, 3, 2}}}, .large = {{{5, 12, 40, 50}, {24, 6, 4, 3}}}}});
  all.push_back({"convolution", "depthwise, same",
                 [](const auto& x) { return conv2d(x[0], x[1], {.padding = Padding::same, .groups = 3}); },
                 {.shapes = {{{2, 3, 4, 3}, {3, 1, 3, 2}}}, .large = {{{2, 3, 90, 101}, {3, 1, 3, 3}}}}});
  all.push_back({"convolution", "volume", [](const auto& x) { return conv3d(x[0], x[1], {.stride = {1, 2, 1}}); },
                 {.shapes = {{{1, 2, 3, 3, 2}, {2, 2, 2, 2, 2}}}, .large = {{{2, 3, 9, 20, 31}, {4, 3, 2, 3, 3}}}}});
  all.push_back({"convolution", "without a batch", [](const auto& x) { return conv2d(x[0], x[1], {.stride = 2}); },
                 {.shapes = {{{2, 5, 4}, {1, 2, 2, 2}}}}});
  all.push_back({"convolution", "of itself", [](const auto& x) { return conv1d(x[0], x[0], {.padding = 1}); },
                 {.shapes = {{{2, 2, 3}}}}});
  all.push_back({"convolution", "with its mean",
                 [](const auto& x) {
                   const auto line = reshape(x[0], {1, 1, -1});
                   return reshape(conv1d(line, reshape(mean(x[0]), {1, 1, 1})), x[0].shape());
                 },
                 {.shapes = {{{2, 2}}},
                  .program = "reshape(conv1d(reshape($0, {1, 1, -1}), reshape(mean($0), {1, 1, 1})), $0.shape())",
                  .no_reference = "it is a product"}});
  all.push_back({"convolution_weights", "signal",
                 [](const auto& x) {  // the gradient for the weights, which are of no matter
                   using T = typename std::decay_t<decltype(x[0])>::value_type;
                   const Tensor<T> none = zeros<T>({2, 2, 3});
                   return vjp([&](const auto& w) { return conv1d(x[0], w); }, none).second(x[1]);
                 },
                 {.shapes = {{{2, 2, 5}, {2, 2, 3}}}, .large = {{{30, 2, 901}, {30, 2, 899}}}}});
}

void add_transposed(std::vector<Row>& all) {
  all.push_back({"convolution_back", "signal", [](const auto& x) { return conv_transpose1d(x[0], x[1], x[2]); },
                 {.shapes = {{{2, 2, 4}, {2, 3, 3}, {3}}}, .large = {{{3, 9, 3001}, {9, 5, 4}, {5}}}}});
  all.push_back({"convolution_back", "strides and groups",
                 [](const auto& x) {
                   return conv_transpose2d(x[0], x[1],
                                           {.stride = {2, 3}, .padding = 1, .output_padding = {1, 0}, .groups = 2});
                 },
                 {.shapes = {{{1, 4, 2, 3}, {4, 1, 3, 2}}}, .large = {{{4, 12, 21, 20}, {12, 6, 4, 3}}}}});
  all.push_back({"convolution_back", "same, with a bias",
                 [](const auto& x) {
                   return conv_transpose2d(x[0], x[1], x[2], {.stride = 2, .padding = Padding::same});
                 },
                 {.shapes = {{{1, 1, 2, 3}, {1, 2, 3, 3}, {2}}}, .no_reference = "PyTorch has no such padding"}});
  all.push_back({"convolution_back", "dilated volume",
                 [](const auto& x) { return conv_transpose3d(x[0], x[1], {.dilation = {1, 2, 1}}); },
                 {.shapes = {{{1, 1, 2, 2, 2}, {1, 2, 2, 2, 2}}}}});
}

void add_pooling(std::vector<Row>& all) {
  const auto gaps = [](const auto& x) {  // no two of all elements are close
    const auto y = sort(reshape(x[0], -1));
    return y.size() < 2 ? y : view(y, xt::range(1, xt::placeholders::_)) - view(y, xt::range(0, -1));
  };
  all.push_back({"max_pool", "of neighbours",
                 [](const auto& x) {
                   const auto line = reshape(x[0], {1, 1, -1});
                   return reshape(max_pool1d(line, 3, {.stride = 1, .padding = 1}), x[0].shape());
                 },
                 {.shapes = {{{2, 2}}},
                  .program =
                      "reshape(max_pool1d(reshape($0, {1, 1, -1}), 3, {.stride = 1, .padding = 1}), $0.shape())",
                  .kink = gaps}});
  all.push_back({"avg_pool", "of neighbours",
                 [](const auto& x) {
                   const auto line = reshape(x[0], {1, 1, -1});
                   return reshape(avg_pool1d(line, 3, {.stride = 1, .padding = 1}), x[0].shape());
                 },
                 {.shapes = {{{2, 2}}},
                  .program =
                      "reshape(avg_pool1d(reshape($0, {1, 1, -1}), 3, {.stride = 1, .padding = 1}), $0.shape())"}});
  all.push_back({"max_pool", "signal", [](const auto& x) { return max_pool1d(x[0], 2, {.stride = 1}); },
                 {.shapes = {{{1, 2, 5}}, {{2, 3}}, {{0, 2, 3}}}, .large = {{{40, 3, 501}}}, .kink = gaps}});
  all.push_back({"max_pool", "image", [](const auto& x) { return max_pool2d(x[0], 2); },
                 {.shapes = {{{2, 1, 4, 3}}}, .large = {{{9, 5, 34, 52}}}, .kink = gaps}});
  all.push_back({"max_pool", "padded and dilated",
                 [](const auto& x) {
                   return max_pool2d(x[0], {3, 2},
                                     {.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .ceil_mode = true});
                 },
                 {.shapes = {{{1, 1, 4, 4}}}, .large = {{{9, 5, 34, 52}}}, .kink = gaps}});
  all.push_back({"avg_pool", "signal", [](const auto& x) { return avg_pool1d(x[0], 2, {.stride = 1}); },
                 {.shapes = {{{1, 2, 4}}, {{2, 3}}}, .large = {{{40, 3, 501}}}}});
  all.push_back({"avg_pool", "image", [](const auto& x) { return avg_pool2d(x[0], {2, 3}, {.padding = 1}); },
                 {.shapes = {{{1, 2, 4, 5}}}, .large = {{{9, 5, 34, 52}}}}});
  all.push_back({"avg_pool", "without the padding",
                 [](const auto& x) {
                   return avg_pool2d(x[0], 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_padding = false});
                 },
                 {.shapes = {{{1, 1, 4, 5}}}}});
  all.push_back({"avg_pool", "adaptive", [](const auto& x) { return adaptive_avg_pool2d(x[0], {3, 2}); },
                 {.shapes = {{{1, 2, 5, 4}}, {{2, 2, 2}}}}});
  all.push_back({"avg_pool", "adaptive signal", [](const auto& x) { return adaptive_avg_pool1d(x[0], 2); },
                 {.shapes = {{{1, 2, 5}}}}});
}

}  // namespace

const std::vector<Row>& rows::Convolutions::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_convolutions(all);
    add_transposed(all);
    add_pooling(all);
    return all;
  }();
  return list;
}
