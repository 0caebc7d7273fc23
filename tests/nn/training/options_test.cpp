// Options of compile, fit, layers, initializers and batches that cannot be, and those that go or do not go together.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// NaN, and those of many numbers that lie outside of the limits.
std::vector<double> refused_by(const OptionLimits& limits) {
  std::vector<double> bad{not_a_number};
  for (const double x : {-infinity, -1e300, -1., -1e-300, 0., 1., std::nextafter(1., 2.), 2., 1e300, infinity}) {
    if (!limits.contain(x)) bad.push_back(x);
  }
  return bad;
}

// An option that is a number: who has it, its name, its limits, and a use of it.
struct NumberCase {
  std::string owner, name;
  OptionLimits limits;
  std::function<void(double)> use;
};

Tensor<float> ones(const Shape& shape) { return Tensor<float>::full(shape, 1); }

struct Rows {
  Tensor<float> x, y;
  explicit Rows(std::size_t count) : x(Tensor<float>::empty({count, 1})), y(Tensor<float>::full({count, 1}, 0)) {
    for (std::size_t i = 0; i < count; ++i) x.mutable_data()[i] = float(i);
  }
};

nn::Sequential line() { return nn::Sequential{nn::Dense(1, 1)}; }

// Remembers the rows it was trained on.
struct Seen {
  nn::Dense layer{1, 1};
  std::multiset<float>* trained;
  void parts(nn::Parts& part) { part("layer", layer); }
  Tensor<float> operator()(const Tensor<float>& x) const {
    if (Tape::current()) trained->insert(x.data(), x.data() + x.size());
    return layer(x) * 0;
  }
};

template <class F>
void drawn(const F& initializer) {
  nn::Random random(1);
  initializer.template operator()<double>({3, 4}, random);
}

void fit_with(const nn::FitOptions& options) {
  nn::Sequential model = line();
  const Rows rows(4);
  nn::compile(model, {.loss = nn::mean_squared_error}).fit(rows.x, rows.y, options);
}

void compile_with(const nn::CompileOptions& options) {
  nn::Sequential model = line();
  nn::compile(model, options);
}

std::vector<NumberCase> number_cases() {
  return {
      {"fit", "validation_split", limits::share_below_one, [](double x) { fit_with({.validation_split = x}); }},
      {"compile", "loss_weights", limits::any_finite,
       [](double x) {
         compile_with({.loss = nn::mean_squared_error, .loss_weights = {1, x}});
       }},
      {"compile", "global_clipnorm", limits::positive,
       [](double x) { compile_with({.loss = nn::mean_squared_error, .global_clipnorm = x}); }},
      {"compile", "clipnorm", limits::positive,
       [](double x) { compile_with({.loss = nn::mean_squared_error, .clipnorm = x}); }},
      {"compile", "clipvalue", limits::positive,
       [](double x) { compile_with({.loss = nn::mean_squared_error, .clipvalue = x}); }},
      {"dropout", "rate", limits::share_below_one, [](double x) { nn::Dropout layer(x); }},
      {"dropout", "rate", limits::share_below_one,
       [](double x) {
         nn::Dropout layer(0.5);
         layer.rate = x;
         layer(ones({2, 1}));
       }},
      {"batch_norm", "momentum", limits::share, [](double x) { nn::BatchNorm(1, {.momentum = x}); }},
      {"batch_norm", "epsilon", limits::positive, [](double x) { nn::BatchNorm(1, {.epsilon = x}); }},
      {"batch_norm", "momentum", limits::share,
       [](double x) {
         nn::BatchNorm layer(1);
         layer.options.momentum = x;
         layer(ones({2, 1}));
       }},
      {"batch_norm", "epsilon", limits::positive,
       [](double x) {
         nn::BatchNorm layer(1);
         layer.options.epsilon = x;
         layer(ones({2, 1}));
       }},
      {"variance_scaling", "scale", limits::positive, [](double x) { drawn(nn::VarianceScaling{.scale = x}); }},
      {"constant", "value", limits::any_finite, [](double x) { drawn(nn::constant(x)); }},
      {"uniform", "low", limits::any_finite, [](double x) { drawn(nn::uniform(x, x)); }},
      {"uniform", "high", {0.5, infinity, false, true}, [](double x) { drawn(nn::uniform(0.5, x)); }},
      {"normal", "deviation", limits::not_negative, [](double x) { drawn(nn::normal(x)); }},
      {"normal", "deviation", limits::not_negative, [](double x) { drawn(nn::truncated_normal(x)); }},
      {"normal",
       "limit",
       {0.01, infinity},
       [](double x) {
         drawn(nn::NormalInitializer{1, x});
       }},
      {"orthogonal", "gain", limits::any_finite, [](double x) { drawn(nn::Orthogonal{x}); }},
      {"LeakyReLU", "the parameter", limits::any_finite, [](double x) { nn::LeakyReLU layer(x); }},
      {"ELU", "the parameter", limits::any_finite, [](double x) { nn::ELU layer(x); }},
      {"CELU", "the parameter", limits::any_finite, [](double x) { nn::CELU layer(x); }},
      {"leaky_relu", "the parameter", limits::any_finite, [](double x) { nn::leaky_relu(x); }},
      {"elu", "the parameter", limits::any_finite, [](double x) { nn::elu(x); }},
      {"celu", "the parameter", limits::any_finite, [](double x) { nn::celu(x); }},
  };
}

