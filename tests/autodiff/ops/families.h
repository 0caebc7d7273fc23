// The families of rows, an explicit list. A check of every op is a test case template over them, so that ctest runs its
// families side by side and selects one: ctest -R '<ops/reductions>'
#pragma once
#include <doctest/doctest.h>

#include <tuple>

#include "ops/row.h"

namespace rows {

struct Elementwise { static const std::vector<Row>& rows(); };
struct Arithmetic { static const std::vector<Row>& rows(); };
struct Powers { static const std::vector<Row>& rows(); };
struct Selection { static const std::vector<Row>& rows(); };
struct Reductions { static const std::vector<Row>& rows(); };
struct Statistics { static const std::vector<Row>& rows(); };
struct Scans { static const std::vector<Row>& rows(); };
struct Softmaxes { static const std::vector<Row>& rows(); };
struct Shaping { static const std::vector<Row>& rows(); };
struct Arranging { static const std::vector<Row>& rows(); };
struct Indexing { static const std::vector<Row>& rows(); };
struct Sorting { static const std::vector<Row>& rows(); };
struct LinearAlgebra { static const std::vector<Row>& rows(); };
struct Contractions { static const std::vector<Row>& rows(); };
struct LinearSystems { static const std::vector<Row>& rows(); };
struct Decompositions { static const std::vector<Row>& rows(); };
struct Convolutions { static const std::vector<Row>& rows(); };
struct Signals { static const std::vector<Row>& rows(); };
struct Losses { static const std::vector<Row>& rows(); };
struct Fused { static const std::vector<Row>& rows(); };
struct GradientHooks { static const std::vector<Row>& rows(); };
struct Checkpoints { static const std::vector<Row>& rows(); };
struct Masks { static const std::vector<Row>& rows(); };

using Families = std::tuple<Elementwise, Arithmetic, Powers, Selection, Reductions, Statistics, Scans, Softmaxes, Shaping,
                            Arranging, Indexing, Sorting, LinearAlgebra, Contractions, LinearSystems, Decompositions,
                            Convolutions, Signals, Losses, Fused, GradientHooks, Checkpoints>;
/// Those and ways to put ops together: whatever is compared with numbers from outside.
using Compared = decltype(std::tuple_cat(Families(), std::tuple<Masks>()));

}  // namespace rows

// In the names of tests; a family's numbers from outside stand in tests/references/<this>.txt.
TYPE_TO_STRING_AS("ops/elementwise", rows::Elementwise);
TYPE_TO_STRING_AS("ops/arithmetic", rows::Arithmetic);
TYPE_TO_STRING_AS("ops/powers", rows::Powers);
TYPE_TO_STRING_AS("ops/selection", rows::Selection);
TYPE_TO_STRING_AS("ops/reductions", rows::Reductions);
TYPE_TO_STRING_AS("ops/statistics", rows::Statistics);
TYPE_TO_STRING_AS("ops/scans", rows::Scans);
TYPE_TO_STRING_AS("ops/softmax", rows::Softmaxes);
TYPE_TO_STRING_AS("ops/shapes", rows::Shaping);
TYPE_TO_STRING_AS("ops/arrangements", rows::Arranging);
TYPE_TO_STRING_AS("ops/indices", rows::Indexing);
TYPE_TO_STRING_AS("ops/sorting", rows::Sorting);
TYPE_TO_STRING_AS("ops/linear_algebra", rows::LinearAlgebra);
TYPE_TO_STRING_AS("ops/contractions", rows::Contractions);
TYPE_TO_STRING_AS("ops/linear_systems", rows::LinearSystems);
TYPE_TO_STRING_AS("ops/decompositions", rows::Decompositions);
TYPE_TO_STRING_AS("ops/convolutions", rows::Convolutions);
TYPE_TO_STRING_AS("ops/signals", rows::Signals);
TYPE_TO_STRING_AS("ops/losses", rows::Losses);
TYPE_TO_STRING_AS("ops/fused", rows::Fused);
TYPE_TO_STRING_AS("ops/gradient_hooks", rows::GradientHooks);
TYPE_TO_STRING_AS("ops/checkpoints", rows::Checkpoints);
TYPE_TO_STRING_AS("ops/masks", rows::Masks);

namespace rows {

/// "ops/reductions"
template <class Family>
std::string name_of() {
  return doctest::toString<Family>().c_str();
}

/// check(row, shapes) for each list of small shapes of the family.
template <class Family>
void for_each_sample(void (*check)(const Row& row, const Shapes& shapes)) {
  for (const Row& row : Family::rows()) {
    for (const Shapes& shapes : row.shapes) {
      INFO(row.name(), " of ", text(shapes));
      check(row, shapes);
    }
  }
}

/// f(rows of a family) for all families, in the order of the list.
template <class F>
void for_every_family(F f) {
  std::apply([&](auto... family) { (f(decltype(family)::rows()), ...); }, Families());
}
/// f(row) for all rows of all families.
template <class F>
void for_every_row(F f) {
  for_every_family([&f](const std::vector<Row>& family) {
    for (const Row& row : family) f(row);
  });
}

}  // namespace rows
