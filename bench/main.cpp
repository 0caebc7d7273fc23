// The benchmark: ours, floors written by hand and peers do the same work in turns, in one run.
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include <tapegrad/threads.h>

#include "build_facts.h"
#include "case.h"
#include "child.h"
#include "measures/measures.h"
#include "peers/protocol.h"
#include "report.h"
#include "turns.h"

using namespace bench;

namespace {

// For the library, and for the floors, which are written with OpenMP.
void use_threads(int count) {
  tapegrad::set_threads(count);
  omp_set_num_threads(count);
}

struct Options {
  std::string filter = ".*", json, shared;
  std::vector<int> threads{1};
  double seconds = 1;
  bool peers = false, serve = false;
  std::vector<std::string> sections{"cases", "measures"};
  bool wants(std::string_view section) const {
    return std::find(sections.begin(), sections.end(), section) != sections.end();
  }
};

struct Peers {
  std::optional<Peer> libtorch, dlib, adolc, sacado, shared;
};

Peers start_peers(const Options& options, int threads) {
  Peers peers;
  const std::string count = std::to_string(threads);
  // A BLAS reads its number of threads from here.
  const Command env{"env", "OMP_NUM_THREADS=" + count, "OPENBLAS_NUM_THREADS=" + count};
  const auto start = [&](std::optional<Peer>& peer, const char* program) {
    if (!options.peers || !*program) return;
    Command command = env;
    command.insert(command.end(), {program, count});
    peer.emplace(command);
  };
  start(peers.libtorch, build_facts::libtorch_peer);
  start(peers.dlib, build_facts::dlib_peer);
  start(peers.adolc, build_facts::adolc_peer);
  start(peers.sacado, build_facts::sacado_peer);
  if (!options.shared.empty()) peers.shared.emplace(Command{options.shared, "--serve", "--threads", count});
  return peers;
}

Timed here(const Contestant& contestant) {
  return {contestant.name, [work = contestant.run](long count) { return std::optional(microseconds(work, count)); }};
}
Timed elsewhere(std::string name, const std::string& of_case, std::optional<Peer>& peer) {
  return {std::move(name),
          [&peer, of_case](long count) { return peer ? peer->microseconds(of_case, count) : std::nullopt; }};
}

Times divided(Times times, double by) { return {times.median / by, times.minimum / by}; }

std::string ratio(const Times& times, const Times& base) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f (%.2f)", times.median / base.median, times.minimum / base.minimum);
  return text;
}

Result run(const Case& chosen, int threads, Peers& peers, double seconds) {
  std::vector<Timed> contestants{here({"ours", chosen.ours()}),
                                 elsewhere("libtorch", chosen.name, peers.libtorch),
                                 elsewhere("dlib", chosen.name, peers.dlib),
                                 elsewhere("ADOL-C", chosen.name, peers.adolc),
                                 elsewhere("Sacado", chosen.name, peers.sacado),
                                 elsewhere("ours, shared library", chosen.name, peers.shared)};
  constexpr std::size_t first_also = 5, first_floor = 6;
  const auto floors = chosen.floors(), also = chosen.also();
  for (const Contestant& floor : floors) contestants.push_back(here(floor));
  for (const Contestant& other : also) contestants.push_back(here(other));
  auto times = in_turns(contestants, {.seconds = seconds, .settle = threads > 1});
  for (auto& each : times) {
    if (each) each = divided(*each, chosen.operations);
  }
  Result result{chosen.name, chosen.title, threads, *times[0], *times[first_floor], times[1], times[2],
                times[3],    times[4],     {},      {}};
  for (std::size_t i = first_also; i < contestants.size(); ++i) {
    const bool floor = i >= first_floor && i < first_floor + floors.size();
    if (floor && times[i]->minimum < result.floor.minimum) result.floor = *times[i];
    std::string name = contestants[i].name;
    if (i == first_also && times[i]) name += ": " + ratio(*times[i], result.ours) + " of static";
    if (times[i] && !(floor && floors.size() == 1)) result.also.emplace_back(std::move(name), *times[i]);
  }
  result.agreement = chosen.check();
  return result;
}

