// How a case of a few ops is made: what ours computes, and a floor whose results are to be the same.
#pragma once
#include <tapegrad/tape/tape.h>

#include <cmath>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "case.h"
#include "cases/data.h"
#include "floors/floors.h"

namespace bench {

/// Arrays, in a list that takes its memory from where tensors do: a step of a case is not to ask the heap.
using Results = std::vector<tapegrad::Tensor<float>, tapegrad::engine::PoolAllocator<tapegrad::Tensor<float>>>;

/// Inputs are made alike for each contestant. `ours` returns arrays, floor.results() gives the same in the same order.
template <class Inputs, class Floor>
struct OpCase {
  std::string name, title;
  double allowed;  ///< how far apart two numbers may be, over the largest of their array
  Results (*ours)(Inputs&);
  Floor (*floor)();
  void (*run)(Floor&, const Inputs&);
};

/// What f() gives, and the gradients of x for an adjoint of that.
template <class F>
Results value_and_gradients(std::initializer_list<tapegrad::Tensor<float>> x, const tapegrad::Tensor<float>& adjoint,
                            const F& f) {
  tapegrad::Tape tape;
  Results results{f()};
  const tapegrad::Gradients gradients = tape.backward(results[0], {.seed = adjoint});
  for (const auto& each : x) results.push_back(gradients[each]);
  return results;
}

template <class Inputs, class Floor>
Agreement agreement(const OpCase<Inputs, Floor>& of) {
  const auto in = std::make_unique<Inputs>(), of_floor = std::make_unique<Inputs>();
  Floor floor = of.floor();
  of.run(floor, *of_floor);
  const Results ours = of.ours(*in);
  const std::vector<const floors::Block*> theirs = floor.results();
  double worst = ours.size() == theirs.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < theirs.size() && worst < HUGE_VAL; ++i) {
    const std::size_t count = ours[i].size() == theirs[i]->size() ? ours[i].size() : 0;
    const double difference = largest_difference(ours[i].data(), *theirs[i], count);
    worst = std::max(worst, count ? difference / largest(*theirs[i], count) : HUGE_VAL);
  }
  return {worst, of.allowed};
}

template <class Inputs, class Floor>
Case op_case(OpCase<Inputs, Floor> of) {
  return {
      .name = of.name,
      .title = of.title,
      .operations = 1,
      .ours = [of]() -> Work { return [of, in = std::make_shared<Inputs>()] { keep(of.ours(*in).back().data()[5]); }; },
      .floors = [of]() -> std::vector<Contestant> {
        const auto floor = std::make_shared<Floor>(of.floor());
        return {{"floor", [of, floor, in = std::make_shared<Inputs>()] {
                   of.run(*floor, *in);
                   keep((*floor->results().back())[5]);
                 }}};
      },
      .also = [] { return std::vector<Contestant>(); },
      .check = [of] { return agreement(of); }};
}

}  // namespace bench
