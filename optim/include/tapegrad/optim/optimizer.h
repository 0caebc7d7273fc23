// What all optimizers share: the parameters they write, what they remember of each, and a step from gradients.
#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/option_limits.h"
#include "tapegrad/optim/state.h"
#include "tapegrad/tape/gradients.h"

namespace tapegrad::optim {

/// A variable with the name it has in its model.
struct NamedParameter {
  std::string name;
  AnyTensor variable;
};
using Parameters = std::vector<NamedParameter>;

/// The arrays of one parameter in one step. All may be read and written up to a register past their end.
template <Real T>
struct StepArrays {
  T* parameter;
  const T* gradient;
  std::vector<T*> states;  ///< in the order of the rule's names, null for one that is not kept
  std::size_t group;       ///< the parameters of a group have been written equally often
  /// Of a gradient by rows: the rows of the parameter and the states that it is for, each `width` long; else null. No
  /// other element is written.
  const std::int32_t* rows = nullptr;
  std::size_t width = 0;
};

/// Base of the optimizers. Made with options alone it is bound to a model's parameters later.
class Optimizer {
 public:
  // Defined in the library, so that a program that moves an optimizer compiles nothing of what it remembers.
  Optimizer();
  Optimizer(const Optimizer&);
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(const Optimizer&);
  Optimizer& operator=(Optimizer&&) noexcept;
  virtual ~Optimizer();
  /// Sets the parameters to be written and clears the state. Throws Error for a tensor that is no variable, DomainError
  /// for a parameter without a name.
  void bind(Parameters parameters, CallSite site = CallSite::current());
  /// Writes every parameter that has a gradient, all in one pass, and of one whose gradient is of rows (see embedding)
  /// only those: what is remembered of the others waits, without decay. Gradients are not changed. Throws Error when
  /// none has one, and, with its label, for a parameter of a module that has one but is in no list of parameters;
  /// DomainError for an option that cannot be, as after optimizer.options.beta1 = 1. Then nothing has changed.
  void step(const Gradients& gradients, CallSite site = CallSite::current());
  const Parameters& parameters() const { return parameters_; }

  /// The length of a step, to be changed between steps: optimizer.learning_rate() *= 0.5.
  double& learning_rate() { return rate(); }
  double learning_rate() const { return const_cast<Optimizer*>(this)->rate(); }

  /// What is remembered of every parameter; zeros, or the rule's first values, for one that was not written yet. The
  /// tensors keep their values when the optimizer goes on. Throws Error when two parameters have one name.
  State state(CallSite site = CallSite::current()) const;
  /// Goes on from such a state, to the last bit: parameters and options are not part of it. Throws Error that names
  /// the arrays which are missing, unknown or of another element type, ShapeError for another shape, DomainError for
  /// a "step" that is no count; then nothing has changed.
  void set_state(const State& state, CallSite site = CallSite::current());

 protected:
  virtual double& rate() = 0;
  /// Throws DomainError for an option that cannot be.
  virtual void require_options(const CallSite&) const {}
  /// Names of the arrays of a parameter's shape that the optimizer can keep for it.
  virtual std::span<const std::string_view> state_names() const = 0;
  /// Whether the options of now need array number `state`. One that is not needed is dropped at the next step.
  virtual bool keeps(std::size_t state) const = 0;
  /// What every element of a new array is.
  virtual double first_value(std::size_t state) const = 0;
  /// Before the arrays are written: `counts[group]` is the number of the step that the group's parameters make, from 1.
  /// The flags say of which types there are parameters.
  virtual void begin_step(std::span<const std::uint64_t> counts, bool of_float, bool of_double) = 0;
  /// Writes elements [begin, end), where begin is a multiple of a register's length; of arrays with rows, the elements
  /// of rows [begin, end) of their list.
  virtual void update(const StepArrays<float>& arrays, std::size_t begin, std::size_t end) const = 0;
  virtual void update(const StepArrays<double>& arrays, std::size_t begin, std::size_t end) const = 0;

