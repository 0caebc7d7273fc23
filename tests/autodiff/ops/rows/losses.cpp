#include "ops/families.h"

namespace {

using namespace tapegrad;

// Row i belongs to class 7 i, modulo the number of classes, which are last.
template <Real T>
Indices sevenths(const Tensor<T>& x) {
  if (x.rank() < 1 || x.size() == 0) throw ShapeError("no rows and classes");
  const std::size_t classes = x.shape()[x.rank() - 1];
  Indices labels(Shape(ShortVector<std::size_t, 8>(x.shape().begin(), x.shape().end() - 1)));
  for (std::size_t i = 0; i < labels.size(); ++i) labels.mutable_data()[i] = int(i * 7 % classes);
  return labels;
}

// 1 and -1 in turns, as many as x has elements, or has vectors along the last axis.
template <Real T>
Tensor<T> signs(const Tensor<T>& x, bool of_vectors = false) {
  if (of_vectors && x.rank() == 0) throw ShapeError("no vectors");
  Tensor<T> y = Tensor<T>::full(
      of_vectors ? Shape(ShortVector<std::size_t, 8>(x.shape().begin(), x.shape().end() - 1)) : x.shape(), 1);
  for (std::size_t i = 1; i < y.size(); i += 2) y.mutable_data()[i] = -1;
  return y;
}

// 0.5, 1, 1.5 again and again.
template <Real T>
Tensor<T> weights(const Shape& shape) {
  Tensor<T> y = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < y.size(); ++i) y.mutable_data()[i] = T(0.5) * T(i % 3 + 1);
  return y;
}

const char* name_of(Reduce reduction) {
  return reduction == Reduce::none ? "none" : reduction == Reduce::sum ? "sum" : "mean";
}
constexpr Reduce reductions[]{Reduce::none, Reduce::sum, Reduce::mean};

// A loss of elements, for each reduction; `mean` is the row with large inputs and in programs.
void add_loss(std::vector<rows::Row>& all, const std::string& op, const std::string& variant, auto loss, Domain domain,
              std::size_t inputs, rows::Call kink = {}, const std::string& program = "") {
  for (const Reduce reduction : reductions) {
    const bool is_mean = reduction == Reduce::mean;
    rows::RowOptions options{.domain = domain, .kink = kink};
    if (reduction != Reduce::sum) options.shapes = {rows::Shapes(inputs, inputs < 3 ? Shape{4, 1} : Shape{2, 2})};
    if (is_mean && variant.empty()) options.shapes.push_back(rows::Shapes(inputs, inputs < 3 ? Shape{3, 5} : Shape{3}));
    if (is_mean && variant.empty()) options.large = {rows::Shapes(inputs, rows::large)};
    if (is_mean) options.program = program;
    all.push_back({op, variant + (variant.empty() ? "" : ", ") + name_of(reduction),
                   [=](const auto& x) { return loss(x, reduction); }, options});
  }
}

// A loss of vectors along the last axis, which is smooth where it is not 0.
void add_loss_of_vectors(std::vector<rows::Row>& all, const std::string& op, const std::string& variant, auto loss,
                         std::size_t inputs, const std::string& program = "") {
  for (const Reduce reduction : reductions) {
    rows::RowOptions options{.domain = Domain{0.5, 2}, .kink = [=](const auto& x) { return loss(x, Reduce::none); }};
    if (reduction != Reduce::sum) options.shapes = {rows::Shapes(inputs, Shape{2, 3})};
    if (reduction == Reduce::none && variant.empty()) {
      options.large = {rows::Shapes(inputs, Shape{5003, 5}), rows::Shapes(inputs, Shape{16411, 2})};
      options.program = program;
    }
    all.push_back({op, variant + (variant.empty() ? "" : ", ") + name_of(reduction),
                   [=](const auto& x) { return loss(x, reduction); }, options});
  }
}

