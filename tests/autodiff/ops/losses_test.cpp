// Losses where rows do not go: errors, special values, labels that are ignored, weights, how they stand on the tape.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/inspect/print.h>

#include <cmath>
#include <limits>

using namespace tapegrad;
using doctest::Approx;
using doctest::Contains;

namespace {

using X = Tensor<double>;
constexpr double infinity = std::numeric_limits<double>::infinity();

X zeros(const Shape& shape) { return X::full(shape, 0); }
Indices labels_of(const Shape& shape, int label = 0) {
  Indices labels(shape);
  std::fill_n(labels.mutable_data(), labels.size(), label);
  return labels;
}

std::vector<std::string> ops_of(const Tape& tape) {
  std::vector<std::string> ops;
  for (const EntryView& entry : tape.entries()) ops.emplace_back(entry.op);
  return ops;
}

void same(const X& a, const X& b, double tolerance = 1e-14) {
  REQUIRE(text(a.shape()) == text(b.shape()));
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == Approx(b.data()[i]).epsilon(tolerance));
}

}  // namespace

TEST_CASE("losses of elements name shapes that differ, and settings that cannot be") {
  const X x = zeros({2, 3}), t = zeros({3});
  CHECK_THROWS_WITH_AS(mse_loss(x, t),
                       Contains("mse_loss: the prediction has shape (2, 3), but the targets have (3,) [losses_test"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(mse_loss(x, t), Contains("Use reshape on one of them"), ShapeError);
  CHECK_THROWS_WITH_AS(l1_loss(x, t), Contains("l1_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(huber_loss(x, t), Contains("huber_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(x, t), Contains("smooth_l1_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(kl_div(x, t), Contains("kl_div: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(hinge_loss(x, t), Contains("hinge_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(hinge_embedding_loss(x, t), Contains("hinge_embedding_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(poisson_nll_loss(x, t), Contains("but the counts have (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(x, t, x), Contains("gaussian_nll_loss: the prediction"), ShapeError);
  CHECK_THROWS_WITH_AS(mse_loss(x, X()), Contains("mse_loss"), Error);
  CHECK_THROWS_WITH_AS(huber_loss(x, x, {.delta = 0}),
                       Contains("huber_loss: delta is 0.000000, but must be above 0 [losses_test.cpp:"), DomainError);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(x, x, {.beta = -1}), Contains("beta is -1.000000, but must be at least 0"),
                       DomainError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(x, x, zeros({3, 1})), Contains("do not broadcast"), ShapeError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(x, x, zeros({4, 2, 3})),
                       Contains("variance has shape (4, 2, 3), which does not broadcast to the prediction's (2, 3)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(gaussian_nll_loss(x, x, X{1, -2, 3}),
                       Contains("variance 1 is -2.000000, but must be at least 0. Give softplus or exp"), DomainError);
  CHECK_THROWS_WITH_AS(mse_loss(zeros({0}), zeros({0})), Contains("mse_loss: the mean of no elements"), ShapeError);
  CHECK_THROWS_WITH_AS(mse_loss(zeros({0}), zeros({0}), {.weight = X(2.)}), Contains("the mean of no elements"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(mse_loss(t, t, {.weight = x}),
                       Contains("the weights have shape (2, 3), which does not broadcast to the losses' (3,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(binary_cross_entropy(t, t, {.pos_weight = x}),
                       Contains("pos_weight has shape (2, 3), which does not broadcast to the prediction's (3,)"),
                       ShapeError);
  CHECK(mse_loss(zeros({0}), zeros({0}), {.reduction = Reduce::sum}).item() == 0);
  CHECK(mse_loss(zeros({0, 3}), zeros({0, 3}), {.reduction = Reduce::none}).shape() == Shape{0, 3});
}

TEST_CASE("losses of vectors name shapes that do not fit") {
  const X x = zeros({2, 3}), y = zeros({2, 4});
  CHECK_THROWS_WITH_AS(triplet_margin_loss(x, x, y),
                       Contains("triplet_margin_loss: needs vectors of one shape, along the last axis, but they have "
                                "(2, 3) and (2, 4) [losses_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(triplet_margin_loss(x, x, x, {.order = 0.5}), Contains("norm"), DomainError);
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(x, y, zeros({2})), Contains("cosine_embedding_loss: needs vectors"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(x, x, x),
                       Contains("the prediction has shape (2,), but the targets have (2, 3)"), ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(x, y), Contains("cosine_similarity"), ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(x, x, 2),
                       Contains("cosine_similarity: axis 2 does not exist in rank 2 [losses_test.cpp:"), ShapeError);
}

TEST_CASE("losses of classes name the label, its place and the number of classes") {
  const X z = zeros({2, 3, 4});
  Indices labels = labels_of({2, 3});
  labels.mutable_data()[4] = 4;
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels),
                       Contains("cross_entropy: label 4 at (1, 1) is none of the 4 classes, 0 to 3 [losses_test.cpp:"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nll_loss(z, labels), Contains("nll_loss: label 4 at (1, 1) is none of the 4 classes"),
                       DomainError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 3}, -1)), Contains("label -1 at (0, 0)"), DomainError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 4})),
                       Contains("with the classes last the logits have shape (2, 3, 4) and the labels (2, 4) "
                                "[losses_test.cpp:"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 4})), Contains("Is .axis the axis of the classes?"), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 4}), {.axis = 3}),
                       Contains("cross_entropy: axis 3 does not exist in rank 3"), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({}), labels_of({})), Contains("the logits have shape ()"), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({2, 0}), labels_of({2})), Contains("at least one class"), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 3}), {.weight = X{1, 2, 3}}),
                       Contains("needs a weight for each of the 4 classes, but the weights have shape (3,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, labels_of({2, 3}), {.label_smoothing = 1.5}),
                       Contains("label_smoothing is 1.500000, but must be in [0, 1]"), DomainError);
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({0, 3}), labels_of({0})), Contains("the mean of no elements"), ShapeError);
  CHECK(cross_entropy(zeros({0, 3}), labels_of({0}), {.reduction = Reduce::sum}).item() == 0);
  CHECK(cross_entropy(zeros({0, 3}), labels_of({0}), {.reduction = Reduce::none}).shape() == Shape{0});

  const std::string op = "cross_entropy of probabilities: ";
  CHECK_THROWS_WITH_AS(cross_entropy(z, zeros({2, 3})), Contains((op + "the prediction has shape (2, 3, 4)").c_str()),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, z, {.axis = -4}), Contains((op + "axis -4 does not exist").c_str()),
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, z, {.weight = X{1, 2, 3}}), Contains("of the 4 classes"), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(z, z, {.label_smoothing = -0.5}), Contains("must be in [0, 1]"), DomainError);
  CHECK_THROWS_WITH_AS(cross_entropy(zeros({2, 0}), zeros({2, 0})), Contains("needs at least one class"), ShapeError);
}

