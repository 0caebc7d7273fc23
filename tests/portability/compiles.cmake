# Compiles SOURCE, but no code for it, for the instruction set LEVEL. -O1, since GCC 12's intrinsics are macros without.
separate_arguments(includes UNIX_COMMAND "${INCLUDES}")
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 -fsyntax-only -fopenmp -march=${LEVEL} ${includes} ${SOURCE}
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile for ${LEVEL}:\n${output}")
endif()
