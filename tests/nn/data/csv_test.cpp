// Files of comma-separated numbers: what Python's csv module, pandas and NumPy read, and where a file is wrong.
#include <doctest/doctest.h>
#include <tapegrad/nn/data/readers/csv.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace tapegrad;
using doctest::Contains;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const std::string& digits) {
  std::string bytes;
  if (digits == "-") return bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += char(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

// A file of its own, gone afterwards.
struct File {
  explicit File(const std::string& bytes) {
    std::string name = (fs::temp_directory_path() / "tapegrad_csv_XXXXXX").string();
    const int descriptor = mkstemp(name.data());
    REQUIRE(descriptor >= 0);
    close(descriptor);
    path = name;
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~File() { fs::remove(path); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path;
};

// "table 1 2 3f800000 40000000 61 62", or "error 2 1", as tests/references/csv_cases.py writes it.
std::string read(const std::string& bytes, bool header) {
  const File file(bytes);
  std::ostringstream out;
  try {
    const nn::Table table = nn::read_csv(file.path, {.header = header});
    out << "table " << table.values.shape()[0] << ' ' << table.values.shape()[1] << std::hex;
    const auto two_digits = [&](unsigned byte) { out << (byte < 16 ? "0" : "") << byte; };
    for (std::size_t i = 0; i < table.values.size(); ++i) {
      const auto bits = std::bit_cast<std::uint32_t>(table.values.data()[i]);
      out << ' ';
      for (int shift = 24; shift >= 0; shift -= 8) two_digits(bits >> shift & 255);
    }
    for (const std::string& name : table.columns) {
      out << ' ' << (name.empty() ? "-" : "");
      for (const char c : name) two_digits(static_cast<unsigned char>(c));
    }
  } catch (const FormatError& error) {
    const std::string words = error.what();
    const auto number_behind = [&](const std::string& word) {
      const std::size_t at = words.find(word);
      return at == words.npos ? 0 : std::stoi(words.substr(at + word.size()));
    };
    CHECK_MESSAGE(words.find(file.path) != words.npos, words);
    out << "error " << number_behind(file.path + ", line ") << ' ' << number_behind(", column ");
  }
  return out.str();
}

constexpr unsigned read_error_line = __LINE__ + 4;
std::string read_error(const std::string& bytes, const nn::CsvOptions& options) {
  const File file(bytes);
  try {
    nn::read_csv(file.path, options);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("csv reads what Python's csv module and pandas read, or says where a file is wrong") {
  std::ifstream cases(TAPEGRAD_REFERENCE_DIR "/csv_cases.txt");
  std::size_t count = 0;
  for (std::string line; std::getline(cases, line); ++count) {
    std::istringstream words(line);
    bool header;
    std::string digits, expected;
    words >> header >> digits >> std::ws;
    std::getline(words, expected);
    const std::string bytes = bytes_of(digits), found = read(bytes, header);
    CHECK_MESSAGE(found == expected, "header ", header, ", ", bytes);
  }
  CHECK(count > 1000);
}

TEST_CASE("csv reads lines that lie on the border of two pieces of a file, whatever ends them") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::size_t before : {131070, 131071, 131072, 131073, 262143, 262144}) {
      std::string text = "a" + end;
      while (text.size() + 10 < before) text += "1234567" + end;
      text += "2" + std::string(before - text.size() - 1, ' ') + end + "3" + end + "4";  // the end is at `before`
      const File file(text);
      const nn::Table table = nn::read_csv(file.path);
      const std::size_t rows = table.values.size();
      REQUIRE(rows > 3);
      CHECK(table.values.data()[rows - 1] == 4.f);
      CHECK(table.values.data()[rows - 2] == 3.f);
      CHECK(table.values.data()[0] == 1234567.f);
    }
  }
  const std::string row(300000, ' ');  // longer than what is read at once
  const File file("a,b\r\n" + row + "1," + row + "2\r\n3,4\r\n");
  CHECK(nn::read_csv(file.path).values.data()[2] == 3.f);
}

TEST_CASE("csv says what is wrong") {
  const auto says = [](const std::string& bytes, const std::string& words, const nn::CsvOptions& options = {}) {
    const std::string said = read_error(bytes, options);
    CHECK_MESSAGE(said.find(words) != said.npos, "\"", said, "\" holds \"", words, "\"");
    CHECK_MESSAGE(said.find(" [csv_test.cpp:" + std::to_string(read_error_line) + "]") != said.npos, said);
  };
  says("a,b\n1,\n", "line 2, column 2 (b): \"\" is not a number");
  says("a\n1;2\n", "line 2, column 1 (a): \"1;2\" is not a number");
  says("a,b\n1,2\n", "line 1, column 1: \"a\" is not a number", {.header = false});
  says("a,b\n1,\n", "]. The line ends with a separator");
  says("a\n1;2\n", "]. Cells are separated by commas");
  says("a,b\n1,2\n", "]. Read a file that names its columns with {.header = true}", {.header = false});
  says("1,2\n3,4\n", "line 1: there are numbers where the names of the columns should stand");
  says("1,2\n3,4\n", "]. Read a file without names with {.header = false}, and put names that are numbers in quotes");
  says("a\n1\n\n2\n", "line 4: line 3 is empty, and in a table of one column that is a row without its number");
  says("a,b\r1,2\r3\r", "line 3: 1 cells, but the first line has 2");
  says("a,b\n1,\"2\" x\n", "line 2, column 2 (b): \" x\" stands behind the quotes that end the cell");
  says("a,b\n1,\"2\n", "line 2, column 2 (b): the quote in \"\"2\" has no partner on this line");
  says("a\n1e39\n", "line 2, column 1 (a): \"1e39\" is outside the range of float");
  says("a\n-inf\n", "line 2, column 1 (a): \"-inf\" is not a finite number");
  says(std::string("a\n1\0\n", 5), "\"1?\" is not a number");
  says(std::string("a\n1\0\n", 5), "]: there is a NUL byte. Is the file UTF-16, or no text?");
  says(std::string("a\0,b\n", 5), "line 1: there is a NUL byte");
  says(
      "\xFF\xFE"
      "a",
      "line 1: begins with the mark of UTF-16. Save it as UTF-8");
  says("a\n" + std::string(1000, 'x') + "\n", "\"" + std::string(40, 'x') + "...\" is not a number");
  says("", "]. Its first line should name the columns");
  says("\r\n", "]. It should hold numbers", {.header = false});
}

TEST_CASE("csv names a file that cannot be read, and why") {
  CHECK_THROWS_WITH_AS(nn::read_csv("/proc/self/mem"), Contains("cannot read /proc/self/mem: Input/output error"),
                       FormatError);  // what root may open too, and not read
  CHECK_THROWS_WITH_AS(nn::read_csv("/dev/zero"), Contains("/dev/zero, line 1: there is a NUL byte"), FormatError);
  CHECK_THROWS_WITH_AS(nn::read_csv(fs::temp_directory_path()), Contains("Is a directory"), FormatError);
  CHECK_THROWS_WITH_AS(nn::read_csv("/no/such.csv"), Contains("cannot open /no/such.csv: No such file"), FormatError);
  const File file("a\n1\n");
  fs::permissions(file.path, fs::perms::none);
  if (geteuid() == 0) MESSAGE("root may read any file: that a missing permission is named was not tested");
  else CHECK_THROWS_WITH_AS(nn::read_csv(file.path), Contains("Permission denied"), FormatError);
}
