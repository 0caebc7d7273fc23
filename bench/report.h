// Results, as a table for people and as JSON for programs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "case.h"
#include "turns.h"

namespace bench {

struct Result {
  std::string name, title;
  int threads = 1;
  Times ours, floor;
  std::optional<Times> libtorch, dlib, adolc, sacado;
  std::vector<std::pair<std::string, Times>> also;
  Agreement agreement;
};

void print_heading();
void print(const Result& result);

/// One object a result: case, threads, unit, ours, ours_min, floor, floor_min, and a number or null for each peer.
nlohmann::ordered_json as_json(const std::vector<Result>& results);
/// Writes a file aside and renames it, so that no one reads half of it.
void write(const std::string& file, const nlohmann::ordered_json& json);

}  // namespace bench
