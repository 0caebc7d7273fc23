// Linear maps along one axis that have few factors, as an op: interpolation and means of windows are made of it.
#pragma once
#include <memory>
#include <utility>

#include "kernels/resample.h"
#include "ops/axis.h"
#include "tapegrad/engine/record.h"

namespace tapegrad {

// The matrix along an axis, and its transpose.
struct Resampling {
  std::size_t axis;
  std::shared_ptr<const kernels::FewFactors> matrix, back;
  Resampling(std::size_t along, kernels::FewFactors factors)
      : axis(along), matrix(pooled(std::move(factors))), back(pooled(kernels::transposed(*matrix))) {}
  Resampling transposed() const { return {axis, back, matrix}; }
  Resampling along(std::size_t other) const { return {other, matrix, back}; }

 private:
  using Factors = std::shared_ptr<const kernels::FewFactors>;
  Resampling(std::size_t along, Factors forth, Factors and_back)
      : axis(along), matrix(std::move(forth)), back(std::move(and_back)) {}
  static Factors pooled(kernels::FewFactors factors) {
    return std::allocate_shared<const kernels::FewFactors>(engine::PoolAllocator<kernels::FewFactors>(),
                                                           std::move(factors));
  }
};

template <class Op, Real T>
Tensor<T> resampled(const Tensor<T>& x, const Resampling& map, const CallSite& site);

// y[i] = the sum of w[i, k] x[k]     dx = w^T dy. Op::traits say what it is for.
template <class Op>
struct Resample {
  static constexpr const engine::OpTraits& traits = Op::traits;
  Resampling map;
  auto operator()(const auto& x) const { return resampled<Op>(x[0], map, CallSite{}); }
  auto batched(const auto& x, const engine::Batch&) const {
    return resampled<Op>(x[0], map.along(map.axis + 1), CallSite{});
  }
};

template <class Op, Real T>
Tensor<T> resampled(const Tensor<T>& x, const Resampling& map, const CallSite& site) {
  engine::Inputs in(Op::traits.name, site, x);
  Tensor<T> y = in.template output<T>(with_length(x.shape(), map.axis, map.matrix->rows(), Op::traits.name, site));
  kernels::resample(y.mutable_data(), x.data(), kernels::lines_along(x.shape(), map.axis), *map.matrix);
  if (in) {
    in.record(y, Resample<Op>{map},
              engine::adjoint_and_tangent(
                  [map](engine::Sweep& sweep, const Tensor<T>& g) {
                    sweep.add(0, resampled<Op>(g, map.transposed(), CallSite{}));
                  },
                  [map](const engine::Push& push) { return resampled<Op>(push.tangent<T>(0), map, CallSite{}); }));
  }
  return y;
}

}  // namespace tapegrad
