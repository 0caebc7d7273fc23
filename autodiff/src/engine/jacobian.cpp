// Jacobians where not all is scalar statements: many directions at once, or one after the other.
#include "tapegrad/engine/jacobian.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "engine/batched_steps.h"
#include "engine/rare_state.h"
#include "engine/trace.h"
#include "scalars/run.h"
#include "scalars/scalar_jacobian.h"
#include "tapegrad/ops.h"

namespace tapegrad::engine {
namespace {

using Port = Linearization::Port;

// Directions from element `begin` of a port on, each 1 at its own element, behind each other.
template <Real T>
Tensor<T> basis(const Shape& shape, std::size_t begin, std::size_t count) {
  Tensor<T> x = Tensor<T>::full(Batch{.length = count} + shape, 0);
  for (std::size_t i = 0; i < count; ++i) x.mutable_data()[i * shape.size() + begin + i] = 1;
  return x;
}
AnyTensor basis(const Port& port, std::size_t begin, std::size_t count) {
  if (port.dtype == Dtype::float32) return basis<float>(port.shape, begin, count);
  return basis<double>(port.shape, begin, count);
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

// What was found in one direction after the other, of which a null is a 0.
template <Real T>
AnyTensor stacked(const std::vector<Linearization::Nodes>& found, std::size_t target, const Shape& shape) {
  std::vector<Tensor<T>> lines;
  for (const Linearization::Nodes& of_one : found) {
    Node* node = of_one[target].get();
    lines.push_back(node ? as_tensor<T>(node) : Tensor<T>::full(shape, 0));
  }
  return stack(lines, 0);
}
// Parts one behind the other.
AnyTensor joined(const std::vector<AnyTensor>& parts) {
  if (parts.size() == 1) return parts[0];
  return std::visit([&]<Real T>(const Tensor<T>&) -> AnyTensor {
    std::vector<Tensor<T>> all;
    for (const AnyTensor& part : parts) all.push_back(std::get<Tensor<T>>(part));
    return concatenate(all, 0);
  }, parts[0]);
}
bool is_empty(const AnyTensor& x) {
  return std::visit([](const auto& tensor) { return !tensor; }, x);
}

// Together the arrays of as many directions as fit into a processor's cache are faster than those of one after the
// other: each op is called once, and a matrix is read once. Of fewer than some, and past the cache, they are not.
constexpr std::size_t elements_at_once = std::size_t(1) << 17, least_at_once = 8;

// How many directions are to go through at once, or 0.
std::size_t directions_at_once(const Linearization& at) {
  if (!at.may_record()) return 0;
  std::size_t largest = 1;
  for (const Entry* entry : at.active()) {
    // Those of scalars go by slots, a hook of the program is called once for each direction, and the derivative of an
    // op of the program need not have one itself.
    const OpTraits& traits = *entry->kind->traits;
    if (entry->kind->on_scalars || entry->inputs == 0 || traits.calls_user || traits.holds_choices()) return 0;
    largest = std::max(largest, entry->shape.size());
  }
  for (const Linearization::Ports* ports : {&at.inputs(), &at.results()}) {
    if (std::any_of(ports->begin(), ports->end(), [](const Port& port) { return port.slot != 0; })) return 0;
  }
  const std::size_t count = elements_at_once / largest;
  return count < least_at_once ? 0 : count;
}

Linearization::Nodes apply(Linearization& at, bool forward, std::size_t port, NodeHandle direction) {
  Linearization::Nodes directions((forward ? at.inputs() : at.results()).size());
  directions[port] = std::move(direction);
  return forward ? at.push(directions) : at.pull(directions);
}

struct Followed {
  std::vector<TraceStep> steps;
  std::vector<TraceInput> results;
  std::vector<std::size_t> targets;  // of each result, which it is
};

// What a push or a pull in the first of several directions records; nothing where that cannot be called again.
std::optional<Followed> follow(Linearization& at, bool forward, std::size_t port, const AnyTensor& directions) {
  const Linearization::Recording recording(at);
  Trace trace(at.site());
  const Linearization::Nodes found = apply(at, forward, port, std::visit([&](const auto& all) {
    return trace.add_argument(slice(all, {{0, 1, 1, true}}), all.node()).take_node();
  }, directions));
  Followed of_one;
  for (std::size_t t = 0; t < found.size(); ++t) {
    if (!found[t]) continue;
    of_one.targets.push_back(t);
    of_one.results.push_back(trace.result(found[t].get()));
  }
  trace.end();
  if (!trace.reason().empty()) return {};
  of_one.steps = trace.take_steps();
  return of_one;
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
  const std::size_t at_most = directions_at_once(at);
  for (std::size_t p = 0; p < from.size(); ++p) {
    const std::size_t count = from[p].shape.size();
    by_port_.push_back(count < least_at_once || at_most == 0 ? Lines() : at_once(p, at_most));
    if (by_port_.back().empty()) by_port_.back() = one_by_one(p);
  }
}

bool JacobianBlocks::is_whole() const { return !is_empty(whole_); }

JacobianBlocks::Lines JacobianBlocks::one_by_one(std::size_t port) {
  const Port& from = (forward_ ? at_.inputs() : at_.results())[port];
  const Linearization::Ports& to = forward_ ? at_.results() : at_.inputs();
  std::vector<Linearization::Nodes> found;
  for (std::size_t i = 0; i < from.shape.size(); ++i) {
    found.push_back(apply(at_, forward_, port, std::visit([&]<Real T>(const Tensor<T>& one) {
      return reshape(one, from.shape).take_node();
    }, basis(from, i, 1))));
  }
  Lines lines(to.size());
  for (std::size_t t = 0; t < to.size(); ++t) {
    if (std::none_of(found.begin(), found.end(), [t](const auto& of_one) { return bool(of_one[t]); })) continue;
    lines[t] = to[t].dtype == Dtype::float32 ? stacked<float>(found, t, to[t].shape)
                                             : stacked<double>(found, t, to[t].shape);
  }
  return lines;
}

// No lines where the derivative of some op must be asked for in each direction.
JacobianBlocks::Lines JacobianBlocks::at_once(std::size_t port, std::size_t at_most) {
  const Port& from = (forward_ ? at_.inputs() : at_.results())[port];
  std::vector<Lines> parts((forward_ ? at_.results() : at_.inputs()).size());
  for (std::size_t begin = 0; begin < from.shape.size(); begin += at_most) {
    const std::size_t count = std::min(at_most, from.shape.size() - begin);
    const AnyTensor directions = basis(from, begin, count);
    std::optional<Followed> of_one = follow(at_, forward_, port, directions);
    if (!of_one) return {};
    BatchedSteps all(std::move(of_one->steps), {directions}, count);
    std::vector<AnyTensor> found = all.results(of_one->results);
    for (std::size_t i = 0; i < found.size(); ++i) parts[of_one->targets[i]].push_back(std::move(found[i]));
  }
  Lines lines;
  for (const Lines& of_target : parts) lines.push_back(of_target.empty() ? AnyTensor() : joined(of_target));
  return lines;
}

template <Real T>
Tensor<T> JacobianBlocks::get(std::size_t r, std::size_t k) const {
  const Shape &result = at_.results()[r].shape, &input = at_.inputs()[k].shape;
  if (is_whole()) {
    const auto before = [](const Linearization::Ports& ports, std::size_t i) { return elements_of({ports.data(), i}); };
    return block_of(std::get<Tensor<T>>(whole_), before(at_.results(), r), result, before(at_.inputs(), k), input);
  }
  const Shape shape = joined(result, input);
  const AnyTensor& found = by_port_[forward_ ? k : r][forward_ ? r : k];
  if (is_empty(found)) return Tensor<T>::full(shape, 0);
  const Tensor<T> lines = std::visit([](const auto& of) { return cast<T>(of); }, found);
  const Tensor<T> whole = reshape(forward_ ? moveaxis(lines, 0, -1) : lines, shape);
  return at_.records() ? whole : constant(whole);
}

template Tensor<float> block_of(const Tensor<float>&, std::size_t, const Shape&, std::size_t, const Shape&);
template Tensor<double> block_of(const Tensor<double>&, std::size_t, const Shape&, std::size_t, const Shape&);
template Tensor<float> JacobianBlocks::get(std::size_t, std::size_t) const;
template Tensor<double> JacobianBlocks::get(std::size_t, std::size_t) const;

}  // namespace tapegrad::engine
