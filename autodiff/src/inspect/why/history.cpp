#include "inspect/why/history.h"

#include <algorithm>

#include "inspect/entry_type.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// "[1 2 3 ...]" of every `step`th element from `first` on.
std::string some_of(const Numbers& numbers, std::size_t first, std::size_t step, std::size_t count) {
  constexpr std::size_t shown = 4;
  std::string result = "[";
  for (std::size_t i = 0; i < std::min(shown, count); ++i) {
    result += (i ? " " : "") + number_text(numbers.at[first + i * step]);
  }
  return result + (count > shown ? " ...]" : "]");
}

std::string range_of(const std::string& operand, const Numbers& numbers) {
  if (numbers.at.size() == 1) return operand + " = " + number_text(numbers.at[0]);
  if (numbers.at.empty()) return operand + " without elements";
  if (const auto place = first_not_finite(numbers)) {
    return operand + ", which holds " + number_text(numbers.at[*place]) + element_text(numbers.shape, *place);
  }
  const auto [low, high] = std::minmax_element(numbers.at.begin(), numbers.at.end());
  return operand + " with elements from " + number_text(*low) + " to " + number_text(*high);
}

}  // namespace

History::History(Entry* last, const Values* kept, const Replays* replays) : kept_(kept) {
  for (const Entry* entry = last; entry; entry = entry->previous) order_.push_back(entry);
  std::reverse(order_.begin(), order_.end());
  for (std::size_t i = 0; i < order_.size(); ++i) numbers_[order_[i]] = i;
  readers_.resize(order_.size());
  for (const Entry* entry : order_) {
    for (const Entry* read : inputs_of(entry)) {
      auto& readers = readers_[number(read)];
      if (readers.empty() || readers.back() != entry) readers.push_back(entry);
    }
  }
  if (!replays) return;
  for (const auto& replay : *replays) replays_[replay->entry] = replay.get();
}

// The slots of scalar statements are not followed one by one: each entry of scalars reads the one before it.
std::vector<const Entry*> History::inputs_of(const Entry* entry) const {
  std::vector<const Entry*> result;
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    if (entry->input()[i]) result.push_back(entry->input()[i]);
  }
  if (!from_scalars(*entry)) return result;
  const Entry* before = entry->previous;
  while (before && !before->kind->on_scalars) before = before->previous;
  if (before) result.push_back(before);
  return result;
}

std::vector<bool> History::leading_to(const Entry* end) const {
  std::vector<bool> leads(size());
  leads[number(end)] = true;
  for (std::size_t i = number(end) + 1; i-- > 0;) {
    if (!leads[i]) continue;
    for (const Entry* read : inputs_of(order_[i])) leads[number(read)] = true;
  }
  return leads;
}

std::vector<bool> History::coming_from(const Entry* begin) const {
  std::vector<bool> comes(size());
  comes[number(begin)] = true;
  for (std::size_t i = number(begin); i < size(); ++i) {
    if (!comes[i]) continue;
    for (const Entry* reader : readers_[i]) comes[number(reader)] = true;
  }
  return comes;
}

Numbers History::value(const Entry* entry) const {
  const auto found = kept_ ? kept_->find(entry) : Values::const_iterator();
  if (!kept_ || found == kept_->end()) return {};
  return found->second.value32 ? Numbers(found->second.value32) : Numbers(found->second.value64);
}

Numbers History::adjoint(const Entry* entry) const {
  const auto found = kept_ ? kept_->find(entry) : Values::const_iterator();
  if (!kept_ || found == kept_->end()) return {};
  return found->second.adjoint32 ? Numbers(found->second.adjoint32) : Numbers(found->second.adjoint64);
}

bool History::masked(const Entry* entry) const {
  if (!kept_) return false;
  const auto found = kept_->find(entry);
  return found != kept_->end() && found->second.masked;
}

Numbers History::input(const Entry* entry, std::size_t i) const {
  if (const Entry* read = entry->input()[i]) return value(read);
  const auto replay = replays_.find(entry);
  if (replay == replays_.end()) return {};
  return std::visit([](const auto& x) { return Numbers(x); }, replay->second->constants[i]);
}

std::string History::name(const Entry* entry) const {
  const std::string place = "%" + std::to_string(number(entry));
  if (!entry->variable) return std::string(entry->kind->name()) + " " + place + text(entry->site);
  const std::string label = variable_label(entry->variable);
  return label.empty() ? "variable " + place + text(entry->site) : "variable \"" + label + "\"";
}

