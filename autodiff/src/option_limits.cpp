#include "tapegrad/option_limits.h"

#include <charconv>
#include <cmath>

namespace tapegrad {

std::string option_text(double value) {
  if (std::isnan(value)) return "nan";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::string text(const OptionLimits& limits) {
  const bool bounded_above = std::isfinite(limits.high), bounded_below = std::isfinite(limits.low);
  if (bounded_above && bounded_below) {
    return std::string("in ") + (limits.low_open ? "(" : "[") + option_text(limits.low) + ", " +
           option_text(limits.high) + (limits.high_open ? ")" : "]");
  }
  std::string words = limits.high_open ? "finite" : "";
  if (bounded_below) {
    words += (words.empty() ? "" : " and ") + std::string(limits.low_open ? "above " : "at least ") +
             option_text(limits.low);
  }
  return words;
}

void fail_option(std::string_view owner, std::string_view option, const std::string& must, const std::string& value,
                 std::string_view fix, const CallSite& site) {
  throw DomainError(std::string(owner) + ": " + std::string(option) + " " + must + ", but is " + value + text(site) +
                    ". " + std::string(fix));
}

}  // namespace tapegrad
