// Scalar statements and their bridges to tensors.
#include "tapegrad/scalars/scalar.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "scalars/run.h"
#include "tapegrad/ops.h"
#include "engine/number_text.h"

namespace tapegrad {
using namespace engine;
namespace {

// tensor -> scalars: the slots' adjoints are the tensor's.
template <Real T>
void run_spread(Entry& entry, Sweep* sweep, Node*) {
  if (sweep) {
    const Spread spread = *static_cast<Spread*>(entry.captures());
    const T* adjoint = slots<T>(*sweep) + spread.first;
    if (std::any_of(adjoint, adjoint + spread.count, [](T a) { return a != 0; })) {
      if (sweep->recording) fail_recorded("backward", entry.site);
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
  if (push.recording) fail_recorded("jvp", entry.site);
  const Spread spread = *static_cast<Spread*>(entry.captures());
  std::copy_n(push.tangent<T>(0).data() + spread.offset, spread.count, slots<T>(push) + spread.first);
  return nullptr;
}
constexpr OpTraits spread_traits{.name = "scalars of tensor", .cuts = true};
template <Real T>
constexpr Kind spread_kind{&spread_traits, &run_spread<T>, &push_spread<T>, true};

// scalars -> tensor: the tensor's adjoint is the slots'.
struct TensorOfScalars {
  static constexpr OpTraits traits{.name = "tensor of scalars", .cuts = true};
  template <Real T>
  Tensor<T> operator()(const std::vector<Tensor<T>>&) const {
    throw TapeError("replay: scalar statements hold numbers, which cannot be run again. Use tensors there");
  }
};
struct Gather {
  std::uint32_t first;
  template <Real T>
  void operator()(Sweep& sweep, const Tensor<T>& g) {
    if (sweep.recording) fail_recorded("backward", sweep.entry->site);
    T* adjoint = slots<T>(sweep) + first;
    for (std::size_t i = 0; i < g.size(); ++i) adjoint[i] += g.data()[i];
  }
  template <Real T>
  Tensor<T> tangent(const Push& push) const {
    const T* begin = slots<T>(push) + first;
    const T* end = begin + push.shape().size();
    if (std::all_of(begin, end, [](T tangent) { return tangent == 0; })) return {};
    if (push.recording) fail_recorded("jvp", push.entry->site);
    Tensor<T> tangent = Tensor<T>::empty(push.shape());
    std::copy(begin, end, tangent.mutable_data());
    return tangent;
  }
};

}  // namespace

bool engine::is_spread(const Entry& entry) {
  return entry.kind == &spread_kind<float> || entry.kind == &spread_kind<double>;
}
bool engine::is_tensor_of_scalars(const Entry& entry) {
  return entry.kind == &kind_of<TensorOfScalars, Gather, float> ||
         entry.kind == &kind_of<TensorOfScalars, Gather, double>;
}

void engine::fail_recorded(std::string_view what, const CallSite& site) {
  throw MissingRuleError(std::string(what) + ": a run of scalar statements holds numbers, so create_graph stops there" +
                         text(site) + ". For second derivatives write the function as a template and use hessian(f) or "
                         "hvp(f), which run it on Scalar<Dual<double>>; or use tensors");
}

// Statements carry no line of the user's program.
void require_number(const AnyScalarLog& log, double value, std::span<const std::pair<std::uint32_t, double>> leaves) {
  if (std::isfinite(value)) return;
  std::string read;
  for (const auto& [slot, number] : leaves) {
    const std::string label = log.label_of(slot);
    read += (read.empty() ? " from " : " and ") + (label.empty() ? "" : label + " = ") + std::to_string(number);
  }
  throw NumberError("scalar: a statement made " + number_text(value) + read);
}

void require_adjoint(const AnyScalarLog& log, std::uint32_t slot, double adjoint) {
  if (std::isfinite(adjoint)) return;
  const std::string label = log.label_of(slot);
  throw NumberError("backward: the adjoint of " + (label.empty() ? "a scalar" : "scalar \"" + label + "\"") +
                    " became " + number_text(adjoint) + " in a run of scalar statements");
}

template <Real T>
std::uint32_t engine::in_a_row(ScalarLog<T>& log, std::span<const Scalar<T>> scalars) {
  const std::uint32_t first = log.take_slots(scalars.size());
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    const std::uint32_t slot = live_slot(log, scalars[i]);
    if (!slot) continue;
    ScalarRecorder::prepare<T>(1);
    log.append({T(1), slot, first + static_cast<std::uint32_t>(i)});
  }
  return first;
}

template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, const Shape& shape, CallSite site) {
  if (scalars.size() != shape.size()) {
    throw ShapeError("tensor: " + std::to_string(scalars.size()) + " scalars do not fill the shape " + text(shape) +
                     text(site));
  }
  Tensor<T> y = Tensor<T>::empty(shape);
  for (std::size_t i = 0; i < scalars.size(); ++i) y.mutable_data()[i] = scalars[i].value();
  Context& c = context();
  if (!c.recording || std::all_of(scalars.begin(), scalars.end(), [](auto& s) { return s.slot() == 0; })) return y;
  ScalarLog<T>& log = ScalarRecorder::log<T>(*c.recording);
  const std::uint32_t first = in_a_row(log, scalars);  // so the entry needs no list
  Inputs<0>(TensorOfScalars::traits.name, site).record(y, TensorOfScalars{}, Gather{first});
  return y;
}
template <Real T>
Tensor<T> tensor(std::span<const Scalar<T>> scalars, CallSite site) {
  return tensor(scalars, {scalars.size()}, site);
}
Tensor<double> tensor(std::initializer_list<Scalar<double>> list, CallSite site) {
  return tensor(std::span<const Scalar<double>>(list.begin(), list.size()), site);
}
Tensor<float> tensor(std::initializer_list<Scalar<float>> list, CallSite site) {
  return tensor(std::span<const Scalar<float>>(list.begin(), list.size()), site);
}

template <Real T>
Tensor<T> tensor(const Scalar<T>& scalar, CallSite site) {
  return tensor(std::span<const Scalar<T>>(&scalar, 1), {}, site);
}

namespace {
template <Real T>
std::vector<Scalar<T>> spread(const Tensor<T>& x, std::size_t offset, std::size_t count, const CallSite& site) {
  std::vector<Scalar<T>> result;
  named_memory_error("scalars", std::to_string(count) + " scalars", site, [&] { result.reserve(count); });
  Inputs in(spread_traits.name, site, x);
  std::uint32_t first = 0, tag = constant_tag;
  if (in) {
    Context& c = context();
    ScalarLog<T>& log = ScalarRecorder::log<T>(*c.recording);
    first = log.take_slots(count);
    tag = log.tag;
    Entry* entry = Recorder::append(c, spread_kind<T>, x.shape(), dtype_of<T>, 1, sizeof(Spread), site);
    entry->input()[0] = in[0];
    new (entry->captures()) Spread{first, static_cast<std::uint32_t>(count), offset};
    entry->live = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.emplace_back(x.data()[offset + i], in ? first + static_cast<std::uint32_t>(i) : 0, tag);
  }
  return result;
}
}  // namespace

template <Real T>
std::vector<Scalar<T>> scalars(const Tensor<T>& x, CallSite site) {
  return spread(x, 0, x.size(), site);
}
template <Real T>
Scalar<T> element(const Tensor<T>& x, std::size_t index, CallSite site) {
  if (index >= x.size()) {
    throw ShapeError("element: place " + std::to_string(index) + " is outside a tensor of shape " + text(x.shape()) +
                     text(site));
  }
  return spread(x, index, 1, site)[0];
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

template std::uint32_t engine::in_a_row(ScalarLog<float>&, std::span<const Scalar<float>>);
template std::uint32_t engine::in_a_row(ScalarLog<double>&, std::span<const Scalar<double>>);
template Tensor<float> tensor(std::span<const Scalar<float>>, const Shape&, CallSite);
template Tensor<double> tensor(std::span<const Scalar<double>>, const Shape&, CallSite);
template Tensor<float> tensor(std::span<const Scalar<float>>, CallSite);
template Tensor<double> tensor(std::span<const Scalar<double>>, CallSite);
template Tensor<float> tensor(const Scalar<float>&, CallSite);
template Tensor<double> tensor(const Scalar<double>&, CallSite);
template std::vector<Scalar<float>> scalars(const Tensor<float>&, CallSite);
template std::vector<Scalar<double>> scalars(const Tensor<double>&, CallSite);
template Scalar<float> element(const Tensor<float>&, std::size_t, CallSite);
template Scalar<double> element(const Tensor<double>&, std::size_t, CallSite);

}  // namespace tapegrad
