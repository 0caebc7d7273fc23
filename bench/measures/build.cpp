// What a build costs: the time of a user's file, the size of the libraries, and the way from start to a trained model.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "build_facts.h"
#include "child.h"
#include "measures/measures.h"

namespace bench {
namespace {

std::vector<std::string> words(const char* list) {
  std::vector<std::string> all;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ';');) {
    if (!word.empty()) all.push_back(word);
  }
  return all;
}

constexpr const char* user_file = R"(#include <tapegrad/autodiff.h>
using namespace tapegrad;
int main() {
  Tensor<double> w = variable(xt::xarray<double>{{1., 2.}, {3., 4.}}, "w");
  Tensor<double> x = xt::xarray<double>{{0.5, -1.}};
  Tape tape;
  Tensor<double> y = sum(sigmoid(matmul(x, w)));
  Gradients g = tape.backward(y);
  return g[w].value()(0, 0) > 0;
}
)";

}  // namespace

nlohmann::ordered_json measure_compile_time() {
  const std::string source = std::string(build_facts::folder) + "/user_file.cpp";
  std::ofstream(source) << user_file;
  Command command{build_facts::compiler, "-std=c++20", "-O2", "-c", source, "-o", source + ".o"};
  for (const std::string& folder : words(build_facts::include_folders)) command.push_back("-I" + folder);
  Cost best;
  for (int i = 0; i < 3; ++i) {
    const Cost cost = cost_of(command);
    if (!cost.succeeded) return nullptr;
    if (i == 0 || cost.seconds < best.seconds) best = cost;
  }
  std::printf("\nbuild and start\n  %-34s %10.2f s, %.0f MiB of compiler (best of 3)\n",
              "user's file, umbrella header, -O2", best.seconds, double(best.peak_kib) / 1024);
  std::fflush(stdout);
  return {{"seconds", best.seconds}, {"compiler_MiB", double(best.peak_kib) / 1024}};
}

nlohmann::ordered_json measure_library_size() {
  nlohmann::ordered_json json;
  for (const std::string& file : words(build_facts::libraries)) {
    const std::filesystem::path path = std::filesystem::canonical(file);
    const auto bytes = std::filesystem::file_size(path);
    std::printf("  %-34s %10.2f MiB\n", path.filename().c_str(), double(bytes) / (1024 * 1024));
    json[path.filename()] = bytes;
  }
  return json;
}

nlohmann::ordered_json measure_start_to_trained() {
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    const Cost cost = cost_of({build_facts::seed_example, build_facts::seed_data});
    if (!cost.succeeded) return nullptr;
    times.push_back(cost.seconds * 1000);
  }
  std::sort(times.begin(), times.end());
  std::printf("  %-34s %10.2f ms (minimum %.2f): 10 epochs of 768 rows, batch 32\n", "start to trained model",
              times[times.size() / 2], times.front());
  return {{"median_ms", times[times.size() / 2]}, {"minimum_ms", times.front()}};
}

}  // namespace bench
