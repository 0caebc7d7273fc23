#include "tapegrad/optim/adam.h"

#include <cmath>

namespace tapegrad::optim {

void Adam::begin_step() {
  beta1_power_ *= options_.beta1;
  beta2_power_ *= options_.beta2;
}

// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
template <Real T>
void Adam::apply(T* p, const T* g, State<T>& state, std::size_t count) {
  state.first.resize(count);
  state.second.resize(count);
  T *m = state.first.data(), *v = state.second.data();
  const T beta1 = T(options_.beta1), beta2 = T(options_.beta2), epsilon = T(options_.epsilon);
  const T rate = T(options_.learning_rate / (1 - beta1_power_)), correction = T(1 / (1 - beta2_power_));
  const T shrink = T(1 - options_.learning_rate * options_.weight_decay);
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    p[i] = shrink * p[i] - rate * m[i] / (std::sqrt(v[i] * correction) + epsilon);
  }
}
void Adam::update(float* p, const float* g, State<float>& state, std::size_t count) { apply(p, g, state, count); }
void Adam::update(double* p, const double* g, State<double>& state, std::size_t count) { apply(p, g, state, count); }

}  // namespace tapegrad::optim
