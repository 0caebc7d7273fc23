# Writes the right column of the tables in docs/from_pytorch.md as a header: what they use, and one call for each line,
# with the left column as its name.
# -DPAGE=<the page> -DOUTPUT=<header>
file(READ ${PAGE} page)
string(REGEX MATCH "```cpp\n([^`]*)const Tensor<double> a([^`]*)```" found "${page}")
set(text "// Made by tests/docs/from_pytorch.cmake.\n#pragma once\n${CMAKE_MATCH_1}\n#include \"pages/numbers.h\"\n\n")
string(APPEND text "namespace pages {\n\ntemplate <class Check>\nvoid for_each_line_of_the_page(Check check) {\n")
string(APPEND text "const Tensor<double> a${CMAKE_MATCH_2}")
file(STRINGS ${PAGE} lines REGEX "^\\| `.*` \\|$")
foreach(line ${lines})
  string(REGEX MATCH "^\\| `([^`]*)` \\| `([^`]*)` \\|$" found "${line}")
  if(NOT found)
    message(FATAL_ERROR "${PAGE}: this line is not | `PyTorch` | `tapegrad` |:\n${line}")
  endif()
  string(APPEND text "  check(R\"py(${CMAKE_MATCH_1})py\", [&] { return numbers(${CMAKE_MATCH_2}); });\n")
endforeach()
string(APPEND text "}\n\n}  // namespace pages\n")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}" @ONLY)