TEST_CASE("losses are one entry each, and so are their reductions") {
  const X x = variable(X{{0.5, 0.25, 2}, {1, -1, 3}}, "x");
  const X t{{1, 0, 1}, {0, 1, 0}};
  const auto one = [&](const std::string& op, const auto& loss) {
    for (const Reduce reduction : {Reduce::none, Reduce::sum, Reduce::mean}) {
      Tape tape;
      loss(reduction);
      CHECK(ops_of(tape) == std::vector<std::string>{"variable", op});
    }
  };
  one("mse_loss", [&](Reduce r) { mse_loss(x, t, {.reduction = r}); });
  one("huber_loss", [&](Reduce r) { huber_loss(x, t, {.reduction = r}); });
  one("binary_cross_entropy_with_logits", [&](Reduce r) {
    binary_cross_entropy_with_logits(x, t, {.reduction = r, .pos_weight = X{1, 2, 3}});
  });
  one("cross_entropy", [&](Reduce r) {
    cross_entropy(x, {2, 0}, {.reduction = r, .weight = X{1, 2, 3}, .label_smoothing = 0.1});
  });
  one("nll_loss", [&](Reduce r) { nll_loss(x, {2, 0}, {.reduction = r}); });
  const X said = variable(zeros({2, 1, 3}), "said");
  one("ctc_loss", [&](Reduce r) { ctc_loss(said, {1}, {2}, {1}, {.reduction = r}); });
}

