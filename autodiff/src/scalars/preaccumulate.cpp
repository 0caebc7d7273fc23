// Preaccumulation of plain scalars, compiled once.
#include "tapegrad/scalars/preaccumulate.h"

namespace tapegrad {

template class engine::LocalStatements<float>;
template class engine::LocalStatements<double>;

}  // namespace tapegrad
