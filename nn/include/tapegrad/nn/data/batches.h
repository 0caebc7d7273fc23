// Data sets cut into batches.
#pragma once
#include <algorithm>
#include <vector>

#include "tapegrad/nn/data/dataset.h"
#include "tapegrad/nn/random.h"

namespace tapegrad::nn {

struct BatchOptions {
  std::size_t batch_size = 32;
  bool shuffle = false;
};

/// Throws DomainError for an option that counts and is below `least`, or was a negative number.
void require_count_option(std::string_view owner, std::string_view option, std::size_t value, std::size_t least,
                          const CallSite& site);

/// Rows of all arrays together, cut into batches of `batch_size`, the last one smaller. Throws ShapeError when the
/// numbers of rows differ or are 0, DomainError for a batch_size of 0.
template <class Inputs, class Targets>
std::vector<BasicDataset<Inputs, Targets>> batches(const BasicDataset<Inputs, Targets>& data, BatchOptions options = {},
                                                   Random& random = default_random(),
                                                   CallSite site = CallSite::current()) {
  const std::size_t count = row_count("batches", data, site);
  require_count_option("batches", "batch_size", options.batch_size, 1, site);
  BasicDataset<Inputs, Targets> source = data;
  if (options.shuffle) {
    const auto order = random.permutation(count);
    source = map_arrays(std::move(source), RowOrder{order});
  }
  std::vector<BasicDataset<Inputs, Targets>> result;
  for (std::size_t begin = 0; begin < count; begin += options.batch_size) {
    result.push_back(map_arrays(source, RowRange{begin, std::min(count, begin + options.batch_size)}));
  }
  return result;
}
/// The same for {x, y} in braces.
inline std::vector<Dataset> batches(const Dataset& data, BatchOptions options = {}, Random& random = default_random(),
                                    CallSite site = CallSite::current()) {
  return batches<Tensor<float>, Tensor<float>>(data, options, random, site);
}

}  // namespace tapegrad::nn