// A measure that is the same number for every batch.
auto measure(double number) {
  return [number](const Tensor<float>&, const Tensor<float>&) { return number; };
}

}  // namespace

TEST_CASE("every number among options and arguments of nn is refused where it cannot be") {
  for (const NumberCase& one : number_cases()) {
    CAPTURE(one.owner);
    CAPTURE(one.name);
    for (const double value : refused_by(one.limits)) {
      CAPTURE(value);
      const std::string words =
          one.owner + ": " + one.name + " must be " + text(one.limits) + ", but is " + option_text(value);
      CHECK_THROWS_WITH_AS(one.use(value), Contains(words.c_str()), DomainError);
    }
  }
}

TEST_CASE("errors of options name the user's line and say what to write") {
  CHECK_THROWS_WITH_AS(fit_with({.validation_split = 1}), Contains("but is 1 [options_test.cpp:"), DomainError);
  CHECK_THROWS_WITH_AS(fit_with({.validation_split = 1}), Contains("0.2 holds the last fifth of the rows out"),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::leaky_relu(infinity), Contains("inf [options_test.cpp:"), DomainError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm(1, {.momentum = 2}), Contains("The default is 0.99"), DomainError);
}

TEST_CASE("counts that are 0 or were negative numbers are refused") {
  const auto negative = static_cast<std::size_t>(-1);
  CHECK_THROWS_WITH_AS(fit_with({.epochs = negative}),
                       Contains("fit: epochs must be at least 0, but is -1 [options_test.cpp:"), DomainError);
  for (const std::size_t size : {std::size_t(0), negative, static_cast<std::size_t>(-32)}) {
    CAPTURE(size);
    const std::string words = "batch_size must be at least 1, but is " +
                              std::to_string(static_cast<std::ptrdiff_t>(size)) + " [options_test.cpp:";
    CHECK_THROWS_WITH_AS(fit_with({.batch_size = size}), Contains(words.c_str()), DomainError);
    nn::Sequential model = line();
    auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
    const Rows rows(4);
    CHECK_THROWS_WITH_AS(trainer.evaluate(rows.x, rows.y, {.batch_size = size}), Contains(words.c_str()), DomainError);
    CHECK_THROWS_WITH_AS(trainer.predict(rows.x, {.batch_size = size}), Contains(words.c_str()), DomainError);
    CHECK_THROWS_WITH_AS(nn::batches({rows.x, rows.y}, {.batch_size = size}), Contains(words.c_str()), DomainError);
  }
  for (const int verbose : {-1, 3}) {
    CHECK_THROWS_WITH_AS(fit_with({.verbose = verbose}), Contains("fit: verbose must be 0, 1 or 2, but is "),
                         DomainError);
  }
}

