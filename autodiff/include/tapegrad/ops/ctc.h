// Connectionist temporal classification: the loss of sequences of labels whose places in time nobody knows.
#pragma once
#include <cstdint>

#include "tapegrad/ops/loss_options.h"
#include "tapegrad/tensor/indices.h"

namespace tapegrad {

struct CtcOptions {
  Reduce reduction = Reduce::mean;
  std::int32_t blank = 0;      ///< the class that says nothing
  bool zero_infinity = false;  ///< a sequence that cannot be said in its time costs 0 instead of infinity
};

/// -log of the probability that a sequence of classes, one for each time, reads as the targets when equal neighbours
/// are one and blanks are left out. `log_probabilities` is (time, batch, classes), what log_softmax gives; targets are
/// (batch, longest), of which the first target_lengths[n] count, or all targets one after the other. Of sample n the
/// first input_lengths[n] times count. The result is (batch,); its mean is of losses divided by the lengths of their
/// targets (of at least 1), as PyTorch's.
///
/// In the logarithmic domain; the gradient by forward and backward variables (Graves et al. 2006), one sample a task.
/// It is that of the argument itself. PyTorch's takes it for granted that it came from log_softmax, and differs by what
/// does not pass through that. A sample that cannot be said has gradient 0. Derivatives of higher order, and recorded
/// sweeps, are those of a composition of ops, which needs some tens of ops for each time.
/// Throws ShapeError for shapes and lengths that do not fit, DomainError for a label or a blank that is no class, and
/// for a label that is the blank.
template <Real T>
Tensor<T> ctc_loss(const Tensor<T>& log_probabilities, const Indices& targets, const Indices& input_lengths,
                   const Indices& target_lengths, CtcOptions options = {}, CallSite site = CallSite::current());

}  // namespace tapegrad
