# quotes.cmake, on lessons that quote what is not there, must name the block. FOLDER is for the lessons.
function(must_fail lesson words)
  file(WRITE ${FOLDER}/wrong.md "${lesson}")
  file(WRITE ${FOLDER}/source.cpp "int main() {\n  return 0;\n}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} "-DPROGRAM=${CMAKE_COMMAND};-E;echo;printed" -DLESSON=${FOLDER}/wrong.md
                          -DSOURCE=${FOLDER}/source.cpp -P ${CMAKE_CURRENT_LIST_DIR}/quotes.cmake
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(words STREQUAL "")
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "a right lesson was refused:\n${output}")
    endif()
  elseif(result EQUAL 0 OR NOT output MATCHES "${words}")
    message(FATAL_ERROR "a wrong lesson did not give '${words}' but\n${output}")
  endif()
endfunction()

set(right "# Lesson\n\n```cpp\nreturn 0;\n```\n")
must_fail("${right}\n```text\nprinted\n```\n" "")
must_fail("${right}\n```text\nsomething else\n```\n" "quotes what is not in .*something else")
must_fail("${right}\n```cpp\nreturn 1;\n```\n" "quotes what is not in .*return 1;")
must_fail("# Lesson\n\nno code\n" "quotes no code")
