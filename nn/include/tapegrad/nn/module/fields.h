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

/// Structs with more fields than this are not looked into. A part that one of them forgot is found by its first
/// gradient: fit and every optimizer's step refuse it by name.
inline constexpr std::size_t most_fields = 64;

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

// Bindings need one name a field, and C++20 has no packs of them: 64 functions, from lists of eight names.
#define TAPEGRAD_EIGHT(x) x##0, x##1, x##2, x##3, x##4, x##5, x##6, x##7
#define TAPEGRAD_FIELDS(count, ...)                                                 \
  template <class M, class Visit>                                                   \
  void visit_fields(const M& m, Visit& visit, std::integral_constant<int, count>) { \
    const auto& [__VA_ARGS__] = m;                                                  \
    visit(__VA_ARGS__);                                                             \
  }
TAPEGRAD_FIELDS(1, a0)
TAPEGRAD_FIELDS(2, a0, a1)
TAPEGRAD_FIELDS(3, a0, a1, a2)
TAPEGRAD_FIELDS(4, a0, a1, a2, a3)
TAPEGRAD_FIELDS(5, a0, a1, a2, a3, a4)
TAPEGRAD_FIELDS(6, a0, a1, a2, a3, a4, a5)
TAPEGRAD_FIELDS(7, a0, a1, a2, a3, a4, a5, a6)
TAPEGRAD_FIELDS(8, TAPEGRAD_EIGHT(a))
TAPEGRAD_FIELDS(9, TAPEGRAD_EIGHT(a), b0)
TAPEGRAD_FIELDS(10, TAPEGRAD_EIGHT(a), b0, b1)
TAPEGRAD_FIELDS(11, TAPEGRAD_EIGHT(a), b0, b1, b2)
TAPEGRAD_FIELDS(12, TAPEGRAD_EIGHT(a), b0, b1, b2, b3)
TAPEGRAD_FIELDS(13, TAPEGRAD_EIGHT(a), b0, b1, b2, b3, b4)
TAPEGRAD_FIELDS(14, TAPEGRAD_EIGHT(a), b0, b1, b2, b3, b4, b5)
TAPEGRAD_FIELDS(15, TAPEGRAD_EIGHT(a), b0, b1, b2, b3, b4, b5, b6)
TAPEGRAD_FIELDS(16, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b))
TAPEGRAD_FIELDS(17, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0)
TAPEGRAD_FIELDS(18, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1)
TAPEGRAD_FIELDS(19, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1, c2)
TAPEGRAD_FIELDS(20, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1, c2, c3)
TAPEGRAD_FIELDS(21, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1, c2, c3, c4)
TAPEGRAD_FIELDS(22, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1, c2, c3, c4, c5)
TAPEGRAD_FIELDS(23, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), c0, c1, c2, c3, c4, c5, c6)
TAPEGRAD_FIELDS(24, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c))
TAPEGRAD_FIELDS(25, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0)
TAPEGRAD_FIELDS(26, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1)
TAPEGRAD_FIELDS(27, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1, d2)
TAPEGRAD_FIELDS(28, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1, d2, d3)
TAPEGRAD_FIELDS(29, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1, d2, d3, d4)
TAPEGRAD_FIELDS(30, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1, d2, d3, d4, d5)
TAPEGRAD_FIELDS(31, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), d0, d1, d2, d3, d4, d5, d6)
TAPEGRAD_FIELDS(32, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d))
TAPEGRAD_FIELDS(33, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0)
TAPEGRAD_FIELDS(34, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1)
TAPEGRAD_FIELDS(35, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1, e2)
TAPEGRAD_FIELDS(36, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1, e2, e3)
TAPEGRAD_FIELDS(37, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1, e2, e3, e4)
TAPEGRAD_FIELDS(38, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1, e2, e3, e4, e5)
TAPEGRAD_FIELDS(39, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), e0, e1, e2, e3, e4, e5,
                e6)
TAPEGRAD_FIELDS(40, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e))
TAPEGRAD_FIELDS(41, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0)
TAPEGRAD_FIELDS(42, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1)
TAPEGRAD_FIELDS(43, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1, f2)
TAPEGRAD_FIELDS(44, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1, f2, f3)
TAPEGRAD_FIELDS(45, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1, f2, f3, f4)
TAPEGRAD_FIELDS(46, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1, f2, f3, f4, f5)
TAPEGRAD_FIELDS(47, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e), f0,
                f1, f2, f3, f4, f5, f6)
TAPEGRAD_FIELDS(48, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f))
TAPEGRAD_FIELDS(49, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0)
TAPEGRAD_FIELDS(50, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1)
TAPEGRAD_FIELDS(51, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1, g2)
TAPEGRAD_FIELDS(52, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1, g2, g3)
TAPEGRAD_FIELDS(53, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1, g2, g3, g4)
TAPEGRAD_FIELDS(54, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1, g2, g3, g4, g5)
TAPEGRAD_FIELDS(55, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), g0, g1, g2, g3, g4, g5, g6)
TAPEGRAD_FIELDS(56, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g))
TAPEGRAD_FIELDS(57, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0)
TAPEGRAD_FIELDS(58, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1)
TAPEGRAD_FIELDS(59, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1, h2)
TAPEGRAD_FIELDS(60, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1, h2, h3)
TAPEGRAD_FIELDS(61, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1, h2, h3, h4)
TAPEGRAD_FIELDS(62, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1, h2, h3, h4, h5)
TAPEGRAD_FIELDS(63, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), h0, h1, h2, h3, h4, h5, h6)
TAPEGRAD_FIELDS(64, TAPEGRAD_EIGHT(a), TAPEGRAD_EIGHT(b), TAPEGRAD_EIGHT(c), TAPEGRAD_EIGHT(d), TAPEGRAD_EIGHT(e),
                TAPEGRAD_EIGHT(f), TAPEGRAD_EIGHT(g), TAPEGRAD_EIGHT(h))
#undef TAPEGRAD_FIELDS
#undef TAPEGRAD_EIGHT

/// Calls visit(field 1, field 2, ...) with the fields of m, const; not at all where field_count is 0.
template <class M, class Visit>
void with_fields(const M& m, Visit visit) {
  constexpr std::size_t count = field_count<M>();
  if constexpr (count > 0) visit_fields(m, visit, std::integral_constant<int, int(count)>());
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
