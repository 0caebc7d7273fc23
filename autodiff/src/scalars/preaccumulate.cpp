// Preaccumulation of plain scalars, compiled once.
#include "tapegrad/scalars/preaccumulate.h"

namespace tapegrad {

template class LocalStatements<float>;
template class LocalStatements<double>;

}  // namespace tapegrad