TEST_CASE("with validation_data every row is trained on, whatever validation_split is, as in Keras") {
  for (const double split : {0., 0.3, 0.9}) {
    std::multiset<float> trained;
    Seen model{.trained = &trained};
    auto trainer = nn::compile(model, {.loss = nn::mean_squared_error, .optimizer = optim::Sgd()});
    const Rows rows(10), held(3);
    auto history = trainer.fit(
        rows.x, rows.y,
        {.batch_size = 4, .validation_split = split, .validation_data = nn::Dataset{held.x, held.y + 2}, .verbose = 0});
    CHECK(trained == std::multiset<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(history["val_loss"][0] == doctest::Approx(4));
  }
}

TEST_CASE("rows are either trained or validated on, and none is lost, for any split") {
  for (const double split : {0.01, 0.1, 0.25, 1. / 3, 0.5, 0.8, 0.99}) {
    for (const std::size_t count : {2, 3, 7, 100}) {
      std::multiset<float> trained;
      Seen model{.trained = &trained};
      auto trainer = nn::compile(
          model,
          {.loss = nn::mean_squared_error,
           .metrics = {{"largest", [](const Tensor<float>&, const Tensor<float>& y) { return double(y.size()); }}}});
      const Rows rows(count);
      const auto fit = [&] {
        return trainer.fit(rows.x, rows.y, {.batch_size = count, .validation_split = split, .verbose = 0});
      };
      const auto kept = static_cast<std::size_t>(std::floor(double(count) * (1 - split)));  // Keras' rule
      if (kept == 0) {
        CHECK_THROWS_WITH_AS(fit(), Contains("leaves no rows to train on [options_test.cpp:"), DomainError);
        continue;
      }
      nn::History history = fit();
      CHECK(trained.size() == kept);
      CHECK(history["val_largest"][0] == double(count - kept));
      CHECK(*trained.rbegin() == float(kept - 1));
    }
  }
  CHECK_THROWS_WITH_AS(fit_with({.validation_split = 1e-17}),
                       Contains("validation_split, 1e-17 of 4 rows, leaves no rows to validate on"), DomainError);
}

TEST_CASE("validation data that do not fit are refused before anything is trained") {
  std::multiset<float> trained;
  Seen model{.trained = &trained};
  auto trainer = nn::compile(model, {.loss = nn::mean_squared_error});
  const Rows rows(4), more(5);
  CHECK_THROWS_WITH_AS(trainer.fit(rows.x, rows.y, {.validation_data = nn::Dataset{rows.x, more.y}}),
                       Contains("need the same number of rows"), ShapeError);
  CHECK_THROWS_AS(trainer.fit(rows.x, rows.y, {.validation_data = nn::Dataset{}}), ShapeError);
  CHECK(trained.empty());
}

TEST_CASE("metrics of one name, of the loss's or of none are refused") {
  const auto compiled = [](std::vector<nn::Metric> metrics) {
    compile_with({.loss = nn::mean_squared_error, .metrics = std::move(metrics)});
  };
  CHECK_THROWS_WITH_AS(compiled({nn::accuracy, nn::accuracy}),
                       Contains("compile: two metrics are called \"accuracy\" [options_test.cpp:"), Error);
  CHECK_THROWS_WITH_AS(compiled({{"mine", measure(1)}, {"mine", measure(2)}}),
                       Contains("Leave one out, or name it otherwise"), Error);
  CHECK_THROWS_AS(compiled({nn::accuracy, nn::of_output(0, nn::accuracy)}), Error);
  for (const std::string name : {"loss", "val_loss", "val_"}) {
    const std::string words = "the name of a metric must not be that of the loss or begin with \"val_\", but is \"" +
                              name + "\" [options_test.cpp:";
    CHECK_THROWS_WITH_AS(compiled({{name, measure(1)}}), Contains(words.c_str()), DomainError);
  }
  CHECK_THROWS_WITH_AS(compiled({{"", measure(1)}}), Contains("the name of a metric must not be empty, but is \"\""),
                       DomainError);
  compiled({nn::of_output(0, nn::accuracy), nn::of_output(1, nn::accuracy), nn::binary_accuracy});
}

TEST_CASE("a part without a name is refused") {
  struct Unnamed {
    nn::Dense layer{1, 1};
    void parts(nn::Parts& part) { part("", layer); }
  } model;
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("parts: the name of a part must not be empty, but is \"\""),
                       DomainError);
  CHECK_THROWS_WITH_AS(nn::parameters(model), Contains("or part.list(hidden)"), DomainError);
}

