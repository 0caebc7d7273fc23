#include "floors/convolutions.h"

#ifdef TAPEGRAD_BENCH_ONEDNN
#include <dnnl.hpp>

#include <initializer_list>

namespace floors {
namespace {

using dnnl::memory, dnnl::convolution_forward, dnnl::convolution_backward_data, dnnl::convolution_backward_weights;
using Tag = memory::format_tag;

memory::desc shape(const memory::dims& lengths, Tag tag = Tag::any) {
  return {lengths, memory::data_type::f32, tag};
}

}  // namespace

struct Convolutions::Layers {
  struct Layer {
    PictureConvolution sizes;
    memory x, w, b, y, dy, dw, db, dx, x_of_weights, dy_of_weights, dy_of_data, w_of_data;
    dnnl::primitive forward, to_weights, to_data;
  };
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::vector<Layer> all;

  void move(memory from, memory to) {  // handles
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }
  memory plain(const memory::dims& lengths, const float* data, Tag tag) {
    return memory(shape(lengths, tag), engine, const_cast<float*>(data));
  }
  std::vector<float> read(const memory& from, const memory::dims& lengths, Tag tag) {
    std::size_t count = 1;
    for (const long length : lengths) count *= std::size_t(length);
    std::vector<float> numbers(count);
    memory to = plain(lengths, numbers.data(), tag);
    move(from, to);
    return numbers;
  }
  void add(const PictureConvolution& c);
};

void Convolutions::Layers::add(const PictureConvolution& c) {
  using dnnl::algorithm, dnnl::prop_kind;
  const memory::dims strides{1, 1}, none{0, 0};
  const auto x = shape({c.batch, c.in, c.size, c.size}), w = shape({c.out, c.in, c.kernel, c.kernel});
  const auto b = shape({c.out}, Tag::a), y = shape({c.batch, c.out, c.result(), c.result()});
  constexpr auto way = algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  const convolution_forward::primitive_desc forward(engine, prop_kind::forward_training, way, x, w, b, y, strides, none,
                                                    none);
  const convolution_backward_weights::primitive_desc weights(engine, way, x, w, b, y, strides, none, none, forward);
  const convolution_backward_data::primitive_desc data(engine, way, x, w, y, strides, none, none, forward);
#else
  const convolution_forward::primitive_desc forward({prop_kind::forward_training, way, x, w, b, y, strides, none, none},
                                                    engine);
  const convolution_backward_weights::primitive_desc weights({way, x, w, b, y, strides, none, none}, engine, forward);
  const convolution_backward_data::primitive_desc data({way, x, w, y, strides, none, none}, engine, forward);
#endif
  Layer layer{.sizes = c,
              .x = memory(forward.src_desc(), engine),
              .w = memory(forward.weights_desc(), engine),
              .b = memory(forward.bias_desc(), engine),
              .y = memory(forward.dst_desc(), engine),
              .dy = {},
              .dw = memory(weights.diff_weights_desc(), engine),
              .db = memory(weights.diff_bias_desc(), engine),
              .dx = memory(data.diff_src_desc(), engine),
              .x_of_weights = memory(weights.src_desc(), engine),
              .dy_of_weights = memory(weights.diff_dst_desc(), engine),
              .dy_of_data = memory(data.diff_dst_desc(), engine),
              .w_of_data = memory(data.weights_desc(), engine),
              .forward = convolution_forward(forward),
              .to_weights = convolution_backward_weights(weights),
              .to_data = convolution_backward_data(data)};
  all.push_back(layer);
}

bool Convolutions::found() { return true; }

Convolutions::Convolutions(const std::vector<PictureConvolution>& of) : layers_(std::make_shared<Layers>()) {
  for (const PictureConvolution& each : of) layers_->add(each);
}

void Convolutions::set(std::size_t i, const float* x, const float* w, const float* b, const float* dy) {
  Layers::Layer& layer = layers_->all[i];
  const PictureConvolution& c = layer.sizes;
  const auto bring = [&](const memory::dims& lengths, const float* from, Tag tag, std::initializer_list<memory*> to) {
    for (memory* each : to) layers_->move(layers_->plain(lengths, from, tag), *each);
  };
  bring({c.batch, c.in, c.size, c.size}, x, Tag::nchw, {&layer.x, &layer.x_of_weights});
  bring({c.out, c.in, c.kernel, c.kernel}, w, Tag::oihw, {&layer.w, &layer.w_of_data});
  bring({c.out}, b, Tag::a, {&layer.b});
  bring({c.batch, c.out, c.result(), c.result()}, dy, Tag::nchw, {&layer.dy_of_weights, &layer.dy_of_data});
}

void Convolutions::run() {
  dnnl::stream& stream = layers_->stream;
  for (std::size_t i = 0; i < layers_->all.size(); ++i) {
    Layers::Layer& layer = layers_->all[i];
    layer.forward.execute(stream, {{DNNL_ARG_SRC, layer.x}, {DNNL_ARG_WEIGHTS, layer.w}, {DNNL_ARG_BIAS, layer.b},
                                   {DNNL_ARG_DST, layer.y}});
    layer.to_weights.execute(stream, {{DNNL_ARG_SRC, layer.x_of_weights}, {DNNL_ARG_DIFF_DST, layer.dy_of_weights},
                                      {DNNL_ARG_DIFF_WEIGHTS, layer.dw}, {DNNL_ARG_DIFF_BIAS, layer.db}});
    if (i > 0) {
      layer.to_data.execute(stream, {{DNNL_ARG_DIFF_DST, layer.dy_of_data}, {DNNL_ARG_WEIGHTS, layer.w_of_data},
                                     {DNNL_ARG_DIFF_SRC, layer.dx}});
    }
  }
  stream.wait();
}

std::vector<float> Convolutions::result(std::size_t i) const {
  const Layers::Layer& layer = layers_->all[i];
  const PictureConvolution& sizes = layer.sizes;
  return layers_->read(layer.y, {sizes.batch, sizes.out, sizes.result(), sizes.result()}, Tag::nchw);
}
std::vector<float> Convolutions::gradient_of_weights(std::size_t i) const {
  const Layers::Layer& layer = layers_->all[i];
  const PictureConvolution& sizes = layer.sizes;
  return layers_->read(layer.dw, {sizes.out, sizes.in, sizes.kernel, sizes.kernel}, Tag::oihw);
}
std::vector<float> Convolutions::gradient_of_input(std::size_t i) const {
  const Layers::Layer& layer = layers_->all[i];
  const PictureConvolution& sizes = layer.sizes;
  if (i == 0) return {};
  return layers_->read(layer.dx, {sizes.batch, sizes.in, sizes.size, sizes.size}, Tag::nchw);
}

}  // namespace floors
#else
namespace floors {

struct Convolutions::Layers {};
bool Convolutions::found() { return false; }
Convolutions::Convolutions(const std::vector<PictureConvolution>&) {}
void Convolutions::set(std::size_t, const float*, const float*, const float*, const float*) {}
void Convolutions::run() {}
std::vector<float> Convolutions::result(std::size_t) const { return {}; }
std::vector<float> Convolutions::gradient_of_weights(std::size_t) const { return {}; }
std::vector<float> Convolutions::gradient_of_input(std::size_t) const { return {}; }

}  // namespace floors
#endif
