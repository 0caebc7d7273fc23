// Losses of classes: cross-entropy of logits and of logarithms of probabilities with labels, one entry each; and with
// probabilities.
#include "kernels/class_losses.h"
#include "ops/axis.h"
#include "ops/element_loss.h"
#include "ops/instances.h"
#include "tensor/choices.h"
#include "tapegrad/ops.h"

namespace tapegrad {
using namespace engine;
namespace {

// What a loss of labelled rows is called with again.
struct LabelledCall {
  Indices labels;
  ClassLossOptions<double> options;
  double divisor;  // of the mean

  // f(x, labels, options) for several examples with these labels: the losses of all rows, and of each example reduced.
  template <Real T, class F>
  Tensor<T> of_each(const Tensor<T>& x, const Batch& b, const F& f) const {
    const Indices all = repeated(labels, b + labels.shape());
    ClassLossOptions<double> of_rows = options;
    of_rows.reduction = Reduce::none;
    const Tensor<T> losses = f(x, all, of_rows);
    if (options.reduction == Reduce::none) return losses;
    const Tensor<T> totals = b.reduced(losses, {}, ReduceOptions{}, [](const auto&... each) { return sum(each...); });
    return options.reduction == Reduce::mean ? totals / static_cast<T>(divisor) : totals;
  }
};

// Labels of rows, checked, and all that says what they cost. Classes lie along the last axis.
template <Real T>
struct LabelledRows {
  Indices labels;
  Tensor<T> weight;  // empty: all are 1
  Reduce reduction;
  std::int32_t ignored;
  double smoothing;
  Shape whole;
  double divisor = 1;  // of the mean

  std::size_t classes() const { return whole[whole.rank() - 1]; }
  std::size_t rows() const { return labels.size(); }
  Shape with_one_class() const { return with_length(whole, whole.rank() - 1, 1); }
  kernels::ClassTargets<T> targets() const;
  // What a loss counts in the result; of nothing that counts, nothing.
  T factor() const { return divisor == 0 ? T(0) : static_cast<T>(1 / divisor); }
  T in_ops() const { return divisor == 0 ? std::numeric_limits<T>::infinity() : static_cast<T>(divisor); }