TEST_CASE("several metrics stand side by side, with the numbers of each") {
  nn::Sequential model = line();
  auto trainer =
      nn::compile(model, {.loss = nn::mean_squared_error, .metrics = {{"one", measure(1)}, {"two", measure(2)}}});
  const Rows rows(5);
  const nn::Scores scores = trainer.evaluate(rows.x, rows.y, {.batch_size = 2});
  CHECK(scores.size() == 3);
  CHECK(scores.at("one") == 1);
  CHECK(scores.at("two") == 2);
}

namespace {

struct Both {
  nn::Dense layer{1, 1};
  void parts(nn::Parts& part) { part("layer", layer); }
  std::vector<Tensor<float>> operator()(const Tensor<float>& x) const { return {layer(x), layer(x) * 2}; }
};

}  // namespace

TEST_CASE("two series of a history are never called the same") {
  const auto evaluated = [](const nn::CompileOptions& options) {
    Both model;
    const Rows rows(4);
    nn::compile(model, options).evaluate(rows.x, {rows.y, rows.y});
  };
  CHECK_THROWS_WITH_AS(evaluated({.loss = nn::mean_squared_error, .output_names = {"a", "a"}}),
                       Contains("compile: output_names must differ, but is \"a\""), DomainError);
  CHECK_THROWS_WITH_AS(evaluated({.loss = nn::mean_squared_error, .output_names = {"a", ""}}),
                       Contains("compile: output_names must not be empty"), DomainError);
  CHECK_THROWS_WITH_AS(evaluated({.loss = nn::mean_squared_error, .output_names = {"val", "a"}}),
                       Contains("\"val_loss\" would stand for two series of the history, one of them on validation"),
                       DomainError);
  CHECK_THROWS_WITH_AS(evaluated({.loss = nn::mean_squared_error,
                                  .metrics = {{"b_x", measure(1)}, {"x", measure(2)}},
                                  .output_names = {"a", "a_b"}}),
                       Contains("\"a_b_x\" would stand for two series of the history [options_test.cpp:"), DomainError);
  evaluated({.loss = nn::mean_squared_error, .output_names = {"a", "b"}});
}

TEST_CASE(
    "losses of probabilities refuse logits in fit and in evaluate, and metrics that would compare them with 0.5") {
  const Rows rows(4);
  nn::Sequential model{[](const Tensor<float>& x) { return x * 3 - 1; }};
  auto trainer = nn::compile(model, {.loss = nn::binary_cross_entropy});
  CHECK_THROWS_WITH_AS(
      trainer.evaluate(rows.x, rows.y),
      Contains(
          "evaluate: the loss binary_cross_entropy takes probabilities, but the model gives -1 [options_test.cpp:"),
      DomainError);
  CHECK_THROWS_WITH_AS(trainer.evaluate(rows.x, rows.y), Contains("nn::binary_cross_entropy_with_logits"), DomainError);
  auto logits = nn::compile(model, {.loss = nn::binary_cross_entropy_with_logits, .metrics = {nn::accuracy}});
  CHECK_THROWS_WITH_AS(logits.evaluate(rows.x, rows.y),
                       Contains("the metric \"accuracy\" compares probabilities with a threshold, but the loss "
                                "binary_cross_entropy_with_logits takes logits [options_test.cpp:"),
                       Error);
  auto right = nn::compile(
      model, {.loss = nn::binary_cross_entropy_with_logits, .metrics = {nn::BinaryAccuracy{.threshold = 0}}});
  CHECK(right.evaluate(rows.x, rows.y)["binary_accuracy"] == 0.25);
}

