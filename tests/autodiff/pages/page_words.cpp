#include "pages/page_words.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace pages {

const char* const page_begin = R"(# Every op

What can be done with tensors, family by family. `tests/autodiff/pages/ops_page_test.cpp` wrote this page, from
descriptors of ops, declarations in headers, and a line for each name (`tests/autodiff/pages/lines.cpp`).

* Under a name are the ways to call it, with defaults, and the words of its header. Options are named in braces:
  `sum(x, {0, 1}, {.keepdims = true})`. Whatever throws says so there; shapes that do not fit are a `ShapeError`
  everywhere.
* **Value** is the formula on the tape, which `explain` prints. y is the output and g its adjoint: "x gets `...`" is
  what the rule adds to the adjoint of x; "dy/dx" is a derivative of numbers, by which g is multiplied. What is **made
  of** other ops has their rules.
* **Defined for** is of functions of elements; elsewhere they give NaN.
* **Derivatives** of any order: rules are written in ops, so what they record has rules too. Tests compare the first
  three orders with differences, and forward mode with reverse mode.
* **Cost** is how the time of a call grows; elements are those of the operands or of the result, whichever are more.

[from_pytorch.md](from_pytorch.md) has lines of PyTorch beside lines of C++. Losses under Keras' names are in
`tapegrad/nn/losses.h`.

)";
const char* const page_end = R"(## Ops that no function calls by its name

What else stands on a tape: what rules record when they are recorded themselves, other forms of the ops above, and
functions of the program: `fuse`, `checkpoint` and hooks of gradients.

)";

std::string short_text(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

std::string markdown(const std::string& words) {
  std::string text;
  bool code = false;
  for (const char c : words.substr(0, words.find('\n'))) {
    code = code != (c == '`');
    if (!code && std::string_view("*<|[]").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

std::string link(const std::string& name) { return "[`" + name + "`](#" + name + ")"; }

std::string code_list(const std::vector<std::string>& codes) {
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "`" : ", `") + code + "`";
  return text;
}

std::string rule(const tapegrad::Formula& formula) {
  std::string text;
  for (const tapegrad::Formula::Input& input : formula.inputs) {
    if (input.name.empty()) continue;
    const std::string name(input.name), derivative = "`" + std::string(input.derivative.text) + "`";
    text += (text.empty() ? "" : ", ") + (formula.pointwise ? "dy/d" + name + " = " : name + " gets ") + derivative;
  }
  return text.empty() ? "" : text + ".";
}

namespace {
std::vector<std::string> words(std::string_view list, const std::string& prefix) {
  std::istringstream in{std::string(list)};
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(prefix + word);
  return all;
}

// Of one library: those under the same name in a sentence, the others in a table.
void add_index(std::string& text, const char* title, const std::string& prefix, std::string_view Line::*names) {
  std::map<std::string, std::string> others;
  std::set<std::string> same;
  for (const Family& family : families()) {
    for (const Line& line : family.lines) {
      for (const std::string& name : words(line.*names, "")) {
        if (name == line.name) same.insert(name);
        else others[prefix + name] = line.name;
      }
    }
  }
  text += std::string("### ") + title + "\n\nUnder the same name:";
  std::size_t line = text.size();
  for (const std::string& name : same) {
    if (name != *same.begin()) text += ',';
    const std::string next = link(name);
    const bool full = text.size() + next.size() - line > 115;
    text += full ? '\n' : ' ';
    if (full) line = text.size();
    text += next;
  }
  text += ".\n\n| if you look for | see |\n|---|---|\n";
  for (const auto& [name, ours] : others) text += "| `" + name + "` | " + link(ours) + " |\n";
  text += "\n";
}
}  // namespace

std::string links(std::string_view names) {
  const auto on_page = [](const std::string& name) {
    return std::ranges::any_of(families(), [&](const Family& family) {
      return std::ranges::find(family.lines, name, &Line::name) != family.lines.end();
    });
  };
  std::string text;
  for (const std::string& name : words(names, "")) {
    text += (text.empty() ? "" : ", ") + (on_page(name) ? link(name) : "`" + name + "`");
  }
  return text;
}

std::string others(const Line& line) {
  std::vector<std::string> all = words(line.numpy, "numpy.");
  for (const std::string& name : words(line.torch, "torch.")) all.push_back(name);
  return code_list(all);
}

std::string index() {
  std::string text = "## Index\n\n";
  add_index(text, "By NumPy's names", "numpy.", &Line::numpy);
  add_index(text, "By PyTorch's names", "torch.", &Line::torch);
  return text;
}

std::set<std::string> first_cells(const std::string& path) {
  std::set<std::string> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) all.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return all;
}

void merge(Declaration& into, const Declaration& more) {
  for (const std::string& call : more.calls) {
    if (std::ranges::find(into.calls, call) == into.calls.end()) into.calls.push_back(call);
  }
  if (!more.words.empty()) into.words += " " + more.words;
}

}  // namespace pages
