// Elementwise ops against PyTorch's values and derivatives, stored with the script that made them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <tapegrad/autodiff.h>

using namespace tapegrad;

TEST_CASE("elementwise ops agree with PyTorch to 1e-12, to second order") {
  std::ifstream in(TAPEGRAD_REFERENCE_DIR "/op_values.csv");
  REQUIRE(in);
  std::string line;
  std::getline(in, line);
  std::size_t rows = 0;
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::string op, cell;
    std::getline(cells, op, ',');
    double expected[4];
    for (double& value : expected) {
      std::getline(cells, cell, ',');
      value = std::strtod(cell.c_str(), nullptr);
    }
    for (const OpInfo& info : all_ops()) {
      if (info.name != op) continue;
      ++rows;
      const Tensor<double> x = variable(Tensor<double>(expected[0]));
      Tape tape;
      const Tensor<double> y = info.samples[0].call64({x});
      const Tensor<double> first = tape.gradient(y, x, {.create_graph = true});
      double second = 0;
      try {
        second = tape.gradient(first, x).item();
      } catch (const TapeError&) {  // the first derivative is a constant
      }
      INFO(line);
      auto close = [](double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(1e-3, std::abs(b)); };
      CHECK(close(y.item(), expected[1]));
      CHECK(close(first.item(), expected[2]));
      CHECK(close(second, expected[3]));
    }
  }
  CHECK(rows == 13 * 12);
}
