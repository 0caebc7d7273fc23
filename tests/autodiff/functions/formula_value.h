// Computes a formula from its text, so that a test can tell whether it is true.
#pragma once
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <tapegrad/functions/catalogue.h>

/// Numbers, names, + - * / ^, parentheses, and the functions of the catalogue.
class FormulaReader {
 public:
  FormulaReader(std::string_view text, const std::map<std::string, double>& names) : rest_(text), names_(names) {}
  double whole() {
    const double result = sum();
    if (peek() != '\0') throw std::runtime_error("not read: " + std::string(rest_));
    return result;
  }

 private:
  char peek() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
    return rest_.empty() ? '\0' : rest_[0];
  }
  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char c) {
    if (!take(c)) throw std::runtime_error("expected " + std::string(1, c) + " at " + std::string(rest_));
  }
  double sum() {
    double result = product();
    for (;;) {
      if (take('+')) result += product();
      else if (take('-')) result -= product();
      else return result;
    }
  }
  double product() {
    double result = sign();
    for (;;) {
      if (take('*')) result *= sign();
      else if (take('/')) result /= sign();
      else return result;
    }
  }
  double sign() { return take('-') ? -sign() : power(); }
  double power() {
    const double base = atom();
    return take('^') ? std::pow(base, sign()) : base;
  }
  double atom() {
    if (take('(')) {
      const double result = sum();
      need(')');
      return result;
    }
    std::string word;
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '.' || peek() == '_') {
      word += rest_[0];
      rest_.remove_prefix(1);
    }
    if (word.empty()) throw std::runtime_error("expected a name at " + std::string(rest_));
    if (std::isdigit(static_cast<unsigned char>(word[0]))) return std::stod(word);
    if (!take('(')) return names_.at(word);
    const double first = sum(), second = take(',') ? sum() : 0;
    need(')');
    return call(tapegrad::Functions(), tapegrad::PairFunctions(), word, first, second);
  }
  // Of one argument and perhaps a parameter: the function of the catalogue of that name.
  template <class F>
  static double apply_to(double x, double second) {
    if constexpr (std::is_same_v<F, tapegrad::elementwise::Polygamma>) return F{int(x)}.value(second);
    else if constexpr (std::is_empty_v<F>) return F().value(x);
    else return F{second}.value(x);
  }
  template <class... F, class... Pair>
  static double call(tapegrad::Types<F...>, tapegrad::Types<Pair...>, std::string name, double x, double second) {
    if (name == "max") return std::max(x, second);
    if (name == "min") return std::min(x, second);
    if (name == "gamma") name = "tgamma";
    double result = 0;
    const bool found = ((F::name == name && (result = apply_to<F>(x, second), true)) || ...) ||
                       ((Pair::name == name && (result = Pair::value(x, second), true)) || ...);
    if (!found) throw std::runtime_error("no function " + name);
    return result;
  }
  std::string_view rest_;
  const std::map<std::string, double>& names_;
};

inline double formula_value(std::string_view text, const std::map<std::string, double>& names) {
  return FormulaReader(text, names).whole();
}