void add_binary(std::vector<rows::Row>& all) {
  const Domain inside{0.15, 0.85}, logits{-3, 3};
  add_loss(all, "binary_cross_entropy", "",
           [](const auto& x, Reduce r) { return binary_cross_entropy(x[0], x[1], {.reduction = r}); }, inside, 2, {},
           "binary_cross_entropy($0, $1)");
  add_loss(all, "binary_cross_entropy", "weights",
           [](const auto& x, Reduce r) {
             return binary_cross_entropy(x[0], x[1], {.reduction = r, .weight = x[2], .pos_weight = x[3]});
           }, inside, 4);
  add_loss(all, "binary_cross_entropy_with_logits", "",
           [](const auto& x, Reduce r) { return binary_cross_entropy_with_logits(x[0], x[1], {.reduction = r}); },
           logits, 2, {}, "binary_cross_entropy_with_logits($0, $1)");
  add_loss(all, "binary_cross_entropy_with_logits", "weights",
           [](const auto& x, Reduce r) {
             return binary_cross_entropy_with_logits(x[0], x[1], {.reduction = r, .weight = x[2], .pos_weight = x[3]});
           }, logits, 4);
}

void add_numbers(std::vector<rows::Row>& all) {
  // The factor: without it a gradient of the wrong sign is one whose inputs are swapped.
  const auto difference = [](const auto& x) { return x[0] - 1.5 * x[1]; };
  const auto from_one = [](const auto& x) { return abs(x[0] - 1.5 * x[1]) - 1; };
  const auto from_half = [](const auto& x) { return abs(x[0] - 1.5 * x[1]) - 0.5; };
  const Domain any{-2, 2};
  add_loss(all, "mse_loss", "",
           [](const auto& x, Reduce r) { return mse_loss(x[0], 1.5 * x[1], {.reduction = r}); }, any, 2, {},
           "mse_loss($0, 1.5 * $1)");
  add_loss(all, "mse_loss", "weight",
           [](const auto& x, Reduce r) { return mse_loss(x[0], 1.5 * x[1], {.reduction = r, .weight = x[2]}); },
           Domain{0.5, 2}, 3);
  add_loss(all, "l1_loss", "",
           [](const auto& x, Reduce r) { return l1_loss(x[0], 1.5 * x[1], {.reduction = r}); }, any, 2, difference,
           "l1_loss($0, 1.5 * $1)");
  add_loss(all, "huber_loss", "",
           [](const auto& x, Reduce r) { return huber_loss(x[0], 1.5 * x[1], {.reduction = r}); }, any, 2, from_one,
           "huber_loss($0, 1.5 * $1)");
  add_loss(all, "huber_loss", "delta 0.5, weight",
           [](const auto& x, Reduce r) {
             return huber_loss(x[0], 1.5 * x[1], {.delta = 0.5, .reduction = r, .weight = exp(x[2])});
           }, any, 3, from_half);
  add_loss(all, "smooth_l1_loss", "",
           [](const auto& x, Reduce r) { return smooth_l1_loss(x[0], 1.5 * x[1], {.beta = 0.5, .reduction = r}); }, any,
           2, from_half, "smooth_l1_loss($0, 1.5 * $1, {.beta = 0.5})");
}

