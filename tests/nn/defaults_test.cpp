// docs/defaults.md against the library, and against Keras' and PyTorch's defaults: tests/references/defaults.py.
#include <doctest/doctest.h>
#include <tapegrad/autodiff.h>
#include <tapegrad/nn.h>
#include <tapegrad/optim.h>
#include <tapegrad/option_limits.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace tapegrad;

namespace {

using Words = std::map<std::string, std::string>;

std::string shown(double number) { return option_text(number); }
std::string shown(bool flag) { return flag ? "true" : "false"; }

std::string shown(nn::VarianceScaling::Distribution distribution) {
  using D = nn::VarianceScaling::Distribution;
  return distribution == D::uniform ? "uniform" : distribution == D::normal ? "normal" : "truncated_normal";
}

template <class Rule>
void add(Words& ours, const std::string& name) {
  const typename Rule::Options options;
  for (const auto& option : Rule::numbers) {
    ours["optim::" + name + "." + std::string(option.name)] = shown(options.*option.number);
  }
}

// Which of the known initializers draws the same.
std::string name_of(const nn::Initializer<float>& initializer) {
  const auto draw = [](const nn::Initializer<float>& by) {
    nn::Random random(5);
    const Tensor<float> x = by({4, 3}, random);
    return std::vector<float>(x.data(), x.data() + x.size());
  };
  for (const auto& [name, known] : std::map<std::string, nn::Initializer<float>>{
           {"glorot_uniform", nn::glorot_uniform}, {"he_uniform", nn::he_uniform}, {"zeros", nn::zeros}}) {
    if (draw(known) == draw(initializer)) return name;
  }
  return "another";
}

Words defaults() {
  Words ours;
  add<optim::SgdRule>(ours, "SgdOptions");
  add<optim::AdamRule>(ours, "AdamOptions");
  add<optim::AdamWRule>(ours, "AdamWOptions");
  add<optim::RMSpropRule>(ours, "RMSpropOptions");
  add<optim::AdagradRule>(ours, "AdagradOptions");
  ours["optim::SgdOptions.nesterov"] = shown(optim::SgdOptions().nesterov);
  ours["optim::RMSpropOptions.centered"] = shown(optim::RMSpropOptions().centered);
  ours["ClipOptions.order"] = shown(ClipOptions().order);
  ours["ClipOptions.error_if_nonfinite"] = shown(ClipOptions().error_if_nonfinite);

  const nn::CompileOptions compile{.loss = nn::mean_squared_error};
  const auto* rmsprop = dynamic_cast<const optim::RMSprop*>(&*compile.optimizer);
  REQUIRE(rmsprop);
  ours["nn::CompileOptions.optimizer"] = "rmsprop";
  ours["its learning_rate"] = shown(rmsprop->options.learning_rate);
  ours["its alpha"] = shown(rmsprop->options.alpha);
  ours["its epsilon"] = shown(rmsprop->options.epsilon);
  ours["its momentum"] = shown(rmsprop->options.momentum);
  ours["its centered"] = shown(rmsprop->options.centered);
  const auto none_if = [](bool none) { return std::string(none ? "none" : "some"); };
  ours["nn::CompileOptions.metrics"] = none_if(compile.metrics.empty());
  ours["nn::CompileOptions.loss_weights"] = none_if(compile.loss_weights.empty());
  ours["nn::CompileOptions.global_clipnorm"] = none_if(!compile.global_clipnorm);
  ours["nn::CompileOptions.clipnorm"] = none_if(!compile.clipnorm);
  ours["nn::CompileOptions.clipvalue"] = none_if(!compile.clipvalue);

  const nn::FitOptions fit;
  ours["nn::FitOptions.epochs"] = shown(double(fit.epochs));
  ours["nn::FitOptions.batch_size"] = shown(double(fit.batch_size));
  ours["nn::FitOptions.shuffle"] = shown(fit.shuffle);
  ours["nn::FitOptions.validation_split"] = shown(fit.validation_split);
  ours["nn::FitOptions.validation_data"] = none_if(!fit.validation_data);
  ours["nn::FitOptions.verbose"] = shown(double(fit.verbose));
  ours["nn::EvaluateOptions.batch_size"] = shown(double(nn::EvaluateOptions().batch_size));
  ours["nn::BatchOptions.batch_size"] = shown(double(nn::BatchOptions().batch_size));

  const nn::DenseOptions dense;
  ours["nn::DenseOptions.activation"] = none_if(!dense.activation);
  ours["nn::DenseOptions.initializer"] = name_of(dense.initializer);
  ours["nn::DenseOptions.use_bias"] = shown(dense.use_bias);
  ours["nn::DenseOptions.bias_initializer"] = name_of(dense.bias_initializer);
  ours["nn::BatchNormOptions.momentum"] = shown(nn::BatchNormOptions().momentum);
  ours["nn::BatchNormOptions.epsilon"] = shown(nn::BatchNormOptions().epsilon);
  ours["nn::BatchNormOptions.axis"] = shown(double(nn::BatchNormOptions().axis));
  const auto of_convolution = [&](const std::string& name, const auto& options) {
    ours[name + ".activation"] = none_if(!options.activation);
    ours[name + ".initializer"] = name_of(options.initializer);
    ours[name + ".use_bias"] = shown(options.use_bias);
    ours[name + ".bias_initializer"] = name_of(options.bias_initializer);
    ours[name + ".padding"] = !options.padding.same && options.padding.around[0] == 0 ? "valid" : "another";
  };
  of_convolution("nn::ConvolutionLayerOptions", nn::ConvolutionLayerOptions());
  of_convolution("nn::TransposedLayerOptions", nn::TransposedLayerOptions());
  ours["nn::Dropout.rate"] = std::is_default_constructible_v<nn::Dropout> ? "given" : "required";
  ours["nn::LeakyReLU"] = shown(nn::BasicLeakyReLU<double>().function.slope);
  ours["nn::leaky_relu"] = shown(nn::leaky_relu.function.slope);
  ours["nn::ELU"] = shown(nn::ELU().function.alpha);
  ours["nn::elu"] = shown(nn::elu.function.alpha);
  ours["nn::celu"] = shown(nn::celu.function.alpha);
  const nn::VarianceScaling scaling;
  ours["nn::VarianceScaling.scale"] = shown(scaling.scale);
  ours["nn::VarianceScaling.fan"] = scaling.fan == nn::VarianceScaling::Fan::in ? "fan_in" : "another";
  ours["nn::VarianceScaling.distribution"] = shown(scaling.distribution);
  ours["nn::glorot_normal.distribution"] = shown(nn::glorot_normal.distribution);
  ours["nn::he_normal.distribution"] = shown(nn::he_normal.distribution);
  ours["nn::lecun_normal.distribution"] = shown(nn::lecun_normal.distribution);
  ours["nn::glorot_uniform.distribution"] = shown(nn::glorot_uniform.distribution);
  ours["nn::Orthogonal.gain"] = shown(nn::orthogonal.gain);
  ours["nn::BinaryAccuracy.threshold"] = shown(nn::binary_accuracy.threshold);
  return ours;
}

Words references() {
  Words theirs;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/defaults.txt");
  for (std::string name, value; file >> name >> value;) theirs[name] = value;
  return theirs;
}

// "0.0" and "0" are the same.
bool same(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  const bool numbers = *end_a == 0 && *end_b == 0 && !a.empty() && !b.empty();
  return numbers ? x == y : a == b;
}

// The cells of a row of the table, without spaces around and without back quotes.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    std::erase(cell, '`');
    const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

}  // namespace

