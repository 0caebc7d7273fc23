// Scalar statements and their bridges to tensors.
#include "tapegrad/scalar.h"

#include <algorithm>
#include <limits>
#include <set>

#include "scalar_run.h"
#include "tapegrad/ops.h"

namespace tapegrad {
namespace {

// The adjoints or the tangents of all scalars, by slot.
template <Real T, class Way>
std::vector<T>& slots(const Way& way) {
  if constexpr (std::is_same_v<T, float>) return way.scalars32->by_slot;
  else return way.scalars64->by_slot;
}

[[noreturn]] void fail_recorded(std::string_view what, const Where& where) {
  throw MissingRuleError(std::string(what) + ": a run of scalar statements holds numbers, so create_graph stops there" +
                         text(where) + ". Use tensors where second derivatives are needed");
}

template <Real T>
void run_statements(Entry& entry, Sweep* sweep, Node*) {
  if (sweep) {
    const ScalarRun run = *static_cast<ScalarRun*>(entry.captures());
    const auto& edges = Recorder::scalars<T>(sweep->tape).edges;
    std::vector<T>& adjoint = slots<T>(*sweep);
    for (std::size_t i = run.end; i-- > run.begin;) {
      const T reached = adjoint[edges[i].target];
      if (reached != 0) adjoint[edges[i].source] += edges[i].weight * reached;  // no NaN from what nobody asked for
    }
  }
  if (!sweep || sweep->consume) entry.live = false;
}
template <Real T>
Node* push_statements(Entry& entry, const Push& push) {
  const ScalarRun run = *static_cast<ScalarRun*>(entry.captures());
  const auto& edges = Recorder::scalars<T>(push.tape).edges;
  std::vector<T>& tangent = slots<T>(push);
  for (std::size_t i = run.begin; i < run.end; ++i) {
    const T moved = tangent[edges[i].source];
    if (moved == 0) continue;
    if (push.recording) fail_recorded("jvp", entry.where);
    tangent[edges[i].target] += edges[i].weight * moved;
  }
  return nullptr;
}
template <Real T>
constexpr Kind run_kind{"scalars", &run_statements<T>, &push_statements<T>, true};

// tensor -> scalars: the slots' adjoints are the tensor's.
struct Spread {
  std::uint32_t first, count;
  std::size_t offset;
};
template <Real T>
void run_spread(Entry& entry, Sweep* sweep, Node*) {
  if (sweep) {
    const Spread spread = *static_cast<Spread*>(entry.captures());
    const T* adjoint = slots<T>(*sweep).data() + spread.first;
    if (std::any_of(adjoint, adjoint + spread.count, [](T a) { return a != 0; })) {
      if (sweep->recording) fail_recorded("backward", entry.where);
      Tensor<T> g = Tensor<T>::full(entry.shape, 0);
      std::copy_n(adjoint, spread.count, g.mutable_data() + spread.offset);
      sweep->add(0, std::move(g));
    }
  }
  if (!sweep || sweep->consume) entry.live = false;
}
template <Real T>
Node* push_spread(Entry& entry, const Push& push) {
  if (!push.has(0)) return nullptr;
  if (push.recording) fail_recorded("jvp", entry.where);
  const Spread spread = *static_cast<Spread*>(entry.captures());
  std::copy_n(push.tangent<T>(0).data() + spread.offset, spread.count, slots<T>(push).begin() + spread.first);
  return nullptr;
}
template <Real T>
constexpr Kind spread_kind{"scalars of tensor", &run_spread<T>, &push_spread<T>, true};

template <Real T>
std::uint32_t new_slots(ScalarLog<T>& log, std::size_t count) {
  if (count > std::numeric_limits<std::uint32_t>::max() - log.slots) {
    throw TapeError("scalar: a tape holds at most 2^32 - 1 scalars");
  }
  const std::uint32_t first = log.slots;
  log.slots += static_cast<std::uint32_t>(count);
  return first;
}

template <Real T>
ScalarRun& begin_run(Context& c, const ScalarLog<T>& log) {
  Entry* entry = Recorder::append(c, run_kind<T>, {}, dtype_of<T>, 0, sizeof(ScalarRun), Where{});
  entry->live = true;
  return *new (entry->captures()) ScalarRun{log.edges.size(), log.edges.size()};
}

template <Real T>
void append_edge(Context& c, ScalarLog<T>& log, T weight, std::uint32_t source, std::uint32_t target) {
  Entry* last = Recorder::last(*c.recording);
  const bool goes_on = last && last->kind == &run_kind<T> &&
                       static_cast<ScalarRun*>(last->captures())->end == log.edges.size();
  ScalarRun& run = goes_on ? *static_cast<ScalarRun*>(last->captures()) : begin_run(c, log);
  log.edges.push_back({weight, source, target});
  run.end = log.edges.size();
}

// Statements carry no line of the user's program.
template <Real T>
void require_number(const ScalarLog<T>& log, T value, const Scalar<T>& a, const Scalar<T>& b) {
  if (std::isfinite(value)) return;
  auto told = [&](const Scalar<T>& s) {
    const auto label = std::find_if(log.labels.begin(), log.labels.end(), [&](auto& l) { return l.first == s.slot(); });
    return (label == log.labels.end() ? "" : label->second + " = ") + std::to_string(s.value());
  };
  throw NumberError("scalar: a statement made " + std::string(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf") +
                    " from " + told(a) + (b.slot() ? " and " + told(b) : ""));
}

template <Real T>
Scalar<T> leaf(T value, std::string label) {
  Context& c = context();
  if (!c.recording) {
    throw TapeError("variable: a scalar belongs to a tape, but none records. Begin one with Tape tape;");
  }
  auto& log = Recorder::scalars<T>(*c.recording);
  const std::uint32_t slot = new_slots(log, 1);
  if (!label.empty()) log.labels.emplace_back(slot, std::move(label));
  return {value, slot, c.next_birth++};
}

inline constexpr std::string_view tensor_name = "tensor of scalars";

}  // namespace

template <Real T>
std::vector<std::pair<std::uint32_t, std::string>> labels_read(const ScalarLog<T>& log, const ScalarRun& run) {
  std::set<std::uint32_t> sources;
  for (std::size_t i = run.begin; i < run.end; ++i) sources.insert(log.edges[i].source);
  std::vector<std::pair<std::uint32_t, std::string>> result;
  for (const auto& labelled : log.labels) {
    if (sources.count(labelled.first)) result.push_back(labelled);
  }
  return result;
}
template std::vector<std::pair<std::uint32_t, std::string>> labels_read(const ScalarLog<float>&, const ScalarRun&);
template std::vector<std::pair<std::uint32_t, std::string>> labels_read(const ScalarLog<double>&, const ScalarRun&);

template <Real T>
std::uint32_t live_slot(const Tape& tape, const Scalar<T>& s) {
  if (s.slot() && !Recorder::owns(tape, s.birth())) {
    throw TapeError("scalar: it was made on another tape, or on a part of this one that was rewound. "
                    "Use its value() if no gradient should flow through it");
  }
  return s.slot();
}

template <Real T>
Scalar<T> alias(const Scalar<T>& s) {
  Context& c = context();
  auto& log = Recorder::scalars<T>(*c.recording);
  const std::uint32_t source = live_slot(*c.recording, s), slot = new_slots(log, 1);
  begin_run(c, log);  // what follows is in a run of its own
  if (source) append_edge(c, log, T(1), source, slot);
  return {s.value(), slot, c.next_birth++};
}

template <Real T>
Scalar<T> Scalar<T>::record(T value, const Scalar& a, T da, const Scalar& b, T db) {
  Context& c = context();
  if (!c.recording || (a.slot_ | b.slot_) == 0) return value;
  const std::uint32_t from_a = live_slot(*c.recording, a), from_b = live_slot(*c.recording, b);
  auto& log = Recorder::scalars<T>(*c.recording);
  if (Recorder::checks_numbers(*c.recording)) require_number(log, value, a, b);
  const std::uint32_t slot = new_slots(log, 1);
  if (from_a) append_edge(c, log, da, from_a, slot);
  if (from_b) append_edge(c, log, db, from_b, slot);
  return {value, slot, c.next_birth++};
}

Scalar<double> variable(double value, std::string label) { return leaf(value, std::move(label)); }
Scalar<float> variable(float value, std::string label) { return leaf(value, std::move(label)); }

template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, Where where) {
  Tensor<T> y = Tensor<T>::empty({scalars.size()});
  for (std::size_t i = 0; i < scalars.size(); ++i) y.mutable_data()[i] = scalars[i].value();
  Context& c = context();
  if (!c.recording || std::all_of(scalars.begin(), scalars.end(), [](auto& s) { return s.slot() == 0; })) return y;
  auto& log = Recorder::scalars<T>(*c.recording);
  const std::uint32_t first = new_slots(log, scalars.size());  // contiguous copies: the entry needs no list
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    if (std::uint32_t slot = live_slot(*c.recording, scalars[i])) {
      append_edge(c, log, T(1), slot, first + static_cast<std::uint32_t>(i));
    }
  }
  Inputs<0>(tensor_name, where)
      .record<tensor_name>(
          y,
          two_way([first](Sweep& sweep, const Tensor<T>& g) {
            if (sweep.recording) fail_recorded("backward", sweep.entry->where);
            std::vector<T>& adjoint = slots<T>(sweep);
            for (std::size_t i = 0; i < g.size(); ++i) adjoint[first + i] += g.data()[i];
          },
          [first](const Push& push) {
            const auto begin = slots<T>(push).begin() + first;
            const auto end = begin + static_cast<std::ptrdiff_t>(push.shape().size());
            if (std::all_of(begin, end, [](T tangent) { return tangent == 0; })) return Tensor<T>();
            if (push.recording) fail_recorded("jvp", push.entry->where);
            Tensor<T> tangent = Tensor<T>::empty(push.shape());
            std::copy(begin, end, tangent.mutable_data());
            return tangent;
          }),
          [](const auto& inputs) -> std::decay_t<decltype(inputs[0])> {
            throw TapeError("replay: scalar statements hold numbers, which cannot be run again. Use tensors there");
          });
  return y;
}
Tensor<double> tensor(std::initializer_list<Scalar<double>> list, Where where) {
  return tensor(std::span<const Scalar<double>>(list.begin(), list.size()), where);
}
Tensor<float> tensor(std::initializer_list<Scalar<float>> list, Where where) {
  return tensor(std::span<const Scalar<float>>(list.begin(), list.size()), where);
}