 private:
  template <Real T>
  struct Memory {
    std::vector<Tensor<T>> states;  // empty tensors until the first step
    std::uint64_t steps = 0;
    StepArrays<T> arrays{};
  };
  using AnyMemory = std::variant<Memory<float>, Memory<double>>;
  struct Piece {
    std::variant<const StepArrays<float>*, const StepArrays<double>*> arrays;
    std::size_t begin, end;
  };
  static AnyMemory memory_for(const AnyTensor& variable, std::size_t states);
  void require_names_differ(const CallSite& site) const;
  void require_listed(const Gradients& gradients, const CallSite& site) const;
  std::size_t group_of(std::uint64_t count);
  template <class F>
  void with_memory(std::size_t parameter, const F& f);
  template <Real T>
  std::size_t collect(Tensor<T>& variable, Memory<T>& memory, const Gradients& gradients);
  template <Real T>
  Tensor<T> first_array(std::size_t state, const Shape& shape) const {
    return Tensor<T>::full(shape, static_cast<T>(first_value(state)), "optimizer");
  }

  Parameters parameters_;
  std::vector<AnyMemory> memory_;  // by parameter
  bool has_float_ = false, has_double_ = false;
  // Of one step, kept for the next one's:
  std::vector<Piece> pieces_;
  std::vector<std::uint64_t> counts_;  // by group
  std::vector<char> kept_;             // by state
};

/// What a number among the options of a rule may be.
template <class Options>
struct NumberOption {
  std::string_view name;
  double Options::* number;
  OptionLimits limits;
};
/// The rate of every rule is a number that is finite and not negative.
template <class Options>
constexpr NumberOption<Options> learning_rate_option{"learning_rate", &Options::learning_rate, limits::not_negative};

/// An optimizer of a rule, such as AdamRule:
///   struct Rule {
///     using Options = ...;                                              // with a double learning_rate
///     static constexpr std::array<std::string_view, N> states{...};     // names of what is kept for each element
///     template <Real T> struct Step { ... };                            // the numbers of one step
///     template <Real T> Step<T> step(const Options&, std::uint64_t n);  // for a parameter's step number n, from 1
///     template <class S, class L> static void update(const S&, L& parameter, const L& gradient, std::array<L, N>&);
///   };
/// update is written once: S is a Step, L a register of float or of double (see functions/lanes.h). Where the options
/// decide what is kept, `static bool keeps(const Options&, std::size_t state)` says so; a state that is not kept is 0.
/// A state that does not start at 0 has `static double first_value(const Options&, std::size_t state)`. What the
/// options may be is checked by the constructor and by every step: the learning rate always, the others where the rule
/// lists them, `static constexpr std::array<NumberOption<Options>, N> numbers{...}` under its `name`, and where options
/// depend on each other by its `static void require(const Options&, const CallSite&)`. A rule of one's own needs
/// "tapegrad/optim/rule.h", which compiles the loop.
template <class Rule>
class OptimizerOf : public Optimizer {
 public:
  using Options = typename Rule::Options;
  /// Throws DomainError for an option that cannot be: outside the limits of its rule, or NaN.
  explicit OptimizerOf(Options options = {}, CallSite site = CallSite::current()) : options(options) {
    require_options(site);
  }
  template <std::same_as<Parameters> P>  // a template, so that {.learning_rate = x} means options
  OptimizerOf(P parameters, Options options = {}, CallSite site = CallSite::current()) : OptimizerOf(options, site) {
    bind(std::move(parameters), site);
  }

  Options options;  ///< may be changed between steps

 protected:
  double& rate() override { return options.learning_rate; }
  void require_options(const CallSite& site) const override;
  std::span<const std::string_view> state_names() const override { return Rule::states; }
  bool keeps(std::size_t state) const override;
  double first_value(std::size_t state) const override;
  void begin_step(std::span<const std::uint64_t> counts, bool of_float, bool of_double) override;
  void update(const StepArrays<float>& arrays, std::size_t begin, std::size_t end) const override;
  void update(const StepArrays<double>& arrays, std::size_t begin, std::size_t end) const override;

 private:
  Rule rule_;
  std::vector<typename Rule::template Step<float>> float_steps_;  // by group
  std::vector<typename Rule::template Step<double>> double_steps_;
};

}  // namespace tapegrad::optim
