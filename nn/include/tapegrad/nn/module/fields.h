// The fields of an aggregate, so that a part which parts() forgot can be found. Nothing here is needed to write a
// model.
#pragma once
#include <algorithm>
#include <cstddef>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace tapegrad::nn {

/// Structs with more fields than this are not looked into.
inline constexpr std::size_t most_fields = 12;

/// Stands for a value of any type where only types are looked at.
struct AnyField {
  template <class T>
  operator T() const;
};
/// Stands for a base class of M only.
template <class M>
struct AnyBase {
  template <class T>
    requires(std::is_base_of_v<T, M> && !std::is_same_v<T, M>)
  operator T() const;
};
/// AnyField, as many times as there are indices.
template <std::size_t>
using AnyFieldAt = AnyField;

/// Whether M can be made from as many values, in braces, as there are indices.
template <class M, std::size_t... I>
constexpr bool takes_values(std::index_sequence<I...>) {
  return requires { M{AnyFieldAt<I>{}...}; };
}
/// Whether it takes one value more after them.
template <class M, std::size_t... I>
constexpr bool takes_more(std::index_sequence<I...>) {
  return requires { M{AnyFieldAt<I>{}..., {}}; };
}
/// Whether it can be made from values before, values in braces of their own, and values after.
template <class M, std::size_t... Before, std::size_t... Inside, std::size_t... After>
constexpr bool takes_nested(std::index_sequence<Before...>, std::index_sequence<Inside...>,
                            std::index_sequence<After...>) {
  return requires { M{AnyFieldAt<Before>{}..., {AnyFieldAt<Inside>{}...}, AnyFieldAt<After>{}...}; };
}

/// Whether a C array of `Length` elements stands at place `Place` of `Count`: without braces it takes one value for
/// each element, so that braces around them leave no room for another value.
template <class M, std::size_t Count, std::size_t Place, std::size_t Length>
constexpr bool is_array_at() {
  using Before = std::make_index_sequence<Place>;
  using Inside = std::make_index_sequence<Length>;
  return takes_nested<M>(Before{}, Inside{}, std::make_index_sequence<Count - Place - Length>{}) &&
         !takes_nested<M>(Before{}, Inside{}, std::make_index_sequence<Count - Place - Length + 1>{});
}
template <class M, std::size_t Count, std::size_t Place, std::size_t... Length>
constexpr bool has_array_at(std::index_sequence<Length...>) {
  return (is_array_at<M, Count, Place, Length + 2>() || ...);
}
template <class M, std::size_t Count, std::size_t... Place>
constexpr bool has_array(std::index_sequence<Place...>) {
  return (has_array_at<M, Count, Place>(std::make_index_sequence<Count - Place - 1>{}) || ...);
}

/// The largest number of values, up to Count, that M can be made from.
template <class M, std::size_t Count>
constexpr std::size_t most_values() {
  if constexpr (Count == 0 || takes_values<M>(std::make_index_sequence<Count>{})) return Count;
  else return most_values<M, Count - 1>();
}

/// The number of fields of M; 0 for what cannot be looked into: a class with constructors, private members or base
/// classes, a struct with C arrays, with references, or with more than `most_fields` fields.
template <class M>
constexpr std::size_t field_count() {
  if constexpr (std::is_aggregate_v<M> && !std::is_array_v<M> && !std::is_union_v<M>) {
    if constexpr (!requires { M{AnyBase<M>{}}; }) {
      constexpr std::size_t count = most_values<M, most_fields + 1>();
      if constexpr (count > 0 && count <= most_fields) {
        if constexpr (!takes_more<M>(std::make_index_sequence<count>{}) &&
                      !has_array<M, count>(std::make_index_sequence<count>{})) {
          return count;
        }
      }
    }
  }
  return 0;
}

/// Calls visit(field 1, field 2, ...) with the fields of m, const.
template <class M, class Visit>
void with_fields(const M& m, Visit visit) {
  constexpr std::size_t count = field_count<M>();
  if constexpr (count == 1) {
    const auto& [a] = m;
    visit(a);
  } else if constexpr (count == 2) {
    const auto& [a, b] = m;
    visit(a, b);
  } else if constexpr (count == 3) {
    const auto& [a, b, c] = m;
    visit(a, b, c);
  } else if constexpr (count == 4) {
    const auto& [a, b, c, d] = m;
    visit(a, b, c, d);
  } else if constexpr (count == 5) {
    const auto& [a, b, c, d, e] = m;
    visit(a, b, c, d, e);
  } else if constexpr (count == 6) {
    const auto& [a, b, c, d, e, f] = m;
    visit(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    const auto& [a, b, c, d, e, f, g] = m;
    visit(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    const auto& [a, b, c, d, e, f, g, h] = m;
    visit(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    const auto& [a, b, c, d, e, f, g, h, i] = m;
    visit(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = m;
    visit(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = m;
    visit(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = m;
    visit(a, b, c, d, e, f, g, h, i, j, k, l);
  }
}

/// The name of a type as the compiler writes it.
template <class M>
std::string type_name() {
  const std::string name = std::source_location::current().function_name();
  const std::size_t begin = name.find("M = ");
  if (begin == std::string::npos) return "the model";
  return name.substr(begin + 4, std::min(name.find(';', begin), name.rfind(']')) - begin - 4);
}

}  // namespace tapegrad::nn
