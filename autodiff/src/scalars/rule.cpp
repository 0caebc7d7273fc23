// Entries from scalars to scalars whose rule works on numbers.
#include "tapegrad/engine/scalars/rule.h"

#include <algorithm>
#include <cmath>

#include "scalars/run.h"
#include "engine/number_text.h"
#include "tapegrad/engine/custom/user_code.h"
#include "tapegrad/engine/named_kind.h"

namespace tapegrad::engine {
namespace {

template <Real T>
struct Recorded {
  std::unique_ptr<const ScalarRule<T>> rule;
  PooledVector<std::uint32_t> inputs;
  std::uint32_t first, count;  // slots of the results
};

template <Real T>
bool any(std::span<const T> numbers) {
  return std::ranges::any_of(numbers, [](T number) { return number != 0; });
}

template <Real T>
void pull(const Recorded<T>& recorded, T* adjoint) {
  const std::span<const T> y(adjoint + recorded.first, recorded.count);
  if (!any(y)) return;
  const std::size_t count = recorded.inputs.size();
  PooledVector<T> x(count);
  const std::unique_ptr<bool[]> wanted(new bool[count]);
  for (std::size_t i = 0; i < count; ++i) wanted[i] = recorded.inputs[i] != 0;
  {
    const Tape::Pause pause;
    const UserCode guard;
    recorded.rule->pull(y, x, {wanted.get(), count});
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (wanted[i]) adjoint[recorded.inputs[i]] += x[i];
  }
}

template <Real T>
void run_rule_on_numbers(Entry& entry, Sweep* sweep, Node*) {
  auto& recorded = *static_cast<Recorded<T>*>(entry.captures());
  if (sweep) pull(recorded, slots<T>(*sweep));
  if (sweep && !sweep->consume) return;
  recorded.~Recorded();
  entry.live = false;
}

template <Real T>
Node* push_rule_on_numbers(Entry& entry, const Push& push) {
  const auto& recorded = *static_cast<Recorded<T>*>(entry.captures());
  T* tangent = slots<T>(push);
  PooledVector<T> x(recorded.inputs.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = recorded.inputs[i] ? tangent[recorded.inputs[i]] : T(0);
  if (!any<T>(x)) return nullptr;
  if (push.recording) fail_recorded("jvp", entry.site);
  const Tape::Pause pause;
  const UserCode guard;
  recorded.rule->push(x, {tangent + recorded.first, recorded.count});
  return nullptr;
}

}  // namespace

template <Real T>
ScalarInputs<T>::ScalarInputs(const OpTraits& op, const CallSite& site, std::initializer_list<Scalars> x)
    : op_(op), site_(site) {
  if (!context().recording) return;
  const ScalarLog<T>* log = ScalarRecorder::begun<T>();
  for (const Scalars& scalars : x) {
    for (const Scalar<T>& s : scalars) {
      const ScalarLeaf<T> leaf = s.read();
      if (leaf.slot && (!log || !log->generations.alive(leaf.tag, leaf.slot))) {
        throw StaleError(std::string(op.name) + ": scalar " + std::to_string(slots_.size()) +
                         " that it reads was made on another tape, or on a part of this one that was rewound" +
                         text(site) + ". Use its value() if no gradient should flow through it");
      }
      slots_.push_back(leaf.slot);
      active_ |= leaf.slot != 0;
    }
  }
}

template <Real T>
void ScalarInputs<T>::record(std::span<Scalar<T>> y, std::unique_ptr<const ScalarRule<T>> rule) const {
  Context& c = context();
  ScalarLog<T>& log = ScalarRecorder::log<T>(*c.recording);
  for (std::size_t i = 0; log.checks_numbers && i < y.size(); ++i) {
    if (std::isfinite(y[i].value())) continue;
    throw NumberError(std::string(op_.name) + ": result " + std::to_string(i) + " is " + number_text(y[i].value()) +
                      text(site_));
  }
  const std::uint32_t first = log.take_slots(y.size());
  const Kind& kind = kept_kind({&op_, &run_rule_on_numbers<T>, &push_rule_on_numbers<T>, true});
  Entry* entry = Recorder::append(c, kind, {y.size()}, dtype_of<T>, 0, sizeof(Recorded<T>), site_);
  new (entry->captures()) Recorded<T>{std::move(rule), slots_, first, static_cast<std::uint32_t>(y.size())};
  entry->live = true;
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = Scalar<T>(y[i].value(), first + static_cast<std::uint32_t>(i), log.tag);
  }
}

template class ScalarInputs<float>;
template class ScalarInputs<double>;

}  // namespace tapegrad::engine
