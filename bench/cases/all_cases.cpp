#include "case.h"

namespace bench {

std::vector<Case> all_cases() {
  std::vector<Case> cases = seed_network_cases();
  cases.push_back(mlp_case());
  cases.push_back(fused_case());
  for (Case& chain : chain_cases()) cases.push_back(std::move(chain));
  for (Case& shapes : shape_cases()) cases.push_back(std::move(shapes));
  cases.push_back(adam_case());
  for (Case& scalars : scalar_cases()) cases.push_back(std::move(scalars));
  return cases;
}

}  // namespace bench
