// Jacobians, one direction after the other where not all of it is scalar statements.
#include "tapegrad/engine/jacobian.h"

#include <algorithm>
#include <numeric>

#include "scalars/scalar_jacobian.h"
#include "tapegrad/ops.h"

namespace tapegrad::engine {
namespace {

using Port = Linearization::Port;

template <Real T>
NodeHandle basis(const Shape& shape, std::size_t i) {
  Tensor<T> x = Tensor<T>::full(shape, 0);
  x.mutable_data()[i] = 1;
  return x.take_node();
}

Shape joined(const Shape& a, const Shape& b, std::string_view what = "jacobian", const CallSite& site = {}) {
  std::vector<std::size_t> axes = a.vector();
  axes.insert(axes.end(), b.begin(), b.end());
  return Shape(axes, what, site);
}

// A Jacobian for which there is no memory is refused here, before the first of its many directions.
void require_room(const Linearization& at) {
  for (const Port& result : at.results()) {
    for (const Port& input : at.inputs()) {
      const Shape shape = joined(result.shape, input.shape, at.what(), at.site());
      const NodeHandle room(allocate(shape, result.dtype, at.what(), &at.site()));
    }
  }
}

template <Real T>
Tensor<T> as_tensor(Node* node) {
  retain(node);
  return node->dtype == Dtype::float32 ? cast<T>(Tensor<float>(node)) : cast<T>(Tensor<double>(node));
}

}  // namespace

std::size_t elements_of(std::span<const Linearization::Port> ports) {
  return std::accumulate(ports.begin(), ports.end(), std::size_t(0),
                         [](std::size_t total, const Port& port) { return total + port.shape.size(); });
}

template <Real T>
Tensor<T> block_of(const Tensor<T>& whole, std::size_t row, const Shape& rows, std::size_t column,
                   const Shape& columns) {
  Tensor<T> block = Tensor<T>::empty(joined(rows, columns));
  const std::size_t width = whole.shape()[1];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(whole.data() + (row + i) * width + column, columns.size(), block.mutable_data() + i * columns.size());
  }
  return block;
}

JacobianBlocks::JacobianBlocks(Linearization& at)
    : at_(at), forward_(elements_of(at.inputs()) <= elements_of(at.results())) {
  require_room(at);
  whole_ = scalar_jacobian(at, forward_);
  if (is_whole()) return;
  const Linearization::Ports& from = forward_ ? at.inputs() : at.results();
  for (std::size_t p = 0; p < from.size(); ++p) {
    Lines& lines = by_port_.emplace_back();
    for (std::size_t i = 0; i < from[p].shape.size(); ++i) {
      Linearization::Nodes direction(from.size());
      direction[p] = from[p].dtype == Dtype::float32 ? basis<float>(from[p].shape, i) : basis<double>(from[p].shape, i);
      lines.push_back(forward_ ? at.push(direction) : at.pull(direction));
    }
  }
}

bool JacobianBlocks::is_whole() const {
  return std::visit([](const auto& whole) { return static_cast<bool>(whole); }, whole_);
}

template <Real T>
Tensor<T> JacobianBlocks::get(std::size_t r, std::size_t k) const {
  const Shape &result = at_.results()[r].shape, &input = at_.inputs()[k].shape;
  if (is_whole()) {
    const auto before = [](const Linearization::Ports& ports, std::size_t i) { return elements_of({ports.data(), i}); };
    return block_of(std::get<Tensor<T>>(whole_), before(at_.results(), r), result, before(at_.inputs(), k), input);
  }
  const Shape shape = joined(result, input);
  std::vector<Tensor<T>> lines;
  for (const Linearization::Nodes& found : by_port_[forward_ ? k : r]) {
    Node* node = found[forward_ ? r : k].get();
    lines.push_back(node ? as_tensor<T>(node) : Tensor<T>::full(forward_ ? result : input, 0));
  }
  if (lines.empty()) return Tensor<T>::full(shape, 0);
  const Tensor<T> whole = reshape(stack(lines, forward_ ? static_cast<long>(result.rank()) : 0), shape);
  return at_.records() ? whole : constant(whole);
}

template Tensor<float> block_of(const Tensor<float>&, std::size_t, const Shape&, std::size_t, const Shape&);
template Tensor<double> block_of(const Tensor<double>&, std::size_t, const Shape&, std::size_t, const Shape&);
template Tensor<float> JacobianBlocks::get(std::size_t, std::size_t) const;
template Tensor<double> JacobianBlocks::get(std::size_t, std::size_t) const;

}  // namespace tapegrad::engine
