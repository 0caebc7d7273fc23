// What is measured besides time: memory, compile time, size, start, and how the cost grows with the work.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "case.h"

namespace bench {

/// How often anyone in this process has asked the heap for a block while counting was on.
struct HeapCounter {
  static void on(bool counting);
  static std::uint64_t count();
};

/// Each prints its part of the second table and returns the same as JSON.
nlohmann::ordered_json measure_steady_state(const std::vector<Case>& cases);
nlohmann::ordered_json measure_peak_memory();
nlohmann::ordered_json measure_compile_time();
nlohmann::ordered_json measure_library_size();
nlohmann::ordered_json measure_start_to_trained();
nlohmann::ordered_json measure_growth();
nlohmann::ordered_json measure_threads(const std::vector<Case>& cases);

}  // namespace bench
