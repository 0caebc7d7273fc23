// Modules, data and random numbers.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

using namespace tapegrad;
using doctest::Contains;

TEST_CASE("philox gives the known words") {  // Random123's known answers for counter and key of zeros and of ones
  CHECK(nn::Random::philox({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(nn::Random::philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
}

TEST_CASE("random numbers have the moments of their distributions") {
  nn::Random random(3);
  double sum = 0, squares = 0, uniform = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double n = random.normal();
    sum += n;
    squares += n * n;
    uniform += random.uniform();
  }
  CHECK(std::abs(sum / count) < 0.02);
  CHECK(squares / count == doctest::Approx(1).epsilon(0.02));
  CHECK(uniform / count == doctest::Approx(0.5).epsilon(0.01));
  const auto order = random.permutation(100);
  CHECK(std::set<std::size_t>(order.begin(), order.end()).size() == 100);
}

TEST_CASE("a copied model has weights of its own") {
  nn::Sequential model{nn::Dense(2, 3), nn::ReLU()};
  nn::Sequential copy = model;
  auto p = std::get<Tensor<float>>(nn::parameters(model)[0].variable);
  auto q = std::get<Tensor<float>>(nn::parameters(copy)[0].variable);
  CHECK(p.value() == q.value());
  p.set_value(Tensor<float>::full({2, 3}, 9));
  CHECK(p.value() != q.value());
  CHECK(nn::parameters(model)[0].name == "0.weight");
  CHECK(nn::parameter_count(model) == 9);
}

TEST_CASE("a weight that is tied in two places is listed once") {
  struct Tied {
    nn::Dense layer{2, 2};
    void parts(nn::Parts& part) {
      part("encoder", layer);
      part("decoder", layer);
    }
  } tied;
  CHECK(nn::parameters(tied).size() == 2);
}

TEST_CASE("summary counts parameters and follows shapes") {
  nn::Sequential model{nn::Dense(8, 16), nn::ReLU(), nn::Sequential(nn::Dense(16, 1), nn::Sigmoid())};
  const std::string table = nn::summary(model, {32, 8});
  CHECK_MESSAGE(table.find("(32, 16)") != std::string::npos, table);
  CHECK_MESSAGE(table.find("total: 161 parameters") != std::string::npos, table);
}

TEST_CASE("batches cover every row once and keep inputs with targets") {
  Tensor<float> x = Tensor<float>::empty({10, 2}), y = Tensor<float>::empty({10, 1});
  for (int i = 0; i < 10; ++i) {
    x.mutable_data()[2 * i] = x.mutable_data()[2 * i + 1] = y.mutable_data()[i] = float(i);
  }
  std::set<float> seen;
  std::vector<std::size_t> sizes;
  for (const auto& batch : nn::batches({x, y}, {.batch_size = 4, .shuffle = true})) {
    sizes.push_back(batch.inputs.shape()[0]);
    for (std::size_t i = 0; i < batch.targets.size(); ++i) {
      CHECK(batch.inputs.data()[2 * i] == batch.targets.data()[i]);
      seen.insert(batch.targets.data()[i]);
    }
  }
  CHECK(seen.size() == 10);
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2});
}

TEST_CASE("csv errors name file, line, column and text") {
  const std::string path = (std::filesystem::temp_directory_path() / "tapegrad_test.csv").string();
  auto read = [&](const std::string& text) {
    nn::write_file(path, text);
    return nn::read_csv(path);
  };
  const nn::Table table = read("a,b\r\n1, 2.5\r\n\r\n-3e2,4\r\n");
  CHECK(table.columns == std::vector<std::string>{"a", "b"});
  CHECK(table.values.value()(1, 0) == -300.f);
  CHECK_THROWS_WITH_AS(read("a,b\n1,x2\n"), Contains("line 2, column 2 (b): \"x2\" is not a number"), FormatError);
  CHECK_THROWS_WITH_AS(read("a,b\n1\n"), Contains("line 2: 1 cells, but the first line has 2"), FormatError);
  CHECK_THROWS_WITH_AS(read(""), Contains("is empty"), FormatError);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(nn::read_csv(path), Contains("cannot open"), FormatError);
}

TEST_CASE("he and glorot weights lie in their ranges") {
  nn::seed(5);
  const nn::Dense glorot(30, 20), he(30, 20, {.initializer = nn::he_uniform});
  auto largest = [](const Tensor<float>& w) { return amax(abs(w)).item(); };
  CHECK(largest(glorot.weight) <= std::sqrt(6. / 50));
  CHECK(largest(glorot.weight) > 0.9 * std::sqrt(6. / 50));
  CHECK(largest(he.weight) <= std::sqrt(6. / 30));
  CHECK(largest(he.weight) > std::sqrt(6. / 50));
}
