#include "tapegrad/nn/training/call.h"

namespace tapegrad::nn::call {

void fail_inputs(const std::string& takes, const std::vector<std::string>& given) {
  std::string line;
  for (const std::string& kind : given) line += (line.empty() ? "" : ", ") + kind;
  throw Error("model: it is called with (" + takes + "), but the inputs are (" + line +
              "). Give one array for each argument of its operator(), as in fit({x1, x2}, y)");
}

}  // namespace tapegrad::nn::call
