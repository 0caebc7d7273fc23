// Every function of the catalogue at zeros, infinities, NaN, ties and the ends of the numbers: tensors, scalars, dual
// numbers and fuse give the same, and that is the mathematical limit, or what JAX gives where there is none
// (tests/references/special_values.py), or a choice that is named in special_choices.h. docs/special_values.md says so
// function by function; with TAPEGRAD_WRITE_PAGES set, the test writes that page.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "functions/special_choices.h"
#include "functions/special_values.h"

using namespace tapegrad;

namespace {

/// What JAX and mathematics say of one derivative; either may say nothing.
struct Reference {
  std::optional<double> jax, limit;
};
struct Row {
  std::string parameter;
  std::vector<double> point;
  std::map<std::string, Reference> derivatives;  // by their names
};
using Rows = std::multimap<std::string, Row>;

double number(const std::string& word) { return std::strtod(word.c_str(), nullptr); }

const Rows& rows() {
  static const Rows all = [] {
    Rows read;
    std::ifstream file(TAPEGRAD_REFERENCE_DIR "/special_values.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name, word;
      Row row;
      words >> name;
      const bool pair = name == "pair";
      words >> (pair ? name : row.parameter) >> word;
      row.point.push_back(number(word));
      if (pair) words >> word, row.point.push_back(number(word));
      const std::vector<std::string> orders =
          pair ? std::vector<std::string>{"", "a", "b", "aa", "ab", "bb", "aaa", "aab", "abb", "bbb"}
               : std::vector<std::string>{"", "x", "xx", "xxx"};
      std::vector<std::string> jax, limits;
      while (words >> word && word != "|") jax.push_back(word);
      while (words >> word) limits.push_back(word);
      REQUIRE_MESSAGE(limits.size() == orders.size(), line);
      for (std::size_t i = 0; i < orders.size(); ++i) {
        Reference& reference = row.derivatives[orders[i]];
        if (jax.size() == orders.size()) reference.jax = number(jax[i]);
        if (limits[i] != "-") reference.limit = number(limits[i]);
      }
      read.emplace(name, row);
    }
    return read;
  }();
  return all;
}

// Equal to nine digits, since JAX's and the registers' functions round in their own ways, or to what is left where
// numbers near 1 cancel.
bool same(double found, double expected) {
  if (std::isnan(found) || std::isnan(expected)) return std::isnan(found) && std::isnan(expected);
  if (found == expected) return true;
  const double larger = std::max(std::abs(found), std::abs(expected)), gap = std::abs(found - expected);
  return std::isfinite(larger) && gap <= std::max(1e-9 * larger, larger > 1e-30 ? 1e-15 : 1e-307);
}

/// What was counted of one function.
struct Count {
  int numbers = 0, as_jax = 0, limits = 0;  // limits: where JAX has another number, or NaN
  std::map<const special::Choice*, int> choices;
};
using Counts = std::map<std::string, Count>;

// One number that all kinds agree on, against the references.
void judge(Count& count, const std::string& function, const special::Point& point, double value,
           const std::string& derivative, double found, const Reference& reference) {
  ++count.numbers;
  if (reference.jax && same(found, *reference.jax)) {
    ++count.as_jax;
    if (!reference.limit || same(found, *reference.limit)) return;
  } else if (reference.limit && same(found, *reference.limit)) {
    if (reference.jax) ++count.limits;
    return;
  }
  if (!reference.jax && !reference.limit) return;
  const special::Choice* choice = special::choice_of(function, point, value, derivative);
  const auto text = [](const std::optional<double>& known) { return known ? std::to_string(*known) : "nothing"; };
  CHECK_MESSAGE(choice, found, " here, by JAX ", text(reference.jax), ", limit ", text(reference.limit));
  ++count.choices[choice];
}

template <std::size_t N, bool of_scalars = true, class F>
void check_row(Count& count, const std::string& function, const Row& row, const F& f) {
  std::array<double, N> point;
  std::copy_n(row.point.begin(), N, point.begin());
  const std::vector<special::Kind> kinds = special::kinds_of<N, of_scalars>(f, point);
  CAPTURE(function);
  CAPTURE(row.parameter);
  CAPTURE(row.point);
  std::map<std::string, double> agreed;
  for (const special::Kind& kind : kinds) {
    CAPTURE(kind.name);
    for (const auto& [name, number] : kind.numbers) {
      std::string derivative = name;
      std::ranges::sort(derivative);  // the derivative for b and then for a is that for a and then for b
      CAPTURE(derivative);
      const special::Choice* choice = special::choice_of(function, row.point, kinds[0].numbers[0].second, derivative);
      const double first = agreed.emplace(derivative, number).first->second;
      if (std::isnan(agreed.at("")) && !derivative.empty()) continue;  // of a NaN they mean nothing
      if (choice && !choice->alike) continue;
      CHECK_MESSAGE(same(number, first), "the kinds differ: ", number, " and ", first);
    }
  }
  for (const auto& [derivative, reference] : row.derivatives) {
    if (std::isnan(agreed.at("")) && !derivative.empty()) continue;
    CAPTURE(derivative);
    judge(count, function, row.point, agreed.at(""), derivative, agreed.at(derivative), reference);
  }
}

// The function with the parameter of the row.
template <class F>
F with(const std::string& parameter) {
  if constexpr (std::is_same_v<F, elementwise::Polygamma>) return F{std::stoi(parameter)};
  else return F();
}

// Every function of the lists, and those that tensors have beside them.
Counts checked() {
  Counts counts;
  const auto each_row = [&](const std::string& name, auto check) {
    const auto [begin, end] = rows().equal_range(name);
    CHECK_MESSAGE(begin != end, "no numbers in tests/references/special_values.py for ", name);
    for (auto at = begin; at != end; ++at) check(counts[name], at->second);
  };
  [&]<class... F>(Types<F...>) {
    (each_row(std::string(F::name), [](Count& count, const Row& row) {
      check_row<1>(count, std::string(F::name), row,
                   [f = with<F>(row.parameter)](const auto& x) { return apply(f, x); });
    }), ...);
  }(Functions());
  [&]<class... F>(Types<F...>) {
    (each_row(std::string(F::name), [](Count& count, const Row& row) {
      check_row<2>(count, std::string(F::name), row, [](const auto& a, const auto& b) { return apply(F(), a, b); });
    }), ...);
  }(Join<PairFunctions, Types<elementwise::Power>>());
  each_row("power", [](Count& count, const Row& row) {
    check_row<1>(count, "power", row, [k = number(row.parameter)](const auto& x) { return pow(x, k); });
  });
  each_row("maximum", [](Count& count, const Row& row) {
    check_row<2, false>(count, "maximum", row, [](const auto& a, const auto& b) { return maximum(a, b); });
  });
  each_row("minimum", [](Count& count, const Row& row) {
    check_row<2, false>(count, "minimum", row, [](const auto& a, const auto& b) { return minimum(a, b); });
  });
  return counts;
}

std::string page_of(const Counts& counts) {
  std::ostringstream page;
  page << special::page_begin;
  for (const auto& [name, count] : counts) {
    page << "| `" << name << "` | " << count.numbers << " | " << count.as_jax << " | " << count.limits << " | ";
    std::string separator;
    for (const special::Choice& choice : special::choices) {
      const auto at = count.choices.find(&choice);
      if (at == count.choices.end()) continue;
      page << separator << choice.name << " (" << at->second << ")";
      separator = ", ";
    }
    page << " |\n";
  }
  page << special::page_middle;
  for (const special::Choice& choice : special::choices) {
    page << "* **" << choice.name << "**: " << choice.reason << "\n";
  }
  return page.str();
}

}  // namespace

