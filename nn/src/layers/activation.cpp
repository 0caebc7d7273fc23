#include "tapegrad/nn/layers/activation.h"

#include "tapegrad/option_limits.h"

namespace tapegrad::nn {

void require_parameter(std::string_view function, double parameter, const CallSite& site) {
  require_option(function, "the parameter", limits::any_finite, parameter, "Leave it out for Keras' default", site);
}

}  // namespace tapegrad::nn
