// Tape::backward and Tape::gradient: the gradients of all variables, or of chosen recorded tensors.
#include "engine/rare_state.h"
#include "scalars/run.h"
#include "tapegrad/tape/tape.h"

namespace tapegrad {
using namespace engine;

template <Real T>
Gradients Tape::backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  state_->require_recording(options.create_graph, "backward", site);
  Entry* entry = state_->require_place(y.node(), "backward", site);
  NodeHandle adjoint = state_->checked_seed(y.node(), options.seed.node(), options.create_graph, "backward", site);
  state_->begin_sweep(entry, adjoint.get(), false, "backward", site);
  if (entry->adjoint) release(entry->adjoint);
  entry->adjoint = adjoint.release();
  entry->masked = options.seed && holds_zero(entry->adjoint);
  Gradients result;
  ScalarSlots slots = state_->scalar_slots();
  state_->sweep({.create_graph = options.create_graph,
         .consume = !options.keep && !options.create_graph,
         .result = &result}, slots);
  return result;
}

template <Real T>
Gradients Tape::backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  if (options.create_graph) fail_recorded("backward", site);
  const double seed = engine::begin_sweep(*state_, y, options.seed.node(), "backward", site);
  Gradients result;
  ScalarSlots slots = state_->scalar_slots();
  slots.set(dtype_of<T>, y.slot(), seed);
  state_->sweep({.consume = !options.keep, .result = &result}, slots);
  return result;
}

namespace {
// The adjoint that a sweep found, taken over; zeros where none arrived.
template <Real T>
Tensor<T> adjoint_or_zeros(NodeHandle& adjoint, const Shape& shape) {
  return adjoint ? Tensor<T>(adjoint.release()) : Tensor<T>::full(shape, 0);
}
}  // namespace

template <Real T>
std::vector<Tensor<T>> Tape::gradient(const Tensor<T>& y, const std::vector<Tensor<T>>& x,
                                      const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  std::vector<Entry*, PoolAllocator<Entry*>> entries;
  for (const Tensor<T>& input : x) entries.push_back(state_->require_place(input.node(), "gradient", site));
  auto found = state_->gradients_at(entries, y.node(), options.seed.node(), options.create_graph, site);
  std::vector<Tensor<T>> result;
  for (std::size_t i = 0; i < x.size(); ++i) result.push_back(adjoint_or_zeros<T>(found[i], x[i].shape()));
  return result;
}

template <Real T, Real U>
Tensor<U> Tape::gradient(const Tensor<T>& y, const Tensor<U>& x,
                         const BackwardOptions<std::type_identity_t<T>>& options, CallSite site) {
  Entry* entry = state_->require_place(x.node(), "gradient", site);
  auto found = state_->gradients_at({&entry, 1}, y.node(), options.seed.node(), options.create_graph, site);
  return adjoint_or_zeros<U>(found[0], x.shape());
}

template Gradients Tape::backward(const Tensor<float>&, const BackwardOptions<float>&, CallSite);
template Gradients Tape::backward(const Tensor<double>&, const BackwardOptions<double>&, CallSite);
template Gradients Tape::backward(const Scalar<float>&, const BackwardOptions<float>&, CallSite);
template Gradients Tape::backward(const Scalar<double>&, const BackwardOptions<double>&, CallSite);
template Tensor<float> Tape::gradient(const Tensor<float>&, const Tensor<float>&, const BackwardOptions<float>&,
                                      CallSite);
template Tensor<double> Tape::gradient(const Tensor<float>&, const Tensor<double>&, const BackwardOptions<float>&,
                                       CallSite);
template Tensor<float> Tape::gradient(const Tensor<double>&, const Tensor<float>&, const BackwardOptions<double>&,
                                      CallSite);
template Tensor<double> Tape::gradient(const Tensor<double>&, const Tensor<double>&, const BackwardOptions<double>&,
                                       CallSite);
template std::vector<Tensor<float>> Tape::gradient(const Tensor<float>&, const std::vector<Tensor<float>>&,
                                                   const BackwardOptions<float>&, CallSite);
template std::vector<Tensor<double>> Tape::gradient(const Tensor<double>&, const std::vector<Tensor<double>>&,
                                                    const BackwardOptions<double>&, CallSite);

}  // namespace tapegrad
