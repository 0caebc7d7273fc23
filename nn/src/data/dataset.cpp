#include "tapegrad/nn/data/dataset.h"

#include <algorithm>

#include "tapegrad/ops.h"

namespace tapegrad::nn {
namespace {

std::size_t width(const Shape& shape) { return shape[0] ? shape.size() / shape[0] : 0; }

Shape with_rows(const Shape& shape, std::size_t rows) {
  ShortVector<std::size_t, 8> lengths(shape.begin(), shape.end());
  lengths[0] = rows;
  return Shape(lengths);
}

template <class V>
void copy_rows(const V* from, const std::vector<std::size_t>& order, std::size_t width, V* to) {
  for (std::size_t i = 0; i < order.size(); ++i) std::copy_n(from + order[i] * width, width, to + i * width);
}

}  // namespace

template <Real T>
Tensor<T> RowRange::operator()(const Tensor<T>& array) const {
  return slice(array, {{static_cast<long>(begin), 1, end - begin, false}});
}
Indices RowRange::operator()(const Indices& array) const {
  Indices part(with_rows(array.shape(), end - begin));
  std::copy_n(array.data() + begin * width(array.shape()), part.size(), part.mutable_data());
  return part;
}
template <Real T>
Tensor<T> RowOrder::operator()(const Tensor<T>& array) const {
  Tensor<T> result = Tensor<T>::empty(with_rows(array.shape(), order.size()), "batches");
  copy_rows(array.data(), order, width(array.shape()), result.mutable_data());
  return result;
}
Indices RowOrder::operator()(const Indices& array) const {
  Indices result(with_rows(array.shape(), order.size()));
  copy_rows(array.data(), order, width(array.shape()), result.mutable_data());
  return result;
}
template Tensor<float> RowRange::operator()(const Tensor<float>&) const;
template Tensor<double> RowRange::operator()(const Tensor<double>&) const;
template Tensor<float> RowOrder::operator()(const Tensor<float>&) const;
template Tensor<double> RowOrder::operator()(const Tensor<double>&) const;

void RowCount::add_shape(const Shape* shape) {
  const std::size_t rows = shape && shape->rank() ? (*shape)[0] : 0;
  if (shapes_.empty()) rows_ = rows;
  agree_ = agree_ && rows == rows_ && rows > 0;
  shapes_.push_back(shape ? text(*shape) : "empty");
}

std::size_t RowCount::count(std::string_view what, const CallSite& site) const {
  if (agree_ && rows_ > 0) return rows_;
  std::string shapes;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    shapes += (i == 0 ? "" : i + 1 == shapes_.size() ? " and " : ", ") + shapes_[i];
  }
  throw ShapeError(std::string(what) + ": inputs and targets need the same number of rows, at least one, but " +
                   (shapes.empty() ? "there are none" : "are " + shapes) + text(site));
}

}  // namespace tapegrad::nn