  // The result: an output of `in` unless the losses stay.
  Tensor<T> reduced(const auto& in, Tensor<T> losses) const;
  // The adjoint of the result as one of the losses, to be broadcast over the classes.
  Tensor<T> spread(const Tensor<T>& g) const;
  // The tangent of the result from those of all logits, times their slopes.
  Tensor<T> gathered(const Tensor<T>& products) const;
  // What the rows ask for, of the logits' shape, and its sums over the classes.
  Tensor<T> asked() const;
  Tensor<T> mass() const;
  LabelledCall call() const;
};

template <Real T>
kernels::ClassTargets<T> LabelledRows<T>::targets() const {
  const T total = weight ? kernels::sum(weight.data(), weight.size()) : static_cast<T>(classes());
  return {labels.data(),
          weight ? weight.data() : nullptr,
          ignored,
          classes(),
          static_cast<T>(1 - smoothing),
          static_cast<T>(smoothing / static_cast<double>(classes())),
          total};
}

template <Real T>
Tensor<T> LabelledRows<T>::reduced(const auto& in, Tensor<T> losses) const {
  if (reduction == Reduce::none) return losses;
  Tensor<T> y = in.template output<T>({});
  *y.mutable_data() = static_cast<T>(double(kernels::sum(losses.data(), losses.size())) / divisor);
  return y;
}

template <Real T>
Tensor<T> LabelledRows<T>::spread(const Tensor<T>& g) const {
  if (reduction == Reduce::none) return reshape(g, with_one_class());
  return reduction == Reduce::mean ? g / in_ops() : g;
}

template <Real T>
Tensor<T> LabelledRows<T>::gathered(const Tensor<T>& products) const {
  if (reduction == Reduce::none) return sum(products, {-1});
  const Tensor<T> total = sum(products);
  return reduction == Reduce::mean ? total / in_ops() : total;
}

template <Real T>
Tensor<T> LabelledRows<T>::asked() const {
  Tensor<T> y = Tensor<T>::empty(whole);
  const T one = 1;
  kernels::class_slopes<T>(y.mutable_data(), nullptr, nullptr, rows(), targets(), &one, 0, T(-1));
  return y;
}

template <Real T>
Tensor<T> LabelledRows<T>::mass() const {
  Tensor<T> y = Tensor<T>::empty(with_one_class());
  const kernels::ClassTargets<T> of = targets();
  for (std::size_t i = 0; i < y.size(); ++i) y.mutable_data()[i] = of.counts(i) ? of.mass(i) : T(0);
  return y;
}

template <Real T>
LabelledCall LabelledRows<T>::call() const {
  const Tensor<double> weights = weight ? cast<double>(weight) : Tensor<double>();
  return {labels,
          {.reduction = reduction, .weight = weights, .ignore_index = ignored, .label_smoothing = smoothing},
          divisor};
}

template <Real T>
ClassLossOptions<T> in_type(const ClassLossOptions<double>& o) {
  return {o.reduction, o.weight ? cast<T>(o.weight) : Tensor<T>(), o.axis, o.ignore_index, o.label_smoothing};
}

template <Real T>
void require_fitting(std::string_view op, const Tensor<T>& z, const Indices& labels, const ClassLossOptions<T>& o,
                     const CallSite& site) {
  const std::string name(op);
  const Shape& whole = z.shape();
  ShortVector<std::size_t, 8> axes;
  for (std::size_t i = 0; i + 1 < whole.rank(); ++i) axes.push_back(whole[i]);
  if (whole.rank() == 0 || !(labels.shape() == Shape(axes)) || whole[whole.rank() - 1] == 0) {
    throw ShapeError(name + ": needs one label for each row of logits (..., classes), at least one class, but with the "
                     "classes last the logits have shape " + text(whole) + " and the labels " + text(labels.shape()) +
                     text(site) + ". Is .axis the axis of the classes?");
  }
  if (o.reduction == Reduce::mean && labels.size() == 0) {
    throw ShapeError(name + ": the mean of no elements does not exist" + text(site));
  }
}

void require_smoothing(std::string_view op, double smoothing, const CallSite& site) {
  require(smoothing >= 0 && smoothing <= 1, op, "label_smoothing", smoothing, "in [0, 1]", site);
}

template <Real T>
void require_weights(std::string_view op, const Tensor<T>& weight, std::size_t classes, const CallSite& site) {
  if (!weight || weight.shape() == Shape{classes}) return;
  throw ShapeError(std::string(op) + ": needs a weight for each of the " + std::to_string(classes) +
                   " classes, but the weights have shape " + text(weight.shape()) + text(site));
}

void require_classes(std::string_view op, const Indices& labels, std::size_t classes, std::int32_t ignored,
                     const CallSite& site) {
  const std::int32_t *first = labels.data(), *last = first + labels.size();
  const std::int32_t* found = std::find_if(first, last, [=](std::int32_t label) {
    return static_cast<std::uint32_t>(label) >= classes && label != ignored;
  });
  if (found == last) return;
  throw DomainError(std::string(op) + ": label " + std::to_string(*found) + " at " +
                    place_text(static_cast<std::size_t>(found - first), labels.shape()) + " is none of the " +
                    std::to_string(classes) + " classes, 0 to " + std::to_string(classes - 1) + text(site));
}

// Checks all that there is to check of logits, or logarithms of probabilities, whose classes are last.
template <Real T>
LabelledRows<T> labelled_rows(std::string_view op, const Tensor<T>& z, const Indices& labels,
                              const ClassLossOptions<T>& o, const CallSite& site) {
  require_fitting(op, z, labels, o, site);
  require_weights(op, o.weight, z.shape().back(0), site);
  require_smoothing(op, o.label_smoothing, site);
  LabelledRows<T> all{labels,         o.weight ? constant(o.weight) : Tensor<T>(), o.reduction, o.ignore_index,
                      o.label_smoothing, z.shape()};
  require_classes(op, labels, all.classes(), o.ignore_index, site);
  if (o.reduction != Reduce::mean) return all;
  const kernels::ClassTargets<T> targets = all.targets();
  kernels::Total total;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (targets.counts(i)) total.add(targets.weight(i));
  }
  all.divisor = total.value();
  return all;
}

// f(x with its classes last), the losses of rows in their order.
template <Real T, class F>
Tensor<T> with_classes_last(std::string_view op, const Tensor<T>& x, long axis, const CallSite& site, const F& f) {
  if (!x) fail_empty(op, site);
  if (x.rank() == 0 || checked_axis(op, axis, x.rank(), site) + 1 == x.rank()) return f(x);
  return f(moveaxis(x, {axis}, {-1}, site));
}

}  // namespace

