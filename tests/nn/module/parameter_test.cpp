// A parameter is a tensor wherever one is taken, and stays the variable that optimizers know.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/custom/custom_op.h>
#include <tapegrad/functions/fuse.h>
#include <tapegrad/gradcheck/gradcheck.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>
#include <tapegrad/tape/checkpoint.h>

#include <utility>

using namespace tapegrad;
using doctest::Contains;

namespace {

template <Real T>
Tensor<T> numbers(const Shape& shape) {
  Tensor<T> x = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = T(0.3) * T(i + 1);
  return x;
}

template <Real T>
void require_same(const Tensor<T>& a, const Tensor<T>& b) {
  REQUIRE(a.shape() == b.shape());
  CHECK(a.value() == b.value());
}

// f(w, b) of parameters and of the tensors that they are: the same values, and the same gradients.
template <Real T, class F>
void same_as_tensors(F f) {
  const nn::Parameter<T> w(numbers<T>({2, 2}), "w"), b(numbers<T>({2}), "b");
  auto of = [&](const auto& x, const auto& y) {
    Tape tape;
    const Tensor<T> result = f(x, y);
    const Gradients g = tape.backward(sum(result));
    return std::tuple(constant(result), g[w], g.contains(b) ? g[b] : Tensor<T>(T(0)));
  };
  const auto [value, of_w, of_b] = of(w, b);
  const auto [value2, of_w2, of_b2] = of(w.tensor(), b.tensor());
  require_same(value, value2);
  require_same(of_w, of_w2);
  require_same(of_b, of_b2);
}

template <Real T>
void every_way() {
  const Tensor<T> x = numbers<T>({2, 2});
  const xt::xarray<T> row{T(1), T(-2)};
  same_as_tensors<T>([&](const auto& w, const auto& b) { return w + b - w * b / (2 + w) + -w + 3 * b - w / 2; });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return w + row + row * b + x * w; });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return linear(x, w, b) + matmul(w, w) + exp(w) + pow(w, 2); });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return where(w > 1, w, b) + maximum(w, b) + sum(w, {0}); });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return concatenate<T>({w, x, stack<T>({b, b})}); });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return view(w, xt::all(), 0) * view(b, 1) * transpose(w); });
  same_as_tensors<T>(
      [](const auto& w, const auto& b) { return fuse([](auto p, auto q) { return p * exp(q); }, w, b); });
  same_as_tensors<T>([](const auto& w, const auto& b) {
    return fuse([](auto p, auto q, auto r, auto s, auto t) { return p * q + r * s * t; }, w, b, w, b, w);
  });
  const auto product = custom_op(
      "product", [](const auto& p, const auto& q) { return with_saved(p * q, p, q); },
      [](const Tensor<T>& g, const Tensor<T>& p, const Tensor<T>& q) { return std::tuple(g * q, sum(g * p, {0})); });
  same_as_tensors<T>([&](const auto& w, const auto& b) { return product(w, b); });
  same_as_tensors<T>([](const auto& w, const auto& b) {
    return checkpoint([](const auto& p, const auto& q) { return tanh(p * q); }, w, b);
  });
  same_as_tensors<T>([](const auto& w, const auto& b) {
    return checkpoint(
        [](const auto& p, const auto& q, const auto& r, const auto& s, const auto& t) { return p * q + r * s * t; }, w,
        b, w, b, w);
  });
}

struct Mlp {
  nn::Dense hidden{3, 4}, output{4, 1};
  void parts(nn::Parts& part) {
    part("hidden", hidden);
    part("output", output);
  }
  Tensor<float> operator()(const Tensor<float>& x) const { return output(tanh(hidden(x))); }
};

}  // namespace

TEST_CASE("every op and operator takes a parameter as it takes a tensor") {
  every_way<float>();
  every_way<double>();
}

TEST_CASE("transforms, gradient checks and a tape's gradients take parameters") {
  const nn::Parameter<double> w(numbers<double>({2, 2}), "w"), b(numbers<double>({2}), "b");
  auto f = [](const auto& x, const auto& y) { return sum(tanh(x * y)); };
  auto g = [](const auto& x) { return sum(x * x * x); };
  const auto [of_w, of_b] = grad(f)(w, b);
  const auto [tensor_w, tensor_b] = grad(f)(w.tensor(), b.tensor());
  require_same(of_w, tensor_w);
  require_same(of_b, tensor_b);
  require_same(hvp(g)(w, w), hvp(g)(w.tensor(), w.tensor()));
  require_same(jacobian(g)(w), jacobian(g)(w.tensor()));
  require_same(jvp(g, w, w).second, jvp(g, w.tensor(), w.tensor()).second);
  require_same(vjp(g, w).second(Tensor<double>(1.)), of_w * 0 + 3 * square(w));
  CHECK(gradcheck(f, {w, b}).passed());
  Tape tape;
  const Tensor<double> y = f(w, b);
  require_same(tape.gradient(y, w), of_w);
  require_same(tape.gradient(y, {w, b})[1], of_b);
  CHECK(tape.contains(grad(g)(w)));  // within a tape, the argument is the parameter itself and not a copy
  CHECK(tape.why(w).find("w") != std::string::npos);
}

