// Names and errors of custom ops.
#include "tapegrad/custom/custom_op.h"

#include <algorithm>

#include "tapegrad/engine/named_kind.h"

namespace tapegrad::custom {
namespace {

std::string op(std::string_view name) { return "custom op " + std::string(name) + ": "; }

}  // namespace

const OpTraits& described(std::string_view name, bool by_element) {
  if (name.empty()) throw Error("custom_op: the op needs a name");
  return kept_traits(name, by_element ? Depends::by_element : Depends::across);
}

void require_by_element(std::string_view name, std::span<const Shape> inputs, const Shape& result,
                        const CallSite& site) {
  Shape whole = inputs[0];
  for (const Shape& input : inputs) whole = broadcast_shape(op(name) + "declared by_element", whole, input, site);
  if (whole == result) return;
  throw ShapeError(op(name) + "it was declared by_element, but its result has shape " + text(result) +
                   " and its inputs broadcast to " + text(whole) + text(site) +
                   ". Leave {.by_element = true} out where elements depend on others");
}

void fail_replay(std::string_view name, Dtype dtype, const CallSite& site) {
  const std::string type = dtype == Dtype::float32 ? "float" : "double";
  throw TapeError(op(name) + "a replay in " + type + " calls its functions with tensors of " + type +
                  ", which they do not take" + text(site) +
                  ". Write them for both types, with const auto& parameters");
}

void fail_broadcast(std::string_view name, std::string_view function, const CallSite& site) {
  throw ShapeError(op(name) + "shapes of arrays in its " + std::string(function) + " do not broadcast" + text(site));
}

void fail_empty_result(std::string_view name, const CallSite& site) {
  throw ShapeError(op(name) + "its forward returned an empty tensor, one without an array" + text(site));
}

void fail_count(std::string_view name, std::size_t count, std::size_t inputs, const CallSite& site) {
  throw Error(op(name) + "its backward returned " + std::to_string(count) + " gradients for " + std::to_string(inputs) +
              " inputs" + text(site) + ". It must return one for each, an empty Tensor where there is none");
}

void fail_on_arrays(std::string_view name, std::string_view function, const CallSite& site) {
  throw MissingRuleError(op(name) + "its " + std::string(function) +
                         " computes on arrays, which cannot be differentiated again" + text(site) +
                         ". Write it for tensors, as []<class T>(const Tensor<T>& g, ...), in ops of tapegrad");
}

void fail_without_tangent(std::string_view name, const CallSite& site) {
  throw MissingRuleError(op(name) +
                         "forward mode (jvp, hvp, hessian) needs its tangent, and its backward computes on arrays" +
                         text(site) + ". Give custom_op a tangent after backward, or write backward for tensors, in "
                         "ops of tapegrad");
}

void fail_saved(std::string_view name, std::size_t index, const CallSite& site) {
  throw MissingRuleError(
      op(name) + "value " + std::to_string(index) + " that its forward saved is neither an input nor the " +
      "result, so that derivatives through it would be lost" + text(site) +
      ". Save inputs or the result, and compute the rest in backward; capture constants in the lambda");
}

void fail_cut(std::string_view name, std::string_view function, const CallSite& site) {
  throw TapeError(op(name) + "what its " + std::string(function) +
                  " returned does not depend on its arguments as the tape " + "sees it" + text(site) +
                  ". Compute it with ops of tapegrad from the tensors that it gets: value(), "
                  "constant() and xtensor's functions cut it off");
}

void require_gradient_shape(std::string_view name, std::size_t input, const Shape& shape, const Shape& wanted,
                            const CallSite& site) {
  if (shape == wanted) return;
  throw ShapeError(op(name) + "its backward returned a gradient of shape " + text(shape) + " for input " +
                   std::to_string(input) + " of shape " + text(wanted) + text(site) +
                   (shape.size() > wanted.size() ? ". If the input was broadcast, sum over those axes" : ""));
}

void require_tangent_shape(std::string_view name, const Shape& shape, const Shape& wanted, const CallSite& site) {
  if (shape == wanted) return;
  throw ShapeError(op(name) + "its tangent returned shape " + text(shape) + " for a result of shape " + text(wanted) +
                   text(site));
}

namespace {
struct Placed {
  static constexpr OpTraits traits{.name = "adjoint"};
  auto operator()(const auto& x) const { return x[0]; }
};
}  // namespace

template <Real T>
Tensor<T> placed(const Tensor<T>& g, const CallSite& site) {
  if (Tape::current()->contains(g)) return g;
  Inputs in(Placed::traits.name, site, g);
  Tensor<T> y = in.view_of(g, g.shape(), 0);
  in.record(y, Placed{}, pointwise([](Sweep&, const Tensor<T>&) {}));
  return y;
}

template <Real T>
bool all_zero(const Tensor<T>& x) {
  return std::all_of(x.data(), x.data() + x.size(), [](T v) { return v == 0; });
}

template Tensor<float> placed(const Tensor<float>&, const CallSite&);
template Tensor<double> placed(const Tensor<double>&, const CallSite&);
template bool all_zero(const Tensor<float>&);
template bool all_zero(const Tensor<double>&);

}  // namespace tapegrad::custom
