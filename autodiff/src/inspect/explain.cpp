// Writes out the chain rule: the steps of a sweep, with the formula of each op and the numbers on the tape.
#include "tapegrad/inspect/explain.h"

#include <algorithm>
#include <cctype>
#include <ostream>

#include "inspect/elements.h"
#include "inspect/stepped_sweep.h"
#include "tapegrad/inspect/print.h"
#include "tapegrad/functions/formula.h"

namespace tapegrad {
using namespace engine;
namespace {

/// One input of an entry, and what the entry's rule added to its adjoint.
struct Term {
  StepInput input;
  std::vector<std::size_t> places;  // an op may read one tensor twice
  AnyTensor slope;                  // the local derivative, empty where it is no array of the output's shape
};
/// An entry that the sweep reached.
struct Line {
  EntryView view;
  AnyTensor value;
  const Replay* op;  // null for a leaf
  AnyTensor adjoint;
  std::vector<Term> terms;

  long number() const { return static_cast<long>(view.number); }
  bool is_constant(std::size_t place) const { return view.inputs[place] < 0; }
  // The constant in that place; empty where there is none.
  AnyTensor constant(std::size_t place) const {
    return op && place < op->constants.size() ? op->constants[place] : AnyTensor();
  }
};

std::size_t size_of(const AnyTensor& any) {
  return std::visit([](const auto& x) { return x ? x.size() : 0; }, any);
}

/// The same story in one of two notations.
struct Notation {
  bool latex;
  ExplainOptions options;
  std::vector<EntryView> entries;

