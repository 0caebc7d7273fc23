# The rules, run on a tree that breaks every one of them, must name each.
execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_LIST_DIR}/wrong -P ${CMAKE_CURRENT_LIST_DIR}/rules.cmake
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "the wrong tree passed")
endif()
string(REGEX REPLACE "[ \n]+" " " output "${output}")
foreach(expected "only xtensor.h names" "BLAS is bound in kernels" "kernels know arrays" "autodiff does not know"
        "optim does not know nn" "public headers only")
  if(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "the rules did not say '${expected}' in\n${output}")
  endif()
endforeach()