void add_counts_and_margins(std::vector<rows::Row>& all) {
  const Domain any{-2, 2}, positive{0.6, 2};
  add_loss(all, "kl_div", "", [](const auto& x, Reduce r) { return kl_div(x[0], x[1], {.reduction = r}); },
           Domain{0.2, 2}, 2);
  add_loss(all, "kl_div", "log_target",
           [](const auto& x, Reduce r) { return kl_div(x[0], x[1], {.log_target = true, .reduction = r}); }, any, 2, {},
           "kl_div($0, $1, {.log_target = true})");
  add_loss(all, "hinge_loss", "", [](const auto& x, Reduce r) { return hinge_loss(x[0], x[1], {.reduction = r}); }, any,
           2, [](const auto& x) { return 1 - x[0] * x[1]; }, "hinge_loss($0, $1)");
  add_loss(all, "hinge_embedding_loss", "",
           [](const auto& x, Reduce r) { return hinge_embedding_loss(x[0], signs(x[0]), {.reduction = r}); }, any, 1,
           [](const auto& x) { return 1 - x[0]; }, "hinge_embedding_loss($0, signs)");
  add_loss(all, "poisson_nll_loss", "",
           [](const auto& x, Reduce r) { return poisson_nll_loss(x[0], x[1], {.reduction = r}); }, any, 2, {},
           "poisson_nll_loss($0, $1)");
  add_loss(all, "poisson_nll_loss", "rate, full",
           [](const auto& x, Reduce r) {
             return poisson_nll_loss(x[0], x[1] + 0.5, {.log_input = false, .full = true, .reduction = r});
           }, positive, 2, [](const auto& x) { return x[1] - 0.5; });
  add_loss(all, "gaussian_nll_loss", "",
           [](const auto& x, Reduce r) { return gaussian_nll_loss(x[0], 1.5 * x[1], x[2], {.reduction = r}); },
           positive, 3);
  add_loss(all, "gaussian_nll_loss", "full, one variance",
           [](const auto& x, Reduce r) {
             return gaussian_nll_loss(x[0], 1.5 * x[1], exp(mean(x[2])), {.full = true, .reduction = r});
           }, positive, 3, {}, "gaussian_nll_loss($0, 1.5 * $1, exp(mean($2)), {.full = true})");
}

void add_vectors(std::vector<rows::Row>& all) {
  add_loss_of_vectors(all, "cosine_embedding_loss", "",
                      [](const auto& x, Reduce r) {
                        return cosine_embedding_loss(x[0], x[1], signs(x[0], true), {.reduction = r});
                      }, 2, "cosine_embedding_loss($0, $1, signs)");
  add_loss_of_vectors(all, "triplet_margin_loss", "",
                      [](const auto& x, Reduce r) {
                        return triplet_margin_loss(x[0], 1.5 * x[1], 0.5 * x[2], {.margin = 3, .reduction = r});
                      }, 3, "triplet_margin_loss($0, 1.5 * $1, 0.5 * $2, {.margin = 3})");
  add_loss_of_vectors(all, "triplet_margin_loss", "order 3, swap",
                      [](const auto& x, Reduce r) {
                        return triplet_margin_loss(x[0], 1.5 * x[1], 0.5 * x[2],
                                                   {.margin = 3, .order = 3, .swap = true, .reduction = r});
                      }, 3);
}

