// What registers.cpp gives to main.cpp.
#pragma once

namespace portability {

/// Checks every function of registers.
void registers();

}  // namespace portability