TEST_CASE("gradients are clipped in fit by one of three limits") {
  const auto moved_by = [](const nn::CompileOptions& options) {
    nn::seed(2);
    nn::Sequential model = line();
    const Tensor<float> x = ones({2, 1}), y = Tensor<float>::full({2, 1}, 1e6f);
    const auto values = [&] {
      std::vector<double> all;
      for (const auto& p : nn::parameters(model)) all.push_back(double(std::get<Tensor<float>>(p.variable).data()[0]));
      return all;
    };
    const std::vector<double> before = values();
    nn::compile(model, options).fit(x, y, {.verbose = 0});
    const std::vector<double> after = values();
    return std::vector<double>{after[0] - before[0], after[1] - before[1]};
  };
  const optim::Sgd sgd({.learning_rate = 1});
  // weight and bias have the same gradient, a large one
  const auto by_all = moved_by({.loss = nn::mean_squared_error, .optimizer = sgd, .global_clipnorm = 0.5});
  CHECK(std::hypot(by_all[0], by_all[1]) == doctest::Approx(0.5));
  const auto by_each = moved_by({.loss = nn::mean_squared_error, .optimizer = sgd, .clipnorm = 0.5});
  CHECK(by_each[0] == doctest::Approx(0.5));
  CHECK(by_each[1] == doctest::Approx(0.5));
  const auto by_value = moved_by({.loss = nn::mean_squared_error, .optimizer = sgd, .clipvalue = 0.25});
  CHECK(by_value[0] == doctest::Approx(0.25));
  CHECK(moved_by({.loss = nn::mean_squared_error, .optimizer = sgd})[0] > 1e5);
  CHECK_THROWS_WITH_AS(compile_with({.loss = nn::mean_squared_error, .clipnorm = 1, .clipvalue = 1}),
                       Contains("gradients are clipped in one way, but there are clipnorm and clipvalue"), DomainError);
}

TEST_CASE("a function among the options that is empty is an error where it is given, not where it is called") {
  const std::function<Tensor<float>(const Tensor<float>&)> none;
  const auto here = [](const char* who) {
    const std::string said = ": the function must be one that can be called, but is empty [options_test.cpp:";
    return Contains((who + said).c_str());
  };
  CHECK_THROWS_WITH_AS(nn::Dense(1, 1, {.activation = none}), here("activation"), DomainError);
  Tensor<float> (*pointer)(const Tensor<float>&) = nullptr;
  CHECK_THROWS_WITH_AS(nn::Dense(1, 1, {.activation = pointer}), here("activation"), DomainError);
  const std::function<Tensor<float>(const Shape&, nn::Random&)> nothing;
  CHECK_THROWS_WITH_AS(nn::Dense(1, 1, {.initializer = nothing}), here("initializer"), DomainError);
  nn::Sequential model = line();
  const std::function<Tensor<float>(const Tensor<float>&, const Tensor<float>&)> no_loss;
  CHECK_THROWS_WITH_AS(nn::compile(model, {.loss = no_loss}), here("loss"), DomainError);
  const std::function<double(const Tensor<float>&, const Tensor<float>&)> no_measure;
  CHECK_THROWS_WITH_AS(nn::Metric("largest error", no_measure), here("largest error"), DomainError);
  CHECK_THROWS_WITH_AS(on_gradient(ones({1}), none), here("gradient hook"), DomainError);
  CHECK(nn::Dense(1, 1, {.activation = std::function<Tensor<float>(const Tensor<float>&)>(
                             [](const Tensor<float>& x) { return -x; })})(ones({1, 1})).size() == 1);
}
