// What PyTorch computed for a family of ops, tests/references/ops/<family>.txt, read line by line.
#pragma once
#include <tapegrad/tensor/tensor.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// A function called `name` at some inputs: see reference.py beside the file for what each array holds.
struct OutsideCase {
  std::string name;
  std::vector<tapegrad::Tensor<double>> inputs;
  tapegrad::Tensor<double> cotangent;
  std::vector<double> value, gradient, jacobian, hessian;
};

/// "1 2.5*3" is 1, 2.5, 2.5, 2.5.
inline std::vector<double> read_numbers(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    numbers.insert(numbers.end(), *end == '*' ? std::strtoul(end + 1, nullptr, 10) : 1, number);
  }
  return numbers;
}

inline tapegrad::Tensor<double> read_tensor(const std::string& shape, const std::string& elements) {
  std::vector<std::size_t> axes;
  std::istringstream words(shape);
  for (std::size_t axis; words >> axis;) axes.push_back(axis);
  const std::vector<double> numbers = read_numbers(elements);
  auto x = tapegrad::Tensor<double>::empty(tapegrad::Shape(axes));
  if (x.size() != numbers.size()) throw std::runtime_error("shape " + shape + " does not fit the elements " + elements);
  std::copy(numbers.begin(), numbers.end(), x.mutable_data());
  return x;
}

inline std::vector<OutsideCase> read_outside_cases(const std::string& path) {
  std::vector<OutsideCase> cases;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("case ")) {
      cases.push_back({line.substr(5), {}, {}, {}, {}, {}, {}});
      continue;
    }
    const std::size_t space = line.find(' '), colon = line.find(':');
    const std::string what = line.substr(0, space), shape = line.substr(space, colon - space),
                      rest = line.substr(colon + 1);
    OutsideCase& last = cases.at(cases.size() - 1);
    if (what == "input") last.inputs.push_back(read_tensor(shape, rest));
    else if (what == "cotangent") last.cotangent = read_tensor(shape, rest);
    else if (what == "value") last.value = read_numbers(rest);
    else if (what == "gradient") last.gradient = read_numbers(rest);
    else if (what == "jacobian") last.jacobian = read_numbers(rest);
    else if (what == "hessian") last.hessian = read_numbers(rest);
    else throw std::runtime_error("unknown line in " + path + ": " + line);
  }
  return cases;
}
