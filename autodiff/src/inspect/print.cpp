// The tape made visible: entries, the table, the drawing.
#include "tapegrad/inspect/print.h"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <unordered_map>

#include "engine/rare_state.h"
#include "inspect/elements.h"
#include "inspect/entry_type.h"
#include "scalars/run.h"

namespace tapegrad {
using namespace engine;
namespace {

// The labels of the scalars that a run reads.
std::string labels_of(ScalarLogs& logs, const Entry& entry) {
  std::string result;
  for (std::size_t i = 0; i < logs.count(); ++i) {
    const AnyScalarLog& log = logs[i];
    if (!log.has_run(entry)) continue;
    for (const auto& [slot, label] : log.labels_read(log.edges_of(entry)))
      result += (result.empty() ? "" : " ") + label;
  }
  return result;
}

using Row = std::vector<std::string>;

void print_table(std::ostream& out, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string escaped(const std::string& s) {
  std::string result;
  for (char c : s) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::vector<EntryView> views_of(const TapeState& tape, const PrintOptions& options) {
  auto shown = [&](const AnyTensor& x) { return elements(x, options.precision, options.elements); };
  std::unordered_map<const Entry*, long> numbers;
  std::vector<EntryView> views;
  for (Entry* entry : tape.in_order()) {
    const long number = static_cast<long>(views.size());
    numbers[entry] = number;
    EntryView view{.number = views.size(),
                   .type = type_of(*entry),
                   .op = entry->kind->name(),
                   .formula = formula_of(*entry),
                   .inputs = {},
                   .shape = entry->shape,
                   .label = {},
                   .site = entry->site,
                   .value = {},
                   .adjoint = {}};
    if (entry->variable) view.label = variable_label(entry->variable);
    if (tape.scalars && !entry->variable) view.label = labels_of(*tape.scalars, *entry);
    for (std::size_t i = 0; i < entry->inputs; ++i) {
      auto input = numbers.find(entry->input()[i]);
      view.inputs.push_back(input == numbers.end() ? -1 : input->second);
    }
    if (entry->adjoint) view.adjoint = shown(without_place(entry->adjoint));
    views.push_back(std::move(view));
  }
  if (tape.rare_state && tape.options.keep_values) {
    for (const auto& [entry, kept] : tape.rare_state->kept) {
      EntryView& view = views[static_cast<std::size_t>(numbers.at(entry))];
      view.value = shown(kept.value());
      if (view.adjoint.empty()) view.adjoint = shown(kept.adjoint());
    }
  }
  return views;
}

}  // namespace

std::vector<EntryView> Tape::entries() const { return views_of(*state_, {}); }

void print(std::ostream& out, const Tape& tape, const PrintOptions& options) {
  const TapeState& state = tape.state();
  const WaitingSweep* stepped = state.rare_state ? state.rare_state->stepped : nullptr;
  const long next = stepped ? stepped->next_number() : -1;
  std::vector<Row> rows{{"", "entry", "op", "inputs", "shape", "label", options.lines ? "line" : "",
                         options.values ? "value" : "", options.adjoints ? "adjoint" : ""}};
  bool adjoints = false;
  for (const EntryView& view : views_of(state, options)) {
    std::string inputs;
    for (long input : view.inputs) {
      inputs += (inputs.empty() ? "" : " ") + (input < 0 ? std::string("constant") : "%" + std::to_string(input));
    }
    std::string line = options.lines ? text(view.site) : "";
    if (!line.empty()) line = line.substr(2, line.size() - 3);
    adjoints |= !view.adjoint.empty();
    rows.push_back({static_cast<long>(view.number) == next ? ">" : "", "%" + std::to_string(view.number),
                    std::string(view.op), inputs, text(view.shape), view.label, line,
                    options.values ? view.value : "", options.adjoints ? view.adjoint : ""});
  }
  const bool kept = tape.state().options.keep_values;
  if (!kept) rows[0][7] = "";
  if (!adjoints) rows[0][8] = "";
  print_table(out, rows);
  if (options.values && !kept) out << "No values: the tape keeps them with Tape({.keep_values = true}).\n";
  if (options.adjoints && kept && !adjoints) out << "No adjoints: the tape was not swept yet.\n";
  if (options.adjoints && !kept) {
    out << "No adjoints that a sweep has used: the tape keeps them with Tape({.keep_values = true}).\n";
  }
}

void print(const Tape& tape, const PrintOptions& options) { print(std::cout, tape, options); }

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  const bool kept = tape.state().options.keep_values;
  auto has_adjoint = [](const auto& item) { return item.second.adjoint32 || item.second.adjoint64; };
  const bool swept = kept && tape.state().rare_state && std::ranges::any_of(tape.state().rare_state->kept, has_adjoint);
  print(out, tape, {.values = kept, .adjoints = swept});
  return out;
}

std::string to_dot(const Tape& tape) {
  std::ostringstream out;
  out << "digraph tape {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
  for (const EntryView& view : tape.entries()) {
    std::string label(view.op);
    if (!view.label.empty()) label = view.label;
    label = escaped(label) + "\\n" + text(view.shape);
    if (!view.value.empty()) label += "\\n" + escaped(view.value);
    if (!view.adjoint.empty()) label += "\\nadjoint " + escaped(view.adjoint);
    out << "  n" << view.number << " [label=\"" << label
        << "\", shape=" << (view.type == EntryType::variable ? "ellipse" : "box") << "];\n";
    for (long input : view.inputs) {
      if (input >= 0) out << "  n" << input << " -> n" << view.number << ";\n";
    }
  }
  out << "}\n";
  return out.str();
}

}  // namespace tapegrad
