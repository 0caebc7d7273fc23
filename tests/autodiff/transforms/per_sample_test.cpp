// Per-sample gradients of a network: vmap against torch.func and against a loop.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/transforms/vmap.h>

#include <fstream>
#include <map>
#include <sstream>

#include "transforms/compare.h"

using namespace tapegrad;

namespace {

using Parameters = std::vector<Tensor<double>>;

struct Reference {
  std::map<std::string, std::vector<double>> numbers;
  Reference() {
    std::ifstream file(TAPEGRAD_REFERENCE_DIR "/per_sample_gradients.txt");
    REQUIRE(file);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      for (double number; words >> number;) numbers[name].push_back(number);
    }
  }
  Tensor<double> operator()(const std::string& name, const Shape& shape) const {
    return Tensor<double>(numbers.at(name), shape);
  }
  Parameters parameters(const std::string& prefix = "", const std::vector<std::size_t>& samples = {}) const {
    Parameters all;
    const std::vector<std::pair<std::string, std::vector<std::size_t>>> shapes{
        {"w1", {3, 5}}, {"b1", {5}}, {"w2", {5, 2}}, {"b2", {2}}};
    for (const auto& [name, axes] : shapes) {
      std::vector<std::size_t> shape = samples;
      shape.insert(shape.end(), axes.begin(), axes.end());
      all.push_back((*this)(prefix + name, Shape(shape)));
    }
    return all;
  }
};

Tensor<double> loss(const Parameters& p, const Tensor<double>& x, const Tensor<double>& t) {
  return -sum(t * log_softmax(linear(relu(linear(x, p[0], p[1])), p[2], p[3])));
}

void same_numbers(const Parameters& a, const Parameters& b, double epsilon) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) same(a[i], b[i], epsilon);
}

}  // namespace

TEST_CASE("per-sample gradients of a network are those of torch.func") {
  const Reference reference;
  const Parameters p = reference.parameters();
  const Tensor<double> x = reference("x", {7, 3}), t = reference("t", {7, 2});
  const auto of_parameters = [](const Parameters& at, const Tensor<double>& input, const Tensor<double>& target) {
    return grad([&](const Parameters& inner) { return loss(inner, input, target); })(at);
  };
  const Parameters expected = reference.parameters("gradient_", {7});
  same_numbers(vmap(of_parameters, {none, 0, 0})(p, x, t), expected, 1e-12);
  CHECK(vmap_loops().empty());
  const auto all = vmap(grad(loss), {none, 0, 0})(p, x, t);  // by the sample, too
  same_numbers(std::get<0>(all), expected, 1e-12);
  CHECK(text(std::get<1>(all).shape()) == "(7, 3)");
  Parameters variables;
  for (const Tensor<double>& each : p) variables.push_back(variable(each));
  same_numbers(vmap(of_parameters, {none, 0, 0})(variables, x, t), expected, 1e-12);

  const auto products = vmap([&](const Tensor<double>& input, const Tensor<double>& target) {
    return hvp([&](const Parameters& at) { return loss(at, input, target); })(p, p);
  });
  same_numbers(products(x, t), reference.parameters("hessian_vector_", {7}), 1e-12);
  CHECK(vmap_loops().empty());

  // Differentiated from outside: by the weights of a penalty on the gradients' norms.
  const auto penalty = [&](const Parameters& at) {
    Tensor<double> total(0.);
    for (const Tensor<double>& g : vmap(of_parameters, {none, 0, 0})(at, x, t)) total += sum(square(g));
    return total;
  };
  const auto one_by_one = [&](const Parameters& at) {
    Tensor<double> total(0.);
    for (long i = 0; i < 7; ++i) {
      for (const Tensor<double>& g : of_parameters(at, x[i], t[i])) total += sum(square(g));
    }
    return total;
  };
  same_numbers(grad(penalty)(p), grad(one_by_one)(p), 1e-11);
}

TEST_CASE("per-sample gradients in float, of mini-batches of one row") {
  const Reference reference;
  std::vector<Tensor<float>> p;
  for (const Tensor<double>& each : reference.parameters()) p.push_back(cast<float>(each));
  const Tensor<float> x = cast<float>(reference("x", {7, 1, 3}));
  const auto gradients = vmap([&](const Tensor<float>& input) {
    return grad([&](const std::vector<Tensor<float>>& at) {
      return cross_entropy(linear(relu(linear(input, at[0], at[1])), at[2], at[3]), {1});
    })(p);
  })(x);
  CHECK(vmap_loops().empty());
  for (long i = 0; i < 7; ++i) {
    const auto expected = grad([&](const std::vector<Tensor<float>>& at) {
      return cross_entropy(linear(relu(linear(x[i], at[0], at[1])), at[2], at[3]), {1});
    })(p);
    for (std::size_t k = 0; k < 4; ++k) same(cast<double>(gradients[k][i]), cast<double>(expected[k]), 1e-5);
  }
}
