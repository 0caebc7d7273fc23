// The Jacobian of a stretch of scalar statements with respect to the scalars from before it that they read.
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "tapegrad/engine/scalars/directions.h"

namespace tapegrad::engine {

template <ScalarNumber T>
class LocalJacobian {
 public:
  /// Of the edges from position `begin` on, which stand for slots from `first` on; the outputs are some of those.
  /// None where it would not have fewer edges than the statements.
  static std::optional<LocalJacobian> of(const ScalarLog<T>& log, std::size_t begin, std::uint32_t first,
                                         std::span<const std::uint32_t> outputs) {
    LocalJacobian result;
    if (!result.read(log, begin, first, outputs)) return {};
    if (outputs.size() == 1) result.template sweep<1>(outputs, first);
    else result.template sweep<directions_at_once<T>>(outputs, first);
    return result;
  }
  /// Slots of the scalars that were read.
  const auto& inputs() const { return inputs_; }
  T weight(std::size_t output, std::size_t input) const { return weights_[output * inputs_.size() + input]; }

 private:
  template <class X>
  using List = std::vector<X, PoolAllocator<X>>;

  // The edges, with numbers instead of slots: those of the statements, then those of the inputs.
  bool read(const ScalarLog<T>& log, std::size_t begin, std::uint32_t first, std::span<const std::uint32_t> outputs) {
    inner_ = log.slots - first;
    std::size_t count = 0;
    const auto for_each_edge = [&](auto&& f) {
      log.forward(begin, log.position(), [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
        for (; edge != past; ++edge) {
          if (edge->target) f(*edge);  // else the filling of a chunk
        }
      });
    };
    for_each_edge([&](const ScalarEdge<T>& edge) {
      ++count;
      if (edge.source < first && (inputs_.empty() || inputs_.back() != edge.source)) inputs_.push_back(edge.source);
    });
    std::sort(inputs_.begin(), inputs_.end());
    inputs_.erase(std::unique(inputs_.begin(), inputs_.end()), inputs_.end());
    if (inputs_.size() * outputs.size() >= count) return false;
    edges_.reserve(count);
    for_each_edge([&](const ScalarEdge<T>& edge) {
      edges_.push_back({edge.weight, edge.source >= first ? edge.source - first : number_of(edge.source),
                        edge.target - first});
    });
    return !depends_on_new_variable(outputs, first);
  }
  // Whether a result is a variable that the function made and that others read: a Jacobian by what came from outside
  // would lose what they owe it.
  bool depends_on_new_variable(std::span<const std::uint32_t> outputs, std::uint32_t first) const {
    List<char> made(inner_), read(inner_);
    for (const ScalarEdge<T>& edge : edges_) {
      made[edge.target] = true;
      if (edge.source < inner_) read[edge.source] = true;
    }
    const auto is_one = [&](std::uint32_t slot) { return read[slot - first] && !made[slot - first]; };
    return std::any_of(outputs.begin(), outputs.end(), is_one);
  }
  std::uint32_t number_of(std::uint32_t slot) const {
    const auto place = std::lower_bound(inputs_.begin(), inputs_.end(), slot) - inputs_.begin();
    return inner_ + static_cast<std::uint32_t>(place);
  }
  template <std::size_t K>
  void sweep(std::span<const std::uint32_t> outputs, std::uint32_t first) {
    weights_.resize(outputs.size() * inputs_.size());
    ScalarDirections<K, T> adjoints(0, inner_ + static_cast<std::uint32_t>(inputs_.size()));
    for (std::size_t begin = 0; begin < outputs.size(); begin += K) {
      const std::size_t lanes = std::min(K, outputs.size() - begin);
      if (begin) adjoints.clear();
      for (std::size_t lane = 0; lane < lanes; ++lane) adjoints[outputs[begin + lane] - first][lane] = T(1);
      adjoints.backward(edges_.data(), edges_.data() + edges_.size());
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const T* found = adjoints[inner_ + static_cast<std::uint32_t>(i)];
        for (std::size_t lane = 0; lane < lanes; ++lane) weights_[(begin + lane) * inputs_.size() + i] = found[lane];
      }
    }
  }

  std::uint32_t inner_ = 0;     // slots of the statements
  List<ScalarEdge<T>> edges_;
  List<std::uint32_t> inputs_;  // ascending
  List<T> weights_;
};

}  // namespace tapegrad::engine
