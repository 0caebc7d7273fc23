// The list of ops with the samples that their gradient tests use: an op without samples cannot be listed.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/functions/element.h"
#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// One way to call an op: shapes and domain of its inputs, and the call itself for both element types.
struct Sample {
  template <Real T>
  using Call = std::function<Tensor<T>(const std::vector<Tensor<T>>&)>;
  template <class F>
  Sample(std::string text, std::vector<Shape> input_shapes, Domain input_domain, F call)
      : description(std::move(text)),
        shapes(std::move(input_shapes)),
        domain(input_domain),
        call64(call),
        call32(call) {}
  std::string description;
  std::vector<Shape> shapes;
  Domain domain;
  Call<double> call64;
  Call<float> call32;
};

struct OpInfo {
  std::string_view name;
  std::vector<Sample> samples;
};

/// Every op of the library.
const std::vector<OpInfo>& all_ops();

}  // namespace tapegrad