TEST_CASE("special values: every function is the limit, or as JAX, or a named choice, for all kinds alike") {
  const Counts counts = checked();
  for (const auto& [name, row] : rows()) CHECK_MESSAGE(counts.contains(name), "numbers for no function: ", name);
  for (const special::Choice& choice : special::choices) {
    const bool used = std::ranges::any_of(counts, [&](const auto& of) { return of.second.choices.contains(&choice); });
    CHECK_MESSAGE(used, "a choice that nothing needs: ", choice.name);
  }
  const std::string path = TAPEGRAD_REFERENCE_DIR "/../../docs/special_values.md", page = page_of(counts);
  if (std::getenv("TAPEGRAD_WRITE_PAGES")) std::ofstream(path) << page;
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  CHECK_MESSAGE(written.str() == page, "docs/special_values.md is not what this test computes: TAPEGRAD_WRITE_PAGES=1");
}

TEST_CASE("a NaN given is a NaN returned by relu and sign, whose derivatives are 0 there; that of abs is a NaN") {
  const std::array<double, 1> nan{std::numeric_limits<double>::quiet_NaN()};
  const auto check = [&](const auto& f, bool slope_is_number) {
    for (const special::Kind& kind : special::kinds_of<1>(f, nan)) {
      CAPTURE(kind.name);
      for (const auto& [name, number] : kind.numbers) {
        if (name.empty()) CHECK(std::isnan(number));
        if (name == "x" && slope_is_number) CHECK(number == 0);
        if (name == "x" && !slope_is_number) CHECK(std::isnan(number));
      }
    }
  };
  check([](const auto& x) { return relu(x); }, true);
  check([](const auto& x) { return sign(x); }, true);
  check([](const auto& x) { return abs(x); }, false);
}

TEST_CASE("an infinite slope for one argument leaves the derivatives for the others alone") {
  const auto f = [](const auto& a, const auto& b) { return sqrt(a) + b * b; };
  for (const special::Kind& kind : special::kinds_of<2>(f, {0, 3})) {
    CAPTURE(kind.name);
    for (const auto& [name, number] : kind.numbers) {
      CAPTURE(name);
      if (name == "b") CHECK(number == 6);
      if (name == "bb") CHECK(number == 2);
      if (name == "ab" || name == "ba") CHECK(number == 0);
    }
  }
}