int serve_ours(const std::vector<Case>& cases) {
  Makers makers;
  for (const Case& each : cases) makers[each.name] = each.ours;
  return serve(makers);
}

std::vector<Result> run_cases(const std::vector<Case>& cases, const Options& options) {
  std::vector<Result> results;
  print_heading();
  for (int threads : options.threads) {
    use_threads(threads);
    Peers peers = start_peers(options, threads);
    for (const Case& each : cases) {
      results.push_back(run(each, threads, peers, options.seconds));
      print(results.back());
    }
  }
  std::printf("microseconds, medians and (minima); the floor is the fastest of those written by hand\n");
  double load = 0;
  if (getloadavg(&load, 1) == 1 && load > omp_get_num_procs()) {
    std::printf("the load average is %.1f on %d cores: other programs ran too, so trust the minima\n", load,
                omp_get_num_procs());
  }
  return results;
}

nlohmann::ordered_json run_measures(const std::vector<Case>& cases, const std::vector<int>& thread_counts) {
  nlohmann::ordered_json json;
  for (int threads : thread_counts) {
    use_threads(threads);
    json["steady_state"][std::to_string(threads)] = measure_steady_state(cases);
  }
  use_threads(1);
  for (const auto& [name, bytes] : scalar_bytes_an_operation()) {
    std::printf("%s: %.1f bytes an operation\n", name.c_str(), bytes);
    json["scalar_bytes_an_operation"][name] = bytes;
  }
  json["peak_memory"] = measure_peak_memory();
  json["compile"] = measure_compile_time();
  json["libraries_bytes"] = measure_library_size();
  json["start_to_trained"] = measure_start_to_trained();
  json["growth"] = measure_growth();
  json["threads"] = measure_threads(cases);
  return json;
}

int run_benchmark(const Options& options) {
  std::vector<Case> cases;
  for (Case& each : all_cases()) {
    if (std::regex_match(each.name, std::regex(options.filter))) cases.push_back(std::move(each));
  }
  if (options.serve) {
    use_threads(options.threads.front());
    return serve_ours(cases);
  }
  bool right = true;
  if (options.wants("cases")) {
    const std::vector<Result> results = run_cases(cases, options);
    for (const Result& result : results) right &= result.agreement.holds();
    if (!options.json.empty()) write(options.json, as_json(results));
  }
  if (options.wants("measures")) {
    const auto json = run_measures(cases, options.threads);
    if (!options.json.empty()) write(std::filesystem::path(options.json).replace_extension(".measures.json"), json);
  }
  if (!right) std::fprintf(stderr, "tapegrad_bench: ours and a floor computed different numbers, see WRONG\n");
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Measures tapegrad next to floors written by hand and to peers");
  app.add_option("--filter", options.filter, "Cases whose whole name matches this regular expression");
  app.add_option("--threads", options.threads, "Numbers of threads, for example 1,2")->delimiter(',');
  app.add_option("--seconds", options.seconds, "Seconds a contestant and case");
  app.add_option("--json", options.json, "Write the cases to this file, the measures to one beside it");
  app.add_option("--section", options.sections, "cases, measures or both")
      ->delimiter(',')
      ->check(CLI::IsMember({"cases", "measures"}));
  app.add_option("--shared", options.shared, "A tapegrad_bench built with BUILD_SHARED_LIBS=ON, to take turns with");
  app.add_flag("--peers", options.peers, "Measure other libraries too, where they were found");
  app.add_flag("--serve", options.serve, "Answer requests as a peer, see peers/protocol.h");
  CLI11_PARSE(app, argc, argv);
  try {
    return run_benchmark(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapegrad_bench: %s\n", error.what());
    return 1;
  }
}
