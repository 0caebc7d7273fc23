// Why no adjoint came: nothing leads from the tensor to the result, or only what has no derivative.
#include <algorithm>

#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;
namespace {

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string result;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) result += (i ? " and " : "") + names[i];
  if (names.size() > most) result += " and " + std::to_string(names.size() - most) + " more";
  return result;
}

std::string no_derivative(const Entry* note) {
  const std::string_view reason = note->kind->traits->no_derivative;
  return reason.empty() ? "" : ": " + std::string(reason);
}

std::string cut_by(const History& history, const Entry* note, const Entry* x) {
  const auto reads_x = std::find(note->input(), note->input() + note->inputs, x) != note->input() + note->inputs;
  std::string result = history.name(note);
  for (std::size_t i = 0; !reads_x && i < note->inputs; ++i) {
    const Entry* read = note->input()[i];
    if (read) return result + ", which reads " + history.name(read) + no_derivative(note);
  }
  return result + no_derivative(note);
}

}  // namespace

std::string leads_elsewhere(const History& history, const Entry* x, const Entry* result) {
  const std::vector<bool> from_x = history.coming_from(x);
  const std::size_t end = result ? history.number(result) : history.size();
  std::vector<std::string> cuts, ends;
  for (std::size_t i = history.number(x); i < history.size(); ++i) {
    const Entry* entry = history[i];
    if (!from_x[i]) continue;
    if (entry->kind->note && i < end) cuts.push_back(cut_by(history, entry, x));
    if (!entry->kind->note && entry != x && history.readers(entry).empty()) ends.push_back(history.name(entry));
  }
  std::string told = result ? "No gradient reaches " + history.name(x) + " from the result that was swept, " +
                                  history.name(result) + "."
                            : "Nothing was swept yet, so " + history.name(x) + " has no gradient.";
  if (!cuts.empty()) told += " It is cut by " + list_of(cuts) + ".";
  if (!ends.empty()) told += " It leads " + std::string(result ? "only " : "") + "to " + list_of(ends) + ".";
  if (cuts.empty() && ends.empty()) told += " Nothing reads it.";
  return told;
}

}  // namespace tapegrad
