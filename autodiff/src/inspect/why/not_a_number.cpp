// Where the first NaN or infinity was made, forward or backward, and from what.
#include <cmath>

#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;
namespace {

// A constant that held it already.
std::string read_from_constant(const History& history, const Entry* entry, std::size_t place) {
  const bool by_element = history.elementwise(entry);
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    if (entry->input()[i]) continue;
    const Numbers constant = history.input(entry, i);
    auto bad = first_not_finite(constant);
    if (bad && by_element) {
      bad = broadcast_place(constant.shape, entry->shape, place);
      if (std::isfinite(constant.at[*bad])) bad.reset();
    }
    if (bad) {
      return history.name(entry) + " read a constant of shape " + text(constant.shape) + " that holds " +
             number_text(constant.at[*bad]) + element_text(constant.shape, *bad);
    }
  }
  return "";
}

struct First {
  const Entry* entry;
  std::size_t place;
};

// The first value, in the order of execution, that holds what `is_bad` looks for where a mask did not choose otherwise.
template <class F>
std::optional<First> first_value(const History& history, const Question& question, F is_bad) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (!question.to_result[i]) continue;
    const Numbers value = history.value(history[i]), adjoint = history.adjoint(history[i]);
    const bool masked = adjoint && history.masked(history[i]);
    for (std::size_t place = 0; place < value.at.size(); ++place) {
      const bool not_chosen = masked && adjoint.at[place] == 0;
      if (is_bad(value.at[place]) && !not_chosen) return First{history[i], place};
    }
  }
  return std::nullopt;
}

std::string in_values(const History& history, const Question& question) {
  const auto first = first_value(history, question, [](double x) { return !std::isfinite(x); });
  if (!first) return "";
  std::string result = " In the values, " + made_in_forward(history, first->entry, first->place) + ".";
  const auto nan = first_value(history, question, [](double x) { return std::isnan(x); });
  if (nan && nan->entry != first->entry) {
    result += " Then " + made_in_forward(history, nan->entry, nan->place) + ".";
  }
  return result;
}

// The first rule, in the order of the sweep, that made a finite adjoint one that is not, on the way to x.
std::string in_adjoints(const History& history, const Question& question) {
  if (const auto place = first_not_finite(history.adjoint(question.result))) {
    return " The seed holds " + number_text(history.adjoint(question.result).at[*place]) +
           element_text(question.result->shape, *place) + ".";
  }
  for (std::size_t number = history.number(question.result) + 1; number-- > 0;) {
    const Entry* entry = history[number];
    const Numbers adjoint = history.adjoint(entry);
    if (!question.between(history, entry) || !adjoint || first_not_finite(adjoint)) continue;
    for (std::size_t i = 0; i < entry->inputs; ++i) {
      const Entry* read = entry->input()[i];
      if (!read || !question.from_x[history.number(read)] || !first_not_finite(history.adjoint(read))) continue;
      const Numbers part = history.contribution(entry, i);
      if (!part || first_not_finite(part)) return " " + made_in_backward(history, entry, i) + ".";
    }
  }
  for (const Entry* reader : history.readers(question.x)) {
    if (question.between(history, reader) && !history.adjoint(reader)) return std::string(by_scalars);
  }
  return " In backward, all its parts are finite: their sum overflowed.";
}

}  // namespace

std::string made_in_forward(const History& history, const Entry* entry, std::size_t place) {
  const std::string number = number_text(history.value(entry).at[place]) + element_text(entry->shape, place);
  if (entry->variable) return history.name(entry) + " holds " + number;
  const std::string constant = read_from_constant(history, entry, place);
  if (!constant.empty()) return constant;
  return history.name(entry) + " made " + number + " from " + history.inputs_at(entry, place);
}

std::string made_in_backward(const History& history, const Entry* entry, std::size_t i) {
  const Numbers adjoint = history.adjoint(entry), reached = history.adjoint(entry->input()[i]);
  const std::size_t element = first_not_finite(reached).value_or(0);
  const std::string result = "In backward, " + history.name(entry) + " made " + number_text(reached.at[element]) +
                             element_text(reached.shape, element) + " of the gradient of " + history.operand(entry, i);
  const std::vector<Numbers> parts = history.pull_back(entry, adjoint);
  if (!history.elementwise(entry) || parts.empty()) {
    return result + " from an adjoint of norm " + number_text(norm(adjoint)) + " and " + history.inputs_at(entry, 0);
  }
  const std::size_t place = first_not_finite(parts[i]).value_or(0);  // of the result, to which the input was broadcast
  const std::string inputs =
      " from the adjoint " + number_text(adjoint.at[place]) + " and " + history.inputs_at(entry, place);
  if (adjoint.at[place] != 0) return result + inputs;
  return result + inputs +
         ", which is 0 times a derivative that is not finite: where(mask, a, b) stops that, a factor of 0 does not";
}

std::string not_a_number(const History& history, const Question& question) {
  const Numbers adjoint = history.adjoint(question.x);
  const std::size_t place = *first_not_finite(adjoint);
  return "The gradient of " + history.name(question.x) + " is not finite: it is " + number_text(adjoint.at[place]) +
         element_text(adjoint.shape, place) + "." + in_values(history, question) + in_adjoints(history, question);
}

}  // namespace tapegrad