TEST_CASE("a tensor made from a parameter is the same variable, a copied parameter is another") {
  nn::Parameter<float> w(Tensor<float>::full({2}, 1), "w");
  const Tensor<float> same = w;
  nn::Parameter<float> copy = w;
  w.set_value(Tensor<float>::full({2}, 5));
  CHECK(same.data()[0] == 5);
  CHECK(copy.data()[0] == 1);
  CHECK(label(copy) == "w");
  nn::Parameter<float> moved = std::move(w);
  CHECK(moved.node() == same.node());
}

TEST_CASE("assigning a model writes the values into the variables that are there") {
  Mlp model, other;
  optim::Sgd sgd(nn::parameters(model), {.learning_rate = 0.1});
  const Tensor<float> x = numbers<float>({5, 3}), weight = model.hidden.weight;
  model = other;
  CHECK(weight.node() == model.hidden.weight.node());
  CHECK(weight.value() == other.hidden.weight.value());
  const float before = other.hidden.weight.data()[0];
  Tape tape;
  sgd.step(tape.backward(sum(square(model(x)))));
  CHECK(model.hidden.weight.data()[0] != before);
  CHECK(other.hidden.weight.data()[0] == before);
  const Mlp& self = model;
  model = self;
  CHECK(model.hidden.weight.data()[0] == weight.data()[0]);
}

TEST_CASE("what a tape saw before an assignment stays what it saw") {
  nn::Parameter<double> w(Tensor<double>(2.), "w"), other(Tensor<double>(100.), "w");
  Tape tape;
  const Tensor<double> y = w * w;
  w = other;
  CHECK(tape.backward(y)[w].item() == 4);
  CHECK(w.item() == 100);
}

TEST_CASE("values of another shape, and none, cannot be assigned") {
  nn::Dense layer(2, 3), larger(4, 3);
  nn::parameters(layer);
  CHECK_THROWS_WITH_AS(layer = larger,
                       "assignment: parameter \"weight\" has shape (2, 3), but the one that is assigned has (4, 3). "
                       "Only a model of the same shapes can be assigned",
                       ShapeError);
  nn::Parameter<float> w(Tensor<float>(1.f), "w"), none;
  CHECK_THROWS_WITH_AS(w = none, Contains("the one that is assigned holds nothing"), ShapeError);
  none = w;
  CHECK(none.item() == 1);
  CHECK(none.node() != w.node());
}

TEST_CASE("a sequential is assigned layer by layer, or not at all") {
  nn::Sequential model{nn::Dense(2, 3), nn::ReLU(), nn::Sequential(nn::Dense(3, 1))}, other = model;
  auto at = [](nn::Sequential& m, std::size_t i) { return std::get<Tensor<float>>(nn::parameters(m)[i].variable); };
  at(other, 0).set_value(Tensor<float>::full({2, 3}, 7));
  at(other, 2).set_value(Tensor<float>::full({3, 1}, 8));
  const Tensor<float> first = at(model, 0), last = at(model, 2);
  model = other;
  CHECK(first.data()[0] == 7);
  CHECK(last.data()[0] == 8);
  nn::Sequential wider{nn::Dense(2, 3), nn::ReLU(), nn::Sequential(nn::Dense(3, 2))};
  CHECK_THROWS_WITH_AS(model = wider,
                       "assignment: the model has parameter 2.0.weight (3, 1), where the other has parameter "
                       "2.0.weight (3, 2)",
                       ShapeError);
  nn::Sequential shorter{nn::Dense(2, 3), nn::Tanh()};
  CHECK_THROWS_WITH_AS(model = shorter,
                       "assignment: a Sequential of Dense, ReLU, Sequential cannot be assigned one of Dense, Tanh. "
                       "Copy it to a new model instead",
                       Error);
  CHECK(first.data()[0] == 7);
  const float scale = 3;
  auto scaled = [scale](const Tensor<float>& x) { return x * scale; };
  nn::Sequential with_lambda{scaled}, another = with_lambda;
  another = with_lambda;
  CHECK(another(Tensor<float>(2.f)).item() == 6);
}
