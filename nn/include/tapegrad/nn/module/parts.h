// How a module lists what it consists of.
#pragma once
#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "tapegrad/nn/module/buffer.h"
#include "tapegrad/nn/module/fields.h"
#include "tapegrad/nn/module/parameter.h"
#include "tapegrad/optim/optimizer.h"

namespace tapegrad::nn {

/// What a model is called for. A layer that acts otherwise in training holds one, which its parts() lists; see mode.h.
enum class Mode : unsigned char { inference, training };

/// A buffer with the name it has in its model. The pointer holds until the model is moved.
struct NamedBuffer {
  std::string name;
  std::variant<Buffer<float>*, Buffer<double>*> buffer;
};

class Parts;
/// A module with parts: a struct with a function parts(Parts&) that lists them.
template <class M>
concept HasParts = requires(M& module, Parts& parts) { module.parts(parts); };

/// std::optional, or a pointer of any kind: a part that may be missing.
template <class P>
concept PointsToPart = !std::is_array_v<P> && requires(P& p) {
  static_cast<bool>(p);
  *p;
};
/// An optional or a unique_ptr: what it holds is its owner's alone.
template <class P>
inline constexpr bool owns_part = false;
template <class P>
inline constexpr bool owns_part<std::optional<P>> = true;
template <class P, class D>
inline constexpr bool owns_part<std::unique_ptr<P, D>> = true;
/// std::vector, std::array, a C array and their like.
template <class P>
concept RangeOfParts = std::ranges::input_range<P> && !std::same_as<std::ranges::range_value_t<P>, P>;
/// A map: its keys, strings or integers, are the names.
template <class P>
concept MapOfParts = RangeOfParts<P> && requires { typename P::mapped_type; };

/// The visitor that a module's parts() lists its parts to: part("hidden", hidden).
class Parts {
 public:
  /// What a list is made for: to be used, by an optimizer for example; to name the variables only; to look only.
  enum class Purpose { use, name, look };
  explicit Parts(Purpose purpose = Purpose::use) : purpose_(purpose) {}
  /// Lists a part: a parameter; a buffer; a module, whose parts are named "name.theirs"; an optional or a pointer, if
  /// there is something; a vector, an array or a tuple of parts, named "name.0", "name.1", ...; a map, named by its
  /// keys. One that is tied in two places is kept under its first name. A parameter's variable takes the name as its
  /// label, unless that is longer and ends with it: the name in the whole model. Throws DomainError for an empty name.
  template <class P>
  void operator()(std::string_view name, P& part) {
    static_assert(!std::is_const_v<P>, "parts: a part must not be const, since its values change in training");
    if (name.empty()) fail_unnamed();
    if constexpr (is_parameter<P>) add(name, part);
    else if constexpr (is_buffer<P>) {
      if (part && seen_.insert(&part).second) buffers_.push_back({path_ + std::string(name), &part});
    } else if constexpr (HasParts<P>) inside(name, [&] { list(part); });
    else if constexpr (PointsToPart<P>) {
      if (part) (*this)(name, *part);
    } else if constexpr (RangeOfParts<P>) inside(name, [&] { add_each(part); });
    else if constexpr (requires { std::tuple_size<P>::value; }) {
      std::apply([&](auto&... each) { inside(name, [&] { add_all(each...); }); }, part);
    } else {
      static_assert(std::is_class_v<P>,
                    "parts: a part must be a parameter, a buffer, a module, or a container or pointer of those");
      inside(name, [&] { list(part); });
    }
  }
  /// Lists the mode of a layer that acts otherwise in training.
  void operator()(Mode& mode) {
    if (seen_.insert(&mode).second) modes_.push_back(&mode);
  }
  /// Lists the parts of a module under their own names. Where the module is an aggregate (see fields.h), throws Error
  /// for a field with parameters, buffers or a mode that its parts() does not list.
  template <class M>
  void list(M& module) {
    if constexpr (HasParts<M>) module.parts(*this);
    if (purpose_ != Purpose::use) return;
    with_fields(module, [&](const auto&... fields) {
      std::size_t number = 0;
      (require_listed(type_name<M>(), HasParts<M>, ++number, fields), ...);
    });
  }

  /// What was listed, in order.
  const optim::Parameters& parameters() const { return parameters_; }
  const std::vector<NamedBuffer>& buffers() const { return buffers_; }
  const std::vector<Mode*>& modes() const { return modes_; }
  /// Throws Error where another model has parameters or buffers of other names, element types or shapes than this one.
  void require_same(const Parts& other) const;

