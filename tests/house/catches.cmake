# The rules, run on a tree that breaks every one of them, must name each.
set(all "")
foreach(rules rules ops)
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_LIST_DIR}/wrong
                          -P ${CMAKE_CURRENT_LIST_DIR}/${rules}.cmake
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0)
    message(FATAL_ERROR "the wrong tree passed ${rules}.cmake")
  endif()
  string(APPEND all "${output}")
endforeach()
string(REGEX REPLACE "[ \n]+" " " all "${all}")
foreach(expected "only xtensor.h names" "BLAS is bound in kernels" "kernels know arrays" "autodiff does not know"
        "tensors know blocks" "know neither who shows" "scalars know neither" "public headers do not show"
        "former paths are for users"
        "optim does not know nn" "public headers only" "asked: a block in 2 files" "rowless: rows in 0 files"
        "rowless: references in 0 files")
  if(NOT all MATCHES "${expected}")
    message(FATAL_ERROR "the rules did not say '${expected}' in\n${all}")
  endif()
endforeach()
