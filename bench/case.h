// What the benchmark measures: a case is the same work done by ours, by hand, and by the peers.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using Work = std::function<void()>;

struct Contestant {
  std::string name;
  Work run;
};

/// How far ours and the floor are apart, and how far they may be.
struct Agreement {
  double worst = 0, allowed = 0;
  bool holds() const { return worst <= allowed; }
};

struct Case {
  std::string name, title;
  double operations;                                ///< times are divided by this: what one call does
  std::function<Work()> ours;                       ///< makes ours alone, so that its memory can be measured
  std::function<std::vector<Contestant>()> floors;  ///< the fastest of them is the floor
  std::function<std::vector<Contestant>()> also;    ///< other ways to write ours, printed below it
  std::function<Agreement()> check;
};

/// In the order of the table: a a1 b c g h h_multiply h_tanh h2 i, single ops, k o s_... z_recurrence.
std::vector<Case> all_cases();

std::vector<Case> seed_network_cases();
Case mlp_case();
std::vector<Case> convolution_cases();  ///< none without their floor, oneDNN
Case fused_case();
std::vector<Case> chain_cases();
std::vector<Case> product_cases();
std::vector<Case> line_cases();
std::vector<Case> shape_cases();
std::vector<Case> index_cases();
Case adam_case();
std::vector<Case> scalar_cases();
/// What the tape of each function of scalars holds, over the number of operations that the function does.
std::vector<std::pair<std::string, double>> scalar_bytes_an_operation();

/// Keeps the compiler from dropping the work that made `number`.
inline void keep(float number) { asm volatile("" : : "g"(number) : "memory"); }

}  // namespace bench