TEST_CASE("what is ignored costs nothing, whatever its logits are, in every mode") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const X z = variable(X{{1, 2, 3}, {nan, infinity, 0}, {0, 1, 0}}, "z");
  const auto loss = [](const X& at) { return cross_entropy(at, {2, -100, 0}); };
  const X expected = cross_entropy(X{{1, 2, 3}, {0, 1, 0}}, {2, 0});
  for (const bool recorded : {false, true}) {
    Tape tape;
    const X y = loss(z);
    CHECK(y.item() == Approx(expected.item()).epsilon(1e-15));
    const X g = tape.gradient(y, z, {.create_graph = recorded});
    for (std::size_t i = 3; i < 6; ++i) CHECK(g.data()[i] == 0);
    CHECK(std::isfinite(sum(g).item()));
  }
  CHECK(std::isnan(cross_entropy(z, labels_of({3}, -100)).item()));  // as PyTorch's
  CHECK(cross_entropy(z, labels_of({3}, 7), {.reduction = Reduce::sum, .ignore_index = 7}).item() == 0);
  CHECK(cross_entropy(X{{1, 2}}, {0}, {.reduction = Reduce::sum, .weight = X{0, 1}}).item() == 0);
}

TEST_CASE("classes of probability 0 that nothing asks for cost nothing") {
  const X z = variable(X{{0, -infinity, 0}}, "z");
  {
    Tape tape;
    const X y = cross_entropy(z, {2});
    CHECK(y.item() == Approx(std::log(2.)));
    same(tape.backward(y)[z], X{{0.5, 0, -0.5}});
  }
  {
    Tape tape;
    const X y = cross_entropy(z, X{{0.25, 0, 0.75}});
    CHECK(y.item() == Approx(std::log(2.)));
    same(tape.backward(y)[z], X{{0.25, 0, -0.25}});
  }
  CHECK(cross_entropy(z, {1}).item() == infinity);
  CHECK(cross_entropy(z, X{{0.5, 0.5, 0}}).item() == infinity);
  const X p = variable(X{{0.5, 0, 0.5}}, "p");
  Tape tape;
  same(tape.backward(nll_loss(log(p), {0}))[p], X{{-2, 0, 0}});  // no NaN of the logarithm of 0
}

TEST_CASE("special targets of divergences and counts") {
  const X x = variable(X{-1, -2, 0.5}, "x"), t = X{0, 1, 0};
  {
    Tape tape;
    const X y = kl_div(x, t, {.reduction = Reduce::none});
    same(y, X{0, 2, 0});
    same(tape.backward(sum(y))[x], X{0, -1, 0});
  }
  same(poisson_nll_loss(X{0, 1}, X{0, 1}, {.full = true, .reduction = Reduce::none}), X{1, std::exp(1.) - 1});
  const X v = variable(X{0, 1}, "v");
  Tape tape;
  const X g = tape.backward(gaussian_nll_loss(X{1, 1}, X{0, 0}, v, {.reduction = Reduce::sum}))[v];
  same(g, X{0, 0});
  same(smooth_l1_loss(x, t, {.beta = 0, .reduction = Reduce::none}), abs(x - t));
}

TEST_CASE("the cosine of vectors along any axis, of vectors of 0 too") {
  const X a{{1, 2}, {3, 4}, {0, 0}}, b{{2, 1}, {-3, 4}, {1, 1}};
  same(cosine_similarity(a, b), X{0.8, 0.28, 0});
  same(cosine_similarity(transpose(a), transpose(b), 0), X{0.8, 0.28, 0});
  same(cosine_similarity(a, X{1, 0}), X{1 / std::sqrt(5.), 0.6, 0});
  const X z = variable(X{0, 0}, "z");
  Tape tape;
  same(tape.backward(cosine_similarity(z, X{3, 4}))[z], X{3e8 / 5, 4e8 / 5}, 1e-12);
}

