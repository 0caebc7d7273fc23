// What random programs are made of: the rows of ops that say how they are written in a program, and forms whose numbers
// are drawn with them: axes, places, other shapes, element types, scalars.
#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "ops/families.h"
#include "programs/random_program.h"

namespace random_program {

using namespace tapegrad;

namespace {

// Calls f, a generic function, with all values as what the first one is.
template <class F>
Call of_tensors(F f) {
  return [f](const std::vector<Value>& values) {
    return std::visit(
        [&]<class X>(const X&) -> Value {
          if constexpr (IsTensor<X>) {
            std::vector<X> x;
            for (const Value& value : values) x.push_back(std::get<X>(value));
            return f(x);
          } else {
            throw std::logic_error("a step on tensors was given a scalar");
          }
        },
        values.at(0));
  };
}
template <class F>
Call of_scalars(F f) {
  return [f](const std::vector<Value>& values) {
    return std::visit(
        [&]<class X>(const X&) -> Value {
          if constexpr (IsTensor<X>) {
            throw std::logic_error("a step on scalars was given a tensor");
          } else {
            std::vector<X> x;
            for (const Value& value : values) x.push_back(std::get<X>(value));
            return f(x);
          }
        },
        values.at(0));
  };
}

// A step's code and call. The kink, if there is one, is what must not be near 0 for the step to be smooth.
struct Form {
  std::string code;
  Call call, kink = {};
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::size_t inputs_read_by(const rows::Row& row) {
  std::size_t count = 0;
  while (row.program.find("$" + std::to_string(count)) != std::string::npos) ++count;
  return count;
}

// The step of a row. Squeezed: of inputs that are brought into its domain first.
Form form_of(const rows::Row& row, bool squeezed) {
  const Domain domain = row.domain.value_or(Domain{0, 0});
  rows::Call kink = row.kink;
  if (!kink && domain.margin > 0) kink = [](const auto& x) { return x[0] * 1; };
  auto step = [=](const rows::Call& f) {
    return of_tensors([=](auto x) {
      if (squeezed) {
        for (auto& input : x) input = within(input, domain.low, domain.high);
      }
      return f(x);
    });
  };
  std::string code = row.program;
  for (std::size_t k = 0; squeezed && k < inputs_read_by(row); ++k) {
    const std::string place = "$" + std::to_string(k);
    std::ostringstream call;
    call << "within(" << place << ", " << domain.low << ", " << domain.high << ")";
    code = replaced(code, place, call.str());
  }
  return {code, step(row.call), kink ? step(kink) : Call()};
}

// Of each family the rows that are steps of programs.
const std::vector<std::vector<const rows::Row*>>& steps_of_families() {
  static const auto all = [] {
    std::vector<std::vector<const rows::Row*>> families;
    rows::for_every_family([&](const std::vector<rows::Row>& family) {
      std::vector<const rows::Row*> steps;
      for (const rows::Row& row : family) {
        if (!row.program.empty()) steps.push_back(&row);
      }
      if (!steps.empty()) families.push_back(steps);
    });
    return families;
  }();
  return all;
}

const std::vector<Form>& scalar_forms() {
  static const std::vector<Form> forms{
      {"$0 * $1", of_scalars([](const auto& x) { return x[0] * x[1]; })},
      {"$0 + sin($1)", of_scalars([](const auto& x) { return x[0] + sin(x[1]); })},
      {"$0 / (2 + cos($1))", of_scalars([](const auto& x) { return x[0] / (2 + cos(x[1])); })},
      {"tanh($0) - 0.5 * $1", of_scalars([](const auto& x) { return tanh(x[0]) - 0.5 * x[1]; })},
      {"exp(-$0 * $1 * $1 * $0)", of_scalars([](const auto& x) { return exp(-x[0] * x[1] * x[1] * x[0]); })},
      {"log(1 + $0 * $0) + $1", of_scalars([](const auto& x) { return log(1 + x[0] * x[0]) + x[1]; })},
      {"$1 * sqrt(1 + $0 * $0)", of_scalars([](const auto& x) { return x[1] * sqrt(1 + x[0] * x[0]); })},
      {"tensor({$0, $0 * $1, $1})", of_scalars([](const auto& x) {
         return tensor({x[0], x[0] * x[1], x[1]});
       })},
      {"tensor($0 - $1)", of_scalars([](const auto& x) { return tensor(x[0] - x[1]); })}};
  return forms;
}

// tanh of each scalar, added to the next: one long run of statements.
template <Real T>
Tensor<T> chained(const Tensor<T>& x) {
  std::vector<Scalar<T>> s = scalars(x);
  for (std::size_t i = 1; i < s.size(); ++i) s[i] += tanh(s[i - 1]);
  return tensor(std::span<const Scalar<T>>(s));
}

template <class F>
bool all_elements(const Value& value, F fits) {
  return std::visit(
      [&]<class X>(const X& x) {
        if constexpr (IsTensor<X>) return std::all_of(x.data(), x.data() + x.size(), fits);
        else return fits(x.value());
      },
      value);
}
bool all_magnitudes(const Value& value, double least, double most) {
  return all_elements(value, [=](double number) { return std::abs(number) >= least && std::abs(number) <= most; });
}
bool all_within(const Value& value, const Domain& domain) {
  return all_elements(value, [=](double number) { return number >= domain.low && number <= domain.high; });
}

std::size_t elements_of(const Value& value) {
  return std::visit(
      []<class X>(const X& x) -> std::size_t {
        if constexpr (IsTensor<X>) return x.size();
        else return 1;
      },
      value);
}

class Maker {
  std::size_t below(std::size_t count) { return generator_() % count; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

 public:
  Maker(std::uint64_t seed, const Options& options)
      : generator_(seed), options_(options), most_elements_(options.large ? 70000 : 100) {
    const std::vector<std::size_t> lengths{1, 2, 3, 5, 9};
    const std::size_t p = options.large ? 131 : pick(lengths), q = options.large ? 257 : pick(lengths);
    shapes_ = {Shape{p, q}, Shape{p, q}, Shape{q}, Shape{p, 1}, Shape{1, q}, Shape{q, p}};
    if (!options.large) shapes_.insert(shapes_.end(), {Shape{2, p, q}, Shape{2, 1, q}, Shape{p}, Shape{}});
    program_.seed = seed;
    for (int i = 0; i < 3; ++i) program_.shapes.push_back(pick(shapes_));
    values_ = Program::values_of(inputs_of(program_));
  }

  Program make() {
    std::vector<void (Maker::*)()> kinds(10, &Maker::of_a_row);
    kinds.insert(kinds.end(), {&Maker::moved, &Maker::part, &Maker::joined, &Maker::constants});
    if (options_.cuts) kinds.push_back(&Maker::cut);
    if (options_.floats) kinds.insert(kinds.end(), {&Maker::cast_one, &Maker::cast_one});
    if (options_.scalars) kinds.insert(kinds.end(), {&Maker::scalar, &Maker::scalar, &Maker::scalar, &Maker::scalar});
    const std::size_t wanted = 5 + below(15);
    for (std::size_t tries = 0; program_.steps.size() < wanted && tries < 50 * wanted; ++tries) (this->*pick(kinds))();
    return std::move(program_);
  }

 private:
  // A step whose shapes do not fit, or whose values would be large or near a kink, is left out.
  void add(const Form& form, const std::vector<std::size_t>& reads) {
    std::vector<Value> inputs;
    for (const std::size_t number : reads) inputs.push_back(values_[number]);
    try {
      if (form.kink && !all_magnitudes(form.kink(inputs), 0.05, 1e9)) return;
      const Value value = form.call(inputs);
      if (elements_of(value) > most_elements_ || !all_magnitudes(value, 0, 10)) return;
      values_.push_back(value);
      program_.steps.push_back({form.code, reads, form.call, value});
    } catch (const ShapeError&) {
    }
  }

  // The number of a value for which `fits` is true, often one of the last; `otherwise` when none was found.
  template <class Fits>
  std::size_t some(Fits fits, std::size_t otherwise = 0) {
    for (int tries = 0; tries < 30; ++tries) {
      const std::size_t last = std::min<std::size_t>(values_.size(), 4);
      const std::size_t number = below(2) ? below(values_.size()) : values_.size() - 1 - below(last);
      if (fits(values_[number])) return number;
    }
    return otherwise;
  }
  static bool is_tensor(const Value& value) { return value.index() < 2; }
  std::size_t some_tensor() { return some(is_tensor); }
  std::size_t some_like(std::size_t a) {
    return some([kind = values_[a].index()](const Value& value) { return value.index() == kind; }, a);
  }
  Shape shape_of(std::size_t tensor) const {
    const Value& value = values_[tensor];
    return value.index() == 0 ? std::get<0>(value).shape() : std::get<1>(value).shape();
  }

  void of_a_row() {
    const rows::Row& row = *pick(pick(steps_of_families()));
    std::vector<std::size_t> reads{some_tensor()};
    while (reads.size() < inputs_read_by(row)) reads.push_back(some_like(reads[0]));
    auto in_domain = [&](std::size_t number) { return all_within(values_[number], *row.domain); };
    add(form_of(row, row.domain && !std::ranges::all_of(reads, in_domain)), reads);
  }
  void moved() {
    const std::size_t a = some_tensor(), rank = shape_of(a).rank();
    Axes order;
    for (std::size_t i = 0; i < rank; ++i) order.push_back(long(i));
    std::shuffle(order.begin(), order.end(), generator_);
    const Shape to = pick(shapes_);
    const std::string shape = list_text(to.vector()) + ")";
    const std::vector<Form> forms{
        {"transpose($0, " + list_text(order) + ")", of_tensors([=](const auto& x) { return transpose(x[0], order); })},
        {"reshape($0, " + shape, of_tensors([=](const auto& x) { return reshape(x[0], to); })},
        {"broadcast_to($0, " + shape, of_tensors([=](const auto& x) { return broadcast_to(x[0], to); })},
        {"sum_to($0, " + shape, of_tensors([=](const auto& x) { return sum_to(x[0], to); })},
        {"reshape($0, {$0.size()})", of_tensors([](const auto& x) { return reshape(x[0], {x[0].size()}); })}};
    add(pick(forms), {a});
  }
  void part() {
    const std::size_t a = some_tensor();
    engine::Slices slices;
    std::vector<std::string> code;
    for (const std::size_t length : shape_of(a)) {
      engine::Slice slice{0, 1, length, false};
      const std::size_t kind = below(6), half = (length + 1) / 2;
      if (kind == 0) slice = {0, 2, half, false};
      if (kind == 1) slice = {long(length) - 1, -1, length, false};
      if (kind == 2 && length) slice = {long(below(length)), 1, 1, below(2) == 1};
      if (kind == 3) slice = {long(length - half), 1, half, false};
      if (kind == 4 && below(8) == 0) slice = {0, 1, 0, false};
      slices.push_back(slice);
      code.push_back("{" + std::to_string(slice.start) + ", " + std::to_string(slice.step) + ", " +
                     std::to_string(slice.count) + (slice.drop ? ", true}" : "}"));
    }
    add({"slice($0, " + list_text(code) + ")", of_tensors([=](const auto& x) { return slice(x[0], slices); })}, {a});
  }
  void joined() {
    const std::size_t a = some_tensor(), b = some_like(a);
    const long axis = long(below(3)) - 1;
    const std::string end = ", " + std::to_string(axis) + ")";
    if (below(2)) add({"stack({$0, $1}" + end, of_tensors([=](const auto& x) { return stack(x, axis); })}, {a, b});
    else
      add({"concatenate({$0, $1, $0}" + end, of_tensors([=](auto x) {
             x.push_back(x[0]);
             return concatenate(x, axis);
           })},
          {a, b});
  }
  void constants() {
    const Shape shape = pick(shapes_);
    const std::size_t seed = below(1000);
    add({"numbers(" + list_text(shape.vector()) + ", " + std::to_string(seed) + ")",
         [=](const std::vector<Value>&) -> Value { return numbers(shape, seed); }},
        {});
  }
  void cut() {
    add({"constant($0)", of_tensors([](const auto& x) { return constant(x[0]); })}, {some_tensor()});
  }
  void cast_one() {
    if (below(2))
      add({"cast<float>($0)", of_tensors([](const auto& x) { return cast<float>(x[0]); })}, {some_tensor()});
    else add({"cast<double>($0)", of_tensors([](const auto& x) { return cast<double>(x[0]); })}, {some_tensor()});
  }
  void scalar() {
    const std::size_t a = some([](const Value& value) { return !is_tensor(value); });
    if (!is_tensor(values_[a]) && below(3)) return add(pick(scalar_forms()), {a, some_like(a)});
    const std::size_t x = some_tensor(), size = shape_of(x).size();
    if (size == 0) return;
    const std::size_t place = below(size);
    const std::vector<Form> forms{
        {"element($0, " + std::to_string(place) + ")", of_tensors([=](const auto& t) { return element(t[0], place); })},
        {"chained($0)", of_tensors([](const auto& t) { return chained(t[0]); })}};
    add(forms[below(4) ? 0 : 1], {x});
  }

  std::mt19937_64 generator_;
  Options options_;
  std::size_t most_elements_;
  std::vector<Shape> shapes_;
  Program program_;
  std::vector<Value> values_;
};

}  // namespace

Program make(std::uint64_t seed, const Options& options) { return Maker(seed, options).make(); }

}  // namespace random_program
