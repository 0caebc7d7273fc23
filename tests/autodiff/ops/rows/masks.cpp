// What was not chosen: functions beyond their domain, or at a pole, behind or before what chooses.
#include <tapegrad/functions/fuse.h>
#include <tapegrad/tape/checkpoint.h>

#include <limits>

#include "ops/families.h"

namespace {

using namespace tapegrad;
using rows::Row;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <Real T>
Mask not_zero(const Tensor<T>& x) {
  return x > 0 || x < 0;
}

Mask some_of_softmax() {
  return Mask(xt::xarray<bool>{{true, false, true, true}, {true, true, false, true}, {false, false, false, true}});
}

template <Real T>
Tensor<T> attention(const Tensor<T>& scores) {
  return softmax(where(some_of_softmax(), scores, T(-infinity)));
}

const auto root_or_itself = [](const auto& v) { return where(v > 0, sqrt(v), v); };

void add_where(std::vector<Row>& all) {
  auto add = [&](const std::string& variant, rows::Call call) {
    all.push_back({"masks", "where: " + variant, std::move(call)});
  };
  add("sqrt", [](const auto& x) { return where(x[0] > 0, sqrt(x[0]), x[0]); });
  add("log, then square", [](const auto& x) { return square(where(x[0] > 0, log(x[0]), 0)); });
  add("log of a square", [](const auto& x) { return where(not_zero(x[0]), log(square(x[0])), x[0]); });
  add("reciprocal", [](const auto& x) { return where(not_zero(x[0]), 1 / x[0], x[0]); });
  add("quotient", [](const auto& x) { return where(x[1] > 0, x[0] / x[1], x[0]); });
  add("power of a tensor", [](const auto& x) { return where(x[0] > 0, pow(x[0], x[1]), x[1]); });
  for (const double k : {0.5, 1.5, 2.5, -1.5}) {
    std::string name = std::to_string(k);
    name.resize(name.find('.') + 2);
    add("power " + name, [k](const auto& x) { return where(x[0] > 0, pow(x[0], k), x[0]); });
  }
  add("exp that overflows", [](const auto& x) { return where(x[0] < 10, exp(x[0]), x[0]); });
  add("product with what is missing", []<Real T>(const std::vector<Tensor<T>>& x) {
    const T nan = std::numeric_limits<T>::quiet_NaN(), inf = std::numeric_limits<T>::infinity();
    const Tensor<T> data = xt::xarray<T>{3, nan, inf, -2};
    return where(Mask(xt::xarray<bool>{true, false, false, true}), x[0] * data * sin(x[0]), 0);
  });
  add("sqrt of what was chosen", [](const auto& x) { return sqrt(where(x[0] > 0, x[0], 0)); });
  add("sqrt of a difference",
      [](const auto& x) { return where(square(x[0]) > 1, sqrt(square(x[0]) - 1), sin(x[0])); });
  add("root of squares", [](const auto& x) {
    return where(sum(abs(x[0]), {-1}) > 0, sqrt(sum(square(x[0]), {-1})), 0);
  });
  add("two masks", [](const auto& x) {
    return where(x[0] > 0 && x[0] < 2, sqrt(x[0]) * log(2 - x[0]), square(x[0]));
  });
  add("asin", [](const auto& x) { return where(abs(x[0]) < 1, asin(x[0]), x[0]); });
}

void add_others_that_choose(std::vector<Row>& all) {
  auto add = [&](const std::string& variant, rows::Call call) { all.push_back({"masks", variant, std::move(call)}); };
  add("clip: log", [](const auto& x) { return clip(log(x[0]), -1, 1); });
  add("maximum: log", []<Real T>(const std::vector<Tensor<T>>& x) { return maximum(log(x[0]), Tensor<T>(T(-2))); });
  add("minimum: reciprocal",
      []<Real T>(const std::vector<Tensor<T>>& x) { return minimum(1 / x[0], Tensor<T>(T(2))); });
  add("fmax: log", [](const auto& x) { return fmax(log(x[0]), -2); });
  add("fmin: reciprocal", [](const auto& x) { return fmin(1 / x[0], 2); });
  add("fdim: reciprocal", [](const auto& x) { return fdim(2, 1 / x[0]); });
  add("amax: log", [](const auto& x) { return amax(log(x[0]), {-1}); });
  add("amin: reciprocal", [](const auto& x) { return amin(1 / x[0], {-1}); });
  add("relu: log", [](const auto& x) { return relu(log(x[0])); });
  add("relu6: log", [](const auto& x) { return relu6(log(x[0])); });
  add("hard_sigmoid: log", [](const auto& x) { return hard_sigmoid(log(x[0])); });
  add("hard_swish: reciprocal", [](const auto& x) { return hard_swish(-1 / x[0]); });
  add("sign: log", [](const auto& x) { return square(x[0]) + (sign(log(x[0])) - constant(sign(log(x[0])))); });
  add("step: log", [](const auto& x) { return step(log(x[0])) * x[0] + pow(x[0], 3); });
  add("slice: sqrt", [](const auto& x) { return view(sqrt(x[0]), xt::range(1, 3)); });
  add("slice: places", [](const auto& x) { return view(sqrt(x[0]), xt::keep(4, 1, 1)); });
  add("concatenate: sqrt", []<Real T>(const std::vector<Tensor<T>>& x) {
    return sqrt(concatenate({x[0], Tensor<T>::full({2}, 0)}));
  });
  add("softmax: mask", [](const auto& x) { return attention(x[0]); });
  add("softmax: mask of logarithms", [](const auto& x) { return attention(log(x[0])); });
  add("softmax: rows without any", []<Real T>(const std::vector<Tensor<T>>& x) {
    Mask rows(Shape{3, 1});
    rows.mutable_data()[0] = rows.mutable_data()[2] = true;
    return where(rows, softmax(where(rows, x[0], T(-infinity))), 0);
  });
  add("fuse: sqrt outside", [](const auto& x) {
    return where(x[0] > 0, fuse([](const auto& v) { return sqrt(v); }, x[0]), x[0]);
  });
  add("fuse: sqrt inside", [](const auto& x) { return fuse(root_or_itself, x[0]); });
  add("fuse: sqrt of what was chosen", [](const auto& x) {
    return fuse([](const auto& v) { return sqrt(where(v > 0, v, 0)); }, x[0]);
  });
  add("fuse: relu of log", [](const auto& x) { return fuse([](const auto& v) { return relu(log(v)); }, x[0]); });
  add("fuse: reciprocal of relu", [](const auto& x) {
    return where(x[0] > 0, fuse([](const auto& v) { return 1 / relu(v); }, x[0]), 0);
  });
  add("checkpoint: sqrt", []<Real T>(const std::vector<Tensor<T>>& x) {
    return where(x[0] > 0, checkpoint([](const Tensor<T>& v) { return sqrt(v); }, x[0]), x[0]);
  });
}

}  // namespace

const std::vector<rows::Row>& rows::Masks::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_where(all);
    add_others_that_choose(all);
    return all;
  }();
  return list;
}
