// vmap: the checks of its arguments, and the calls of what was followed on one example for all of them.
#include "tapegrad/transforms/vmap.h"

#include <algorithm>
#include <map>

#include "engine/batched_steps.h"
#include "engine/rare_state.h"
#include "engine/trace.h"

namespace tapegrad {
using namespace engine;
namespace {

thread_local std::vector<VmapLoop> last_loops;
thread_local unsigned depth = 0;

void note_loops(std::vector<VmapLoop>& all, const std::vector<VmapLoop>& more) {
  for (const VmapLoop& loop : more) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const VmapLoop& known) {
      return known.op == loop.op && known.reason == loop.reason;
    });
    if (same != all.end()) same->examples += loop.examples;
    else all.push_back(loop);
  }
}

template <class F>
AnyTensor each_type(const AnyTensor& x, const F& f) {
  return std::visit([&](const auto& tensor) { return AnyTensor(f(tensor)); }, x);
}
const Shape& shape_of(const AnyTensor& x) {
  return std::visit([](const auto& tensor) -> const Shape& { return tensor.shape(); }, x);
}

}  // namespace

std::vector<VmapLoop> vmap_loops() { return last_loops; }

struct engine::VmapCall::State {
  struct Leaf {
    AnyTensor x;  // with its examples along the first axis, where it has them
    std::size_t argument;
    bool varies = false;
  };
  VmapAxes in;
  long out;
  std::size_t arguments;
  CallSite site;
  std::size_t length = 0;
  std::optional<std::size_t> first = {};  // the first tensor with examples, and the axis along which it had them
  std::size_t first_axis = 0;
  Shape first_shape = {};
  std::vector<Leaf> leaves = {};
  std::optional<Trace> trace = {};
  std::vector<TraceInput> followed = {};
  std::vector<std::vector<AnyTensor>> by_example = {};
  std::vector<AnyTensor> results = {};
  std::size_t next = 0;
  std::vector<VmapLoop> loops = {};

  std::string name(std::size_t argument) const { return "argument " + std::to_string(argument); }
  void finish(AnyTensor y) {  // with the examples along its first axis
    const long rank = static_cast<long>(shape_of(y).rank()), place = out < 0 ? out + rank : out;
    if (place < 0 || place >= rank) {
      throw ShapeError("vmap: the examples cannot stand along axis " + std::to_string(out) +
                       " of a result that has shape " + text(shape_of(y)) + " with them" + text(site));
    }
    results.push_back(place == 0 ? std::move(y)
                                 : each_type(y, [&](const auto& x) { return moveaxis(x, 0, place, site); }));
  }
};

engine::VmapCall::VmapCall(const VmapAxes& in, long out, std::size_t arguments, const CallSite& site)
    : state_(new State{in, out, arguments, site}) {
  if (!in.of_each.empty() && in.of_each.size() != arguments) {
    throw ShapeError("vmap: " + std::to_string(in.of_each.size()) + (in.of_each.size() == 1 ? " axis" : " axes") +
                     " for " + std::to_string(arguments) + (arguments == 1 ? " argument" : " arguments") + text(site) +
                     ". Give one for each, which is none where all examples share the argument, or one number for "
                     "all");
  }
  if (depth++ == 0) last_loops.clear();
}

engine::VmapCall::~VmapCall() {
  --depth;
  note_loops(last_loops, state_->loops);
  state_->trace.reset();
  if (TapeState* tape = context().recording; tape && !state_->loops.empty()) {
    note_loops(tape->rare().vmap_loops, state_->loops);
  }
}

void engine::VmapCall::add(std::size_t argument, const AnyTensor& x) {
  State& s = *state_;
  if (!std::visit([](const auto& tensor) { return static_cast<bool>(tensor); }, x)) fail_empty("vmap", s.site);
  const VmapAxis axis = s.in.of_each.empty() ? s.in.of_all : s.in.of_each[argument];
  if (!axis.place) return s.leaves.push_back({x, argument});
  const Shape& shape = shape_of(x);
  const long rank = static_cast<long>(shape.rank()), place = *axis.place + (*axis.place < 0 ? rank : 0);
  if (place < 0 || place >= rank) {
    throw ShapeError("vmap: axis " + std::to_string(*axis.place) + " does not exist in " + s.name(argument) +
                     ", of shape " + text(shape) + text(s.site) +
                     ". Where all examples share an argument its axis is none");
  }
  const std::size_t length = shape[static_cast<std::size_t>(place)];
  if (!s.first) {
    s.first = argument;
    s.first_axis = static_cast<std::size_t>(place);
    s.first_shape = shape;
    s.length = length;
  } else if (length != s.length) {
    throw ShapeError("vmap: axis " + std::to_string(place) + " of " + s.name(argument) + ", of shape " + text(shape) +
                     ", has length " + std::to_string(length) + ", but axis " + std::to_string(s.first_axis) + " of " +
                     s.name(*s.first) + ", of shape " + text(s.first_shape) + ", has " + std::to_string(s.length) +
                     text(s.site) + ". All arguments need as many examples");
  }
  s.leaves.push_back({place == 0 ? x : each_type(x, [&](const auto& of) { return moveaxis(of, place, 0, s.site); }),
                      argument, true});
}

