// Files that are read and written: CSV, whole-or-absent files, SVG curves.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

using namespace tapegrad;
using doctest::Contains;
namespace fs = std::filesystem;

namespace {

// A folder of its own for every test, gone afterwards.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "tapegrad_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  nn::Table read(const std::string& text, const nn::CsvOptions& options = {}) const {
    nn::write_file(path / "table.csv", text);
    return nn::read_csv(path / "table.csv", options);
  }
  fs::path path;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::size_t times(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) ++count;
  return count;
}

// Whether every tag of an XML text is closed in order, and every & begins one of XML's own names.
bool is_well_formed(const std::string& text) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const std::string name = text.substr(at, text.find(';', at) - at);
      if (name != "&amp" && name != "&lt" && name != "&gt" && name != "&quot") return false;
    }
    if (text[at] == '>') return false;
    if (text[at] != '<') continue;
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = text.substr(at + 1, end - at - 1);
    if (times(tag, "\"") % 2 || tag.find('<') != std::string::npos) return false;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    at = end;
  }
  return open.empty();
}

}  // namespace

TEST_CASE("csv reads quoted cells, signs, blanks and both ends of line") {
  const Folder folder;
  const nn::Table table = folder.read(
      "\xEF\xBB\xBF"
      "\"age, in years\",\"the \"\"b\"\"\",c\r\n\"1.5\", +2 ,-3e2\r\n\n4,1e-50,\t6");
  CHECK(table.columns == std::vector<std::string>{"age, in years", "the \"b\"", "c"});
  CHECK(text(table.values.shape()) == "(2, 3)");
  CHECK(table.values.value()(0, 0) == 1.5f);
  CHECK(table.values.value()(0, 1) == 2.f);
  CHECK(table.values.value()(0, 2) == -300.f);
  CHECK(table.values.value()(1, 1) == 0.f);  // nearer to 0 than any other float
  CHECK(table.values.value()(1, 2) == 6.f);
}

TEST_CASE("csv without a header") {
  const Folder folder;
  const nn::Table table = folder.read("1,2\n3,4\n", {.header = false});
  CHECK(table.columns.empty());
  CHECK(table.values.value()(1, 0) == 3.f);
  CHECK_THROWS_WITH_AS(folder.read("1,2\n3,x\n", {.header = false}), Contains("line 2, column 2: \"x\""), FormatError);
  CHECK(text(folder.read("a,b\n").values.shape()) == "(0, 2)");
}

TEST_CASE("csv refuses what is no finite number, and quotes it") {
  const Folder folder;
  for (const std::string cell : {"nan", "NaN", "inf", "-inf", "infinity"}) {
    CHECK_THROWS_WITH_AS(folder.read("a\n" + cell + "\n"),
                         Contains(("\"" + cell + "\" is not a finite number").c_str()), FormatError);
  }
  for (const std::string cell : {"1.2.3", "0x10", "1,5,", "+-1", "+", "12 13", "\"\"", "\" \""}) {
    CHECK_THROWS_AS(folder.read("a\n" + cell + "\n"), FormatError);
  }
  CHECK_THROWS_WITH_AS(folder.read("a,b\n1,\n"), Contains("column 2 (b): \"\" is not a number"), FormatError);
  CHECK_THROWS_WITH_AS(folder.read("a\n1e39\n"), Contains("outside the range of float"), FormatError);
  CHECK_THROWS_WITH_AS(folder.read("a\n1e999\n"), Contains("outside the range of float"), FormatError);
  CHECK_THROWS_WITH_AS(folder.read("a\n\"1\n"), Contains("line 2, column 1 (a): the quote in \"\"1\" has no partner"),
                       FormatError);
}

TEST_CASE("csv counts lines right far down, blank ones too") {
  const Folder folder;
  std::string text = "a,b\n\n\n";
  for (int i = 0; i < 100000; ++i) text += "1,2\n";
  CHECK_THROWS_WITH_AS(folder.read(text + "3\n"), Contains("line 100004: 1 cells"), FormatError);
  CHECK(folder.read(text).values.shape()[0] == 100000);
}

TEST_CASE("csv names a file that is missing, empty or a folder") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(nn::read_csv(folder.path / "none.csv"), Contains("none.csv"), FormatError);
  CHECK_THROWS_WITH_AS(nn::read_csv(folder.path), Contains("cannot read"), FormatError);
  CHECK_THROWS_WITH_AS(folder.read("\n\n"), Contains("is empty"), FormatError);
}

TEST_CASE("write_file replaces a file, and leaves it as it was when writing fails") {
  const Folder folder;
  const fs::path target = folder.path / "target.txt", part = folder.path / "target.txt.part";
  nn::write_file(target, "old");
  nn::write_file(target, "new");
  CHECK(text_of(target) == "new");
  CHECK_FALSE(fs::exists(part));

  fs::create_directory(part);  // the temporary name is taken
  CHECK_THROWS_WITH_AS(nn::write_file(target, "lost"), Contains("cannot open"), Error);
  CHECK(text_of(target) == "new");
  CHECK(fs::is_directory(part));
  fs::remove(part);

  fs::create_symlink("/dev/full", part);  // every write fails there
  CHECK_THROWS_WITH_AS(nn::write_file(target, "lost"), Contains("cannot write all of"), Error);
  CHECK(text_of(target) == "new");
  CHECK_FALSE(fs::exists(fs::symlink_status(part)));

  fs::create_directories(folder.path / "taken" / "inside");
  CHECK_THROWS_WITH_AS(nn::write_file(folder.path / "taken", "lost"), Contains("cannot rename"), Error);
  CHECK_FALSE(fs::exists(folder.path / "taken.part"));
  CHECK_THROWS_WITH_AS(nn::write_file(folder.path / "no" / "file", "lost"), Contains("Does its folder exist"), Error);
}

TEST_CASE("svg curves are well-formed, with a polyline for each series and its name") {
  const nn::History history{
      {"loss", {0.9, 0.5, 0.4}}, {"val_loss", {1, 0.7, std::nan("")}}, {"a<b & \"c\"", {0, 1, 1}}};
  const std::string svg = nn::svg_curves(history, "x < y & <script>\n");
  CHECK_MESSAGE(is_well_formed(svg), svg);
  CHECK(times(svg, "<polyline ") == 3);
  CHECK(svg.find("x &lt; y &amp; &lt;script&gt;") != std::string::npos);
  CHECK(svg.find("a&lt;b &amp; &quot;c&quot;") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK_FALSE(is_well_formed("<a><b></a></b>"));  // the check itself can fail
}

TEST_CASE("svg curves of odd histories stay inside the picture") {
  CHECK(is_well_formed(nn::svg_curves({}, "nothing")));
  CHECK(times(nn::svg_curves({{"loss", {}}}, ""), "points=\"\"") == 1);
  CHECK(nn::svg_curves({{"loss", {2}}}, "").find("points=\"60,40 \"") != std::string::npos);
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string svg = nn::svg_curves({{"loss", {infinity, -1, 1}}}, "");
  CHECK(svg.find("inf") == std::string::npos);
  CHECK_MESSAGE(svg.find("points=\"275,360 490,40 \"") != std::string::npos, svg);
}