template <Real T>
Tensor<T> tensor(const Scalar<T>& scalar, Where where) {
  return reshape(tensor(std::span<const Scalar<T>>(&scalar, 1), where), {}, where);
}

namespace {
template <Real T>
std::vector<Scalar<T>> spread(const Tensor<T>& x, std::size_t offset, std::size_t count, const Where& where) {
  std::vector<Scalar<T>> result;
  result.reserve(count);
  Inputs in(tensor_name, where, x);
  std::uint32_t first = 0;
  std::uint64_t birth = 0;
  if (in) {
    Context& c = context();
    first = new_slots(Recorder::scalars<T>(*c.recording), count);
    Entry* entry = Recorder::append(c, spread_kind<T>, x.shape(), dtype_of<T>, 1, sizeof(Spread), where);
    entry->input()[0] = in[0];
    new (entry->captures()) Spread{first, static_cast<std::uint32_t>(count), offset};
    entry->live = true;
    birth = c.next_birth - 1;
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.emplace_back(x.data()[offset + i], in ? first + static_cast<std::uint32_t>(i) : 0, birth);
  }
  return result;
}
}  // namespace

template <Real T>
std::vector<Scalar<T>> scalars(const Tensor<T>& x, Where where) {
  return spread(x, 0, x.size(), where);
}
template <Real T>
Scalar<T> element(const Tensor<T>& x, std::size_t index, Where where) {
  if (index >= x.size()) {
    throw ShapeError("element: place " + std::to_string(index) + " is outside a tensor of shape " + text(x.shape()) +
                     text(where));
  }
  return spread(x, index, 1, where)[0];
}