void engine::VmapCall::begin() {
  State& s = *state_;
  if (!s.first) {
    throw ShapeError("vmap: all arguments are shared by all examples, of which there are none" + text(s.site) +
                     ". Give an axis for one of them, or call the function itself");
  }
  if (s.length == 0) {
    throw ShapeError("vmap: there are no examples: axis " + std::to_string(s.first_axis) + " of " + s.name(*s.first) +
                     ", of shape " + text(s.first_shape) + ", has length 0" + text(s.site) +
                     ". The function is called on the first one to see what it does");
  }
  s.trace.emplace(s.site);
}

template <Real T>
Tensor<T> engine::VmapCall::followed(std::size_t i) {
  State::Leaf& leaf = state_->leaves[i];
  const Tensor<T>& all = std::get<Tensor<T>>(leaf.x);
  if (!leaf.varies) return all;
  Tensor<T> one;
  {
    const Tape::Pause pause;
    one = slice(all, {{0, 1, 1, true}}, state_->site);
  }
  return state_->trace->add_argument(one, all.node());
}

void engine::VmapCall::add_followed(const AnyTensor& y) {
  std::visit([&](const auto& tensor) {
    if (!tensor) throw ShapeError("vmap: the function returned an empty tensor, one without an array" +
                                  text(state_->site));
    state_->followed.push_back(state_->trace->result(tensor.node()));
  }, y);
}

bool engine::VmapCall::end() {
  State& s = *state_;
  s.trace->end();
  const std::string reason = s.trace->reason();
  std::vector<TraceStep> steps = s.trace->take_steps();
  s.trace.reset();
  if (!reason.empty()) {
    s.followed.clear();
    s.by_example.resize(s.length);
    s.loops.push_back({"function", reason, s.length});
    return false;
  }
  std::vector<AnyTensor> arguments;
  for (const State::Leaf& leaf : s.leaves) {
    if (leaf.varies) arguments.push_back(leaf.x);
  }
  BatchedSteps batched(std::move(steps), std::move(arguments), s.length);
  for (AnyTensor& y : batched.results(s.followed)) s.finish(std::move(y));
  s.loops = batched.loops();
  s.followed.clear();
  return true;
}

std::size_t engine::VmapCall::examples() const { return state_->length; }

template <Real T>
Tensor<T> engine::VmapCall::example(std::size_t i, std::size_t of) {
  const State::Leaf& leaf = state_->leaves[i];
  const Tensor<T>& all = std::get<Tensor<T>>(leaf.x);
  return leaf.varies ? slice(all, {{static_cast<long>(of), 1, 1, true}}, state_->site) : all;
}

void engine::VmapCall::add_result(std::size_t of, const AnyTensor& y) {
  State& s = *state_;
  const std::size_t number = s.by_example[of].size();
  const auto fail = [&](const std::string& what) {
    throw ShapeError("vmap: the results of examples 0 and " + std::to_string(of) + " differ: " + what + text(s.site));
  };
  if (of > 0 && number >= s.by_example[0].size()) fail("there are more of the last one");
  if (of > 0 && !(shape_of(y) == shape_of(s.by_example[0][number]))) {
    fail("shapes " + text(shape_of(s.by_example[0][number])) + " and " + text(shape_of(y)));
  }
  s.by_example[of].push_back(y);
}

void engine::VmapCall::end_loop() {
  State& s = *state_;
  for (std::size_t i = 0; i < s.by_example[0].size(); ++i) {
    s.finish(each_type(s.by_example[0][i], [&]<class T>(const Tensor<T>&) {
      std::vector<Tensor<T>> parts;
      for (const auto& of_one : s.by_example) {
        if (i >= of_one.size()) {
          throw ShapeError("vmap: the examples differ in how many results they have" + text(s.site));
        }
        parts.push_back(std::get<Tensor<T>>(of_one[i]));
      }
      return stack(parts, 0, s.site);
    }));
  }
}

template <Real T>
Tensor<T> engine::VmapCall::result() {
  return std::get<Tensor<T>>(state_->results.at(state_->next++));
}

template Tensor<float> engine::VmapCall::followed(std::size_t);
template Tensor<double> engine::VmapCall::followed(std::size_t);
template Tensor<float> engine::VmapCall::example(std::size_t, std::size_t);
template Tensor<double> engine::VmapCall::example(std::size_t, std::size_t);
template Tensor<float> engine::VmapCall::result();
template Tensor<double> engine::VmapCall::result();

}  // namespace tapegrad
