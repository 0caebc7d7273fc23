// First values of layers' parameters.
#pragma once
#include <string>

#include "tapegrad/engine/memory.h"
#include "tapegrad/nn/initializers.h"
#include "tapegrad/nn/module/parameter.h"

namespace tapegrad::nn {

// A parameter as draw(shape, random) gives it, with the line of the layer where there is no memory for it.
template <class Draw>
auto drawn(const char* layer, const Draw& draw, const Shape& shape, Random& random, const char* name,
           const CallSite& site) {
  return engine::named_memory_error(layer, "a " + std::string(name) + " of shape " + text(shape), site,
                                    [&] { return Parameter(draw(shape, random), name); });
}

}  // namespace tapegrad::nn