void add_classes(std::vector<rows::Row>& all) {
  const Domain logits{-3, 3};
  using rows::Row;
  all.push_back({"cross_entropy", "labels 2 0 4",
                 [](const auto& x) { return cross_entropy(x[0], xt::xarray<int>{2, 0, 4}); }});
  all.push_back({"cross_entropy", "labels 0 7 14", [](const auto& x) { return cross_entropy(x[0], sevenths(x[0])); },
                 {.shapes = {{{4, 19}}}, .large = {{{1001, 37}}}, .domain = logits,
                  .program = "cross_entropy($0, 7 * row % columns)"}});
  all.push_back({"nll_loss", "labels 0 7 14", [](const auto& x) { return nll_loss(x[0], sevenths(x[0])); },
                 {.shapes = {{{4, 3}}}, .large = {{{1001, 37}}}, .domain = logits,
                  .program = "nll_loss($0, 7 * row % columns)"}});
  for (const Reduce reduction : reductions) {
    const std::string end = std::string(", ") + name_of(reduction);
    const auto small = [=](const rows::Shapes& shapes) {
      return std::vector<rows::Shapes>(reduction == Reduce::sum ? 0 : 1, shapes);
    };
    // Rank 3, the classes in the middle, weights, smoothing and the label 1 ignored.
    const auto options = [=]<Real T>(const Tensor<T>& x) {
      return ClassLossOptions<T>{reduction, weights<T>({x.shape()[1]}), 1, 1, 0.25};
    };
    const auto labels = [](const auto& x) { return sevenths(moveaxis(constant(x), {1}, {-1})); };
    all.push_back({"cross_entropy", "all options" + end,
                   [=](const auto& x) { return cross_entropy(x[0], labels(x[0]), options(x[0])); },
                   {.shapes = small({{2, 3, 2}}), .large = {{{7, 60, 101}}}, .domain = logits}});
    all.push_back({"nll_loss", "all options" + end,
                   [=](const auto& x) { return nll_loss(x[0], labels(x[0]), options(x[0])); },
                   {.shapes = small({{3, 4, 1}}), .large = {{{7, 60, 101}}}, .domain = logits}});
    all.push_back({"cross_entropy of probabilities", "all options" + end,
                   [=](const auto& x) { return cross_entropy(x[0], x[1], options(x[0])); },
                   {.shapes = small({{2, 3, 1}, {2, 3, 1}}), .domain = logits}});
    all.push_back({"cross_entropy of probabilities", name_of(reduction),
                   [=](const auto& x) { return cross_entropy(x[0], x[1], {.reduction = reduction}); },
                   {.shapes = small({{2, 3}, {2, 3}}), .large = {{rows::large, rows::large}},
                    .domain = logits}});
  }
  all.back().program = "cross_entropy($0, $1)";
}

// Labels 1, 2, 2, 1, 3, ... with some of them equal to their neighbours, of classes up to those of x.
template <Real T>
Tensor<T> ctc(const Tensor<T>& x, Reduce reduction, bool one_list) {
  if (x.rank() != 3 || x.size() == 0 || x.shape()[2] < 2) throw ShapeError("no times, samples and classes");
  const std::size_t times = x.shape()[0], batch = x.shape()[1], classes = x.shape()[2], longest = (times + 1) / 2;
  Indices lengths(Shape{batch}), counts(Shape{batch}), targets(Shape{batch, longest});
  std::vector<std::int32_t> list;
  for (std::size_t n = 0; n < batch; ++n) {
    lengths.mutable_data()[n] = int(times - n % 2);
    counts.mutable_data()[n] = int((longest + n) % (longest + 1) / (n % 2 + 1));
    for (std::size_t i = 0; i < longest; ++i) {
      const int label = int((i / 2 + n) % (classes - 1)) + 1;
      targets.mutable_data()[n * longest + i] = label;
      if (int(i) < counts.data()[n]) list.push_back(label);
    }
  }
  const CtcOptions options{.reduction = reduction, .zero_infinity = true};
  return ctc_loss(x, one_list ? Indices(list) : targets, lengths, counts, options);
}

void add_sequences(std::vector<rows::Row>& all) {
  for (const Reduce reduction : reductions) {
    all.push_back({"ctc_loss", name_of(reduction), [=](const auto& x) { return ctc(x[0], reduction, false); },
                   {.shapes = {{{3, 2, 3}}}, .domain = Domain{-2, 1}}});
  }
  all.push_back({"ctc_loss", "one list", [](const auto& x) { return ctc(x[0], Reduce::none, true); },
                 {.shapes = {{{3, 3, 4}}}, .large = {{{9, 37, 60}}}, .domain = Domain{-2, 1}, .program = "ctc($0)"}});
}

}  // namespace

const std::vector<rows::Row>& rows::Losses::rows() {
  static const std::vector<Row> list = [] {
    std::vector<Row> all;
    add_binary(all);
    add_numbers(all);
    add_counts_and_margins(all);
    add_vectors(all);
    add_classes(all);
    add_sequences(all);
    return all;
  }();
  return list;
}
