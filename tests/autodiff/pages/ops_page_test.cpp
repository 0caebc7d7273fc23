// docs/ops.md: every function on tensors, with the formula and the rule of its descriptor, the words of its
// declaration, its cost, and an index by NumPy's and PyTorch's names. With TAPEGRAD_WRITE_PAGES set, it is written.
#include <doctest/doctest.h>
#include <tapegrad/inspect/print.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "ops/families.h"
#include "pages/declarations.h"
#include "pages/lines.h"
#include "pages/page_words.h"

using namespace tapegrad;
using pages::Declaration, pages::Family, pages::Line;

namespace {

const std::string root = TAPEGRAD_REFERENCE_DIR "/../../", include = root + "autodiff/include/tapegrad/";

/// What the page says of an op by its descriptor.
struct Descriptor {
  Formula formula;
  bool constant = false;  ///< its derivative is 0 everywhere
  std::string domain;     ///< of a function of elements
};
using Descriptors = std::map<std::string, Descriptor>;

constexpr double points[] = {-5.5, -3, -2, -1.5, -1, -0.999, -0.5, 0, 0.5, 0.999, 1, 1.5, 2, 3, 5.5};

// The numbers for which a function has a value, in words, and where that is infinite.
template <class F>
std::string domain_of() {
  const std::pair<const char*, bool (*)(double)> domains[] = {
      {"every x", [](double) { return true; }},
      {"x >= 0", [](double x) { return x >= 0; }},
      {"x >= -1", [](double x) { return x >= -1; }},
      {"x >= 1", [](double x) { return x >= 1; }},
      {"-1 <= x <= 1", [](double x) { return -1 <= x && x <= 1; }},
      {"every x but -1, -2, ...", [](double x) { return x >= 0 || x != std::floor(x); }}};
  std::string infinite;
  for (const double x : points) {
    if (std::isinf(apply(F(), x))) infinite += (infinite.empty() ? ", infinite at " : ", ") + pages::short_text(x);
  }
  for (const auto& [words, has] : domains) {
    if (std::ranges::all_of(points, [&](double x) { return has(x) == !std::isnan(apply(F(), x)); })) {
      return words + infinite;
    }
  }
  FAIL("docs/ops.md has no words for where ", std::string(F::name), " is defined");
  return "";
}

template <class F>
std::string domain_of_pair() {
  const std::pair<const char*, bool (*)(double, double)> domains[] = {
      {"every a and b", [](double, double) { return true; }},
      {"b other than 0", [](double, double b) { return b != 0; }},
      {"a >= 0, and for whole b", [](double a, double b) { return a >= 0 || b == std::floor(b); }}};
  for (const auto& [words, has] : domains) {
    const bool right = std::ranges::all_of(points, [&](double a) {
      return std::ranges::all_of(points, [&](double b) { return has(a, b) == !std::isnan(apply(F(), a, b)); });
    });
    if (right) return words;
  }
  FAIL("docs/ops.md has no words for where ", std::string(F::name), " is defined");
  return "";
}

template <class F>
constexpr bool is_constant() {
  if constexpr (requires { F::vanishes; }) return F::vanishes == engine::Vanishes::everywhere;
  else return false;
}

// Of the functions of the catalogue, and of all ops that a row records.
Descriptors descriptors() {
  Descriptors all;
  [&]<class... F>(Types<F...>) {
    ((all[std::string(F::name)] = {F::formula, is_constant<F>(), domain_of<F>()}), ...);
  }(Functions());
  [&]<class... F>(Types<F...>) {
    ((all[std::string(F::name)] = {F::formula, is_constant<F>(), domain_of_pair<F>()}), ...);
  }(Join<PairFunctions, Types<elementwise::Power>>());
  rows::for_every_row([&](const rows::Row& row) {
    const std::vector<rows::Shapes>& shapes = row.shapes.empty() ? row.large : row.shapes;
    if (shapes.empty() || (all.contains(row.op) && !all[row.op].formula.value.text.empty())) return;
    const std::vector<Tensor<double>> x = rows::variables_of<double>(row, shapes.front(), 3);
    Tape tape;
    row.call(x);
    for (const EntryView& entry : tape.entries()) {
      if (entry.op == row.op) all[row.op].formula = entry.formula ? *entry.formula : Formula();
    }
  });
  return all;
}

/// Everything that is on the page, by the names of functions.
struct Page {
  std::map<std::string, Declaration> declarations;
  std::map<std::string, pages::Header> headers;
  std::vector<std::string> names;  // of functions that no family had before, in the order of headers
  Descriptors known = descriptors();
  std::set<std::string> special = pages::first_cells(root + "docs/special_values.md");
  std::set<std::string> described;  // descriptors that a function has

  Page() {
    for (const Family& family : pages::families()) {
      pages::Header& header = headers[std::string(family.header)];
      header = pages::read_header(include + std::string(family.header));
      for (const Declaration& found : header.declarations) {
        const auto [at, is_new] = declarations.emplace(found.name, found);
        if (!is_new) pages::merge(at->second, found);
      }
    }
  }

  const Descriptor* descriptor(const Line& line) {
    const std::string name(line.made_of.empty() ? line.name : line.made_of.substr(0, line.made_of.find(' ')));
    const auto at = known.find(name);
    if (at == known.end()) return nullptr;
    if (line.made_of.empty()) described.insert(name);
    return &at->second;
  }

