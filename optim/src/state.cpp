#include <cmath>
#include <set>

#include "tapegrad/optim/optimizer.h"

namespace tapegrad::optim {
namespace {

constexpr std::string_view step_name = "step";

std::string name_of(const NamedParameter& parameter, std::string_view state) {
  return parameter.name + "/" + std::string(state);
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

// "a", "b" and 3 more.
std::string listed(const std::vector<std::string>& names) {
  std::string line;
  for (std::size_t i = 0; i < names.size() && i < 4; ++i) line += (i ? ", " : "") + quoted(names[i]);
  if (names.size() > 4) line += " and " + std::to_string(names.size() - 4) + " more";
  return line;
}

void require_known(const State& given, const std::vector<std::string>& expected, const CallSite& site) {
  const std::set<std::string> known(expected.begin(), expected.end());
  std::vector<std::string> missing, unknown;
  for (const std::string& name : expected) {
    if (!given.contains(name)) missing.push_back(name);
  }
  for (const auto& [name, tensor] : given) {
    if (!known.contains(name)) unknown.push_back(name);
  }
  if (missing.empty() && unknown.empty()) return;
  std::string found;
  if (!missing.empty()) found += "it has no " + listed(missing);
  if (!unknown.empty()) found += (found.empty() ? "" : "; ") + ("this optimizer keeps no " + listed(unknown));
  throw Error("set_state: the state is another optimizer's: " + found + text(site) +
              ". Give what state() returned for the same parameters and the same options");
}

std::string shape_and_type(const AnyTensor& any) {
  return std::visit(
      []<Real T>(const Tensor<T>& x) {
        if (!x) return std::string("an empty tensor");
        return (std::is_same_v<T, float> ? "float of shape " : "double of shape ") + text(x.shape());
      },
      any);
}

// The array of that name, of that element type and shape.
template <Real T>
Tensor<T> checked(const State& given, const std::string& name, const Shape& shape, const CallSite& site) {
  const AnyTensor& any = given.at(name);
  const auto* tensor = std::get_if<Tensor<T>>(&any);
  if (tensor && *tensor && tensor->shape() == shape) return constant(*tensor);
  const std::string words = "set_state: " + quoted(name) + " is " + shape_and_type(any) + text(site) +
                            ", but must be " + shape_and_type(Tensor<T>::empty(shape));
  if (tensor && *tensor) throw ShapeError(words);
  throw Error(words);
}

std::uint64_t checked_count(const State& given, const std::string& name, const CallSite& site) {
  const double count = checked<double>(given, name, Shape{}, site).item();
  if (count >= 0 && count <= 0x1p53 && count == std::floor(count)) return static_cast<std::uint64_t>(count);
  throw DomainError("set_state: " + quoted(name) + " is " + std::to_string(count) + text(site) +
                    ", but must say how often the parameter was written");
}

}  // namespace

void Optimizer::require_names_differ(const CallSite& site) const {
  std::set<std::string_view> names;
  for (const NamedParameter& p : parameters_) {
    if (names.insert(p.name).second) continue;
    throw Error("optimizer: two parameters are called " + quoted(p.name) + text(site) +
                ", so their states cannot be told apart. Give each a name of its own");
  }
}

State Optimizer::state(CallSite site) const {
  require_names_differ(site);
  State result;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    std::visit(
        [&]<Real T>(const Memory<T>& memory) {
          const Shape& shape = std::get<Tensor<T>>(parameters_[i].variable).shape();
          for (std::size_t k = 0; k < state_names().size(); ++k) {
            if (!keeps(k)) continue;
            result[name_of(parameters_[i], state_names()[k])] =
                memory.states[k] ? memory.states[k] : first_array<T>(k, shape);
          }
          result[name_of(parameters_[i], step_name)] = Tensor<double>(double(memory.steps));
        },
        memory_[i]);
  }
  return result;
}

void Optimizer::set_state(const State& state, CallSite site) {
  require_names_differ(site);
  std::vector<std::string> expected;
  for (const NamedParameter& p : parameters_) {
    for (std::size_t k = 0; k < state_names().size(); ++k) {
      if (keeps(k)) expected.push_back(name_of(p, state_names()[k]));
    }
    expected.push_back(name_of(p, step_name));
  }
  require_known(state, expected, site);

  std::vector<AnyMemory> fresh;
  for (const NamedParameter& p : parameters_) {
    fresh.push_back(memory_for(p.variable, state_names().size()));
    std::visit(
        [&]<Real T>(Memory<T>& memory) {
          const Shape& shape = std::get<Tensor<T>>(p.variable).shape();
          for (std::size_t k = 0; k < state_names().size(); ++k) {
            if (keeps(k)) memory.states[k] = checked<T>(state, name_of(p, state_names()[k]), shape, site);
          }
          memory.steps = checked_count(state, name_of(p, step_name), site);
        },
        fresh.back());
  }
  memory_ = std::move(fresh);
}

}  // namespace tapegrad::optim
