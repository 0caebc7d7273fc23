// Counts what a tape holds.
#include "tapegrad/statistics.h"

#include <array>
#include <iomanip>
#include <ostream>
#include <string_view>
#include <utility>

#include "scalar_run.h"

namespace tapegrad {
namespace {

template <Real T>
ScalarStatistics count(const ScalarLog<T>& log, const Entry* last) {
  ScalarStatistics counted;
  for (const Entry* entry = last; entry; entry = entry->previous) counted.runs += is_run<T>(*entry);
  counted.scalars = log.slots - 1;
  std::uint32_t target = 0;  // of the edge before
  log.forward(0, log.position(), [&](const ScalarEdge<T>* edge, const ScalarEdge<T>* past) {
    for (; edge != past; ++edge) {
      if (!edge->target) continue;  // no edge: what was left free at the end of a chunk
      ++counted.edges;
      counted.statements += edge->target != target;
      target = edge->target;
    }
  });
  counted.edge_bytes = log.position() * sizeof(ScalarEdge<T>);
  counted.chunks = log.chunks();
  counted.chunk_bytes = counted.chunks * log.edges_in_chunk * sizeof(ScalarEdge<T>);
  return counted;
}

}  // namespace

TapeStatistics Tape::statistics() const {
  TapeStatistics counted{count_, bytes_, {}, {}};
  if (!scalars_) return counted;
  counted.of_float = count(scalars_->of_float, last_);
  counted.of_double = count(scalars_->of_double, last_);
  return counted;
}

std::ostream& operator<<(std::ostream& out, const TapeStatistics& statistics) {
  out << statistics.entries << " entries, " << statistics.entry_bytes << " bytes\n";
  const std::array types{std::pair(std::string_view("float"), statistics.of_float),
                         std::pair(std::string_view("double"), statistics.of_double)};
  bool headed = false;
  for (const auto& [name, of] : types) {
    if (of.scalars == 0) continue;
    if (!std::exchange(headed, true)) {
      out << "scalars  runs    in use  statements     edges     bytes  chunks     bytes\n";
    }
    const auto column = [&](int width) -> std::ostream& { return out << std::right << std::setw(width); };
    out << std::left << std::setw(6) << name;
    column(7) << of.runs;
    column(10) << of.scalars;
    column(12) << of.statements;
    column(10) << of.edges;
    column(10) << of.edge_bytes;
    column(8) << of.chunks;
    column(10) << of.chunk_bytes << '\n';
  }
  return out;
}

}  // namespace tapegrad
