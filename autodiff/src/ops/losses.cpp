// Losses over a batch, one entry each.
#include <algorithm>
#include <cmath>

#include "kernels/map.h"
#include "kernels/reduce.h"
#include "ops/families.h"
#include "record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
namespace {

constexpr std::string_view bce_name = "binary_cross_entropy", logits_name = "binary_cross_entropy_with_logits";
constexpr double limit = 1e-7;  // as Keras limits probabilities

void require_same(std::string_view op, const Shape& a, const Shape& targets, const Where& where) {
  if (!(a == targets)) {
    throw ShapeError(std::string(op) + ": the prediction has shape " + text(a) + ", but the targets have " +
                     text(targets) + text(where) + ". Use reshape on one of them");
  }
  if (a.size() == 0) throw ShapeError(std::string(op) + ": the mean of no elements does not exist" + text(where));
}

// 1 where low <= p <= high, else 0; a constant.
template <Real T>
Tensor<T> where_inside(const Tensor<T>& p, T low, T high) {
  Tensor<T> inside = Tensor<T>::empty(p.shape());
  kernels::map(inside.mutable_data(), p.data(), p.size(), [=](T q) { return q < low || q > high ? T(0) : T(1); });
  return inside;
}

template <Real T>
Tensor<T> mean_of(const Tensor<T>& each) {
  return Tensor<T>(kernels::sum(each.data(), each.size()) / static_cast<T>(each.size()));
}

}  // namespace

// ---- binary_cross_entropy: l = mean(-t log p - (1 - t) log(1 - p))
//      dp = dl/n (p - t) / (p (1 - p)), 0 where p was limited        dt = dl/n (log(1 - p) - log p)
template <Real T>
Tensor<T> binary_cross_entropy(const Tensor<T>& p, const Tensor<T>& t, Where where) {
  require_same(bce_name, p.shape(), t.shape(), where);
  auto in = tracked(bce_name, where, p, t);
  Tensor<T> each = Tensor<T>::empty(p.shape());
  const T low = static_cast<T>(limit), high = static_cast<T>(1 - limit);
  kernels::map(each.mutable_data(), p.data(), t.data(), p.size(), [=](T q, T target) {
    q = std::clamp(q, low, high);
    return -(target * std::log(q) + (1 - target) * std::log(1 - q));
  });
  Tensor<T> y = mean_of(each);
  if (in) {
    record<bce_name>(y, in, where, [p = snapshot(p), t = snapshot(t), low, high](Sweep& sweep, const Tensor<T>& g) {
      const Where line = sweep.where();
      const T n = static_cast<T>(p.size());
      if (sweep.wants(0) && !sweep.recording) {
        const T scale = g.item() / n;
        Tensor<T> d = Tensor<T>::empty(p.shape());
        kernels::map(d.mutable_data(), p.data(), t.data(), p.size(), [=](T q, T target) {
          return q < low || q > high ? T(0) : scale * (q - target) / (q * (1 - q));
        });
        sweep.add(0, std::move(d));
      } else if (sweep.wants(0)) {
        const Tensor<T> q = clip(p, low, high, line);
        const Tensor<T> slope = where_inside(p, low, high) * ((q - t) / (q * (1 - q)));
        sweep.add(0, multiply(g / n, slope, line));
      }
      if (sweep.wants(1)) {
        const Tensor<T> q = clip(p, low, high, line);
        sweep.add(1, multiply(g / n, log(1 - q, line) - log(q, line), line));
      }
    });
  }
  return y;
}

// ---- binary_cross_entropy_with_logits: l = mean(softplus(z) - z t)
//      dz = dl/n (sigmoid(z) - t)        dt = -dl/n z
template <Real T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& z, const Tensor<T>& t, Where where) {
  require_same(logits_name, z.shape(), t.shape(), where);
  auto in = tracked(logits_name, where, z, t);
  Tensor<T> each = Tensor<T>::empty(z.shape());
  kernels::map(each.mutable_data(), z.data(), t.data(), z.size(),
               [](T v, T target) { return elementwise::Softplus::value(v) - v * target; });
  Tensor<T> y = mean_of(each);
  if (in) {
    record<logits_name>(y, in, where, [z = snapshot(z), t = snapshot(t)](Sweep& sweep, const Tensor<T>& g) {
      const Where line = sweep.where();
      const T n = static_cast<T>(z.size());
      if (sweep.wants(0)) sweep.add(0, multiply(g / n, sigmoid(z, line) - t, line));
      if (sweep.wants(1)) sweep.add(1, multiply(g / n, negative(z, line), line));
    });
  }
  return y;
}

std::vector<OpInfo> loss_ops() {
  const Domain inside{0.15, 0.85}, any{-3, 3};
  return {{bce_name, {{"column", {{4, 1}, {4, 1}}, inside, [](const auto& x) { return binary_cross_entropy(x[0], x[1]); }},
                      {"matrix", {{3, 2}, {3, 2}}, inside, [](const auto& x) { return binary_cross_entropy(x[0], x[1]); }}}},
          {logits_name, {{"column", {{4, 1}, {4, 1}}, any,
                          [](const auto& x) { return binary_cross_entropy_with_logits(x[0], x[1]); }}}}};
}

template Tensor<float> binary_cross_entropy(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<float> binary_cross_entropy_with_logits(const Tensor<float>&, const Tensor<float>&, Where);
template Tensor<double> binary_cross_entropy(const Tensor<double>&, const Tensor<double>&, Where);
template Tensor<double> binary_cross_entropy_with_logits(const Tensor<double>&, const Tensor<double>&, Where);

}  // namespace tapegrad
