// The place in the user's program that an op was called from: errors and the printed tape name it.
#pragma once
#include <source_location>
#include <string>

namespace tapegrad {

/// The line of the user's program that called an op. A function takes one as its last argument, with the default
/// CallSite::current().
using CallSite = std::source_location;

/// " [file.cpp:41]", the file without its folder; empty where the line is not known.
std::string text(const CallSite& site);

}  // namespace tapegrad
