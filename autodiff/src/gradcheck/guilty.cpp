// Names the op whose rule is wrong: every op on the tape, called alone with the inputs and the adjoint that it had.
#include "gradcheck/check.h"

#include <algorithm>

#include "tapegrad/tape/op_call.h"
#include "tapegrad/inspect/print.h"

namespace tapegrad::checking {
namespace {

// An op as a function of those of its inputs that the tape knows; the others stay as they were.
struct Alone {
  OpCall<double> call;
  std::vector<std::size_t> moving;
  Tensors inputs() const {
    Tensors chosen;
    for (const std::size_t i : moving) chosen.push_back(call.inputs[i]);
    return chosen;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const std::size_t i : moving) list.push_back("input " + std::to_string(i));
    return list;
  }
  Tensor<double> operator()(const Tensors& x) const {
    Tensors all = call.inputs;
    for (std::size_t i = 0; i < moving.size(); ++i) all[moving[i]] = x[i];
    return call(all);
  }
};

Alone alone(const Tape& tape, const EntryView& view) {
  Alone op{tape.op_call<double>(view.number), {}};
  if (!op.call) return op;
  for (std::size_t i = 0; i < view.inputs.size(); ++i) {
    if (view.inputs[i] >= 0 && op.call.inputs[i].size() > 0 && finite(op.call.inputs[i])) op.moving.push_back(i);
  }
  return op;
}

// Two inputs that are one tensor, of which one gets no gradient: the rule knows of one use only.
void name_forgotten_uses(const EntryView& view, std::vector<GradcheckDiagnosis>& diagnoses) {
  for (GradcheckDiagnosis& d : diagnoses) {
    if (d.mistake != Mistake::no_gradient || !d.input.starts_with("input ")) continue;
    const std::size_t i = std::stoul(d.input.substr(d.input.find(' ')));
    if (std::count(view.inputs.begin(), view.inputs.end(), view.inputs[i]) < 2) continue;
    d.mistake = Mistake::use_not_counted;
    d.sentence = "only one use is counted: this input is the same tensor as another one, and its use here gets no "
                 "gradient";
  }
}

GradcheckReport examine(const GradcheckFunction& f, const Point& point, const Tensor<double>& cotangent, int order,
                        const GradcheckOptions& options) {
  std::mt19937_64 generator(options.seed + 1);
  GradcheckReport report;
  report.options = options;
  report.options.order = order;
  report.options.fast = true;  // elements only where that fails
  compare_orders(f, point, cotangent, generator, report);
  return report;
}

// The verdict on one op for one adjoint; a report that is not wrong says nothing against it. Higher orders are those of
// sum(op(x) adjoint), in which the adjoint moves too: a linear op has no others.
GradcheckReport examine(const Alone& op, const Tensor<double>& adjoint, const GradcheckOptions& options) {
  const GradcheckReport first = examine(op, Point(op.inputs(), op.names()), adjoint, 1, options);
  if (options.order == 1 || first.wrong()) return first;
  Tensors inputs = op.inputs();
  std::vector<std::string> names = op.names();
  inputs.push_back(adjoint);
  names.push_back("adjoint");
  const auto weighted = [&](const Tensors& x) { return sum(op({x.begin(), x.end() - 1}) * x.back()); };
  return examine(weighted, Point(inputs, names), Tensor<double>(1.), options.order, options);
}

// What a tape knows of f: its ops with their inputs, and the adjoints of a sweep from a random cotangent.
void record(Tape& tape, const GradcheckFunction& f, const Point& point, std::mt19937_64& generator) {
  const Tensor<double> y = f(point.x);
  if (!tape.contains(y) || y.is_variable()) return;
  Tape::Pause pause;
  tape.backward(y, {.seed = random_signed(y.shape(), generator), .keep = true});
}

}  // namespace

bool noise_has_a_source(const GradcheckFunction& f, const Point& point, const GradcheckOptions& options) {
  constexpr int directions = 3;
  std::mt19937_64 generator(options.seed);
  Tape tape({.keep_values = true, .replayable = true});
  record(tape, f, point, generator);
  Tape::Pause pause;
  return std::ranges::any_of(tape.entries(), [&](const EntryView& view) {
    if (view.op == "cast" || view.type == EntryType::cut) return true;  // what is float or off the tape is not seen
    const Alone op = alone(tape, view);
    if (op.moving.empty()) return false;
    const GradcheckFunction called = op;
    const Point inputs(op.inputs(), op.names());
    const Tensor<double> adjoint = random_signed(op(op.inputs()).shape(), generator);
    for (int i = 0; i < directions; ++i) {
      if (Objective(called, inputs, adjoint, generator).noise() > options.noise) return true;
    }
    return false;
  });
}

Search find_guilty(const GradcheckFunction& f, const Point& point, const GradcheckOptions& options) {
  Search search;
  std::mt19937_64 generator(options.seed);
  Tape tape({.keep_values = true, .replayable = true});
  record(tape, f, point, generator);
  Tape::Pause pause;
  for (const EntryView& view : tape.entries()) {
    const Alone op = alone(tape, view);
    if (op.moving.empty()) continue;
    const Tensor<double> result = op(op.inputs());
    Tensors adjoints;
    adjoints.push_back(random_signed(result.shape(), generator));
    if (op.call.adjoint) adjoints.push_back(op.call.adjoint);
    for (const Tensor<double>& adjoint : adjoints) {
      const GradcheckReport report = examine(op, adjoint, options);
      if (report.undecided() > 0 && search.undecided.empty()) search.undecided = std::string(view.op) + text(view.site);
      if (!report.wrong()) continue;
      GuiltyOp guilty{std::string(view.op), view.number, view.site, 1, report.findings};
      guilty.diagnoses.insert(guilty.diagnoses.end(), report.diagnoses.begin(), report.diagnoses.end());
      for (const GradcheckEntry& e : report.entries) {
        if (e.wrong()) guilty.order = e.order;
      }
      name_forgotten_uses(view, guilty.diagnoses);
      search.guilty = std::move(guilty);
      return search;
    }
  }
  return search;
}

}  // namespace tapegrad::checking
