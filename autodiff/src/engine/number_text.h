// A number in an error or a sentence.
#pragma once
#include <string>

namespace tapegrad::engine {

/// "-0.25", "inf", "nan".
std::string number_text(double number);

}  // namespace tapegrad::engine
