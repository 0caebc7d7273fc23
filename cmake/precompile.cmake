option(TAPEGRAD_PRECOMPILE "Parse the headers that most files include once for each target" OFF)

# tapegrad_precompile(target headers...): headers of other libraries only, since names of ours could clash with a file's
# own. A file that forgets to include one of them still compiles, so the builds that people use are without. ccache does
# not cache objects that were made from precompiled headers.
function(tapegrad_precompile target)
  if(TAPEGRAD_PRECOMPILE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()
