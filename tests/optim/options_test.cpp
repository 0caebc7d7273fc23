// Every number among the options of every optimizer, set to what it cannot be: by the constructor and between steps.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn/module/fields.h>
#include <tapegrad/optim.h>
#include <tapegrad/optim/rule.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace tapegrad;
using doctest::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

// NaN, the infinities, and what lies just outside of the limits and far outside.
std::vector<double> refused_by(const OptionLimits& limits) {
  std::vector<double> bad{not_a_number};
  for (const double x : {-infinity, -1e300, -1., -1e-300, 0., 1., std::nextafter(1., 2.), 2., 1e300, infinity}) {
    if (!limits.contain(x)) bad.push_back(x);
  }
  return bad;
}

struct Step {
  Tensor<double> w = variable(xt::xarray<double>{2., -3.}, "w");
  Gradients gradients() const {
    Tape tape;
    return tape.backward(sum(square(w)));
  }
  std::vector<double> values() const { return {w.data()[0], w.data()[1]}; }
};

template <class Rule>
void refuses_every_number() {
  using Optimizer = optim::OptimizerOf<Rule>;
  using Options = typename Rule::Options;
  std::size_t checked = 0;
  for (const auto& option : Rule::numbers) {
    CAPTURE(option.name);
    CHECK(option.limits.contain(Options().*option.number));
    for (const double value : refused_by(option.limits)) {
      CAPTURE(value);
      ++checked;
      const std::string words = std::string(Rule::name) + ": " + std::string(option.name) + " must be " +
                                text(option.limits) + ", but is " + option_text(value) + " [options_test.cpp:";
      Options options;
      options.*option.number = value;
      CHECK_THROWS_WITH_AS(Optimizer{options}, Contains(words.c_str()), DomainError);
      CHECK_THROWS_WITH_AS(Optimizer{options}, Contains("]. The default is "), DomainError);
      const Step made;
      CHECK_THROWS_WITH_AS((Optimizer{optim::Parameters{{"w", made.w}}, options}), Contains(words.c_str()),
                           DomainError);

      const Step changed, untouched;
      Optimizer optimizer(optim::Parameters{{"w", changed.w}}), other(optim::Parameters{{"w", untouched.w}});
      optimizer.step(changed.gradients());
      other.step(untouched.gradients());
      optimizer.options.*option.number = value;
      CHECK_THROWS_WITH_AS(optimizer.step(changed.gradients()), Contains(words.c_str()), DomainError);
      optimizer.options = Options();
      CHECK(changed.values() == untouched.values());
      optimizer.step(changed.gradients());  // goes on as if nothing had been tried
      other.step(untouched.gradients());
      CHECK(changed.values() == untouched.values());
    }
  }
  CHECK(checked >= 6 * Rule::numbers.size());
  // every number among the options is on the list
  const Options defaults;
  std::size_t doubles = 0;
  nn::with_fields(defaults, [&](const auto&... fields) {
    ((doubles += std::is_same_v<std::decay_t<decltype(fields)>, double>), ...);
  });
  CHECK(doubles == Rule::numbers.size());
}

// A rule that lists nothing.
struct PlainRule {
  struct Options {
    double learning_rate = 0.1;
  };
  static constexpr std::array<std::string_view, 1> states{"unused"};
  template <Real T>
  struct Step {
    T rate;
  };
  template <Real T>
  Step<T> step(const Options& o, std::uint64_t) {
    return {T(o.learning_rate)};
  }
  template <class S, class L>
  static void update(const S& s, L& p, const L& g, std::array<L, 1>&) {
    p = p - s.rate * g;
  }
};

}  // namespace

TEST_CASE("every number among an optimizer's options is refused where it cannot be, also between steps") {
  refuses_every_number<optim::AdagradRule>();
  refuses_every_number<optim::AdamRule>();
  refuses_every_number<optim::AdamWRule>();
  refuses_every_number<optim::RMSpropRule>();
  refuses_every_number<optim::SgdRule>();
}

TEST_CASE("the learning rate of a rule of one's own is checked, also through learning_rate()") {
  const Step step;
  optim::OptimizerOf<PlainRule> plain(optim::Parameters{{"w", step.w}});
  for (const double rate : {-0.1, not_a_number, infinity}) {
    plain.learning_rate() = rate;
    CHECK_THROWS_WITH_AS(plain.step(step.gradients()),
                         Contains("optimizer: learning_rate must be finite and at least 0, but is "), DomainError);
  }
  plain.learning_rate() = 0;
  plain.step(step.gradients());
  CHECK(step.values() == std::vector<double>{2, -3});
}

TEST_CASE("nesterov without momentum would be plain descent, and is refused") {
  CHECK_THROWS_WITH_AS(optim::Sgd({.nesterov = true}),
                       Contains("sgd: momentum must be above 0 where nesterov is set, but is 0 [options_test.cpp:"),
                       DomainError);
  CHECK_THROWS_WITH_AS(optim::Sgd({.nesterov = true}), Contains("such as 0.9, or leave nesterov out"), DomainError);
  const Step step;
  optim::Sgd sgd(optim::Parameters{{"w", step.w}}, {.momentum = 0.9, .nesterov = true});
  sgd.options.momentum = 0;
  CHECK_THROWS_AS(sgd.step(step.gradients()), DomainError);
}

TEST_CASE("limits that numbers may reach are allowed") {
  optim::Adam({.learning_rate = 0, .beta1 = 0, .beta2 = 0, .epsilon = 0});
  optim::Sgd({.momentum = 1});
  optim::RMSprop({.alpha = 0, .momentum = 1});
  CHECK(text(limits::share_below_one) == "in [0, 1)");
  CHECK(text(limits::positive) == "finite and above 0");
  CHECK(text(limits::any_finite) == "finite");
  CHECK(text(OptionLimits{0, infinity}) == "at least 0");
  CHECK(option_text(-1e-9) == "-1e-09");
  CHECK(option_text(-not_a_number) == "nan");
}

TEST_CASE("a parameter without a name is refused") {
  const Step step;
  CHECK_THROWS_WITH_AS(optim::Adam(optim::Parameters{{"v", step.w}, {"", step.w}}),
                       Contains("optimizer: the name of parameter 1 must not be empty, but is \"\" [options_test.cpp:"),
                       DomainError);
}

TEST_CASE("weight decay is what the optimizer's name says, whatever else is given") {
  static_assert(!std::is_constructible_v<optim::AdamW, optim::AdamOptions>);
  static_assert(!std::is_convertible_v<optim::AdamOptions, optim::AdamWOptions>);
  const auto after = [](auto optimizer) {
    const Step step;
    Tape tape;
    const Gradients zero = tape.backward(sum(step.w * 0));
    optimizer.bind({{"w", step.w}});
    optimizer.step(zero);
    return step.values();
  };
  const double kept = 1 - 0.5 * 0.01;
  CHECK(after(optim::AdamW({.learning_rate = 0.5})) == std::vector<double>{2 * kept, -3 * kept});
  CHECK(after(optim::Adam({.learning_rate = 0.5})) == std::vector<double>{2, -3});
  // Adam's decay goes through the averages, as PyTorch's: one whole rate
  CHECK(after(optim::Adam({.learning_rate = 0.5, .weight_decay = 0.1}))[0] == doctest::Approx(1.5));
}