  // "none: ...", or why there is one, with what is said of it.
  std::string derivatives(const Line& line, const Declaration& declared, const Descriptor* found) const {
    if (!line.no_derivative.empty()) return "none: " + std::string(line.no_derivative);
    if (!declared.gives_numbers) return "none: it gives no tensor";
    if (!declared.reads_tensor) return "none: it reads no tensor";
    if (!found) return "";
    return found->constant ? "0 everywhere" : "of any order";
  }

  std::string section(const Line& line) {
    const Declaration& declared = declarations.at(std::string(line.name));
    const Descriptor* found = descriptor(line);
    const std::string order = derivatives(line, declared, found);
    CAPTURE(std::string(line.name));
    CHECK_MESSAGE(!order.empty(), "of no op that a row records: name one as made_of in pages/lines.cpp");
    const bool own_formula = found && line.made_of.empty() && !found->formula.value.text.empty();
    CHECK_MESSAGE((own_formula || !declared.words.empty()), "neither words nor a formula");
    std::ostringstream text;
    text << "### " << line.name << "\n\n" << pages::code_list(declared.calls) << "\n\n";
    if (declared.own_words || !own_formula) text << pages::markdown(declared.words) << "\n\n";
    if (own_formula) {
      text << "* Value: `" << found->formula.value.text << "`. " << pages::rule(found->formula) << "\n";
    } else if (!line.made_of.empty()) {
      text << "* Made of " << pages::links(line.made_of) << ".\n";
    }
    if (own_formula && !found->domain.empty()) text << "* Defined for " << found->domain << ".\n";
    if (special.contains(std::string(line.name))) {
      text << "* At 0, infinity, NaN and kinks: [special values](special_values.md).\n";
    }
    text << "* Derivatives: " << order << ". Cost: " << pages::text(line.cost) << ".\n";
    if (const std::string others = pages::others(line); !others.empty()) text << "* Elsewhere: " << others << ".\n";
    return text.str() + "\n";
  }

  // Ops that rules record, and the library's ways to put ops together.
  std::string without_a_function() const {
    std::ostringstream text;
    for (const auto& [name, found] : known) {
      if (described.contains(name)) continue;
      text << "* `" << name << "`";
      if (!found.formula.value.text.empty()) {
        text << ": `" << found.formula.value.text << "`. " << pages::rule(found.formula);
      }
      text << "\n";
    }
    return text.str();
  }

  std::string text() {
    std::string body;
    for (const Family& family : pages::families()) {
      body += "## " + std::string(family.title) + "\n\n`tapegrad/" + std::string(family.header) + "`. " +
              pages::markdown(headers[std::string(family.header)].words) + "\n\n";
      for (const Line& line : family.lines) body += section(line);
    }
    return pages::page_begin + pages::index() + body + pages::page_end + without_a_function();
  }
};

}  // namespace

TEST_CASE("docs/ops.md: every function that a header of ops declares has a line, and every line is of one") {
  std::set<std::string> declared, lines;
  for (const Family& family : pages::families()) {
    for (const Declaration& found : pages::read_header(include + std::string(family.header)).declarations) {
      declared.insert(found.name);
    }
    for (const Line& line : family.lines) {
      CHECK_MESSAGE(lines.insert(std::string(line.name)).second, "two lines: ", std::string(line.name));
    }
  }
  for (const std::string& name : declared) CHECK_MESSAGE(lines.contains(name), "no line in pages/lines.cpp: ", name);
  for (const std::string& name : lines) CHECK_MESSAGE(declared.contains(name), "a line of no function: ", name);
  for (const char* folder : {"ops", "functions/catalogue"}) {
    for (const auto& file : std::filesystem::directory_iterator(include + folder)) {
      const std::string header = std::string(folder) + "/" + file.path().filename().string();
      for (const Declaration& found : pages::read_header(file.path()).declarations) {
        CHECK_MESSAGE(declared.contains(found.name), found.name, " is declared in ", header, ", which no family has");
      }
    }
  }
}

TEST_CASE("docs/ops.md is what descriptors, declarations and lines say") {
  const std::string path = root + "docs/ops.md", page = Page().text();
  if (std::getenv("TAPEGRAD_WRITE_PAGES")) std::ofstream(path) << page;
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  CHECK_MESSAGE(written.str() == page, "docs/ops.md is not what this test computes: TAPEGRAD_WRITE_PAGES=1");
}

TEST_CASE("docs/add_an_op.md quotes a block and a row that stand there") {
  const auto of = [](const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(root + path).rdbuf();
    std::string all = text.str();
    std::erase_if(all, [](char c) { return c == ' ' || c == '\n'; });
    return all;
  };
  const std::string page = of("docs/add_an_op.md");
  const auto stands_in = [&](const std::string& begin, const std::string& path) {
    const std::size_t at = page.find(begin);
    REQUIRE(at != std::string::npos);
    CHECK_MESSAGE(of(path).find(page.substr(at, page.find("```", at) - at)) != std::string::npos, path);
  };
  stands_in("//----softmax:", "autodiff/src/ops/softmax.cpp");
  stands_in("{\"sort\",\"last\",", "tests/autodiff/ops/rows/sorting.cpp");
}
