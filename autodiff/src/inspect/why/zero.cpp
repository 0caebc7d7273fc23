// For a gradient of zeros: where on its way back an adjoint that was not zero became zero, and why there.
#include <algorithm>
#include <cmath>
#include <limits>

#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;
namespace {

/// A rule that was given an adjoint that is not zero and gave nothing to input i.
struct Stop {
  const Entry* entry;
  std::size_t i;
};

// Follows the zero from x towards the result. True in `seed` when it goes all the way.
std::vector<Stop> stops(const History& history, const Question& question, bool& seed) {
  std::vector<Stop> found;
  std::vector<bool> seen(history.size());
  std::vector<const Entry*> open{question.x};
  while (!open.empty()) {
    const Entry* zero = open.back();
    open.pop_back();
    if (seen[history.number(zero)]) continue;
    seen[history.number(zero)] = true;
    seed |= zero == question.result;
    for (const Entry* reader : history.readers(zero)) {
      if (!question.between(history, reader)) continue;
      const Numbers adjoint = history.adjoint(reader);
      if (!adjoint || all_zero(adjoint)) {
        open.push_back(reader);
        continue;
      }
      for (std::size_t i = 0; i < reader->inputs; ++i) {
        if (reader->input()[i] == zero) found.push_back({reader, i});
      }
    }
  }
  return found;
}

template <class F>
std::size_t count(const Numbers& numbers, F is) {
  return static_cast<std::size_t>(std::count_if(numbers.at.begin(), numbers.at.end(), is));
}

std::string of_relu(const Numbers& x) {
  const std::size_t negative = count(x, [](double v) { return v < 0; });
  const std::size_t zero = count(x, [](double v) { return v == 0; });
  std::string result = count_text(negative, x.at.size()) + " of its input are negative";
  if (zero) result += ", " + std::to_string(zero) + (zero == 1 ? " is 0" : " are 0");
  if (negative + zero < x.at.size()) result += ", and the adjoint of the others was 0";
  return result;
}

std::string of_clip(const Numbers& x, const Numbers& y) {
  std::size_t below = 0, above = 0;
  for (std::size_t i = 0; i < x.at.size(); ++i) {
    below += x.at[i] < y.at[i];
    above += x.at[i] > y.at[i];
  }
  std::string result = count_text(below + above, x.at.size()) + " of its input are outside of the limits, " +
                       std::to_string(below) + " below and " + std::to_string(above) + " above";
  if (below + above < x.at.size()) result += ", and the adjoint of the others was 0";
  return result;
}

// Of an op that takes each element from one side: where, maximum, minimum.
std::string of_choice(const History& history, const Stop& stop) {
  Numbers ones = history.adjoint(stop.entry);
  std::fill(ones.at.begin(), ones.at.end(), 1.);
  const std::vector<Numbers> parts = history.pull_back(stop.entry, ones);
  const std::string side = history.operand(stop.entry, stop.i);
  if (parts.empty()) return "it did not take " + side;
  const std::size_t taken = count(parts[stop.i], [](double v) { return v != 0; });
  return "it took " + side + " at " + count_text(taken, ones.at.size()) + (taken ? ", whose adjoint was 0" : "");
}

// The operand of a product that is 0 wherever an adjoint came, if there is one.
std::string of_zero_operand(const History& history, const Stop& stop, const Numbers& adjoint) {
  const Entry* entry = stop.entry;
  if (stop.i > 1) return "";  // the bias of linear
  const bool by_element = history.elementwise(entry);
  for (std::size_t k = 0; k < std::min<std::size_t>(2, entry->inputs); ++k) {
    if (k == stop.i && entry->inputs > 1) continue;
    const Numbers other = history.input(entry, k);
    if (!other) continue;
    std::size_t zeros = 0;
    bool everywhere = true;
    const std::size_t size = by_element ? adjoint.at.size() : other.at.size();
    for (std::size_t place = 0; place < size; ++place) {
      const bool zero = other.at[by_element ? broadcast_place(other.shape, entry->shape, place) : place] == 0;
      zeros += zero;
      everywhere &= zero || (by_element && adjoint.at[place] == 0);
    }
    if (!everywhere) continue;
    return "it multiplies by exact 0: " + history.operand(entry, k) + " is 0 at " + count_text(zeros, size);
  }
  return "";
}

// The product in double, of an adjoint scaled to 1, so that neither is too small for it.
std::string of_small_numbers(const History& history, const Stop& stop, const Numbers& adjoint) {
  const double scale = largest(adjoint);
  Numbers scaled = adjoint;
  for (double& element : scaled.at) element /= scale;
  const std::vector<Numbers> parts = history.pull_back<double>(stop.entry, scaled);
  const double derivative = parts.empty() ? 0 : largest(parts[stop.i]);
  if (derivative == 0 || !std::isfinite(derivative)) return "";
  const bool single = stop.entry->dtype == Dtype::float32;
  const double smallest = single ? std::numeric_limits<float>::denorm_min() : std::numeric_limits<double>::denorm_min();
  const std::string type = single ? "float" : "double";
  const double exponent = std::log10(scale) + std::log10(derivative);
  if (exponent > std::log10(smallest)) {
    return "its derivative, " + number_text(derivative) + ", is too small beside 1 for a " + type + ": saturated";
  }
  return "underflow: an adjoint of at most " + number_text(scale) + " became about 1e" +
         std::to_string(std::lround(exponent)) + ", below the smallest " + type + ", " + number_text(smallest);
}

std::string of_op(const History& history, const Stop& stop) {
  const OpTraits& op = *stop.entry->kind->traits;
  const Numbers x = history.input(stop.entry, stop.i), y = history.value(stop.entry);
  const Numbers adjoint = history.adjoint(stop.entry);
  if (op.depends == Depends::rearranged) {
    return "its adjoint is 0 in all elements that come from " + history.operand(stop.entry, stop.i);
  }
  std::string reason;
  switch (op.vanishes) {
    case Vanishes::everywhere: return "its derivative is 0 everywhere";
    case Vanishes::not_chosen: return of_choice(history, stop);
    case Vanishes::below_zero: reason = x ? of_relu(x) : ""; break;
    case Vanishes::outside_limits: reason = x && y ? of_clip(x, y) : ""; break;
    case Vanishes::with_factor: reason = of_zero_operand(history, stop, adjoint); break;
    case Vanishes::with_number:
    case Vanishes::by_numbers: break;
  }
  if (reason.empty()) reason = of_small_numbers(history, stop, adjoint);
  if (!reason.empty()) return reason;
  if (op.vanishes == Vanishes::with_number) return "it multiplies by the number 0";
  const std::size_t place = place_of_largest(adjoint);
  return "its derivative is 0 where the adjoint is not, for example" + element_text(y.shape, place) + " from " +
         history.inputs_at(stop.entry, place);
}

// Whether parts that are not zero cancel: with those of another reader, along axes over which the input was broadcast,
// or in a sum that the rule takes, which is then not zero for an adjoint of one sign.
bool cancels(const History& history, const Stop& stop) {
  Numbers adjoint = history.adjoint(stop.entry);
  std::vector<Numbers> parts = history.pull_back(stop.entry, adjoint);
  if (!parts.empty() && !all_zero(parts[stop.i])) return true;
  for (double& element : adjoint.at) element = std::abs(element);
  parts = history.pull_back(stop.entry, adjoint);
  if (!parts.empty() && !all_zero(parts[stop.i])) return true;
  // The signs may be those of the other operand: the largest adjoint alone then gets through.
  if (adjoint.at.empty()) return false;
  const auto largest =
      static_cast<std::size_t>(std::max_element(adjoint.at.begin(), adjoint.at.end()) - adjoint.at.begin());
  const double alone = adjoint.at[largest];
  std::fill(adjoint.at.begin(), adjoint.at.end(), 0.);
  adjoint.at[largest] = alone;
  parts = history.pull_back(stop.entry, adjoint);
  return !parts.empty() && !all_zero(parts[stop.i]);
}

}  // namespace

std::string exactly_zero(const History& history, const Question& question) {
  bool seed = false;
  std::string result = "The gradient of " + history.name(question.x) + " is exactly 0.";
  std::vector<std::string> told;
  for (const Stop& stop : stops(history, question, seed)) {
    const std::string name = history.name(stop.entry);
    const Entry* input = stop.entry->input()[stop.i];
    std::string sentence = " " + name + " stopped it: ";
    if (cancels(history, stop)) {
      sentence = " What " + name + " gave to " + history.operand(stop.entry, stop.i) +
                 " cancelled to exactly 0 in the sum" +
                 (history.readers(input).size() > 1 ? " with what others gave" : "");
    } else {
      sentence += of_op(history, stop);
    }
    if (std::find(told.begin(), told.end(), sentence) == told.end()) told.push_back(sentence);
  }
  constexpr std::size_t most = 3;
  for (std::size_t i = 0; i < std::min(most, told.size()); ++i) result += told[i] + ".";
  if (told.size() > most) result += " So did " + std::to_string(told.size() - most) + " more.";
  if (told.empty() && !seed) result += by_scalars;
  if (seed) result += " The seed of the sweep, the adjoint of " + history.name(question.result) + ", is 0.";
  return result;
}

}  // namespace tapegrad
