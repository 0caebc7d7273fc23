// Connectionist temporal classification: a kernel for the value and the gradient, a composition of ops for what is
// recorded.
#include "kernels/ctc.h"
#include "ops/axis.h"
#include "ops/instances.h"
#include "tensor/choices.h"
#include "tapegrad/engine/linearization.h"
#include "tapegrad/engine/record.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// Checked labels and lengths of a batch; labels as (batch, longest), whatever form they were given in.
struct Sequences {
  Indices labels, times, counts;
  CtcOptions options;

  std::size_t batch() const { return times.size(); }
  std::size_t longest() const { return labels.shape()[1]; }
  std::size_t states() const { return 2 * longest() + 1; }
  std::size_t count(std::size_t n) const { return static_cast<std::size_t>(counts.data()[n]); }
  const std::int32_t* labels_of(std::size_t n) const { return labels.data() + n * longest(); }
  // Of the loss of sample n in the result.
  double factor(std::size_t n) const {
    if (options.reduction != Reduce::mean) return 1;
    return 1 / (static_cast<double>(std::max<std::size_t>(1, count(n))) * static_cast<double>(batch()));
  }
  template <Real T>
  Tensor<T> factors() const;
  // The same labels for several examples, whose losses are not reduced.
  Sequences of_each(std::size_t examples) const;
  template <Real T>
  kernels::CtcSample<T> sample(const T* x, const Shape& shape, std::size_t n) const {
    return {x + n * shape[2], shape[1] * shape[2], static_cast<std::size_t>(times.data()[n]), shape[2], labels_of(n),
            count(n), options.blank};
  }
};

template <Real T>
Tensor<T> Sequences::factors() const {
  Tensor<T> y = Tensor<T>::empty({batch()});
  for (std::size_t n = 0; n < batch(); ++n) y.mutable_data()[n] = static_cast<T>(factor(n));
  return y;
}

Sequences Sequences::of_each(std::size_t examples) const {
  const auto for_all = [examples](const Indices& of_one) {
    return repeated(of_one, with_length(of_one.shape(), 0, examples * of_one.shape()[0]));
  };
  Sequences all{for_all(labels), for_all(times), for_all(counts), options};
  all.options.reduction = Reduce::none;
  return all;
}

// Throws ShapeError unless there is a length for each sample, from 0 to `most`.
void require_lengths(std::string_view what, const Indices& lengths, std::size_t batch, std::size_t most,
                     std::string_view of, const CallSite& site) {
  const std::string name(what);
  if (!(lengths.shape() == Shape{batch})) {
    throw ShapeError("ctc_loss: needs one of the " + name + " for each of " + std::to_string(batch) +
                     " samples, but they have shape " + text(lengths.shape()) + text(site));
  }
  for (std::size_t n = 0; n < batch; ++n) {
    const std::int32_t length = lengths.data()[n];
    if (length >= 0 && static_cast<std::size_t>(length) <= most) continue;
    throw ShapeError("ctc_loss: element " + std::to_string(n) + " of the " + name + " is " + std::to_string(length) +
                     ", but there are " + std::to_string(most) + " " + std::string(of) + text(site));
  }
}

// Targets (batch, longest), from those or from one list of all.
Indices padded(const Indices& targets, const Indices& counts, std::size_t batch, const CallSite& site) {
  if (targets.shape().rank() == 2 && targets.shape()[0] == batch) {
    require_lengths("target_lengths", counts, batch, targets.shape()[1], "targets in a row", site);
    return targets;
  }
  if (targets.shape().rank() != 1) {
    throw ShapeError("ctc_loss: needs targets (batch, longest), or all of them as one list, for " +
                     std::to_string(batch) + " samples, but their shape is " + text(targets.shape()) + text(site));
  }
  require_lengths("target_lengths", counts, batch, targets.size(), "targets", site);
  std::size_t longest = 0, total = 0;
  for (std::size_t n = 0; n < batch; ++n) {
    longest = std::max(longest, static_cast<std::size_t>(counts.data()[n]));
    total += static_cast<std::size_t>(counts.data()[n]);
  }
  if (total != targets.size()) {
    throw ShapeError("ctc_loss: target_lengths add up to " + std::to_string(total) + ", but there are " +
                     std::to_string(targets.size()) + " targets" + text(site));
  }
  Indices rows(Shape{batch, longest});
  const std::int32_t* from = targets.data();
  for (std::size_t n = 0; n < batch; ++n) {
    std::fill_n(std::copy_n(from, counts.data()[n], rows.mutable_data() + n * longest),
                longest - static_cast<std::size_t>(counts.data()[n]), 0);
    from += counts.data()[n];
  }
  return rows;
}

