#include "report.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bench {
namespace {

std::string number(double microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, microseconds < 1 ? "%.4f" : microseconds < 100 ? "%.3f" : "%.1f", microseconds);
  return text;
}
std::string number(const std::optional<Times>& times) { return times ? number(times->median) : "-"; }

nlohmann::ordered_json median(const std::optional<Times>& times) {
  if (!times) return nullptr;
  return times->median;
}

}  // namespace

void print_heading() {
  std::printf("%-16s %7s %11s %11s %11s %11s %7s %7s %11s %11s %11s %11s  %s\n", "case", "threads", "ours", "(min)",
              "floor", "(min)", "ratio", "(min)", "libtorch", "dlib", "ADOL-C", "Sacado",
              "what; how far ours and the floor are apart");
}

void print(const Result& r) {
  std::printf("%-16s %7d %11s %11s %11s %11s %7.2f %7.2f %11s %11s %11s %11s  %s; %.1e%s\n", r.name.c_str(), r.threads,
              number(r.ours.median).c_str(), number(r.ours.minimum).c_str(), number(r.floor.median).c_str(),
              number(r.floor.minimum).c_str(), r.ours.median / r.floor.median, r.ours.minimum / r.floor.minimum,
              number(r.libtorch).c_str(), number(r.dlib).c_str(), number(r.adolc).c_str(), number(r.sacado).c_str(),
              r.title.c_str(), r.agreement.worst, r.agreement.holds() ? "" : "  WRONG");
  for (const auto& [name, times] : r.also) {
    std::printf("%-24s %11s %11s %23s %7.2f %7.2f  %s\n", "", number(times.median).c_str(),
                number(times.minimum).c_str(), "", times.median / r.floor.median, times.minimum / r.floor.minimum,
                name.c_str());
  }
  std::fflush(stdout);
}

nlohmann::ordered_json as_json(const std::vector<Result>& results) {
  auto list = nlohmann::ordered_json::array();
  for (const Result& r : results) {
    list.push_back({{"case", r.name},
                    {"threads", r.threads},
                    {"unit", "us"},
                    {"ours", r.ours.median},
                    {"ours_min", r.ours.minimum},
                    {"floor", r.floor.median},
                    {"floor_min", r.floor.minimum},
                    {"libtorch", median(r.libtorch)},
                    {"dlib", median(r.dlib)},
                    {"adolc", median(r.adolc)},
                    {"sacado", median(r.sacado)}});
  }
  return list;
}

void write(const std::string& file, const nlohmann::ordered_json& json) {
  const std::string aside = file + ".part";
  std::ofstream out(aside);
  out << json.dump(2) << '\n';
  out.close();
  if (!out) throw std::runtime_error("cannot write " + aside);
  std::filesystem::rename(aside, file);
}

}  // namespace bench
