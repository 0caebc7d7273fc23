// The sentences of `why`, by what is wrong with a gradient.
#pragma once
#include "inspect/why/history.h"

namespace tapegrad {
using namespace engine;

/// The entry whose gradient is explained, and the result of the sweep; which entries depend on x and which lead to the
/// result, by number.
struct Question {
  Question(const History& history, const Entry* asked, const Entry* swept)
      : x(asked), result(swept), from_x(history.coming_from(asked)), to_result(history.leading_to(swept)) {}
  /// Whether an entry lies between x and the result; the result does, x does not.
  bool between(const History& history, const Entry* entry) const {
    const std::size_t number = history.number(entry);
    return entry != x && from_x[number] && to_result[number];
  }
  const Entry *x, *result;
  std::vector<bool> from_x, to_result;
};

inline constexpr std::string_view by_scalars = " It came through scalar statements, whose adjoints are not kept.";

// ---- not a number
/// How the first NaN or infinity of an entry's value came to be: "log %1 made -inf at element (2) from w = 0".
std::string made_in_forward(const History& history, const Entry* entry, std::size_t place);
/// How the adjoint of input i got its NaN or infinity from the rule of an entry, whose own adjoint is finite.
std::string made_in_backward(const History& history, const Entry* entry, std::size_t i);
std::string not_a_number(const History& history, const Question& question);

// ---- zero
/// The ops that let nothing through, though an adjoint that is not zero came to them.
std::string exactly_zero(const History& history, const Question& question);

// ---- any size: huge, tiny, or nothing wrong
std::string of_size(const History& history, const Question& question);

// ---- no adjoint
/// Why nothing that the entry leads to is the result of the sweep; `result` is null before any sweep.
std::string leads_elsewhere(const History& history, const Entry* x, const Entry* result);

}  // namespace tapegrad
