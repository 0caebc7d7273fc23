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

std::string no_derivative(const Entry* reader) {
  const std::string_view reason = reader->kind->traits->no_derivative;
  return reason.empty() ? "" : ": " + std::string(reason);
}

std::string cut_by(const History& history, const Entry* reader, const Entry* x) {
  const auto *inputs = reader->input(), *end = inputs + reader->inputs;
  const bool reads_x = std::find(inputs, end, x) != end;
  std::string result = history.name(reader);
  for (std::size_t i = 0; !reads_x && i < reader->inputs; ++i) {
    const Entry* read = reader->input()[i];
    if (read) return result + ", which reads " + history.name(read) + no_derivative(reader);
  }
  return result + no_derivative(reader);
}

}  // namespace

std::string leads_elsewhere(const History& history, const Entry* x, const Entry* result) {
  const std::vector<bool> from_x = history.coming_from(x);
  const std::size_t end = result ? history.number(result) : history.size();
  std::vector<std::string> cuts, ends;
  for (std::size_t i = history.number(x); i < history.size(); ++i) {
    const Entry* entry = history[i];
    if (!from_x[i]) continue;
    if (entry->kind->is_read && i < end) cuts.push_back(cut_by(history, entry, x));
    if (!entry->kind->is_read && entry != x && history.readers(entry).empty()) ends.push_back(history.name(entry));
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
