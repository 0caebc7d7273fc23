#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tapegrad/autodiff.h"

using namespace tapegrad;

namespace {

template <Real T>
Tensor<T> tensor_of(const std::string& axes, const std::string& numbers) {
  std::vector<std::size_t> shape;
  std::istringstream lengths(axes == "-" ? "" : axes);
  for (std::string length; std::getline(lengths, length, ',');) shape.push_back(std::stoul(length));
  std::vector<double> values;
  std::istringstream in(numbers);
  for (std::string number; in >> number;) values.push_back(std::stod(number));
  return Tensor<T>(values, Shape(shape));
}

template <class X>
std::string printed(const X& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

}  // namespace

TEST_CASE("tensors are printed as NumPy prints arrays") {
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/printed_arrays.txt");
  std::string header, line;
  std::size_t cases = 0;
  while (std::getline(file, header)) {
    std::istringstream words(header.substr(0, header.find(':')));
    std::string name, dtype, axes, expected;
    words >> name >> dtype >> axes;
    while (std::getline(file, line) && line != "---") expected += (expected.empty() ? "" : "\n") + line;
    const std::string numbers = header.substr(header.find(':') + 1);
    INFO(name, " ", dtype);
    if (dtype == "float32") CHECK(printed(tensor_of<float>(axes, numbers)) == expected);
    else CHECK(printed(tensor_of<double>(axes, numbers)) == expected);
    ++cases;
  }
  CHECK(cases == 60);
}

TEST_CASE("masks and indices are printed as NumPy prints arrays") {
  CHECK(printed(Tensor<double>{{1, -2}, {3, 4}} > 0) == "[[ True False]\n [ True  True]]");
  CHECK(printed(Indices(xt::xarray<int>{10, -2, 3})) == "[10 -2  3]");
  CHECK(printed(Mask(Shape{})) == "False");
}

TEST_CASE("zeros without a sign, an empty tensor, other widths") {
  CHECK(printed(Tensor<double>{-0., 1}) == "[0. 1.]");
  CHECK(printed(Tensor<float>(-0.f)) == "0.0");
  {
    Tape tape({.keep_values = true});
    const Tensor<double> y = variable(Tensor<double>{1, 2}) * -0.;
    CHECK(printed(tape).find("[0 0]") != std::string::npos);
    CHECK(tape.explain(sum(y)).text.find("-0") == std::string::npos);
  }
  CHECK(printed(Tensor<double>()) == "(empty)");
  CHECK(to_string(Tensor<double>{1. / 3, 2}, {.precision = 3}) == "[0.333 2.   ]");
  CHECK(to_string(arange(5), {.threshold = 4, .edge = 1}) == "[0. ... 4.]");
}
