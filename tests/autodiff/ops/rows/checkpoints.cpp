#include <tapegrad/tape/checkpoint.h>

#include "ops/families.h"

namespace {

const auto one = [](const auto& a) { return sin(a) * exp(a * 0.5) + a; };
const auto two = [](const auto& a, const auto& b) { return tanh(matmul(a, b)) * sum(b); };
const auto broadcast = [](const auto& a, const auto& b) { return tanh(a * b) * exp(a); };

const std::string reason = "checkpoint/block has one";

}  // namespace

// None is a step of random programs: those have a check that puts a checkpoint around some of their steps.
const std::vector<rows::Row>& rows::Checkpoints::rows() {
  using tapegrad::checkpoint;
  static const std::vector<Row> list{
      {"checkpoint", "one input", [](const auto& x) { return checkpoint(one, x[0]); },
       {.shapes = {{{2, 3}}, {{0, 3}}}, .large = {{large}}, .no_reference = reason}},
      {"checkpoint", "two inputs", [](const auto& x) { return checkpoint(two, x[0], x[1]); },
       {.shapes = {{{2, 3}, {3, 2}}}, .no_reference = reason}},
      {"checkpoint", "captured", [](const auto& x) {
         return checkpoint([b = x[1] * x[1]](const auto& a) { return one(a) * b; }, x[0]);
       },
       {.shapes = {{{2, 3}, {3}}}, .no_reference = reason}},
      {"checkpoint", "nested", [](const auto& x) {
         return checkpoint([](const auto& a) { return a * checkpoint(one, a * 2) + checkpoint(one, a); }, x[0]);
       },
       {.shapes = {{{3}}}, .no_reference = reason}},
      {"checkpoint", "block", [](const auto& x) { return checkpoint(broadcast, x[0], x[1]) * x[1]; }}};
  return list;
}
