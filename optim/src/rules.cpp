// The loops of all rules, compiled for the library's processor. A new rule is one line here.
#include "tapegrad/optim.h"
#include "tapegrad/optim/rule.h"

namespace tapegrad::optim {

template class OptimizerOf<AdagradRule>;
template class OptimizerOf<AdamRule>;
template class OptimizerOf<AdamWRule>;
template class OptimizerOf<RMSpropRule>;
template class OptimizerOf<SgdRule>;

}  // namespace tapegrad::optim
