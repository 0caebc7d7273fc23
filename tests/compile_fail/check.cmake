# Compiles SOURCE, which must fail. Its first line is a regex: "// expect: ..." of what the output contains, "// expect in
# the first error: ..." of what the compiler's first error says.
file(STRINGS ${SOURCE} first LIMIT_COUNT 1)
set(ENV{LC_ALL} C)  # quotes of one byte, which '.' matches
separate_arguments(includes UNIX_COMMAND "${INCLUDES}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${includes} ${SOURCE}
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiled, but it must not")
endif()
set(said "${output}")
if(first MATCHES "^// expect in the first error: (.*)$")
  set(expected "${CMAKE_MATCH_1}")
  string(REGEX MATCH "error: [^\n]*" said "${output}")
elseif(first MATCHES "^// expect: (.*)$")
  set(expected "${CMAKE_MATCH_1}")
else()
  message(FATAL_ERROR "${SOURCE}: its first line must say what is expected")
endif()
if(NOT said MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE}: expected '${expected}' in\n${said}\nof\n${output}")
endif()
