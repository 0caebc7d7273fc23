// Reads off where the inputs and results of a part of a tape stand among its scalars, and sweeps many directions.
#include "scalars/scalar_jacobian.h"

#include <algorithm>
#include <array>

#include "scalars/run.h"
#include "tapegrad/engine/scalars/directions.h"

namespace tapegrad::engine {
namespace {

using Port = Linearization::Port;

// Slots in a row, which are elements in a row of all inputs, or of all results.
struct Range {
  std::uint32_t slot;
  std::size_t element, count;
};
using Ranges = std::vector<Range>;

template <Real T>
class ScalarPart {
 public:
  explicit ScalarPart(const Linearization& at) : at_(at), log_(ScalarRecorder::log<T>(at.tape())) {
    only_scalars_ = find_ports(at.inputs(), inputs_) && find_ports(at.results(), results_) &&
                    std::all_of(at.active().begin(), at.active().end(), [this](Entry* entry) { return read(entry); });
    if (inputs_.empty()) only_scalars_ = false;
    first_ = log_.slots;
    for (const Range& range : inputs_) first_ = std::min(first_, range.slot);
    only_scalars_ = only_scalars_ && !changes_older_sums();
  }
  explicit operator bool() const { return only_scalars_; }

  // K columns in forward mode, or K rows, at a time.
  template <std::size_t K>
  Tensor<T> jacobian(bool forward) const {
    const std::size_t rows = elements_of(at_.results()), columns = elements_of(at_.inputs());
    const Ranges &from = forward ? inputs_ : results_, &to = forward ? results_ : inputs_;
    const Shape shape(std::array{rows, columns}, at_.what(), at_.site());
    Tensor<T> whole = Tensor<T>::full(shape, 0, at_.what(), at_.site());
    ScalarDirections<K, T> lanes(first_, log_.slots - first_);
    for (std::size_t begin = 0, count = forward ? columns : rows; begin < count; begin += K) {
      const std::size_t end = std::min(count, begin + K);
      lanes.clear();
      for (const Range& range : from) {
        for (std::size_t e = std::max(begin, range.element); e < std::min(end, range.element + range.count); ++e) {
          lanes[range.slot + static_cast<std::uint32_t>(e - range.element)][e - begin] += 1;
        }
      }
      sweep(lanes, forward);
      for (const Range& range : to) {
        for (std::uint32_t i = 0; i < range.count; ++i) {
          const T* found = lanes[range.slot + i];
          for (std::size_t e = begin; e < end; ++e) {
            const std::size_t row = forward ? range.element + i : e, column = forward ? e : range.element + i;
            whole.mutable_data()[row * columns + column] += found[e - begin];
          }
        }
      }
    }
    return whole;
  }

 private:
  bool is_active(const Entry* entry) const {
    return std::find(at_.active().begin(), at_.active().end(), entry) != at_.active().end();
  }

  // Those that are tensors: inputs are found where they are spread, results where they were put together.
  bool find_ports(const Linearization::Ports& ports, Ranges& ranges) {
    std::size_t element = 0;
    for (const Port& port : ports) {
      if (port.dtype != dtype_of<T>) return false;
      if (port.slot) {
        ranges.push_back({port.slot, element, port.shape.size()});
      } else if (&ports == &at_.inputs()) {
        tensors_.emplace_back(port.entry, element);
      } else if (port.entry && is_input(port.entry)) {
        return false;
      } else if (port.entry && is_active(port.entry)) {
        if (!is_tensor_of_scalars(*port.entry)) return false;
        ranges.push_back({first_slot_of_tensor(*port.entry), element, port.shape.size()});
      }
      element += port.shape.size();
    }
    return true;
  }
  bool is_input(const Entry* entry) const {
    return std::any_of(tensors_.begin(), tensors_.end(), [&](const auto& tensor) { return tensor.first == entry; });
  }
  bool read(Entry* entry) {
    if (log_.has_run(*entry)) {
      runs_.push_back(log_.edges_of(*entry));
      return true;
    }
    if (entry->dtype != dtype_of<T>) return false;
    if (is_tensor_of_scalars(*entry)) return true;
    if (!is_spread(*entry)) return false;
    const auto tensor = std::find_if(tensors_.begin(), tensors_.end(),
                                     [&](const auto& input) { return input.first == entry->input()[0]; });
    if (tensor == tensors_.end()) return false;
    const Spread spread = spread_of(*entry);
    inputs_.push_back({spread.first, tensor->second + spread.offset, spread.count});
    return true;
  }
  // A sum from before the part that went on growing in it has a slot that is not the part's.
  bool changes_older_sums() const {
    bool found = false;
    for (const ScalarRun& run : runs_) {
      log_.forward(run.begin, run.end, [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
        for (; edge != past; ++edge) found |= edge->target - 1 < first_ - 1;  // 0 to 0: the filling of a chunk
      });
    }
    return found;
  }
  template <class Lanes>
  void sweep(Lanes& lanes, bool forward) const {
    if (forward) {
      for (const ScalarRun& run : runs_) {
        log_.forward(run.begin, run.end, [&](auto* edge, auto* past) { lanes.forward(edge, past); });
      }
      return;
    }
    for (std::size_t i = runs_.size(); i-- > 0;) {
      log_.backward(runs_[i].begin, runs_[i].end, [&](auto* edge, auto* past) { lanes.backward(edge, past); });
    }
  }

  const Linearization& at_;
  const ScalarLog<T>& log_;
  std::vector<std::pair<const Entry*, std::size_t>> tensors_;  // inputs that are tensors, and their first elements
  std::vector<ScalarRun> runs_;
  Ranges inputs_, results_;
  std::uint32_t first_ = 0;  // slot of the part
  bool only_scalars_ = false;
};

template <Real T>
AnyTensor jacobian_of(const Linearization& at, bool forward) {
  const ScalarPart<T> part(at);
  if (!part) return Tensor<T>();
  const bool single = elements_of(forward ? at.inputs() : at.results()) == 1;
  return single ? part.template jacobian<1>(forward) : part.template jacobian<directions_at_once<T>>(forward);
}

}  // namespace

AnyTensor scalar_jacobian(const Linearization& at, bool forward) {
  auto has_entry = [](const Port& port) { return port.entry != nullptr; };
  if (at.inputs().empty()) return {};
  if (at.records() && (std::any_of(at.inputs().begin(), at.inputs().end(), has_entry) ||
                       std::any_of(at.results().begin(), at.results().end(), has_entry))) {
    return {};
  }
  return at.inputs()[0].dtype == Dtype::float32 ? jacobian_of<float>(at, forward) : jacobian_of<double>(at, forward);
}

}  // namespace tapegrad::engine
