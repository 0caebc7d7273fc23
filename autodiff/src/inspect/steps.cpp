// Steps of a sweep: each is a sweep of one entry, so that a stepped backward is the plain one.
#include "tapegrad/inspect/steps.h"

#include <algorithm>
#include <ostream>

#include "inspect/elements.h"
#include "inspect/entry_type.h"
#include "scalars/run.h"
#include "inspect/stepped_sweep.h"

namespace tapegrad {
using namespace engine;
namespace {

struct Before {
  Entry* input;
  AnyTensor adjoint;
};

std::vector<Before> adjoints_before(Entry* entry) {
  std::vector<Before> before;
  for (std::size_t i = 0; i < entry->inputs; ++i) {
    Entry* input = entry->input()[i];
    const bool known = std::any_of(before.begin(), before.end(), [&](const Before& b) { return b.input == input; });
    if (input && !known) before.push_back({input, without_place(input->adjoint)});
  }
  return before;
}

std::string label_of(const Entry* entry) { return entry->variable ? variable_label(entry->variable) : ""; }

}  // namespace

SteppedSweep::SteppedSweep(TapeState& swept, bool consumes)
    : tape(&swept), next(swept.last), consume(consumes), slots(swept.scalar_slots()) {
  long number = 0;
  for (const Entry* entry : swept.in_order()) numbers[entry] = number++;
  swept.rare().stepped = this;
  if (consume) swept.close();
  else if (context().recording == &swept) pause.emplace();
}

void SteppedSweep::run(Entry* entry) {
  try {
    tape->sweep({.only = std::span<Entry* const>(&entry, 1), .consume = consume, .result = &result}, slots);
  } catch (const MemoryError& error) {
    failure = error.what();
    give_up();
    throw;
  } catch (...) {
    failure = tape->rare().broken_by;
    let_go();
    throw;
  }
}

// A run of scalar statements: what reached the scalars with a label that it reads.
template <Real T>
void SteppedSweep::run_scalars(Entry* entry, BackwardStep& step) {
  const ScalarLog<T>& log = ScalarRecorder::log<T>(*tape);
  const auto read = log.labels_read(log.edges_of(*entry));
  auto adjoint = [&](std::uint32_t slot) { return static_cast<T>(slots.get(dtype_of<T>, slot)); };
  std::vector<T> before;
  for (const auto& [slot, label] : read) before.push_back(adjoint(slot));
  run(entry);
  for (std::size_t i = 0; i < read.size(); ++i) {
    const T now = adjoint(read[i].first);
    step.inputs.push_back({-1, read[i].second, Tensor<T>(now - before[i]), Tensor<T>(now)});
  }
}

BackwardStep SteppedSweep::run_reported(Entry* entry) {
  BackwardStep step{.entry = static_cast<std::size_t>(numbers.at(entry)),
                    .type = type_of(*entry),
                    .op = entry->kind->name(),
                    .label = label_of(entry),
                    .site = entry->site,
                    .adjoint = without_place(entry->adjoint),
                    .inputs = {}};
  const std::vector<Before> before = adjoints_before(entry);
  if (entry->kind == &float_run_kind) run_scalars<float>(entry, step);
  else if (entry->kind == &double_run_kind) run_scalars<double>(entry, step);
  else run(entry);
  for (const Before& b : before) {
    if (!b.input->adjoint) continue;
    const AnyTensor after = without_place(b.input->adjoint);
    step.inputs.push_back({numbers.at(b.input), label_of(b.input), difference(after, b.adjoint), after});
  }
  return step;
}

// Entries that no adjoint reached are no steps.
long SteppedSweep::next_number() const {
  const Entry* entry = next;
  while (entry && !entry->adjoint && !entry->kind->on_scalars) entry = entry->previous;
  return entry ? numbers.at(entry) : -1;
}

std::optional<BackwardStep> SteppedSweep::step() {
  if (ended) throw TapeError("step: the sweep has ended, there is nothing more to step. gradients() has its result");
  if (!failure.empty()) throw TapeError("step: the sweep ended half way, because " + failure);
  if (!tape) throw TapeError("step: the tape of this sweep has ended");
  if (Tape::current()) {
    throw TapeError("step: a tape records on this thread, but a sweep that is stepped goes on where none does. "
                    "End that tape's scope, or pause it with Tape::Pause");
  }
  while (Entry* entry = next) {
    next = entry->previous;
    if (entry->adjoint || entry->kind->on_scalars) return run_reported(entry);
    run(entry);  // no adjoint reached it: at most what its rule captured is freed
  }
  ended = true;
  GradientsOf::set_scalars(result, slots);
  let_go();
  return std::nullopt;
}

Gradients SteppedSweep::gradients() {
  while (!ended && step()) {
  }
  return result;
}

void SteppedSweep::give_up() {
  for (Entry* entry = next; entry; entry = entry->previous) {
    if (entry->adjoint) release(std::exchange(entry->adjoint, nullptr));
  }
  let_go();
}

void SteppedSweep::let_go() {
  tape->rare().stepped = nullptr;
  tape = nullptr;
  pause.reset();
}

BackwardSteps::BackwardSteps(std::unique_ptr<SteppedSweep> sweep) : sweep_(std::move(sweep)) {}
BackwardSteps::~BackwardSteps() {
  if (sweep_->tape) sweep_->give_up();
}
std::optional<BackwardStep> BackwardSteps::step() { return sweep_->step(); }
Gradients BackwardSteps::gradients() { return sweep_->gradients(); }

namespace {
void refuse_recorded_steps(bool create_graph, const CallSite& site) {
  if (create_graph) {
    throw TapeError("begin_backward: steps are not recorded, so there is no create_graph" + text(site) +
                    ". Use backward(y, {.create_graph = true})");
  }
}
}  // namespace

template <Real T>
BackwardSteps Tape::begin_backward(const Tensor<T>& y, const BackwardOptions<std::type_identity_t<T>>& options,
                                   CallSite site) {
  refuse_recorded_steps(options.create_graph, site);
  Entry* entry = state_->require_place(y.node(), "begin_backward", site);
  NodeHandle adjoint = state_->checked_seed(y.node(), options.seed.node(), false, "begin_backward", site);
  state_->begin_sweep(entry, adjoint.get(), false, "begin_backward", site);
  auto steps = std::make_unique<SteppedSweep>(*state_, !options.keep);
  entry->adjoint = adjoint.release();
  entry->masked = options.seed && holds_zero(entry->adjoint);
  return BackwardSteps(std::move(steps));
}

template <Real T>
BackwardSteps Tape::begin_backward(const Scalar<T>& y, const BackwardOptions<std::type_identity_t<T>>& options,
                                   CallSite site) {
  refuse_recorded_steps(options.create_graph, site);
  const double seed = engine::begin_sweep(*state_, y, options.seed.node(), "begin_backward", site);
  auto steps = std::make_unique<SteppedSweep>(*state_, !options.keep);
  steps->slots.set(dtype_of<T>, y.slot(), seed);
  return BackwardSteps(std::move(steps));
}

std::ostream& operator<<(std::ostream& out, const BackwardStep& step) {
  out << '%' << step.entry << ' ' << (step.label.empty() ? std::string(step.op) : step.label);
  const std::string adjoint = elements(step.adjoint);
  if (!adjoint.empty()) out << ", adjoint " << adjoint;
  if (step.type == EntryType::variable) out << ": its gradient";
  out << '\n';
  for (const StepInput& input : step.inputs) {
    const std::string name = input.entry < 0 ? "" : "%" + std::to_string(input.entry);
    const std::string added = elements(input.added), sum = elements(input.adjoint);
    out << "    " << name << (name.empty() || input.label.empty() ? "" : " ") << input.label << " += " << added;
    if (sum != added) out << ", now " << sum;
    out << '\n';
  }
  return out;
}

template BackwardSteps Tape::begin_backward(const Tensor<float>&, const BackwardOptions<float>&, CallSite);
template BackwardSteps Tape::begin_backward(const Tensor<double>&, const BackwardOptions<double>&, CallSite);
template BackwardSteps Tape::begin_backward(const Scalar<float>&, const BackwardOptions<float>&, CallSite);
template BackwardSteps Tape::begin_backward(const Scalar<double>&, const BackwardOptions<double>&, CallSite);

}  // namespace tapegrad