TEST_CASE("ctc_loss names lengths, labels and blanks that do not fit") {
  const X x = zeros({4, 2, 3});
  const Indices targets = labels_of({2, 2}, 1), times{4, 3}, counts{2, 1};
  const std::string op = "ctc_loss: ";
  CHECK_THROWS_WITH_AS(ctc_loss(zeros({4, 3}), targets, times, counts),
                       Contains((op + "needs log_probabilities (time, batch, classes), but their shape is (4, 3) "
                                      "[losses_test.cpp:").c_str()),
                       ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, targets, {4}, counts), Contains("one of the input_lengths for each of 2 samples"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, targets, {4, 5}, counts),
                       Contains("element 1 of the input_lengths is 5, but there are 4 times"), ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, targets, times, {2, 3}),
                       Contains("element 1 of the target_lengths is 3, but there are 2 targets in a row"), ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, targets, times, {2, -1}), Contains("element 1 of the target_lengths is -1"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, labels_of({3, 2}, 1), times, counts),
                       Contains("needs targets (batch, longest), or all of them as one list, for 2 samples"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, {1, 2}, times, counts),
                       Contains("target_lengths add up to 3, but there are 2 targets"), ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, {1, 2, 3}, times, counts), Contains("label 3 at (1, 0) is none of the 3 classes"),
                       DomainError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, {1, 0, 2}, times, counts),
                       Contains("label 0 at (0, 1) is the blank, which cannot be a target"), DomainError);
  CHECK_THROWS_WITH_AS(ctc_loss(x, targets, times, counts, {.blank = 3}),
                       Contains("the blank, 3, is none of the 3 classes"), DomainError);
  CHECK_THROWS_WITH_AS(ctc_loss(zeros({4, 0, 3}), labels_of({0, 2}), labels_of({0}), labels_of({0})),
                       Contains("the mean of no samples"), ShapeError);
}

TEST_CASE("ctc_loss of sequences that cannot be said, of no labels and of no time") {
  const X z = variable(X{{{1, 2, 0}, {0, 1, 3}, {1, 1, 0}}, {{0, 2, 0}, {2, 1, 0}, {1, 0, 0}}}, "z");
  const Indices times{2, 2, 0}, counts{2, 0, 0};  // two equal labels need three times
  for (const bool zero : {false, true}) {
    for (const bool recorded : {false, true}) {
      CAPTURE(zero);
      CAPTURE(recorded);
      Tape tape;
      const X y = ctc_loss(z, labels_of({3, 2}, 1), times, counts, {.reduction = Reduce::none, .zero_infinity = zero});
      same(slice(y, {{1, 1, 2, false}}), X{-2, 0});  // blanks throughout; nothing at all
      CHECK(y.data()[0] == (zero ? 0 : infinity));
      const X g = tape.gradient(y, z, {.seed = X{1, 1, 1}, .create_graph = recorded});
      same(g, X{{{0, 0, 0}, {-1, 0, 0}, {0, 0, 0}}, {{0, 0, 0}, {-1, 0, 0}, {0, 0, 0}}});
    }
  }
}

TEST_CASE("ctc_loss with another blank is that of the classes in another order") {
  const X x = log_softmax(X{{{1, 2, 0}}, {{0, 1, 3}}, {{0.5, 1, 0}}});
  const X moved = take(x, {2, 0, 1}, 2);  // class k is where k - 1 was
  const X expected = ctc_loss(x, {1, 2}, {3}, {2});
  same(ctc_loss(moved, {2, 0}, {3}, {2}, {.blank = 1}), expected, 1e-14);
}

TEST_CASE("ctc_loss of a thousand times neither overflows nor vanishes") {
  const X x = variable(X::full({1000, 1, 50}, -std::log(50.)), "x");
  Indices labels(Shape{1, 300});
  for (std::size_t i = 0; i < 300; ++i) labels.mutable_data()[i] = int(i % 49) + 1;
  Tape tape;
  const X y = ctc_loss(x, labels, {1000}, {300}, {.reduction = Reduce::sum});
  // As many ways as there are to say 300 labels, none like its neighbour, in 1000 times: binomial(1300, 600)
  const double ways = std::lgamma(1301.) - std::lgamma(601.) - std::lgamma(701.);
  CHECK(y.item() == Approx(1000 * std::log(50.) - ways).epsilon(1e-12));
  CHECK(sum(tape.backward(y)[x]).item() == Approx(-1000).epsilon(1e-11));  // at every time one class is said
}