// ---- cross_entropy: l = mass log(sum of e^z) - asked z, reduced      dz = dl (mass softmax(z) - asked)
namespace {
struct CrossEntropy {
  static constexpr OpTraits traits{
      .name = "cross_entropy",
      .formula = with_adjoints(
          {"-log softmax(z) at the label, reduced", "-\\ln \\text{softmax}(z)_\\text{label}, \\text{ reduced}"},
          {"z", {"g / n * (softmax(z) - 1 at the label), n = 1 but for a mean",
                 "\\frac{g}{n} \\left(\\text{softmax}(z) - [\\text{label}]\\right), n = 1 "
                 "\\text{ but for a mean}"}})};
  LabelledCall call;
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>& x) const {
    return cross_entropy(x[0], call.labels, in_type<T>(call.options));
  }
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& x, const Batch& b) const {
    return call.of_each(x[0], b, [](const auto& all, const Indices& labels, const auto& options) {
      return cross_entropy(all, labels, in_type<T>(options));
    });
  }
};

template <Real T>
struct CrossEntropyRule {
  Tensor<T> e, share, z;  // softmax(z) is e share
  LabelledRows<T> rows;

  // By one loss: for a recorded sweep in ops, else as a constant.
  Tensor<T> slope(bool recording) const {
    Tensor<T> p = recording ? softmax(z) : e * reshape(share, rows.with_one_class());
    const Tensor<T> mass = rows.mass();
    if (recording) p = where(mass == T(0), T(0), p);  // what does not count may be no number
    return p * mass - rows.asked();
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) {
    if (sweep.recording) return sweep.add(0, slope(true) * rows.spread(g));
    Tensor<T> own = sweep.consume ? std::move(e) : e;
    const T* const from = own.data();
    Tensor<T> d = overwritable(own.node()) ? std::move(own) : Tensor<T>::empty(z.shape());
    kernels::class_slopes<T>(d.mutable_data(), from, share.data(), rows.rows(), rows.targets(), g.data(),
                             rows.reduction == Reduce::none, rows.factor());
    sweep.add(0, std::move(d));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return rows.gathered(slope(push.recording) * push.tangent<T>(0));
  }
};

template <Real T>
Tensor<T> cross_entropy_of_last(const Tensor<T>& z, const Indices& labels, const ClassLossOptions<T>& options,
                                const CallSite& site) {
  constexpr std::string_view name = CrossEntropy::traits.name;
  Inputs in(name, site, z);
  const LabelledRows<T> rows = labelled_rows(name, z, labels, options, site);
  Tensor<T> e = Tensor<T>::empty(z.shape(), name, site), share = Tensor<T>::empty(labels.shape(), name, site);
  Tensor<T> losses = in.template output<T>(labels.shape());
  if (labels.size() > 0) {
    kernels::cross_entropy<T>(losses.mutable_data(), e.mutable_data(), share.mutable_data(), z.data(), labels.size(),
                              rows.targets());
  }
  const Tensor<T> y = rows.reduced(in, std::move(losses));
  if (in) in.record(y, CrossEntropy{rows.call()}, CrossEntropyRule<T>{e, share, snapshot(z), rows});
  return y;
}
}  // namespace

template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& z, const Indices& labels,
                        const std::type_identity_t<ClassLossOptions<T>>& options, CallSite site) {
  return with_classes_last(CrossEntropy::traits.name, z, options.axis, site, [&](const Tensor<T>& last) {
    return cross_entropy_of_last(last, labels, options, site);
  });
}

// ---- nll_loss: l = -asked x, reduced      dx = -dl asked, and nothing where nothing is asked for
namespace {
struct NllLoss {
  static constexpr OpTraits traits{
      .name = "nll_loss",
      .cuts = true,
      .choices = Choices::remade,
      .formula = with_adjoints({"-x at the label, reduced", "-x_\\text{label}, \\text{ reduced}"},
                               {"x", {"-g / n at the label, n = 1 but for a mean",
                                      "-\\frac{g}{n} [\\text{label}], n = 1 \\text{ but for a mean}"}})};
  LabelledCall call;
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>& x) const {
    return nll_loss(x[0], call.labels, in_type<T>(call.options));
  }
  template <Real T>
  Tensor<T> batched(const std::vector<Tensor<T>>& x, const Batch& b) const {
    return call.of_each(x[0], b, [](const auto& all, const Indices& labels, const auto& options) {
      return nll_loss(all, labels, in_type<T>(options));
    });
  }
};

template <Real T>
struct NllRule {
  LabelledRows<T> rows;
  Tensor<T> times(const Tensor<T>& asked, const Tensor<T>& direction, bool recorded) const {
    return stopped(-asked * direction, asked, recorded);
  }
  void operator()(Sweep& sweep, const Tensor<T>& g) const {
    if (sweep.recording) return sweep.add(0, times(rows.asked(), rows.spread(g), true));
    Tensor<T> d = Tensor<T>::empty(rows.whole);
    kernels::class_slopes<T>(d.mutable_data(), nullptr, nullptr, rows.rows(), rows.targets(), g.data(),
                             rows.reduction == Reduce::none, rows.factor());
    sweep.add(0, std::move(d));
  }
  template <Real>
  Tensor<T> tangent(const Push& push) const {
    return rows.gathered(times(rows.asked(), push.tangent<T>(0), push.recording));
  }
};