TEST_CASE("the table of defaults is the library's, Keras' and PyTorch's, and says why where they differ") {
  const Words ours = defaults(), theirs = references();
  REQUIRE(theirs.size() > 60);
  std::set<std::string> shown_ours, shown_theirs;
  std::ifstream file(TAPEGRAD_REFERENCE_DIR "/../../docs/defaults.md");
  for (std::string line; std::getline(file, line) && !line.starts_with("What has no peer");) {
    if (!line.starts_with("| `") && !line.starts_with("| its `")) continue;
    CAPTURE(line);
    const auto cells = cells_of(line);
    REQUIRE(cells.size() == 5);
    REQUIRE(ours.contains(cells[0]));
    REQUIRE(theirs.contains(cells[2]));
    CHECK(ours.at(cells[0]) == cells[1]);
    CHECK(same(theirs.at(cells[2]), cells[3]));
    CHECK(same(cells[1], cells[3]) == cells[4].empty());
    shown_ours.insert(cells[0]);
    shown_theirs.insert(cells[2]);
  }
  for (const auto& [name, value] : ours) CHECK_MESSAGE(shown_ours.contains(name), name);
  // what the table does not show: versions, rows of a split, and options that ours does not have
  const std::set<std::string> others{"keras",
                                     "torch",
                                     "keras.Model.fit.batch_size",
                                     "keras.Model.evaluate.batch_size",
                                     "keras.Model.fit.rows_of_100_with_split",
                                     "keras.Model.fit.rows_of_100_with_split_and_data",
                                     "keras.optimizers.RMSprop.weight_decay"};
  for (const auto& [name, value] : theirs) {
    CHECK_MESSAGE((shown_theirs.contains(name) || others.contains(name)), name);
  }
}

TEST_CASE("fit trains on as many rows as Keras, with a split and with validation data beside it") {
  const Words theirs = references();
  const Tensor<float> x = Tensor<float>::full({100, 1}, 1);
  for (const bool with_data : {false, true}) {
    std::size_t rows = 0;
    auto model = [&](const Tensor<float>& batch) {
      if (Tape::current()) rows += batch.shape()[0];
      return batch * Tensor<float>(0.f);
    };
    const auto weight = variable(Tensor<float>(1.f), "weight");
    auto weighted = [&](const Tensor<float>& batch) { return model(batch) + weight; };
    nn::Training trainer(weighted, {{"weight", weight}}, {.loss = nn::mean_squared_error});
    nn::FitOptions options{.validation_split = 0.3, .verbose = 0};
    if (with_data) options.validation_data = nn::Dataset{x, x};
    trainer.fit(x, x, options);
    const std::string key = std::string("keras.Model.fit.rows_of_100_with_split") + (with_data ? "_and_data" : "");
    CHECK(same(theirs.at(key), std::to_string(rows)));
  }
}
