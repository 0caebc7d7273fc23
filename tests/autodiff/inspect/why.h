// What the tests of tape.why(x) and its notes share.
#pragma once
#include <regex>
#include <string>

#include <tapegrad/autodiff.h>

inline constexpr tapegrad::TapeOptions debugging{.keep_values = true};

// The text without the lines, which tests of their own check.
inline std::string unlined(const std::string& text) {
  return std::regex_replace(text, std::regex(R"( \[\w+\.cpp:\d+\])"), "");
}
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline tapegrad::Tensor<double> pair_variable(const char* label = "w") {
  return tapegrad::variable(xt::xarray<double>{1., 2.}, label);
}
