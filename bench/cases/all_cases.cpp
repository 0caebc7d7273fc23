#include "case.h"

namespace bench {

std::vector<Case> all_cases() {
  std::vector<Case> cases = seed_network_cases();
  cases.push_back(mlp_case());
  for (Case& each : convolution_cases()) cases.push_back(std::move(each));
  cases.push_back(fused_case());
  for (Case& chain : chain_cases()) cases.push_back(std::move(chain));
  for (const auto& family : {product_cases, line_cases, shape_cases, index_cases}) {
    for (Case& each : family()) cases.push_back(std::move(each));
  }
  cases.push_back(adam_case());
  for (Case& scalars : scalar_cases()) cases.push_back(std::move(scalars));
  return cases;
}

}  // namespace bench