 private:
  [[noreturn]] static void fail_unnamed();
  template <Real T>
  void add(std::string_view name, Parameter<T>& parameter) {
    if (!parameter || !seen_.insert(parameter.node()).second) return;
    parameters_.push_back({path_ + std::string(name), parameter.tensor()});
    if (purpose_ == Purpose::look) return;
    const std::string known = label(parameter.tensor()), &full = parameters_.back().name;
    if (known != full && !known.ends_with('.' + full)) set_label(parameter.tensor(), full);
    if (purpose_ == Purpose::use) set_listed(parameter.tensor(), true);
  }
  template <class P>
  void add_each(P& parts) {
    if constexpr (MapOfParts<P>) {
      for (auto& [key, part] : parts) {
        if constexpr (std::integral<typename P::key_type>) (*this)(std::to_string(key), part);
        else (*this)(key, part);
      }
    } else {
      std::size_t number = 0;
      for (auto& part : parts) (*this)(std::to_string(number++), part);
    }
  }
  template <class... P>
  void add_all(P&... parts) {
    std::size_t number = 0;
    ((*this)(std::to_string(number++), parts), ...);
  }
  template <class F>
  void inside(std::string_view name, const F& list_all) {
    const std::size_t outer = path_.size();
    path_.append(name) += '.';
    list_all();
    path_.resize(outer);
  }
  template <class F>
  void require_listed(const std::string& model, bool has_parts, std::size_t number, const F& field) const;
  template <class F, class Visit>
  static void visit_parts(const F& field, const Visit& visit);

  optim::Parameters parameters_;
  std::vector<NamedBuffer> buffers_;
  std::vector<Mode*> modes_;
  std::set<const void*> seen_;  // variables' nodes, buffers and modes: a weight tied in two places is listed once
  std::string path_;
  Purpose purpose_;
};

/// Calls visit(address, effect) for every part that a field holds alone: a parameter's node, a buffer or a mode; the
/// effect is what would go wrong if it were forgotten. Borrowed parts, behind references, pointers and shared pointers,
/// are left to their owners.
template <class F, class Visit>
void Parts::visit_parts(const F& field, const Visit& visit) {
  if constexpr (is_parameter<F>) {
    if (field) visit(field.node(), "holds parameters that would not be trained");
  } else if constexpr (is_buffer<F>) {
    if (field) visit(&field, "holds buffers that would not be saved");
  } else if constexpr (std::same_as<F, Mode>) visit(&field, "holds a mode that would not be set");
  else if constexpr (HasParts<F>) {
    Parts inner(Purpose::look);
    const_cast<F&>(field).parts(inner);  // parts() hands out references, but nothing is written here
    for (const auto& p : inner.parameters_) {
      visit(std::visit([](const auto& x) -> const void* { return x.node(); }, p.variable),
            "holds parameters that would not be trained");
    }
    for (const auto& b : inner.buffers_) {
      visit(std::visit([](const auto* x) -> const void* { return x; }, b.buffer),
            "holds buffers that would not be saved");
    }
    for (const Mode* mode : inner.modes_) visit(mode, "holds a mode that would not be set");
  } else if constexpr (owns_part<F>) {
    if (field) visit_parts(*field, visit);
  } else if constexpr (PointsToPart<const F>) {
    return;
  } else if constexpr (MapOfParts<const F>) {
    for (const auto& [key, part] : field) visit_parts(part, visit);
  } else if constexpr (RangeOfParts<const F>) {
    for (const auto& element : field) visit_parts(element, visit);
  } else if constexpr (requires { std::tuple_size<F>::value; }) {
    std::apply([&](const auto&... each) { (visit_parts(each, visit), ...); }, field);
  } else {
    with_fields(field, [&](const auto&... inner) { (visit_parts(inner, visit), ...); });
  }
}

template <class F>
void Parts::require_listed(const std::string& model, bool has_parts, std::size_t number, const F& field) const {
  visit_parts(field, [&](const void* part, const char* effect) {
    if (seen_.contains(part)) return;
    const std::string place = "field " + std::to_string(number) + " of " + model + ", a " + type_name<F>() + ", ";
    throw Error("parameters: " + place + effect +
                (has_parts
                     ? ": its parts() does not list it. Add part(\"name\", field) there"
                     : ": the struct lists no parts. Give it void parts(nn::Parts& part) { part(\"name\", field); }"));
  });
}

}  // namespace tapegrad::nn
