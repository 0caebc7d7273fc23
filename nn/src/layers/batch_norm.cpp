#include "tapegrad/nn/layers/batch_norm.h"

#include "tapegrad/ops.h"
#include "tapegrad/option_limits.h"

namespace tapegrad::nn {
namespace {

void require(const BatchNormOptions& options, const CallSite& site) {
  require_option("batch_norm", "momentum", limits::share, options.momentum, "The default is 0.99", site);
  require_option("batch_norm", "epsilon", limits::positive, options.epsilon, "The default is 0.001", site);
}

std::size_t checked(std::size_t features, const BatchNormOptions& options) {
  if (features == 0) throw ShapeError("batch_norm: needs at least one feature");
  require(options, {});
  return features;
}

// running = momentum running + (1 - momentum) factor batch. The numbers are read as such: nothing is recorded.
template <Real T>
void move_towards(Buffer<T>& running, const Tensor<T>& batch, double momentum, double factor) {
  Tensor<T> next = Tensor<T>::empty(running.shape());
  for (std::size_t i = 0; i < next.size(); ++i) {
    next.mutable_data()[i] = T(momentum * running.data()[i] + (1 - momentum) * factor * batch.data()[i]);
  }
  running.set_value(next);
}

// The axis of x that has the features, from 0.
template <Real T>
std::size_t axis_of_features(const Tensor<T>& x, std::size_t features, long axis, const CallSite& site) {
  const long rank = x ? static_cast<long>(x.rank()) : 0, place = axis < 0 ? axis + rank : axis;
  if (rank >= 2 && place >= 0 && place < rank && x.shape()[static_cast<std::size_t>(place)] == features) {
    return static_cast<std::size_t>(place);
  }
  const std::string along = axis == -1 ? "shape (..., " + std::to_string(features) + ")"
                                       : std::to_string(features) + " features along axis " + std::to_string(axis);
  throw ShapeError("batch_norm: needs inputs of " + along + ", with a batch, but got " +
                   (x ? text(x.shape()) : "an empty tensor") + text(site));
}

}  // namespace

template <Real T>
BasicBatchNorm<T>::BasicBatchNorm(std::size_t features, BatchNormOptions chosen)
    : options(chosen),
      weight(Tensor<T>::full({checked(features, chosen)}, 1), "weight"),
      bias(Tensor<T>::full({features}, 0), "bias"),
      running_mean(Tensor<T>::full({features}, 0)),
      running_variance(Tensor<T>::full({features}, 1)) {}

template <Real T>
Tensor<T> BasicBatchNorm<T>::operator()(const Tensor<T>& x, CallSite site) const {
  require(options, site);
  const std::size_t features = weight.size(), axis = axis_of_features(x, features, options.axis, site);
  // The parameters and running values beside x: with an axis of 1 for each that stands behind the features.
  ShortVector<std::size_t, 8> beside(x.rank() - axis, 1);
  beside[0] = features;
  const Shape shape(beside);
  const auto placed = [&](const Tensor<T>& values) {
    return beside.size() == 1 ? values : reshape(values, shape, site);
  };
  Tensor<T> average = placed(running_mean), variance = placed(running_variance), centred;
  if (mode == Mode::training) {
    const std::size_t rows = x.size() / features;
    if (rows < 2) {
      throw ShapeError("batch_norm: a batch of " + std::to_string(rows) + " row has no variance" + text(site) +
                       ". Use larger batches, or the mode nn::Mode::inference");
    }
    Axes others;
    for (std::size_t each = 0; each < x.rank(); ++each) {
      if (each != axis) others.push_back(static_cast<long>(each));
    }
    average = placed(mean(x, others, {}, site));
    centred = subtract(x, average, site);
    variance = placed(mean(square(centred, site), others, {}, site));
    move_towards(running_mean, average, options.momentum, 1);
    move_towards(running_variance, variance, options.momentum, double(rows) / double(rows - 1));
  } else centred = subtract(x, average, site);
  const Tensor<T> deviation = sqrt(add(variance, Tensor<T>(T(options.epsilon)), site), site);
  return add(multiply(centred, divide<T>(placed(weight), deviation, site), site), placed(bias), site);
}

template struct BasicBatchNorm<float>;
template struct BasicBatchNorm<double>;

}  // namespace tapegrad::nn
