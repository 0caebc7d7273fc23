// What a tape remembers of its entries: their order, who reads them, what they held; and each op, to be asked again.
#pragma once
#include <unordered_map>

#include "engine/rare_state.h"
#include "inspect/why/numbers.h"

namespace tapegrad {
using namespace engine;

class History {
 public:
  using Values = std::unordered_map<const Entry*, Kept>;
  using Replays = std::vector<std::unique_ptr<Replay>>;
  /// `kept` and `replays` are null for a tape that keeps its rules only.
  History(Entry* last, const Values* kept, const Replays* replays);

  std::size_t size() const { return order_.size(); }
  const Entry* operator[](std::size_t number) const { return order_[number]; }
  std::size_t number(const Entry* entry) const { return numbers_.at(entry); }
  /// The entries that read it, with a gradient or without, each once, in their order. Scalar statements count as one
  /// chain.
  const std::vector<const Entry*>& readers(const Entry* entry) const { return readers_[number(entry)]; }
  /// By number: whether `end` depends on the entry. The end itself is one of them.
  std::vector<bool> leading_to(const Entry* end) const;
  /// By number: whether the entry depends on `begin`. The begin itself is one of them.
  std::vector<bool> coming_from(const Entry* begin) const;

  Numbers value(const Entry* entry) const;
  Numbers adjoint(const Entry* entry) const;
  /// Whether its adjoint came past a mask: see Entry.
  bool masked(const Entry* entry) const;
  /// The value of input i, whether it is an entry or a constant.
  Numbers input(const Entry* entry, std::size_t i) const;

  /// `variable "w"`, `relu %3 [net.cpp:12]`.
  std::string name(const Entry* entry) const;
  /// `w`, `%3`, `constant`: input i where its value is told.
  std::string operand(const Entry* entry, std::size_t i) const;
  /// "w = 0 and %3 = -1": what element `place` of the entry's value was made from.
  std::string inputs_at(const Entry* entry, std::size_t place) const;

  /// Whether element i of the value comes from the elements of the inputs that stand there after broadcasting.
  bool elementwise(const Entry* entry) const;
  /// What the rule gives each input for an adjoint of the result, in element type T; for an op that is `elementwise` by
  /// element of the result. The op is run and swept on a tape of its own. Empty where that cannot be done.
  template <Real T>
  std::vector<Numbers> pull_back(const Entry* entry, const Numbers& adjoint) const;
  /// The same in the entry's own type.
  std::vector<Numbers> pull_back(const Entry* entry, const Numbers& adjoint) const {
    return entry->dtype == Dtype::float32 ? pull_back<float>(entry, adjoint) : pull_back<double>(entry, adjoint);
  }
  /// What of the adjoint of input i came from this entry. Nothing known if the op cannot be run again.
  Numbers contribution(const Entry* entry, std::size_t i) const;

 private:
  std::vector<const Entry*> inputs_of(const Entry* entry) const;
  std::string of_matrices(const Entry* entry, std::size_t place) const;

  std::vector<const Entry*> order_;
  std::unordered_map<const Entry*, std::size_t> numbers_;
  std::vector<std::vector<const Entry*>> readers_;
  const Values* kept_;
  std::unordered_map<const Entry*, const Replay*> replays_;
};

}  // namespace tapegrad
