# tapegrad_warnings(target): the warnings every target of this project is compiled with; errors in the dev preset.
function(tapegrad_warnings target)
  # GCC 12 warns wrongly about std::string + (bug 105651), hence -Wno-restrict.
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                         $<$<BOOL:${TAPEGRAD_WERROR}>:-Werror>)
endfunction()
