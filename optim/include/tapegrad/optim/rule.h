// The loop of an optimizer, compiled for a rule. To be included where a rule of one's own becomes an optimizer.
#pragma once
#include <algorithm>
#include <array>
#include <iterator>

#include "tapegrad/functions/lanes.h"
#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {

/// Whether the rule's options decide which of its states are kept.
template <class Rule>
concept KeepsSome = requires(const typename Rule::Options& options) { Rule::keeps(options, std::size_t(0)); };

/// Which states a loop finds in memory: those that it does not are 0.
enum class Kept { none, some, all };

/// Elements [begin, end) of one parameter, a register at a time.
template <class Rule, Kept kept, Real T>
void update_registers(const typename Rule::template Step<T>& numbers, const StepArrays<T>& arrays, std::size_t begin,
                      std::size_t end) {
  using L = Lanes<T>;
  constexpr std::size_t states = Rule::states.size();
  const auto step = numbers;  // a copy: no write to an array can change it
  T* const parameter = arrays.parameter;
  const T* const gradient = arrays.gradient;
  std::array<T*, states> at;
  for (std::size_t k = 0; k < states; ++k) at[k] = arrays.states[k];
  const auto is_kept = [&](std::size_t k) { return kept == Kept::all || (kept == Kept::some && at[k]); };
  for (std::size_t i = begin; i < end; i += L::count) {
    L p = L::load(parameter + i);
    std::array<L, states> state;
    for (std::size_t k = 0; k < states; ++k) state[k] = is_kept(k) ? L::load(at[k] + i) : L(T(0));
    Rule::update(step, p, L::load(gradient + i), state);
    for (std::size_t k = 0; k < states; ++k) {
      if (is_kept(k)) state[k].store(at[k] + i);
    }
    p.store(parameter + i);
  }
}

/// Rows [begin, end) of the list, a register at a time and the end of a row in a copy: another row follows it.
template <class Rule, Kept kept, Real T>
void update_rows(const typename Rule::template Step<T>& numbers, const StepArrays<T>& arrays, std::size_t begin,
                 std::size_t end) {
  using L = Lanes<T>;
  constexpr std::size_t states = Rule::states.size();
  const auto step = numbers;
  const auto is_kept = [&](std::size_t k) { return kept == Kept::all || (kept == Kept::some && arrays.states[k]); };
  for (std::size_t row = begin; row < end; ++row) {
    const std::size_t at = static_cast<std::size_t>(arrays.rows[row]) * arrays.width;
    for (std::size_t i = 0; i < arrays.width; i += L::count) {
      const std::size_t count = std::min(L::count, arrays.width - i);
      const auto read = [count](const T* from) {
        return count == L::count ? L::load(from) : L::load_part(from, count);
      };
      const auto write = [count](const L& lanes, T* to) {
        if (count == L::count) lanes.store(to);
        else lanes.store_part(to, count);
      };
      L p = read(arrays.parameter + at + i);
      std::array<L, states> state;
      for (std::size_t k = 0; k < states; ++k) state[k] = is_kept(k) ? read(arrays.states[k] + at + i) : L(T(0));
      Rule::update(step, p, read(arrays.gradient + row * arrays.width + i), state);
      for (std::size_t k = 0; k < states; ++k) {
        if (is_kept(k)) write(state[k], arrays.states[k] + at + i);
      }
      write(p, arrays.parameter + at + i);
    }
  }
}

template <class Rule, Kept kept, Real T>
void update_elements(const typename Rule::template Step<T>& step, const StepArrays<T>& arrays, std::size_t begin,
                     std::size_t end) {
  if (arrays.rows) update_rows<Rule, kept>(step, arrays, begin, end);
  else update_registers<Rule, kept>(step, arrays, begin, end);
}

/// Elements or rows [begin, end), with the loop that knows what is kept.
template <class Rule, Real T>
void update_with(const typename Rule::template Step<T>& step, const StepArrays<T>& arrays, std::size_t begin,
                 std::size_t end) {
  if constexpr (KeepsSome<Rule>) {
    const auto dropped = std::count(arrays.states.begin(), arrays.states.end(), nullptr);
    if (dropped == std::ssize(arrays.states)) return update_elements<Rule, Kept::none>(step, arrays, begin, end);
    if (dropped > 0) return update_elements<Rule, Kept::some>(step, arrays, begin, end);
  }
  update_elements<Rule, Kept::all>(step, arrays, begin, end);
}

/// What a rule's options may be: the rule's own list, or the learning rate alone.
template <class Rule>
constexpr auto numbers_of() {
  if constexpr (requires { Rule::numbers; }) return Rule::numbers;
  else return std::array{learning_rate_option<typename Rule::Options>};
}

template <class Rule>
void OptimizerOf<Rule>::require_options(const CallSite& site) const {
  std::string_view name = "optimizer";
  if constexpr (requires { std::string_view(Rule::name); }) name = Rule::name;
  static constexpr auto numbers = numbers_of<Rule>();
  for (const auto& option : numbers) {
    if (option.limits.contain(options.*option.number)) continue;
    require_option(name, option.name, option.limits, options.*option.number,
                   "The default is " + option_text(Options().*option.number), site);
  }
  if constexpr (requires { Rule::require(options, site); }) Rule::require(options, site);
}
template <class Rule>
bool OptimizerOf<Rule>::keeps(std::size_t state) const {
  if constexpr (KeepsSome<Rule>) return Rule::keeps(options, state);
  else return true;
}
template <class Rule>
double OptimizerOf<Rule>::first_value(std::size_t state) const {
  if constexpr (requires { Rule::first_value(options, state); }) return Rule::first_value(options, state);
  else return 0;
}
template <class Rule>
void OptimizerOf<Rule>::begin_step(std::span<const std::uint64_t> counts, bool of_float, bool of_double) {
  float_steps_.clear();
  double_steps_.clear();
  for (const std::uint64_t count : counts) {
    if (of_float) float_steps_.push_back(rule_.template step<float>(options, count));
    if (of_double) double_steps_.push_back(rule_.template step<double>(options, count));
  }
}
template <class Rule>
void OptimizerOf<Rule>::update(const StepArrays<float>& arrays, std::size_t begin, std::size_t end) const {
  update_with<Rule>(float_steps_[arrays.group], arrays, begin, end);
}
template <class Rule>
void OptimizerOf<Rule>::update(const StepArrays<double>& arrays, std::size_t begin, std::size_t end) const {
  update_with<Rule>(double_steps_[arrays.group], arrays, begin, end);
}

}  // namespace tapegrad::optim
