// Arrays with a row for every example, and data sets of them.
#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "tapegrad/tensor/indices.h"

namespace tapegrad::nn {

/// One array with a row for every example: numbers, or integers such as labels of classes.
template <Real T>
using Column = std::variant<Tensor<T>, Indices>;

/// What fit and its kin take as inputs and as targets: one array, or several in braces, each with a row for every
/// example: x, {x1, x2}, labels. Anything that a Tensor<T> or Indices can be made from.
template <Real T>
class Examples {
 public:
  Examples() = default;
  template <class X>
    requires(!std::same_as<std::remove_cvref_t<X>, Examples> && std::convertible_to<X, Column<T>>)
  Examples(X&& array) : columns_{Column<T>(std::forward<X>(array))} {}
  Examples(std::initializer_list<Column<T>> arrays) : columns_(arrays) {}
  Examples(std::vector<Column<T>> arrays) : columns_(std::move(arrays)) {}

  std::size_t size() const { return columns_.size(); }
  const Column<T>& operator[](std::size_t i) const { return columns_[i]; }
  auto begin() { return columns_.begin(); }
  auto end() { return columns_.end(); }
  auto begin() const { return columns_.begin(); }
  auto end() const { return columns_.end(); }

 private:
  std::vector<Column<T>> columns_;
};

/// Inputs and their targets, row by row. Each is a Tensor, Indices, a std::tuple or std::vector of such, or Examples;
/// all arrays have the same first axis. BasicDataset{x, labels} finds the types.
template <class Inputs, class Targets = Inputs>
struct BasicDataset {
  Inputs inputs;
  Targets targets;
  /// The same arrays where fit takes them.
  template <class I, class Y>
    requires(std::convertible_to<const Inputs&, I> && std::convertible_to<const Targets&, Y> &&
             !(std::same_as<I, Inputs> && std::same_as<Y, Targets>))
  operator BasicDataset<I, Y>() const {
    return {inputs, targets};
  }
};
template <class Inputs, class Targets>
BasicDataset(Inputs, Targets) -> BasicDataset<Inputs, Targets>;

using Dataset = BasicDataset<Tensor<float>>;
/// A data set of any number of arrays: {{x1, x2}, y}.
template <Real T>
using AnyDataset = BasicDataset<Examples<T>>;

/// Calls f(array) for each array of `data`, in order.
template <class Data, class F>
void each_array(Data& data, const F& f) {
  if constexpr (requires { data.shape(); }) {
    f(data);
  } else if constexpr (requires { data.inputs; }) {
    each_array(data.inputs, f);
    each_array(data.targets, f);
  } else if constexpr (requires { std::variant_size<std::remove_const_t<Data>>::value; }) {
    std::visit([&](auto& array) { each_array(array, f); }, data);
  } else if constexpr (requires { std::tuple_size<std::remove_const_t<Data>>::value; }) {
    std::apply([&](auto&... arrays) { (each_array(arrays, f), ...); }, data);
  } else {
    for (auto& array : data) each_array(array, f);
  }
}
/// The same data with f(array) in each array's place.
template <class Data, class F>
Data map_arrays(Data data, const F& f) {
  each_array(data, [&](auto& array) { array = f(array); });
  return data;
}

/// Takes rows [begin, end) of an array. Those of a tensor share its memory.
struct RowRange {
  std::size_t begin, end;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& array) const;
  Indices operator()(const Indices& array) const;
};
/// Takes the rows of an array in another order.
struct RowOrder {
  const std::vector<std::size_t>& order;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& array) const;
  Indices operator()(const Indices& array) const;
};

/// Collects the numbers of rows of arrays, to see whether they agree.
class RowCount {
 public:
  template <class Array>
  void add(const Array& array) {
    if constexpr (requires { bool(array); }) {
      if (!array) return add_shape(nullptr);
    }
    add_shape(&array.shape());
  }
  /// The number of rows. Throws ShapeError, with all shapes, when they differ, or when there are none.
  std::size_t count(std::string_view what, const CallSite& site) const;

 private:
  void add_shape(const Shape* shape);  // null for an empty tensor
  std::vector<std::string> shapes_;
  std::size_t rows_ = 0;
  bool agree_ = true;
};
/// The number of rows of all arrays of `data`. Throws ShapeError as RowCount does.
template <class Data>
std::size_t row_count(std::string_view what, const Data& data, const CallSite& site) {
  RowCount rows;
  each_array(data, [&](const auto& array) { rows.add(array); });
  return rows.count(what, site);
}

}  // namespace tapegrad::nn
