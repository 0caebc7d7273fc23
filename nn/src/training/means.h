// The mean over all rows of a loss or metric that is measured batch by batch.
#pragma once
#include <string>
#include <vector>

#include "tapegrad/nn/training/history.h"

namespace tapegrad::nn {

/// A smaller last batch counts for less.
class Means {
 public:
  explicit Means(std::vector<std::string> names) : names_(std::move(names)), sums_(names_.size()) {}
  void add(std::size_t rows, const std::vector<double>& values) {
    rows_ += double(rows);
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += double(rows) * values[i];
  }
  Scores scores() const {
    Scores means;
    for (std::size_t i = 0; i < names_.size(); ++i) means[names_[i]] = sums_[i] / rows_;
    return means;
  }

 private:
  std::vector<std::string> names_;
  std::vector<double> sums_;
  double rows_ = 0;
};

}  // namespace tapegrad::nn
