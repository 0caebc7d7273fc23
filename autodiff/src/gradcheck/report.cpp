// The report: its verdict, and how it prints.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iomanip>
#include <limits>
#include <ostream>
#include <sstream>
#include <utility>

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

std::string place(const GradcheckEntry& e) { return e.input + " [" + std::to_string(e.index) + "]"; }

Row row_of(const GradcheckEntry& e) {
  if (e.undecided()) return {std::to_string(e.order), place(e), digits(e.analytic, 9), "-", "-", "-", "UNDECIDED"};
  const std::string verdict = e.kink ? (e.passed() ? "kink" : "KINK") : e.passed() ? "" : "WRONG";
  return {std::to_string(e.order), place(e), digits(e.analytic, 9),
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

// One line for each reason, with the first elements that it holds for.
void print_undecided(std::ostream& out, const std::vector<GradcheckEntry>& entries) {
  constexpr std::size_t named = 3;
  std::vector<std::string> reasons;
  for (const GradcheckEntry& first : entries) {
    if (!first.undecided() || std::ranges::find(reasons, first.reason) != reasons.end()) continue;
    reasons.push_back(first.reason);
    std::string list;
    std::size_t count = 0;
    for (const GradcheckEntry& e : entries) {
      if (!e.undecided() || e.reason != first.reason || ++count > named) continue;
      list += (list.empty() ? "" : ", ") + place(e) + (e.input == "random direction" ? "" : " = " + digits(e.x, 6)) +
              (e.order > 1 ? " at order " + std::to_string(e.order) : "");
    }
    if (count > named) list += " and " + std::to_string(count - named) + " more";
    out << "undecided: " << list << ": " << first.reason << '\n';
  }
}

// The first order at which entries were compared and none is right; 0 where there is none.
int order_without_verdict(const std::vector<GradcheckEntry>& entries) {
  for (const GradcheckEntry& first : entries) {
    if (std::ranges::none_of(entries, [&](const auto& e) { return e.order == first.order && e.passed(); })) {
      return first.order;
    }
  }
  return 0;
}

void print_verdict(std::ostream& out, const GradcheckReport& report) {
  const auto wrong = std::ranges::count_if(report.entries, [](const auto& e) { return e.wrong(); });
  out << (report.wrong() ? "FAILED: " : report.passed() ? "passed: " : "UNDECIDED: ") << report.entries.size()
      << " gradients compared";
  if (wrong) out << ", " << wrong << " wrong";
  if (report.undecided()) out << ", " << report.undecided() << " undecided";
  if (!report.wrong() && !report.passed()) {
    const int order = order_without_verdict(report.entries);
    out << "; nothing was decided" << (order > 1 ? " at order " + std::to_string(order) : "")
        << ", so the check does not pass";
  }
  out << " (seed " << report.options.seed << ")\n";
}

}  // namespace

double GradcheckEntry::ratio() const {
  const double off = std::abs(analytic - numeric);
  return off == 0 ? 0 : error_bar == 0 ? std::numeric_limits<double>::infinity() : off / error_bar;
}

bool GradcheckReport::wrong() const {
  const bool found = std::ranges::any_of(findings, [](const auto& d) { return d.mistake != Mistake::undecided; });
  return found || checking::any_wrong(entries);
}

bool GradcheckReport::passed() const {
  return findings.empty() && !checking::any_wrong(entries) && order_without_verdict(entries) == 0;
}

std::size_t GradcheckReport::undecided() const {
  const auto count = std::ranges::count_if(entries, [](const auto& e) { return e.undecided(); });
  return static_cast<std::size_t>(count);
}

const GradcheckEntry& GradcheckReport::worst() const {
  if (entries.empty()) throw Error("gradcheck: the inputs have no elements to compare");
  return *std::ranges::max_element(entries, {}, [](const auto& e) { return std::pair(!e.undecided(), e.error); });
}

bool GradcheckReport::diagnosed(Mistake mistake) const {
  if (mistake == Mistake::undecided && undecided() > 0) return true;
  return has(findings, mistake) || has(diagnoses, mistake) || (guilty && has(guilty->diagnoses, mistake));
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  constexpr std::size_t shown = 10;
  std::vector<GradcheckEntry> sorted = report.entries;
  // wrong, undecided, right; the worst first
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& e) {
    return std::pair(e.wrong() ? 2 : e.undecided() ? 1 : 0, e.error);
  });
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
  print_undecided(out, report.entries);
  print_verdict(out, report);
  return out;
}

}  // namespace tapegrad