void require_labels(const Sequences& all, std::size_t classes, const CallSite& site) {
  const std::int32_t blank = all.options.blank;
  const auto is_class = [=](std::int32_t label) { return label >= 0 && static_cast<std::size_t>(label) < classes; };
  const std::string those = "none of the " + std::to_string(classes) + " classes" + text(site);
  if (!is_class(blank)) throw DomainError("ctc_loss: the blank, " + std::to_string(blank) + ", is " + those);
  for (std::size_t n = 0; n < all.batch(); ++n) {
    for (std::size_t i = 0; i < all.count(n); ++i) {
      const std::int32_t label = all.labels_of(n)[i];
      if (is_class(label) && label != blank) continue;
      throw DomainError("ctc_loss: label " + std::to_string(label) + " at (" + std::to_string(n) + ", " +
                        std::to_string(i) + ") is " +
                        (label == blank ? "the blank, which cannot be a target" + text(site) : those));
    }
  }
}

template <Real T>
Sequences sequences(const Tensor<T>& x, const Indices& targets, const Indices& times, const Indices& counts,
                    const CtcOptions& options, const CallSite& site) {
  if (x.rank() != 3) {
    throw ShapeError("ctc_loss: needs log_probabilities (time, batch, classes), but their shape is " +
                     text(x.shape()) + text(site));
  }
  const std::size_t batch = x.shape()[1];
  if (batch == 0 && options.reduction == Reduce::mean) {
    throw ShapeError("ctc_loss: the mean of no samples does not exist" + text(site));
  }
  require_lengths("input_lengths", times, batch, x.shape()[0], "times", site);
  const Sequences all{padded(targets, counts, batch, site), times, counts, options};
  require_labels(all, x.shape()[2], site);
  return all;
}

// Of losses of samples, those that are infinite 0 where that is wanted.
template <Real T>
Tensor<T> reduced(const Sequences& all, const Tensor<T>& losses) {
  Tensor<T> finite = losses;
  if (all.options.zero_infinity) finite = where(losses == std::numeric_limits<T>::infinity(), T(0), losses);
  if (all.options.reduction == Reduce::none) return finite;
  return all.options.reduction == Reduce::sum ? sum(finite) : sum(finite * all.factors<T>());
}

// ---- The recursion in ops, for derivatives of any order. A row of states for each sample.

// The class that each state says.
Indices classes_of_states(const Sequences& all) {
  Indices classes(Shape{all.batch(), all.states()});
  std::fill_n(classes.mutable_data(), classes.size(), all.options.blank);
  for (std::size_t n = 0; n < all.batch(); ++n) {
    for (std::size_t i = 0; i < all.count(n); ++i) {
      classes.mutable_data()[n * all.states() + 2 * i + 1] = all.labels_of(n)[i];
    }
  }
  return classes;
}

// 0 where a state is reached from that two before it, else -inf.
template <Real T>
Tensor<T> skips(const Sequences& all, const Indices& classes) {
  Tensor<T> y = Tensor<T>::full(classes.shape(), -std::numeric_limits<T>::infinity());
  for (std::size_t n = 0; n < all.batch(); ++n) {
    const std::int32_t* const row = classes.data() + n * all.states();
    for (std::size_t s = 3; s < all.states(); s += 2) {
      if (row[s] != row[s - 2]) y.mutable_data()[n * all.states() + s] = 0;
    }
  }
  return y;
}

// The variables at the end of the last label and of the last blank; -inf where there is no label.
template <Real T>
Tensor<T> at_end(const Sequences& all, const Tensor<T>& alpha) {
  Indices last(Shape{all.batch(), 2});
  Tensor<T> closed = Tensor<T>::full({all.batch(), 2}, 0);
  for (std::size_t n = 0; n < all.batch(); ++n) {
    const auto count = static_cast<std::int32_t>(all.count(n));
    last.mutable_data()[2 * n] = 2 * count;
    last.mutable_data()[2 * n + 1] = std::max(0, 2 * count - 1);
    if (count == 0) closed.mutable_data()[2 * n + 1] = -std::numeric_limits<T>::infinity();
  }
  return take_along_axis(alpha, last, 1) + closed;
}

template <Real T>
Tensor<T> composed(const Sequences& all, const Tensor<T>& x) {
  constexpr T never = -std::numeric_limits<T>::infinity();
  const std::size_t states = all.states(), batch = all.batch();
  const Indices classes = classes_of_states(all);
  const Tensor<T> skip = skips<T>(all, classes), before = Tensor<T>::full({batch, 2}, never);
  Tensor<T> alpha = Tensor<T>::full({batch, states}, never);
  for (std::size_t n = 0; n < batch; ++n) alpha.mutable_data()[n * states] = 0;
  const auto columns = [=](const Tensor<T>& of, long from) {
    return slice(of, {{0, 1, batch, false}, {from, 1, states, false}});
  };
  for (std::size_t time = 0; time < x.shape()[0]; ++time) {
    const Tensor<T> wide = concatenate({before, alpha}, 1), said = take_along_axis(x[long(time)], classes, 1);
    const Tensor<T> next = logsumexp(stack({alpha, columns(wide, 1), columns(wide, 0) + skip}), {0}) + said;
    Mask lasts(Shape{batch, 1});
    for (std::size_t n = 0; n < batch; ++n) lasts.mutable_data()[n] = std::size_t(all.times.data()[n]) > time;
    alpha = where(lasts, next, alpha);
  }
  return reduced(all, -logsumexp(at_end(all, alpha), {1}));
}

}  // namespace