std::string History::operand(const Entry* entry, std::size_t i) const {
  const Entry* read = entry->input()[i];
  if (!read) return "constant";
  const std::string label = read->variable ? variable_label(read->variable) : "";
  return label.empty() ? "%" + std::to_string(number(read)) : label;
}

bool History::elementwise(const Entry* entry) const {
  if (entry->kind->traits->depends != Depends::by_element) return false;
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    if (!input(entry, i)) return false;
  }
  return true;
}

// Of a product of two matrices: the row and the column that the element came from.
std::string History::of_matrices(const Entry* entry, std::size_t place) const {
  if (entry->kind->traits->depends != Depends::by_row_and_column || entry->shape.rank() != 2) return "";
  const Numbers a = input(entry, 0), b = input(entry, 1);
  const std::size_t columns = entry->shape[1];
  if (a.shape.rank() != 2 || b.shape.rank() != 2 || a.shape[0] != entry->shape[0] || a.shape[1] != b.shape[0] ||
      b.shape[1] != columns) {
    return "";
  }
  const std::size_t row = place / columns, column = place % columns, inner = a.shape[1];
  std::string result = "row " + std::to_string(row) + " of " + operand(entry, 0) + " = " +
                       some_of(a, row * inner, 1, inner) + " and column " + std::to_string(column) + " of " +
                       operand(entry, 1) + " = " + some_of(b, column, columns, inner);
  if (entry->inputs == 3) result += " and " + operand(entry, 2) + " = " + number_text(input(entry, 2).at[column]);
  return result;
}

std::string History::inputs_at(const Entry* entry, std::size_t place) const {
  if (entry->inputs == 0) return "scalar statements";
  std::string result = of_matrices(entry, place);
  if (!result.empty()) return result;
  const bool by_element = elementwise(entry);
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    const Numbers read = input(entry, i);
    if (!read) continue;
    if (!result.empty()) result += " and ";
    if (!by_element) result += range_of(operand(entry, i), read);
    else result += operand(entry, i) + " = " + number_text(read.at[broadcast_place(read.shape, entry->shape, place)]);
  }
  return result;
}

template <Real T>
std::vector<Numbers> History::pull_back(const Entry* entry, const Numbers& adjoint) const {
  const auto replay = replays_.find(entry);
  if (replay == replays_.end() || !adjoint) return {};
  const Tape::Pause pause;
  const bool by_element = elementwise(entry);
  std::vector<Tensor<T>> inputs;
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    const Numbers read = input(entry, i);
    if (!read) return {};
    const Tensor<T> x = read.tensor<T>();
    inputs.push_back(by_element ? broadcast_to(x, entry->shape) : x);
  }
  try {
    Linearization at(entry->kind->name(), entry->site);
    for (Tensor<T>& x : inputs) x = at.add_input(x);
    at.add_result(replay->second->run(inputs));
    at.end_or_throw();
    Linearization::Nodes cotangents;
    cotangents.emplace_back(adjoint.tensor<T>().take_node());
    Linearization::Nodes found = at.pull(cotangents, true, masked(entry));
    std::vector<Numbers> result;
    for (std::size_t i = 0; i < found.size(); ++i) {
      result.emplace_back(found[i] ? Tensor<T>(found[i].release()) : Tensor<T>::full(inputs[i].shape(), 0));
    }
    return result;
  } catch (const Error&) {  // an op that cannot be run again, such as one on scalars
    return {};
  }
}

Numbers History::contribution(const Entry* entry, std::size_t i) const {
  const Entry* read = entry->input()[i];
  std::size_t givers = 0;
  for (const Entry* reader : readers(read)) givers += adjoint(reader) ? 1 : 0;
  const auto reads = std::count(entry->input(), entry->input() + entry->inputs, read);
  if (givers == 1 && reads == 1) return adjoint(read);
  const std::vector<Numbers> parts = pull_back(entry, adjoint(entry));
  if (parts.empty() || parts[i].shape == read->shape) return parts.empty() ? Numbers() : parts[i];
  Numbers summed = adjoint(read);
  std::fill(summed.at.begin(), summed.at.end(), 0.);
  for (std::size_t place = 0; place < parts[i].at.size(); ++place) {
    summed.at[broadcast_place(read->shape, parts[i].shape, place)] += parts[i].at[place];
  }
  return summed;
}

template std::vector<Numbers> History::pull_back<float>(const Entry*, const Numbers&) const;
template std::vector<Numbers> History::pull_back<double>(const Entry*, const Numbers&) const;

}  // namespace tapegrad
