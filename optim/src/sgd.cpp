#include "tapegrad/optim/sgd.h"

namespace tapegrad::optim {

template <Real T>
void Sgd::apply(T* p, const T* g, State<T>& state, std::size_t count) {
  const T rate = T(options_.learning_rate), momentum = T(options_.momentum), decay = T(options_.weight_decay);
  if (momentum == 0) {
    for (std::size_t i = 0; i < count; ++i) p[i] -= rate * (g[i] + decay * p[i]);
    return;
  }
  state.first.resize(count);
  T* velocity = state.first.data();
  for (std::size_t i = 0; i < count; ++i) {
    const T slope = g[i] + decay * p[i];
    velocity[i] = momentum * velocity[i] + slope;
    p[i] -= rate * (options_.nesterov ? slope + momentum * velocity[i] : velocity[i]);
  }
}
void Sgd::update(float* p, const float* g, State<float>& state, std::size_t count) { apply(p, g, state, count); }
void Sgd::update(double* p, const double* g, State<double>& state, std::size_t count) { apply(p, g, state, count); }

}  // namespace tapegrad::optim
