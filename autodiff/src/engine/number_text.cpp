#include "engine/number_text.h"

#include <cmath>
#include <cstdio>

namespace tapegrad::engine {

std::string number_text(double number) {
  if (std::isnan(number)) return "nan";
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4g", number + 0.);  // -0 is written as 0
  return digits;
}

}  // namespace tapegrad::engine