std::size_t offset(const Shape& shape, std::span<const std::size_t> index) {
  std::size_t place = 0;
  if (index.size() != shape.rank()) {
    throw ShapeError("element: " + std::to_string(index.size()) + " indices for a tensor of shape " + text(shape));
  }
  for (std::size_t i = 0; i < index.size(); ++i) {
    if (index[i] >= shape[i]) {
      throw ShapeError("element: index " + std::to_string(index[i]) + " on axis " + std::to_string(i) +
                       " is outside a tensor of shape " + text(shape));
    }
    place = place * shape[i] + index[i];
  }
  return place;
}

template class Scalar<float>;
template class Scalar<double>;
template std::uint32_t live_slot(const Tape&, const Scalar<float>&);
template std::uint32_t live_slot(const Tape&, const Scalar<double>&);
template Scalar<float> alias(const Scalar<float>&);
template Scalar<double> alias(const Scalar<double>&);
template Tensor<float> tensor(std::span<const Scalar<float>>, Where);
template Tensor<double> tensor(std::span<const Scalar<double>>, Where);
template Tensor<float> tensor(const Scalar<float>&, Where);
template Tensor<double> tensor(const Scalar<double>&, Where);
template std::vector<Scalar<float>> scalars(const Tensor<float>&, Where);
template std::vector<Scalar<double>> scalars(const Tensor<double>&, Where);
template Scalar<float> element(const Tensor<float>&, std::size_t, Where);
template Scalar<double> element(const Tensor<double>&, std::size_t, Where);

}  // namespace tapegrad