template <Real T>
Tensor<T> nll_loss_of_last(const Tensor<T>& x, const Indices& labels, const ClassLossOptions<T>& options,
                           const CallSite& site) {
  constexpr std::string_view name = NllLoss::traits.name;
  Inputs in(name, site, x);
  const LabelledRows<T> rows = labelled_rows(name, x, labels, options, site);
  Tensor<T> losses = in.template output<T>(labels.shape());
  if (labels.size() > 0) kernels::negative_logs<T>(losses.mutable_data(), x.data(), labels.size(), rows.targets());
  const Tensor<T> y = rows.reduced(in, std::move(losses));
  if (in) in.record(y, NllLoss{rows.call()}, NllRule<T>{rows});
  return y;
}
}  // namespace

template <Real T>
Tensor<T> nll_loss(const Tensor<T>& x, const Indices& labels, const std::type_identity_t<ClassLossOptions<T>>& options,
                   CallSite site) {
  return with_classes_last(NllLoss::traits.name, x, options.axis, site, [&](const Tensor<T>& last) {
    return nll_loss_of_last(last, labels, options, site);
  });
}

// ---- cross_entropy of probabilities: l = -t log_softmax(z), summed over the classes; an entry for each of the two
namespace {
struct CrossEntropyOfProbabilities {
  static constexpr OpTraits traits{
      .name = "cross_entropy of probabilities",
      .formula = {{"-t * x", "-t x"}, {{{"x", {"-t", "-t"}}, {"t", {"-x", "-x"}}, {"w", {"-t * x", "-t x"}}}}}};
  double share, each;  // the target is share t + each
  auto operator()(const auto& x, const auto& t) const {
    const auto asked = share * t + each, product = -(asked * x);
    return where(asked == 0 && x < -1 && x <= 2 * x, 0 * asked, product);  // -inf, of a class that is not asked for
  }
  auto operator()(const auto& x, const auto& t, const auto& weight) const { return weight * (*this)(x, t); }
};
}  // namespace

template <Real T>
Tensor<T> class_losses::of_probabilities(const Tensor<T>& z, const Tensor<T>& t, const ClassLossOptions<T>& options,
                                         const CallSite& site) {
  using Loss = CrossEntropyOfProbabilities;
  constexpr std::string_view name = Loss::traits.name;
  require_same(name, z, t, site);
  require_smoothing(name, options.label_smoothing, site);
  const std::size_t along = checked_axis(name, options.axis, z.rank(), site), classes = z.shape()[along];
  const std::size_t rows = classes == 0 ? 0 : z.size() / classes;
  if (classes == 0 || (z.size() == 0 && options.reduction == Reduce::mean)) {
    throw ShapeError(std::string(name) + ": needs at least one class and, for a mean, one row, but the shape is " +
                     text(z.shape()) + text(site));
  }
  const Loss formula{1 - options.label_smoothing, options.label_smoothing / static_cast<double>(classes)};
  const Reduce first = options.reduction == Reduce::none ? Reduce::none : Reduce::sum;
  const Tensor<T> x = log_softmax(z, options.axis, site);
  Tensor<T> y;
  if (options.weight) {
    require_weights(name, options.weight, classes, site);
    ShortVector<std::size_t, 8> axes(z.rank(), 1);
    axes[along] = classes;
    y = reduced<Loss>(formula, first, site, x, t, reshape(constant(options.weight), Shape(axes)));
  } else {
    y = reduced<Loss>(formula, first, site, x, t);
  }
  if (options.reduction == Reduce::none) return sum(y, {options.axis}, {}, site);
  return options.reduction == Reduce::mean ? y / static_cast<T>(rows) : y;
}

// All that this file compiles, once for float and once for double.
template <Real T>
struct ClassLossOps {
  using X = const Tensor<T>&;
  using Options = const ClassLossOptions<T>&;
  static constexpr std::tuple functions{
      Function<Tensor<T>(X, const Indices&, Options, CallSite)>(cross_entropy),
      Function<Tensor<T>(X, const Indices&, Options, CallSite)>(nll_loss),
      Function<Tensor<T>(X, X, Options, const CallSite&)>(class_losses::of_probabilities)};
};
template struct ClassLossOps<float>;
template struct ClassLossOps<double>;

}  // namespace tapegrad
