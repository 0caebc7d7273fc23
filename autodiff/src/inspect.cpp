// The tape made visible: entries, the table, the drawing.
#include <algorithm>
#include <iomanip>
#include <ostream>
#include <set>
#include <sstream>
#include <unordered_map>

#include "extras.h"
#include "scalar_run.h"

namespace tapegrad {
namespace {

template <Real T>
void print_elements(std::ostream& out, const Tensor<T>& x) {
  constexpr std::size_t shown = 4;
  if (x.size() != 1) out << '[';
  for (std::size_t i = 0; i < std::min(shown, x.size()); ++i) out << (i ? " " : "") << x.data()[i];
  if (x.size() > shown) out << " ...";
  if (x.size() != 1) out << ']';
}

std::string elements(const Tensor<float>& x32, const Tensor<double>& x64) {
  std::ostringstream out;
  out << std::setprecision(4);
  if (x32) print_elements(out, x32);
  if (x64) print_elements(out, x64);
  return out.str();
}

// The labels of the scalars that a run reads, each once.
template <Real T>
std::string labels_read(const ScalarLog<T>& log, const Entry& entry) {
  const ScalarRun run = edges_of(entry, log);
  std::set<std::uint32_t> sources;
  log.forward(run.begin, run.end, [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) sources.insert(edge->source);
  });
  std::string result;
  for (const auto& [slot, label] : log.labels) {
    if (sources.count(slot)) result += (result.empty() ? "" : " ") + label;
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

}  // namespace

std::vector<EntryView> Tape::entries() const {
  std::vector<Entry*> order;
  for (Entry* entry = last_; entry; entry = entry->previous) order.push_back(entry);
  std::reverse(order.begin(), order.end());
  std::unordered_map<const Entry*, long> numbers;
  std::vector<EntryView> views;
  for (Entry* entry : order) {
    const long number = static_cast<long>(views.size());
    numbers[entry] = number;
    EntryView view{views.size(), entry->kind->name, {}, entry->shape, "", entry->where, "", ""};
    if (entry->variable) view.label = variable_label(entry->variable);
    if (scalars_ && view.op == "scalars") {
      view.label = entry->dtype == Dtype::float32 ? labels_read(scalars_->of_float, *entry)
                                                  : labels_read(scalars_->of_double, *entry);
    }
    for (std::size_t i = 0; i < entry->inputs; ++i) {
      auto input = numbers.find(entry->input()[i]);
      view.inputs.push_back(input == numbers.end() ? -1 : input->second);
    }
    views.push_back(std::move(view));
  }
  if (extras_ && options_.keep_values) {
    for (const auto& [entry, kept] : extras_->kept) {
      EntryView& view = views[static_cast<std::size_t>(numbers.at(entry))];
      view.value = elements(kept.value32, kept.value64);
      view.adjoint = elements(kept.adjoint32, kept.adjoint64);
    }
  }
  return views;
}

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  std::vector<Row> rows{{"entry", "op", "inputs", "shape", "label", "line", "value", "adjoint"}};
  bool values = false, adjoints = false;
  for (const EntryView& view : tape.entries()) {
    std::string inputs;
    for (long input : view.inputs) {
      inputs += (inputs.empty() ? "" : " ") + (input < 0 ? std::string("constant") : "%" + std::to_string(input));
    }
    std::string line = text(view.where);
    if (!line.empty()) line = line.substr(2, line.size() - 3);
    values |= !view.value.empty();
    adjoints |= !view.adjoint.empty();
    rows.push_back({"%" + std::to_string(view.number), std::string(view.op), inputs, text(view.shape), view.label, line,
                    view.value, view.adjoint});
  }
  if (!values) rows[0][6] = "";
  if (!adjoints) rows[0][7] = "";
  print_table(out, rows);
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
    out << "  n" << view.number << " [label=\"" << label << "\", shape=" << (view.op == "variable" ? "ellipse" : "box")
        << "];\n";
    for (long input : view.inputs) {
      if (input >= 0) out << "  n" << input << " -> n" << view.number << ";\n";
    }
  }
  out << "}\n";
  return out.str();
}

}  // namespace tapegrad
