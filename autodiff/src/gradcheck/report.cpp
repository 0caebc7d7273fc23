// The report: its verdict, and how it prints.
#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <limits>
#include <ostream>
#include <sstream>

#include "gradcheck/verdict.h"

namespace tapegrad {
using namespace engine;
namespace {

using Row = std::array<std::string, 7>;

std::string digits(double value, int count) {
  std::ostringstream out;
  out << std::setprecision(count) << value + 0.0;  // -0 is 0
  return out.str();
}

Row row_of(const GradcheckEntry& e) {
  const std::string verdict = e.kink ? (e.passed() ? "kink" : "KINK") : e.passed() ? "" : "WRONG";
  return {std::to_string(e.order), e.input + " [" + std::to_string(e.index) + "]", digits(e.analytic, 9),
          digits(e.numeric, 9) + " +- " + digits(e.error_bar, 2), digits(e.ratio(), 3), digits(e.error, 3), verdict};
}

void print(std::ostream& out, const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

void print(std::ostream& out, const char* head, const std::vector<GradcheckDiagnosis>& list) {
  for (const GradcheckDiagnosis& d : list) out << head << (d.input.empty() ? "" : d.input + ": ") << d.sentence << '\n';
}

bool has(const std::vector<GradcheckDiagnosis>& list, Mistake mistake) {
  return std::any_of(list.begin(), list.end(), [mistake](const auto& d) { return d.mistake == mistake; });
}

}  // namespace

double GradcheckEntry::ratio() const {
  const double off = std::abs(analytic - numeric);
  return off == 0 ? 0 : error_bar == 0 ? std::numeric_limits<double>::infinity() : off / error_bar;
}

bool GradcheckReport::passed() const { return findings.empty() && checking::all_passed(entries); }

const GradcheckEntry& GradcheckReport::worst() const {
  if (entries.empty()) throw Error("gradcheck: the inputs have no elements to compare");
  return *std::max_element(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.error < b.error; });
}

bool GradcheckReport::diagnosed(Mistake mistake) const {
  return has(findings, mistake) || has(diagnoses, mistake) || (guilty && has(guilty->diagnoses, mistake));
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  constexpr std::size_t shown = 10;
  std::vector<GradcheckEntry> sorted = report.entries;
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.error > b.error; });
  std::vector<Row> rows{{"order", "input", "analytic", "numeric +- error", "in error bars", "of allowed", ""}};
  for (std::size_t i = 0; i < std::min(shown, sorted.size()); ++i) rows.push_back(row_of(sorted[i]));
  print(out, rows);
  print(out, "found: ", report.findings);
  print(out, "diagnosis: ", report.diagnoses);
  if (report.guilty) {
    out << "guilty: the rule of " << report.guilty->op << text(report.guilty->site) << ", entry %"
        << report.guilty->entry << " of the tape, is wrong by itself\n";
    print(out, "        ", report.guilty->diagnoses);
  } else if (!report.diagnoses.empty()) {
    out << "no op on the tape is wrong by itself: what is wrong is how they are put together\n";
  }
  for (const std::string& note : report.notes) out << "note: " << note << '\n';
  const auto wrong = std::count_if(sorted.begin(), sorted.end(), [](const auto& e) { return !e.passed(); });
  out << (report.passed() ? "passed: " : "FAILED: ") << sorted.size() << " gradients compared";
  if (wrong) out << ", " << wrong << " wrong";
  return out << " (seed " << report.options.seed << ")\n";
}

}  // namespace tapegrad
