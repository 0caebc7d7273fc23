// What is known of a variable beside its values: its label, and whether a list of parameters names it.
#pragma once
#include <string>

#include "tapegrad/tensor/tensor.h"

namespace tapegrad {

/// Gives a variable another label, on tapes that hold it too. Throws TapeError for any other tensor.
template <Real T>
void set_label(const Tensor<T>& x, std::string label);
/// For what makes variables on its own and has them listed later, as a module does with its parameters: a variable that
/// is not listed and receives a gradient is one that somebody forgot, and optimizers refuse the step by its label. Any
/// variable counts as listed until this says otherwise. Throws TapeError for a tensor that is no variable.
template <Real T>
void set_listed(const Tensor<T>& x, bool listed);

}  // namespace tapegrad
