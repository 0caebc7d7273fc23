// What the numbers and functions among options may be. One that is not is a DomainError that names the option, what it
// is and the fix.
#pragma once
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "tapegrad/error.h"

namespace tapegrad {

/// The numbers from low to high; an end that is open is not among them, and NaN never is.
struct OptionLimits {
  double low, high;
  bool low_open = false, high_open = false;
  constexpr bool contain(double x) const {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
};

/// The limits that options have in common.
namespace limits {
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr OptionLimits any_finite{-infinity, infinity, true, true}, not_negative{0, infinity, false, true},
    positive{0, infinity, true, true}, share{0, 1}, share_below_one{0, 1, false, true};
}  // namespace limits

/// "in [0, 1)", "finite and above 0".
std::string text(const OptionLimits& limits);
/// The shortest digits that stand for the number: "0.1", "-1e-09", "nan".
std::string option_text(double value);

/// Throws DomainError, "adam: beta1 must be in [0, 1), but is 1 [train.cpp:7]. The default is 0.9": the last sentence,
/// which says what to do, is `fix`.
[[noreturn]] void fail_option(std::string_view owner, std::string_view option, const std::string& must,
                              const std::string& value, std::string_view fix, const CallSite& site);
/// Throws it unless value is within the limits.
inline void require_option(std::string_view owner, std::string_view option, const OptionLimits& limits, double value,
                           std::string_view fix, const CallSite& site) {
  if (!limits.contain(value)) fail_option(owner, option, "must be " + text(limits), option_text(value), fix, site);
}
/// Throws it, "activation: the function must be one that can be called, but is empty [train.cpp:7]. Leave it out for
/// none", for a std::function or a pointer that holds none: it would be missed only when it is called.
template <class F>
void require_function(std::string_view owner, const F& f, std::string_view fix, const CallSite& site) {
  if constexpr (std::is_pointer_v<F> || requires { f.target_type(); }) {
    if (!f) fail_option(owner, "the function", "must be one that can be called", "empty", fix, site);
  }
}

}  // namespace tapegrad