  std::string number(const AnyTensor& x) const {
    return latex ? latex_elements(x, options.precision, options.elements)
                 : elements(x, options.precision, options.elements);
  }
  // The label of a variable that no other one has, else the entry's number.
  std::string name(long entry) const {
    const std::string& label = entries[static_cast<std::size_t>(entry)].label;
    auto same = [&](const EntryView& view) { return view.label == label; };
    if (!label.empty() && std::ranges::count_if(entries, same) == 1) return labelled(label);
    return latex ? "v_{" + std::to_string(entry) + "}" : "%" + std::to_string(entry);
  }
  std::string labelled(const std::string& label) const {
    return latex && label.size() > 1 ? "\\text{" + label + "}" : label;
  }
  std::string derivative(const std::string& of, const std::string& by) const {
    return latex ? "\\frac{\\partial " + of + "}{\\partial " + by + "}" : "d" + of + "/d" + by;
  }
  std::string adjoint(long entry) const { return derivative("L", name(entry)); }
  std::string times() const { return latex ? " \\cdot " : " * "; }
  std::string plus_equals() const { return latex ? " \\mathrel{+}= " : " += "; }
  std::string math(const std::string& formula) const { return latex ? "$" + formula + "$" : formula; }
  std::string item(const std::string& line) const { return (latex ? "- " : "  ") + line + '\n'; }
  std::string heading(const std::string& line) const { return latex ? "\n**" + line + "**\n\n" : line + '\n'; }
  std::string code(std::string_view op) const {
    return latex ? "`" + std::string(op) + "`" : std::string(op);
  }
  std::string_view operator()(const Expression& e) const { return latex ? e.latex : e.text; }
};

using Names = std::vector<std::pair<std::string_view, std::string>>;

// The expression with its names replaced: words that stand alone and are no command of LaTeX.
std::string with_names(std::string_view expression, const Names& names) {
  auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  std::string result;
  for (std::size_t i = 0; i < expression.size();) {
    std::size_t end = i;
    while (end < expression.size() && letter(expression[end])) ++end;
    if (end == i) {
      result += expression[i++];
      continue;
    }
    const std::string_view word = expression.substr(i, end - i);
    const bool command = i > 0 && expression[i - 1] == '\\';
    const auto named = std::ranges::find_if(names, [&](const auto& name) { return name.first == word; });
    result += command || named == names.end() ? std::string(word) : named->second;
    i = end;
  }
  return result;
}

// The last input that a formula names stands for all that follow.
const Formula::Input& input_of(const Formula& f, std::size_t place) {
  place = std::min(place, f.inputs.size() - 1);
  while (place > 0 && f.inputs[place].name.empty()) --place;
  return f.inputs[place];
}

// What the names of a formula stand for at an entry. A constant of one element is its number, another keeps its letter.
Names names_at(const Formula& f, const Line& line, const Notation& n) {
  Names names{{"y", n.name(line.number())}, {"g", n.adjoint(line.number())}};
  for (std::size_t place = 0; place < std::min(line.view.inputs.size(), f.inputs.size()); ++place) {
    const std::string_view name = f.inputs[place].name;
    if (name.empty()) break;
    if (!line.is_constant(place)) names.emplace_back(name, n.name(line.view.inputs[place]));
    else if (size_of(line.constant(place)) == 1) names.emplace_back(name, n.number(line.constant(place)));
  }
  return names;
}

// "%2 = x w + b = [0.5 1] (linear), with x = [1 2]"
std::string forward(const Line& line, const Notation& n) {
  const Formula* f = line.view.formula;
  std::string left = n.name(line.number());
  if (f) left += " = " + std::string(with_names(n(f->value), names_at(*f, line, n)));
  const std::string value = n.number(line.value);
  std::string result = n.math(value.empty() ? left : left + " = " + value);
  if (line.view.type != EntryType::variable) result += " (" + n.code(line.view.op) + ")";
  for (std::size_t place = 0; f && place < std::min(line.view.inputs.size(), f->inputs.size()); ++place) {
    if (!line.is_constant(place) || size_of(line.constant(place)) < 2 || f->inputs[place].name.empty()) continue;
    result += ", with " + n.math(std::string(f->inputs[place].name) + " = " + n.number(line.constant(place)));
  }
  return result;
}

// What the derivatives with respect to one input are called, as far as there is a formula.
std::string derivative_formula(const Line& line, const Term& term, const Notation& n) {
  const Formula* f = line.view.formula;
  std::string result;
  for (std::size_t place : term.places) {
    if (!f) break;
    result += (result.empty() ? "" : " + ") + with_names(n(input_of(*f, place).derivative), names_at(*f, line, n));
  }
  return result;
}

// What an input's adjoint gets: the formula, then the numbers.
std::string backward(const Line& line, const Term& term, const Notation& n) {
  const std::string added = n.number(term.input.added), sum = n.number(term.input.adjoint);
  const std::string input = term.input.entry < 0 ? n.labelled(term.input.label) : n.name(term.input.entry);
  const std::string left = n.derivative("L", input) + (added == sum ? " = " : n.plus_equals());
  const std::string end = " = " + added;
  const std::string in_all = added == sum ? "" : ", in all " + n.math(sum);
  const std::string formula_text = derivative_formula(line, term, n);
  const Formula* f = line.view.formula;
  if (f && !f->pointwise) return n.math(left + formula_text + end) + in_all;

  const std::string slope = n.number(term.slope), partial = n.derivative(n.name(line.number()), input);
  if (!f && slope.empty()) return n.math(left + added) + in_all;
  std::string local = partial + (f ? " = " + formula_text : "");
  if (!slope.empty() && slope != formula_text) local += " = " + slope;
  std::string rule = left + n.adjoint(line.number()) + n.times() + partial;
  if (!slope.empty()) rule += " = " + n.number(line.adjoint) + n.times() + slope;
  return n.math(local) + ", so " + n.math(rule + end) + in_all;
}

std::string written(const std::vector<Line>& lines, const std::string& result, const Notation& n) {
  std::string story = n.heading("Forward, from the first entry to the last");
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) story += n.item(forward(*line, n));
  story += n.heading("Backward, from the last entry to the first");
  story += n.item(n.math("L = " + n.name(lines.front().number()) + result) + ", so " +
                  n.math(n.adjoint(lines.front().number()) + " = " + n.number(lines.front().adjoint)));
  for (const Line& line : lines) {
    for (const Term& term : line.terms) story += n.item(n.code(line.view.op) + ": " + backward(line, term, n));
  }
  return story;
}

template <Real T>
Tensor<T> one_at(const Tensor<T>& y, const std::optional<std::size_t>& element, const CallSite& site) {
  const std::string shape = ": the result has shape " + text(y.shape()) + text(site);
  if (!element && y.size() != 1) {
    throw ShapeError("explain" + shape + ". Choose one element of it, such as {.element = 0}");
  }
  if (element && *element >= y.size()) {
    throw ShapeError("explain" + shape + ", which has no element " + std::to_string(*element));
  }
  Tensor<T> seed = Tensor<T>::full(y.shape(), 0);
  seed.mutable_data()[element.value_or(0)] = 1;
  return seed;
}

std::vector<std::size_t> places_of(long input, const EntryView& view) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < view.inputs.size(); ++i) {
    if (view.inputs[i] == input) places.push_back(i);
  }
  return places;
}

