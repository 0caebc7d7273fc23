// Counts what a tape holds.
#include "tapegrad/tape/statistics.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string_view>
#include <utility>

#include "engine/rare_state.h"
#include "tapegrad/engine/scalars/log.h"

namespace tapegrad {
using namespace engine;

TapeStatistics Tape::statistics() const {
  TapeStatistics counted{state_->count, state_->entry_bytes, {}, {}, {}, {}};
  if (state_->rare_state) counted.vmap_loops = state_->rare_state->vmap_loops;
  if (!state_->scalars) return counted;
  ScalarStatistics* const rows[] = {&counted.of_float, &counted.of_double, &counted.of_duals};
  for (std::size_t i = 0; i < state_->scalars->count(); ++i) {
    const AnyScalarLog& log = (*state_->scalars)[i];
    ScalarStatistics& of = *rows[std::min<std::size_t>(i, 2)];
    log.count(of);
    if (i > 2) continue;  // dual numbers of all types have runs of one kind
    for (const Entry* entry = state_->last; entry; entry = entry->previous) of.runs += log.has_run(*entry);
  }
  return counted;
}

std::ostream& operator<<(std::ostream& out, const TapeStatistics& statistics) {
  std::ostringstream table;  // so that neither stream changes the other's format
  table << statistics.entries << " entries, " << statistics.entry_bytes << " bytes\n";
  const std::array types{std::pair(std::string_view("float"), statistics.of_float),
                         std::pair(std::string_view("double"), statistics.of_double),
                         std::pair(std::string_view("duals"), statistics.of_duals)};
  bool headed = false;
  for (const auto& [name, of] : types) {
    if (of.scalars == 0) continue;
    if (!std::exchange(headed, true)) {
      table << "scalars  runs    in use  statements     edges     bytes  chunks  of bytes\n";
    }
    const auto column = [&](int width) -> std::ostream& { return table << std::right << std::setw(width); };
    table << std::left << std::setw(6) << name;
    column(7) << of.runs;
    column(10) << of.scalars;
    column(12) << of.statements;
    column(10) << of.edges;
    column(10) << of.edge_bytes;
    column(8) << of.chunks;
    column(10) << of.chunk_bytes << '\n';
  }
  for (const VmapLoop& loop : statistics.vmap_loops) {
    table << "vmap: " << loop.op << " called for each example, " << loop.examples << " times: " << loop.reason << '\n';
  }
  return out << table.str();
}

}  // namespace tapegrad
