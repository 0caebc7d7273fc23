// docs/from_pytorch.md: each line of its tables compiles with `using namespace tapegrad` and gives what PyTorch gives
// for the code beside it (tests/references/from_pytorch.py), or as many random numbers.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "from_pytorch_lines.h"  // made of the page when this is built
#include "pages/numbers.h"

namespace {

/// What stands in tests/references/from_pytorch.txt: the numbers as text, by PyTorch's code.
std::map<std::string, std::string> references() {
  std::map<std::string, std::string> all;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/from_pytorch.txt");
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    all[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return all;
}

void compare(const std::string& expected, const std::vector<double>& found) {
  if (expected.starts_with('~')) {
    CHECK(std::to_string(found.size()) == expected.substr(1));
    return;
  }
  std::istringstream words(expected);
  std::size_t at = 0;
  for (std::string word; words >> word; ++at) {
    REQUIRE(at < found.size());
    CHECK(found[at] == doctest::Approx(std::stod(word)).epsilon(1e-12));
  }
  CHECK(at == found.size());
}

}  // namespace

TEST_CASE("docs/from_pytorch.md: each line gives what PyTorch gives") {
  std::map<std::string, std::string> expected = references();
  int lines = 0;
  pages::for_each_line_of_the_page([&](const std::string& code, auto numbers) {
    CAPTURE(code);
    const auto at = expected.find(code);
    REQUIRE_MESSAGE(at != expected.end(), "no numbers: run python tests/references/from_pytorch.py");
    compare(at->second, numbers());
    expected.erase(at);
    ++lines;
  });
  CHECK(lines >= 100);
  for (const auto& [code, text] : expected) CHECK_MESSAGE(false, "numbers of no line of the page: ", code);
}
