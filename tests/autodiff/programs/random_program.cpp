// Running, printing and shrinking random programs. What they are made of: random_steps.cpp.
#include "programs/random_program.h"

#include <random>

namespace random_program {

using namespace tapegrad;

std::vector<Value> Program::run(std::vector<Value> values, std::size_t begin, std::size_t end) const {
  for (std::size_t i = begin; i < end; ++i) {
    std::vector<Value> reads;
    for (const std::size_t number : steps[i].reads) reads.push_back(values.at(number));
    values.push_back(steps[i].call(reads));
  }
  return values;
}

std::vector<bool> Program::are_read() const {
  std::vector<bool> read(shapes.size() + steps.size(), false);
  for (const Step& step : steps) {
    for (const std::size_t number : step.reads) read[number] = true;
  }
  return read;
}

namespace {

Tensor<double> flat(const Value& value) {
  return std::visit(
      []<class X>(const X& x) {
        if constexpr (IsTensor<X>) return reshape(cast<double>(x), {x.size()});
        else return reshape(cast<double>(tensor(x)), {1});
      },
      value);
}

// The reverse: a value like the example from its place in the vector, which moves on.
Value next_part(const Tensor<double>& vector, long& place, const Value& example) {
  return std::visit(
      [&]<class X>(const X& like) -> Value {
        using T = typename X::value_type;
        if constexpr (IsTensor<X>) {
          const Tensor<double> part = slice(vector, {{place, 1, like.size()}});
          place += long(like.size());
          return cast<T>(reshape(part, like.shape()));
        } else {
          return element(cast<T>(vector), std::size_t(place++));
        }
      },
      example);
}

}  // namespace

Tensor<double> Program::result(const std::vector<Value>& values) const {
  const std::vector<bool> read = are_read();
  Tensors parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!read[i]) parts.push_back(flat(values[i]));
  }
  return concatenate(parts);
}

Tensor<double> Program::with_block(const Tensors& inputs, std::size_t begin, std::size_t end,
                                   const Around& around) const {
  std::vector<Value> values = run(values_of(inputs), 0, begin);
  std::size_t argument = 0;  // the last tensor of doubles that the block reads
  for (std::size_t i = begin; i < end; ++i) {
    for (const std::size_t number : steps[i].reads) {
      if (number < values.size() && values[number].index() == 0) argument = std::max(argument, number);
    }
  }
  const Tensor<double> all = around(
      [this, before = values, argument, begin, end](const Tensor<double>& x) {
        std::vector<Value> again = before;
        again[argument] = x;
        again = run(std::move(again), begin, end);
        Tensors parts;
        for (std::size_t i = before.size(); i < again.size(); ++i) parts.push_back(flat(again[i]));
        return concatenate(parts);
      },
      std::get<Tensor<double>>(values[argument]));
  long place = 0;
  for (std::size_t i = begin; i < end; ++i) values.push_back(next_part(all, place, steps[i].example));
  return result(run(std::move(values), end, steps.size()));
}

Tensor<double> numbers(const Shape& shape, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  Tensor<double> x = Tensor<double>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = 3 * double(generator() >> 11) * 0x1p-53 - 1.5;
  return x;
}

Tensors inputs_of(const Program& program) {
  Tensors inputs;
  for (std::size_t i = 0; i < program.shapes.size(); ++i)
    inputs.push_back(numbers(program.shapes[i], program.seed * 100 + i));
  return inputs;
}

std::string type_text(const Value& value) {
  return std::visit(
      []<class X>(const X& x) -> std::string {
        const std::string element = std::is_same_v<typename X::value_type, float> ? "float " : "double ";
        if constexpr (IsTensor<X>) return element + tapegrad::text(x.shape());
        else return element + "scalar";
      },
      value);
}

std::string text(const Program& program) {
  const std::size_t inputs = program.shapes.size();
  auto name = [inputs](std::size_t i) {
    return i < inputs ? "x" + std::to_string(i) : "v" + std::to_string(i - inputs);
  };
  std::string code = "// random program of seed " + std::to_string(program.seed) + "\n";
  for (std::size_t i = 0; i < inputs; ++i) {
    code += "Tensor<double> " + name(i) + " = variable(numbers(" + list_text(program.shapes[i].vector()) + ", " +
            std::to_string(program.seed * 100 + i) + "));\n";
  }
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    std::string line = step.code;
    for (std::size_t k = step.reads.size(); k-- > 0;) {
      const std::string place = "$" + std::to_string(k);
      for (std::size_t at; (at = line.find(place)) != std::string::npos;)
        line.replace(at, place.size(), name(step.reads[k]));
    }
    code += "auto " + name(inputs + i) + " = " + line + ";  // " + type_text(step.example) + "\n";
  }
  code += "return everything that was not read:";
  const std::vector<bool> read = program.are_read();
  for (std::size_t i = 0; i < read.size(); ++i) code += read[i] ? "" : " " + name(i);
  return code + "\n";
}

namespace {

// Without step `dropped`: its readers read value `stand_in` instead, or go too when there is none.
Program without(const Program& program, std::size_t dropped, std::size_t stand_in, bool has_stand_in) {
  const std::size_t inputs = program.shapes.size(), gone = std::size_t(-1);
  std::vector<std::size_t> now(inputs + program.steps.size());  // new number of each value
  for (std::size_t i = 0; i < inputs; ++i) now[i] = i;
  Program rest{program.seed, program.shapes, {}};
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    Step step = program.steps[i];
    bool goes = i == dropped;
    for (std::size_t& number : step.reads) {
      number = now[number];
      goes |= number == gone;
    }
    now[inputs + i] = goes ? (i == dropped && has_stand_in ? now[stand_in] : gone) : inputs + rest.steps.size();
    if (!goes) rest.steps.push_back(std::move(step));
  }
  return rest;
}

std::string type_of(const Program& program, std::size_t number) {
  const std::size_t inputs = program.shapes.size();
  return number < inputs ? "double " + tapegrad::text(program.shapes[number])
                         : type_text(program.steps[number - inputs].example);
}

// One step less, if any can go.
bool drop_one(Program& program, const std::function<bool(const Program&)>& fails) {
  auto keep_if_fails = [&](Program smaller) {
    if (!fails(smaller)) return false;
    program = std::move(smaller);
    return true;
  };
  for (std::size_t i = program.steps.size(); i-- > 0;) {
    if (keep_if_fails(without(program, i, 0, false))) return true;
    const std::vector<std::size_t> reads = program.steps[i].reads;
    for (const std::size_t number : reads) {
      if (type_of(program, number) == type_text(program.steps[i].example) &&
          keep_if_fails(without(program, i, number, true)))
        return true;
    }
  }
  return false;
}

}  // namespace

Program shrink(Program program, const std::function<bool(const Program&)>& fails) {
  while (drop_one(program, fails)) {
  }
  return program;
}

}  // namespace random_program