// ---- ctc_loss: l = -log p(labels | x), reduced      dx = -dl p(class at a time | labels)
namespace {
struct CtcLoss {
  static constexpr OpTraits traits{
      .name = "ctc_loss",
      .formula = with_adjoints({"-log p(labels given x), reduced", "-\\ln p(\\text{labels} \\mid x), \\text{ reduced}"},
                               {"x", {"-g * p(class at the time given the labels)",
                                      "-g \\, p(\\text{class at the time} \\mid \\text{labels})"}})};
  Sequences all;
  auto operator()(const auto& x) const { return ctc_loss(x[0], all.labels, all.times, all.counts, all.options); }
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& x, const Batch& b) const {
    const Shape& of_one = b.shapes[0];
    const Tensor<T> samples = reshape(moveaxis(x[0], 0, 1), {of_one[0], b.length * of_one[1], of_one[2]});
    const Tensor<T> losses = reshape(CtcLoss{all.of_each(b.length)}(std::vector{samples}), {b.length, all.batch()});
    if (all.options.reduction == Reduce::none) return losses;
    return sum(all.options.reduction == Reduce::sum ? losses : losses * all.factors<T>(), {1});
  }
};

template <Real T>
struct CtcRule {
  Tensor<T> x, alpha, log_probabilities;  // alpha: (batch, times + 1, row of states)
  Sequences all;

  auto on_tensors() const {
    return [this](const std::vector<Tensor<T>>& tensors) { return composed(all, tensors[0]); };
  }
  // The slopes of the losses of samples, each times its factor.
  Tensor<T> slopes(const Tensor<T>& factors) const {
    Tensor<T> y = Tensor<T>::full(x.shape(), 0);
    T* const to = y.mutable_data();
    kernels::parallel(all.batch(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n) {
        const kernels::CtcSample<T> sample = all.sample(x.data(), x.shape(), n);
        const std::size_t row = alpha.shape()[2], size = alpha.shape()[1] * row;
        kernels::ctc_backward(to + n * sample.classes, alpha.data() + n * size, row, log_probabilities.data()[n],
                              sample, factors.data()[n]);
      }
    }, 1);
    return y;
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (sweep.recording) return add_pullback(sweep, on_tensors(), std::vector<Tensor<T>>{x}, g);
    sweep.add(0, slopes(all.factors<T>() * g));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    if (push.recording) return pushed_through(push, on_tensors(), std::vector<Tensor<T>>{x});
    const Tensor<T> slope = slopes(all.factors<T>());
    const Tensor<T> of_samples = sum(stopped(slope * push.tangent<T>(0), slope, false), {0, 2});
    return all.options.reduction == Reduce::none ? of_samples : sum(of_samples);
  }
};
}  // namespace

template <Real T>
Tensor<T> ctc_loss(const Tensor<T>& x, const Indices& targets, const Indices& input_lengths,
                   const Indices& target_lengths, CtcOptions options, CallSite site) {
  constexpr std::string_view name = CtcLoss::traits.name;
  Inputs in(name, site, x);
  const Sequences all = sequences(x, targets, input_lengths, target_lengths, options, site);
  const std::size_t batch = all.batch(), row = kernels::ctc_row<T>(all.states());
  Tensor<T> alpha = Tensor<T>::empty({batch, in ? x.shape()[0] + 1 : 2, row}, name, site);
  Tensor<T> log_probabilities = Tensor<T>::empty({batch}, name, site);
  T* const to = alpha.mutable_data();
  T* const found = log_probabilities.mutable_data();
  const bool kept = bool(in);
  kernels::parallel(batch, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      found[n] = kernels::ctc_forward(to + n * alpha.shape()[1] * row, row, kept, all.sample(x.data(), x.shape(), n));
    }
  }, 1);
  Tensor<T> y = in.template output<T>(options.reduction == Reduce::none ? Shape{batch} : Shape{});
  kernels::Total total;
  for (std::size_t n = 0; n < batch; ++n) {
    const bool is_lost = found[n] == -std::numeric_limits<T>::infinity() && options.zero_infinity;
    const double loss = is_lost ? 0 : -double(found[n]);
    if (options.reduction == Reduce::none) y.mutable_data()[n] = static_cast<T>(loss);
    else total.add(loss * all.factor(n));
  }
  if (options.reduction != Reduce::none) *y.mutable_data() = static_cast<T>(total.value());
  if (in) in.record(y, CtcLoss{all}, CtcRule<T>{snapshot(x), alpha, log_probabilities, all});
  return y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct CtcOps {
  using I = const Indices&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(const Tensor<T>&, I, I, I, CtcOptions, CallSite)>(ctc_loss)};
};
template struct CtcOps<float>;
template struct CtcOps<double>;

}  // namespace tapegrad