// What the rule of one entry makes of an adjoint of ones. Where element i of the output reads only element i of the
// input, or where the output is one number, these are the derivatives.
AnyTensor local_derivative(TapeState& tape, Entry* entry, Entry* input) {
  const bool by_element = entry->kind->traits->depends == Depends::by_element && entry->shape == input->shape;
  if (!by_element && entry->shape.size() != 1) return {};
  const Kept kept = tape.rare().kept[entry];  // whose adjoint the sweep writes
  entry->adjoint = filled(entry->shape, entry->dtype, 1).release();
  ScalarSlots slots = tape.scalar_slots();
  tape.sweep({.only = std::span<Entry* const>(&entry, 1)}, slots);
  const AnyTensor slope = without_place(input->adjoint);
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    Entry* read = entry->input()[i];
    if (!read) continue;
    if (read->adjoint) release(std::exchange(read->adjoint, nullptr));
    read->masked = false;
  }
  tape.rare().kept[entry] = kept;
  return slope;
}

}  // namespace

template <Real T>
Explanation Tape::explain(const Tensor<T>& y, const ExplainOptions& options, CallSite site) {
  if (!state_->options.keep_values) {
    throw TapeError("explain: this tape keeps no values" + text(site) + ". Make it with Tape({.keep_values = true})");
  }
  state_->require_place(y.node(), "explain", site);
  const std::vector<Entry*> order = state_->in_order();
  const std::vector<EntryView> views = entries();
  std::unordered_map<const Entry*, const Replay*> ops;
  for (const auto& op : state_->rare().replays) ops[op->entry] = op.get();
  std::vector<Line> lines;
  {
    BackwardSteps steps = begin_backward(y, {.seed = one_at(y, options.element, site), .keep = true}, site);
    while (auto step = steps.step()) {
      const Entry* entry = order[step->entry];
      Line& line = lines.emplace_back(
          Line{views[step->entry], state_->rare().kept[entry].value(), ops[entry], step->adjoint, {}});
      for (StepInput& input : step->inputs) line.terms.push_back({input, places_of(input.entry, line.view), {}});
    }
  }
  for (Line& line : lines) {
    for (Term& term : line.terms) {
      if (term.input.entry < 0) continue;
      term.slope =
          local_derivative(*state_, order[line.view.number], order[static_cast<std::size_t>(term.input.entry)]);
    }
  }
  const std::string element = y.size() == 1 ? "" : "[" + std::to_string(*options.element) + "]";
  return {written(lines, element, {false, options, views}), written(lines, element, {true, options, views})};
}

template <Real T>
Explanation Tape::explain(const Tensor<T>& y, CallSite site) {
  return explain(y, ExplainOptions{}, site);
}

std::ostream& operator<<(std::ostream& out, const Explanation& explanation) { return out << explanation.text; }

template Explanation Tape::explain(const Tensor<float>&, const ExplainOptions&, CallSite);
template Explanation Tape::explain(const Tensor<double>&, const ExplainOptions&, CallSite);
template Explanation Tape::explain(const Tensor<float>&, CallSite);
template Explanation Tape::explain(const Tensor<double>&, CallSite);

}  // namespace tapegrad
