// Sequential, compiled once; what depends on the types of its layers is compiled where it is made.
#include "tapegrad/nn/layers/sequential.h"

namespace tapegrad::nn {

template class BasicSequential<float>;
template class BasicSequential<double>;

}  // namespace tapegrad::nn
