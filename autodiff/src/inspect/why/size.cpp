// For a gradient of finite numbers: whether it is huge or tiny, and which op on its way changed its size most.
#include <algorithm>
#include <cmath>

#include "inspect/why/reasons.h"

namespace tapegrad {
using namespace engine;
namespace {

constexpr double huge = 1e6, tiny = 1e-9;

/// What one op did to the norm of the adjoint on the way from the result to x.
struct Change {
  const Entry* entry;
  double factor;
};

// The way that most of the gradient took, from x towards the result.
std::vector<Change> changes(const History& history, const Question& question) {
  std::vector<Change> result;
  const Entry* at = question.x;
  while (at != question.result) {
    Change most{nullptr, 0};
    double share = -1;
    for (const Entry* reader : history.readers(at)) {
      if (!question.between(history, reader) || !history.adjoint(reader)) continue;
      for (std::size_t i = 0; i < reader->inputs; ++i) {
        if (reader->input()[i] != at) continue;
        const Numbers part = history.contribution(reader, i);
        const double size = norm(part ? part : history.adjoint(at));
        if (size <= share) continue;
        share = size;
        most = {reader, size / norm(history.adjoint(reader))};
      }
    }
    if (!most.entry) break;  // scalar statements: their adjoints are not kept
    result.push_back(most);
    at = most.entry;
  }
  return result;
}

std::string saturation(const History& history, const Entry* entry) {
  if (!entry->kind->traits->saturates) return "";
  Numbers ones = history.value(entry);
  std::fill(ones.at.begin(), ones.at.end(), 1.);
  const std::vector<Numbers> slopes = history.pull_back<double>(entry, ones);
  if (slopes.empty()) return "";
  return ": it is saturated, its derivative is at most " + number_text(largest(slopes[0]));
}

std::string most_changed(const History& history, const std::vector<Change>& way, bool grown) {
  const auto by_factor = [](const Change& a, const Change& b) { return a.factor < b.factor; };
  if (way.empty()) return "";
  const Change most = grown ? *std::max_element(way.begin(), way.end(), by_factor)
                            : *std::min_element(way.begin(), way.end(), by_factor);
  const auto alike = std::count_if(way.begin(), way.end(),
                                   [=](const Change& c) { return grown ? c.factor > 1 : c.factor < 1; });
  return std::string(" It ") + (grown ? "grew" : "shrank") + " most in " + history.name(most.entry) +
         ", by a factor of " + number_text(grown ? most.factor : 1 / most.factor) +
         (grown ? "" : saturation(history, most.entry)) + "; " + std::to_string(alike) + " of the " +
         std::to_string(way.size()) + (way.size() == 1 ? " op" : " ops") + " on its way made it " +
         (grown ? "larger." : "smaller.");
}

}  // namespace

std::string of_size(const History& history, const Question& question) {
  const Numbers adjoint = history.adjoint(question.x);
  const double size = norm(adjoint);
  const std::string start = "The gradient of " + history.name(question.x) + " is ";
  const std::string number = "its norm is " + number_text(size);
  if (size > huge) return start + "huge: " + number + "." + most_changed(history, changes(history, question), true);
  if (size < tiny) return start + "tiny: " + number + "." + most_changed(history, changes(history, question), false);
  const std::size_t place = place_of_largest(adjoint);
  std::string result = start + "finite and not 0: " + number + ", its largest element " +
                       number_text(adjoint.at[place]) + element_text(adjoint.shape, place);
  const auto zeros = std::count(adjoint.at.begin(), adjoint.at.end(), 0.);
  if (zeros) result += "; " + count_text(static_cast<std::size_t>(zeros), adjoint.at.size()) + " are 0";
  if (question.x == question.result) return result + ". It is the seed.";
  std::string givers;
  for (const Entry* reader : history.readers(question.x)) {
    if (question.between(history, reader)) givers += (givers.empty() ? "" : ", ") + history.name(reader);
  }
  return result + ". It comes from " + history.name(question.result) + " through " + givers + ".";
}

}  // namespace tapegrad
